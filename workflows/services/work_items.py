"""Take a work item, give it back, finish it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.models import User
from workflows.models import HistoryEvent, WorkItem
from workflows.queues import queues_of
from workflows.selectors import work_item_for
from workflows.services import answers
from workflows.services.assignment import Done
from workflows.services.history import part_of
from workflows.services.rows import WORK_ITEM
from workflows.services.step import Step, step_of_work_item

Kind = HistoryEvent.Kind


def claim_work_item(*, work_item_id: int, actor: User) -> WorkItem:
    """Take an item from one of the actor's queues: it stands in their own list from now on."""
    with step_of_work_item(work_item_id, actor=actor) as step:
        item = step.item
        require_open_item(step)
        if item.assignee_id == actor.pk:
            return item
        require_reach(step)
        _require_distinct(step)
        step.require_running()
        step.writes.update(item, assignee=actor.pk, claimed_at=step.now)
        step.history.deed(Kind.CLAIMED, element=item.element, data=part_of(item))
    return item


def release_work_item(*, work_item_id: int, actor: User) -> WorkItem:
    """Give an item back to the queue it was taken from."""
    with step_of_work_item(work_item_id, actor=actor) as step:
        item = step.item
        require_open_item(step)
        require_reach(step)
        step.require_running()
        if item.assignee_id is None:
            raise Conflict(_("This task is in the queue already."), code="not_claimed")
        if not item.is_from_queue:
            raise ApplicationError(
                _("This task was given to you personally. It came from no queue and cannot go back to one."),
                code="not_from_queue",
            )
        step.writes.update(
            item, assignee=None, on_behalf_of=None, claimed_at=None, **item.brought_back(step.now)
        )
        step.history.deed(Kind.RELEASED, element=item.element, data=part_of(item))
    return item


def complete_work_item(
    *,
    work_item_id: int,
    actor: Actor,
    outcome: str = "",
    data: Mapping[str, Any] | None = None,
    comment: str = "",
    files: Mapping[str, Any] | None = None,
) -> WorkItem:
    """Finish an item with a decision, a form and a comment; the case moves on until it waits again.

    An item of one of the actor's queues is claimed by finishing it.
    """
    with step_of_work_item(work_item_id, actor=actor) as step:
        item = step.item
        require_open_item(step)
        require_reach(step)
        _require_distinct(step)
        step.require_running()
        step.load()
        _finish(step, outcome=outcome)
        values = answers.hand_in(step, outcome=outcome, data=data or {}, comment=comment, files=files or {})
        done = step.history.deed(
            Kind.COMPLETED,
            element=item.element,
            outcome=outcome,
            comment=comment,
            data=part_of(item) | ({"answers": values} if values else {}),
            on_behalf_of=item.on_behalf_of_id if item.on_behalf_of_id != actor.pk else None,
        )
        step.history.follow(step.case.events, done=done)
    return item


# Conditions -------------------------------------------------------------------------------------


def require_open_item(step: Step) -> None:
    """Refuse when somebody else was faster; people whom the item never concerned learn nothing of it."""
    if step.item.is_open:
        return
    if not _concerns(step):
        refuse_stranger(step)
    raise Conflict(why_not_open(step.item), code="not_open")


def require_reach(step: Step) -> None:
    """The item must be the actor's, or lie in one of their queues."""
    item, actor = step.item, step.actor
    if isinstance(actor, SystemActor) or (item.assignee_id == actor.pk and actor.is_active):
        return
    if not _concerns(step):
        refuse_stranger(step)
    if item.assignee_id is not None:
        raise Conflict(taken_text(item), code="taken")


def _require_distinct(step: Step) -> None:
    """Separation of duties: whoever did the step that this one checks may not do it."""
    done = checked_step_done_by(step, step.actor.pk)
    if done is not None:
        raise ApplicationError(
            _("You did the step “%(step)s” of this case yourself, so somebody else must do this one.")
            % {"step": done},
            code="separation_of_duties",
        )


def checked_step_done_by(step: Step, person_id: int | None) -> str | None:
    """The name of a step that the item's step checks and that this person did."""
    element, item = step.element, step.item
    if not element.distinct_from:
        return None
    done = Done(step.instance)
    for other, person in done.kept_apart(step.definition, item.element, item.indices, element.distinct_from):
        if person == person_id:
            return step.definition.element(other).label(get_language() or "zh-hans")
    return None


def _concerns(step: Step) -> bool:
    """Whether the item is, was or could have been the actor's work."""
    item, actor = step.item, step.actor
    if isinstance(actor, SystemActor) or actor.pk in (item.assignee_id, item.completed_by_id):
        return True
    return any(
        queue.holds(role=item.role, department_path=item.department_path) for queue in queues_of(actor)
    )


def refuse_stranger(step: Step) -> NoReturn:
    """Strangers hear "not found", people who may look at the case "not allowed"."""
    if not isinstance(step.actor, SystemActor):
        work_item_for(step.actor, step.item.pk)
    raise PermissionDenied(_("This task is not yours to do."))


# Texts ------------------------------------------------------------------------------------------


def why_not_open(item: WorkItem) -> str:
    if item.status == WorkItem.Status.COMPLETED:
        return _("%(name)s already did this task on %(when)s.") % {
            "name": _name(item.completed_by_id) or item.completed_by_label,
            "when": _moment(item.completed_at),
        }
    return _("This task was withdrawn.")


def taken_text(item: WorkItem) -> str:
    if item.claimed_at is None:
        return _("This task was given to %(name)s.") % {"name": _name(item.assignee_id)}
    return _("%(name)s took this task on %(when)s.") % {
        "name": _name(item.assignee_id),
        "when": _moment(item.claimed_at),
    }


def _name(user_id: int | None) -> str:
    person = User.objects.filter(pk=user_id).first() if user_id is not None else None
    return person.name if person is not None else ""


def _moment(at: Any) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


# Changes ----------------------------------------------------------------------------------------


def _finish(step: Step, *, outcome: str) -> None:
    """Close the item before the case moves on, so that what follows sees who did it."""
    item, actor = step.item, step.actor
    step.writes.update(
        item,
        status=WorkItem.Status.COMPLETED,
        outcome=outcome,
        assignee=item.assignee_id or actor.pk,
        completed_by=actor.pk,
        completed_by_label=actor.display_name,
        completed_at=step.now,
    )
    step.settle(item.token, WORK_ITEM)
