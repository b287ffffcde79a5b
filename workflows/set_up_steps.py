"""What processes ask a new company for."""

from django.utils.translation import gettext_lazy as _

from core.set_up import Step, register
from workflows.models import ProcessDefinition


def _has_flow() -> bool:
    return ProcessDefinition.objects.filter(current_version__isnull=False).exists()


register(
    Step(
        "workflows.flow",
        _("The first flow"),
        _(
            "The way a contract takes through the company. It comes with the program; look whose step is whose."
        ),
        _has_flow,
        "workflows:definition-list",
        _("Look at the flows"),
        "workflow",
        order=58,
        permission="workflows.import_definition",
    )
)
