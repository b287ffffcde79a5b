"""The app that runs processes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = _("Processes")

    def ready(self) -> None:
        from workflows import checks, registry  # noqa: F401  (checks register themselves)

        registry.discover()
