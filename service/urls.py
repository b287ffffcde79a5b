"""Addresses of the pages after the sale."""

from django.urls.resolvers import URLPattern

app_name = "service"

urlpatterns: list[URLPattern] = []
