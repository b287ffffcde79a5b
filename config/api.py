"""Every address of the REST API, /api/v1/."""

from django.urls import include, path, re_path

from core.api.views import unknown_address

app_name = "api"

urlpatterns = [
    path("", include("core.api.urls")),
    path("", include("workflows.api.urls")),
    path("", include("crm.api.urls")),
    path("", include("contracts.api.urls")),
    path("", include("service.api.urls")),
    re_path(r"", unknown_address),
]
