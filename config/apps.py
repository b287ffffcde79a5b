"""The app that knows every other one: start-up checks, demo company, cross-app commands."""

from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        # ``manage.py check --deploy`` asks them.
        import_module("config.checks")
        # Says how roles, number rules and flows are loaded.
        import_module("config.reference")
        import_module("config.tracing").set_up()
