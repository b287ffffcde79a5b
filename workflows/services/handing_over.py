"""Give a work item to somebody else (转办): its assignee does, later their managers, an administrator at any time."""

from __future__ import annotations

from enum import Enum
from typing import Final

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.models import Role, User
from core.rights import scope_q
from workflows import notices
from workflows.models import HistoryEvent, WorkItem
from workflows.oversight import is_above
from workflows.queues import people_of_queue
from workflows.services.history import part_of
from workflows.services.named_roles import role_of
from workflows.services.step import Step, step_of_work_item
from workflows.services.work_items import (
    checked_step_done_by,
    refuse_stranger,
    require_open_item,
    taken_text,
    why_not_open,
)

TRANSFER: Final = "workflows.transfer_work_item"


class Standing(Enum):
    """By what right somebody may give an item to another person, or why not."""

    ASSIGNEE = "assignee"
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    TOO_EARLY = "too early"
    NONE = "none"

    @property
    def may(self) -> bool:
        return self in (Standing.ASSIGNEE, Standing.ADMINISTRATOR, Standing.MANAGER)


class _Unsaid(Enum):
    UNSAID = "unsaid"


UNSAID: Final = _Unsaid.UNSAID


def standing_of(actor: Actor, item: WorkItem) -> Standing:
    """A manager has the right from the moment that the step's deadline names, over whomever they command."""
    return _standing(actor, item) if item.is_open else Standing.NONE


def _standing(actor: Actor, item: WorkItem) -> Standing:
    if isinstance(actor, SystemActor):
        return Standing.ADMINISTRATOR
    # Whoever is stood in for may take it back.
    if actor.pk in (item.assignee_id, item.on_behalf_of_id) and actor.is_active:
        return Standing.ASSIGNEE
    if actor.may(TRANSFER):
        reach = scope_q(actor, TRANSFER, owner="starter")
        if WorkItem.objects.filter(reach, pk=item.pk).exists():
            return Standing.ADMINISTRATOR
    if item.handover_at is None or not is_above(actor, item):
        return Standing.NONE
    return Standing.MANAGER if item.handover_at <= clock.now() else Standing.TOO_EARLY


def possible_assignees(item: WorkItem) -> QuerySet[User]:
    """Whom an item can be given to: active people of its role and reach who may do it.

    Where nobody is entitled (the item is alarmed), whoever gives it decides.
    """
    people = User.objects.filter(is_active=True).exclude(pk__in=[item.assignee_id or 0, *item.excluded])
    if item.role and not item.alarm:
        people = people.filter(pk__in=people_of_queue(item.role, department_path=item.department_path))
    return people


def transfer_work_item(
    *,
    work_item_id: int,
    to: User,
    reason: str,
    actor: Actor,
    seen_assignee_id: int | _Unsaid | None = UNSAID,
) -> WorkItem:
    """Give an open item to somebody who can do it, saying why. Both people hear of it.

    ``seen_assignee_id`` is who had it when the actor decided: of two who give it away at once the second hears
    that it has gone already, instead of undoing what the first has done.
    """
    if isinstance(seen_assignee_id, _Unsaid):
        seen_assignee_id = WorkItem.objects.values_list("assignee", flat=True).get(pk=work_item_id)
    with step_of_work_item(work_item_id, actor=actor) as step:
        item, before = step.item, step.item.assignee_id
        _require_standing(step)
        if before != seen_assignee_id:
            raise Conflict(_changed_text(item), code="taken")
        step.require_running()
        reason = _required(reason)
        _require_able(step, to)
        step.writes.update(
            item,
            assignee=to.pk,
            on_behalf_of=None,
            # An item that nobody was entitled to waited with the administrators: from here on with its own role.
            role=(role_of(step) or item.role) if item.alarm else item.role,
            alarm=WorkItem.Alarm.NONE,
            claimed_at=None,
            **item.brought_back(step.now),
        )
        event = step.history.deed(
            HistoryEvent.Kind.REASSIGNED,
            element=item.element,
            comment=reason,
            data={"from": before, "to": to.pk, **part_of(item)},
        )
        _tell(item, before, to, reason, actor, number=event.seq)
    return item


# Conditions -------------------------------------------------------------------------------------


def _require_standing(step: Step) -> None:
    item, actor = step.item, step.actor
    standing = _standing(actor, item)
    if not item.is_open and standing is not Standing.NONE:
        raise Conflict(why_not_open(item), code="not_open")
    require_open_item(step)
    if standing is Standing.TOO_EARLY:
        raise ApplicationError(
            _("You may give this task to somebody else from %(time)s on, if it is not done by then.")
            % {"time": date_format(localtime(item.handover_at), "DATETIME_FORMAT")},
            code="too_early",
        )
    if standing.may:
        return
    # Whoever had it until now hears where it went.
    handed_on = HistoryEvent.objects.filter(
        instance=step.instance.pk,
        kind=HistoryEvent.Kind.REASSIGNED,
        element=item.element,
        data__contains={"from": actor.pk, **part_of(item)},
    )
    if handed_on.exists():
        raise Conflict(_changed_text(item), code="taken")
    refuse_stranger(step)


def _require_able(step: Step, to: User) -> None:
    """The person must be able to do the step, else handing it over would only lose time."""
    item = step.item
    if not to.is_active:
        _refuse(_("%(name)s does not work here any more.") % {"name": to.name}, "inactive")
    if to.pk == item.assignee_id:
        _refuse(_("%(name)s has this task already.") % {"name": to.name}, "same_person")
    checked = checked_step_done_by(step, to.pk)
    if checked is not None or to.pk in item.excluded:
        _refuse(
            _("%(name)s did the step that this one checks (%(step)s), so somebody else must do it.")
            % {"name": to.name, "step": checked or "—"},
            "separation_of_duties",
        )
    if not possible_assignees(item).filter(pk=to.pk).exists():
        role = Role.objects.filter(code=item.role).first()
        _refuse(
            _("%(name)s cannot do this task: it is for %(role)s who look after this matter.")
            % {"name": to.name, "role": role or item.role},
            "not_able",
        )


def _refuse(text: str, code: str) -> None:
    raise ApplicationError(text, code=code, errors={"to": [text]})


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        text = _("Say why.")
        raise ApplicationError(text, code="reason_needed", errors={"reason": [text]})
    return reason


def _changed_text(item: WorkItem) -> str:
    if item.assignee_id is None:
        return _("This task is in the queue again.")
    return taken_text(item)


def _tell(item: WorkItem, before: int | None, to: User, reason: str, actor: Actor, *, number: int) -> None:
    """Both people hear of it, except whoever did it."""
    about = {"by": actor.pk, "to": to.pk, "reason": reason[:300]}
    if to.pk != actor.pk:
        notices.tell([to], notices.HANDED_TO, item, about, again=str(number))
    if before is not None and before not in (actor.pk, to.pk):
        people = list(User.objects.filter(pk=before))
        notices.tell(people, notices.HANDED_AWAY, item, about, again=str(number))
