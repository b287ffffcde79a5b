"""Every address of the site, app by app."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("api/v1/", include("config.api")),
    path("", include("core.urls")),
    path("", include("workflows.urls")),
    path("", include("crm.urls")),
    path("", include("contracts.urls")),
]
