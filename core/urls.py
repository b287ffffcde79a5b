"""Addresses of the ground: first run, language, health."""

urlpatterns: list = []
