"""Tasks, cases, processes and failures in the main navigation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.navigation import ADMINISTRATION, Entry, register
from core.permissions import MANAGE_JOBS
from workflows.permissions import CHANGE_SOME


def _to_do(request: HttpRequest) -> str:
    from core.templatetags.ui import capped
    from workflows.views.boxes import count_mine

    count = count_mine(request.user)
    return capped(count) if count else ""


def _failures(request: HttpRequest) -> str:
    from workflows.models import Incident

    count = Incident.objects.filter(status=Incident.Status.OPEN).order_by()[:100].count()
    return ("99+" if count > 99 else str(count)) if count else ""


register(Entry(_("Tasks"), "inbox", "workflows:inbox", order=10, on_phone=True, badge=_to_do))
register(Entry(_("Start a process"), "play", "workflows:catalogue", order=15))
register(Entry(_("Cases"), "git-branch", "workflows:case-list", order=20))
register(
    Entry(
        _("Processes"),
        "workflow",
        "workflows:definition-list",
        "workflows.import_definition",
        group=_("Process management"),
        order=70,
        also=CHANGE_SOME,
    )
)
register(
    Entry(
        _("Failures"),
        "shield-alert",
        "workflows:incident-list",
        "workflows.retry_incident",
        group=_("Process management"),
        order=71,
        badge=_failures,
    )
)
register(
    Entry(
        _("Operations"),
        "activity",
        "workflows:operations",
        "workflows.retry_incident",
        group=_("Process management"),
        order=72,
        also=MANAGE_JOBS,
    )
)
register(
    Entry(
        _("Messages"),
        "message-square",
        "workflows:message-list",
        "workflows.send_message",
        group=ADMINISTRATION,
        order=91,
        text=_("What cases wait for from outside, and what came for none yet."),
    )
)
register(
    Entry(
        _("External systems"),
        "arrow-up-right",
        "workflows:outside-service-list",
        "workflows.manage_outside_services",
        group=ADMINISTRATION,
        order=94,
        text=_("Which systems of others processes may call."),
    )
)
