"""Every address of the site, app by app."""

from django.urls import include, path, re_path

from config import health, metrics
from core.api.views import unknown_address

handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("api/v1/", include("config.api")),
    re_path(r"^api(?:/|$)", unknown_address),
    re_path(r"^health/live/?$", health.live, name="health-live"),
    re_path(r"^health/ready/?$", health.ready, name="health-ready"),
    re_path(r"^metrics/?$", metrics.metrics, name="metrics"),
    path("", include("core.urls")),
    path("", include("workflows.urls")),
    path("", include("crm.urls")),
    path("", include("contracts.urls")),
    path("", include("service.urls")),
]
