"""How the history of people, roles, number rules, settings and the calendar is read."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.history import Tracked, register
from core.rights import permissions


def _right(code: Any) -> str:
    known = permissions().get(code)
    return known.name if known is not None else str(code)


register(Tracked("core.user"))
register(Tracked("core.user_roles", part=_("Role"), labels={"role_id": _("Role")}, name=()))
register(Tracked("core.department"))
register(Tracked("core.role"))
register(
    Tracked(
        "core.grant",
        part=_("Right"),
        labels={"permission": _("Right"), "scope": _("Scope")},
        values={"permission": _right},
        name=(),
    )
)
register(
    Tracked(
        "core.numberrule",
        labels={"code": _("Kind of document"), "pattern": _("Pattern"), "reset": _("Counts anew")},
    )
)
register(Tracked("core.setting", labels={"code": _("Setting"), "value": _("Value")}))
register(Tracked("core.workshift"))
register(Tracked("core.calendaryear"))
register(Tracked("core.calendarday"))
