"""Addresses of the ground: first run, language, theme."""

from django.urls import path

from core.views import preferences
from core.views.first_run import FirstRun

urlpatterns = [
    path("first-run/", FirstRun.as_view(), name="first-run"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
]
