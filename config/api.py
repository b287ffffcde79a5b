"""Every address of the REST API, /api/v1/."""

from importlib.util import find_spec

from django.urls import include, path, re_path

from core.api.views import unknown_address

app_name = "api"

urlpatterns = [
    path("", include("core.api.urls")),
    *[
        path("", include(f"{app}.api.urls"))
        for app in ("workflows", "crm", "contracts")
        if find_spec(f"{app}.api")
    ],
    re_path(r"", unknown_address),
]
