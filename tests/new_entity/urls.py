"""The site with fairs in it."""

from django.urls import include, path

from config.urls import handler400, handler404, handler500
from config.urls import urlpatterns as site

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*site, path("", include("tests.new_entity.fairs.urls"))]
