"""The app that knows every other one: start-up checks, demo company, cross-app commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"
