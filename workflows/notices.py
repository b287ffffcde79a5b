"""What people are told about their work, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from core import clock
from core.actors import Actor
from core.models import Role, User
from core.models.people import in_reader_language
from core.notifications import Kind, Params, People, Said, moment, notify, register
from core.templatetags.ui import moment as written
from workflows.models import ProcessDefinition, WorkItem

# The levels of a deadline, and work that changes hands.
REMIND, COPY, HANDOVER = "remind", "copy", "handover"
HANDED_TO, HANDED_AWAY = "handed_to", "handed_away"
# What somebody has put off has come back.
WOKEN = "woken"


def tell(
    people: Sequence[User], code: str, item: WorkItem, more: Params | None = None, *, again: str = ""
) -> None:
    """Tell people about a work item; ``again`` tells one time from the next, where it may happen twice."""
    role = Role.objects.filter(code=item.role).first() if item.role else None
    notify(
        people,
        f"work_item.{code}",
        f"work_item:{item.pk}:{code}:{again}".rstrip(":"),
        {
            "step_zh": item.name_zh,
            "step_en": item.name_en,
            "element": item.element,
            "part": item.part,
            "about": item.subject_title,
            "due_at": item.due_at,
            "holder": item.assignee_id,
            "role_zh": role.name_zh if role else "",
            "role_en": role.name_en if role else "",
            **(more or {}),
        },
        reverse("workflows:work-item", args=[item.pk]),
        subject=item,
    )


# What asks somebody to do something about a task: of no use once it is done.
_ASKING = tuple(f"work_item.{code}" for code in (REMIND, COPY, HANDOVER, HANDED_TO, WOKEN))

_SETTLE = """
UPDATE core_notification AS n
   SET read_at = %(now)s
 WHERE n.read_at IS NULL AND n.kind = ANY(%(kinds)s) AND n.subject_type = 'workflows.workitem'
   AND NOT EXISTS (SELECT FROM workflows_workitem w WHERE w.id = n.subject_id::bigint AND w.status = 'open')
"""


def settle_notices() -> int:
    """Mark as read what asked for a task that is done meanwhile, whoever did it; says how many. A beat does so: a
    step pays nothing for it."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"now": clock.now(), "kinds": list(_ASKING)})
        return int(cursor.rowcount)


def tell_of_many(to: User, items: Sequence[WorkItem], person: User, actor: Actor) -> None:
    """Tell somebody once that several tasks of another person are theirs now."""
    if to.pk == actor.pk:
        return
    # The rows that changed hands tell this time from the next.
    last = max((item.instance.last_event, item.pk) for item in items)
    notify(
        [to],
        "work_item.taken_over",
        f"work_item:taken_over:{person.pk}:{last[1]}:{last[0]}",
        {"from": person.pk, "count": len(items)},
        reverse("workflows:inbox"),
        subject=person,
    )


def tell_of_publishing(
    person: User, definition: ProcessDefinition, *, number: int | None, reason: str, planned: datetime | None
) -> None:
    """Tell whoever scheduled it that a process was published, or why it was not. ``planned``, the moment,
    tells one time from the next."""
    notify(
        [person],
        "process.published" if number is not None else "process.not_published",
        f"process:{definition.pk}:{number}:{planned:%Y%m%d%H%M%S}",
        {"name_zh": definition.name_zh, "name_en": definition.name_en, "number": number, "reason": reason},
        reverse("workflows:definition-detail", args=[definition.key]) + "?tab=versions",
        subject=definition,
    )


def _process(params: Params) -> str:
    return in_reader_language(params["name_zh"], params["name_en"])


def _published(params: Params, people: People) -> Said:
    words = {"process": _process(params), "number": params["number"]}
    return Said(_("Published as planned: %(process)s, version %(number)s") % words)


def _not_published(params: Params, people: People) -> Said:
    reason = params.get("reason") or _("You may not publish it any more.")
    return Said(_("Not published as planned: %(process)s") % {"process": _process(params)}, reason)


def _step(params: Params) -> str:
    name = in_reader_language(params["step_zh"], params["step_en"]) or params["element"]
    return f"{name} ({params['part']})" if params["part"] else name


def _holder(params: Params, people: People) -> str:
    """With whom it is: a person, else everybody of a role."""
    return _name(params, "holder", people) or in_reader_language(params["role_zh"], params["role_en"])


def _name(params: Params, name: str, people: People) -> str:
    person = people.get(params.get(name) or 0)
    return person.name if person is not None else ""


def _lines(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _due(params: Params) -> str:
    due_at = moment(params, "due_at")
    return _("due %(time)s") % {"time": written(due_at)} if due_at is not None else ""


def _reminder(params: Params, people: People) -> Said:
    return Said(_("Please do: %(step)s") % {"step": _step(params)}, _lines(params["about"], _due(params)))


def _woken(params: Params, people: People) -> Said:
    return Said(
        _("Back in your tasks: %(step)s") % {"step": _step(params)}, _lines(params["about"], _due(params))
    )


def _copy(params: Params, people: People) -> Said:
    holder = _("with %(name)s") % {"name": _holder(params, people)}
    return Said(
        _("Not done yet: %(step)s") % {"step": _step(params)}, _lines(holder, params["about"], _due(params))
    )


def _handover(params: Params, people: People) -> Said:
    holder = _("with %(name)s") % {"name": _holder(params, people)}
    return Said(
        _("You may give it to somebody else: %(step)s") % {"step": _step(params)},
        _lines(holder, params["about"], _due(params)),
    )


def _handed_to(params: Params, people: People) -> Said:
    by = _name(params, "by", people)
    title = _("%(name)s handed you: %(step)s") if by else _("Handed to you: %(step)s")
    return Said(
        title % {"name": by, "step": _step(params)},
        _lines(params["about"], params.get("reason", ""), _due(params)),
    )


def _taken_over(params: Params, people: People) -> Said:
    words = {"name": _name(params, "from", people), "count": params["count"]}
    return Said(
        ngettext(
            "You take over %(count)s task of %(name)s",
            "You take over %(count)s tasks of %(name)s",
            params["count"],
        )
        % words
    )


def _handed_away(params: Params, people: People) -> Said:
    names = {"name": _name(params, "by", people), "to": _name(params, "to", people), "step": _step(params)}
    return Said(
        _("%(name)s gave your task to %(to)s: %(step)s") % names,
        _lines(params["about"], params.get("reason", "")),
    )


def _offered(params: Params, people: People) -> Said:
    name = in_reader_language(params["name_zh"], params["name_en"]) or params["key"]
    return Said(
        _("A newer diagram came with the program: %(process)s") % {"process": name},
        _("Your own version stays in use until somebody publishes another one."),
    )


register(Kind("process.offered", "workflow", _offered, name=_lazy("The program brings a newer process")))
register(Kind("work_item.remind", "clock", _reminder, by_mail=True, name=_lazy("My task is due")))
register(Kind("work_item.woken", "alarm-clock", _woken, name=_lazy("A task that I put off is back")))
register(
    Kind(
        "work_item.copy",
        "hourglass",
        _copy,
        people=("holder",),
        by_mail=True,
        name=_lazy("A task of my people is overdue"),
    )
)
register(
    Kind(
        "work_item.handover",
        "user-plus",
        _handover,
        people=("holder",),
        by_mail=True,
        name=_lazy("An overdue task of my people may be handed on"),
    )
)
register(
    Kind(
        "work_item.handed_to",
        "send",
        _handed_to,
        people=("by",),
        by_mail=True,
        name=_lazy("A task was handed to me"),
    )
)
register(
    Kind(
        "work_item.handed_away",
        "send",
        _handed_away,
        people=("by", "to"),
        name=_lazy("A task was taken from me"),
    )
)
register(
    Kind(
        "work_item.taken_over",
        "users-round",
        _taken_over,
        people=("from",),
        by_mail=True,
        name=_lazy("Tasks of somebody else are mine now"),
    )
)
register(
    Kind("process.published", "circle-check", _published, name=_lazy("A process I scheduled was published"))
)
register(
    Kind(
        "process.not_published",
        "circle-alert",
        _not_published,
        by_mail=True,
        name=_lazy("A process I scheduled could not be published"),
    )
)
