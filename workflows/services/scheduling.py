"""Publish a draft at a moment that was chosen beforehand. What was looked at is what is published, or nothing."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import audit, clock
from core.actors import Actor, SystemActor
from core.calendar import current
from core.errors import ApplicationError
from core.models import User
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.notices import tell_of_publishing
from workflows.services.definitions import (
    DiagramRefusedError,
    lint,
    publish_draft,
    require_revision,
    require_second_person,
)
from workflows.services.drawing_rights import locked_to_publish

logger = logging.getLogger(__name__)
ACTOR = SystemActor("workflows.publish_scheduled")


@transaction.atomic
def schedule_publishing(
    *, definition_key: str, at: datetime, revision: int, actor: Actor, note: str = ""
) -> ProcessDraft:
    """Have this revision of the draft published at a moment at which people work, in the name of the actor."""
    definition, draft = _locked(definition_key, actor)
    require_revision(draft, revision)
    if isinstance(actor, SystemActor):
        raise ApplicationError(_("A person publishes a process."), code="no_person")
    require_second_person(definition, draft, actor)
    _require_good_moment(at)
    problems = [one for one in lint(draft.bpmn, definition, draft.decisions) if one.severity == "error"]
    if problems:
        raise DiagramRefusedError(problems)
    draft.publish_at, draft.publish_revision = at, draft.revision
    draft.publish_by, draft.publish_note = actor, note
    draft.save(update_fields=_FIELDS)
    audit.record(
        actor,
        "workflows.schedule_publishing",
        definition,
        after={"at": at.isoformat(), "revision": draft.revision},
        note=note,
    )
    return draft


@transaction.atomic
def take_back_scheduling(*, definition_key: str, actor: Actor) -> ProcessDraft:
    """Not to be published by itself after all; the draft stays."""
    definition, draft = _locked(definition_key, actor)
    if not draft.is_scheduled:
        raise ApplicationError(_("Nothing is scheduled."), code="not_scheduled")
    audit.record(
        actor,
        "workflows.take_back_scheduling",
        definition,
        before={"at": draft.publish_at.isoformat() if draft.publish_at else None},
    )
    _clear(draft)
    return draft


def publish_scheduled() -> int:
    """Publish what is due: looked over again, in the name of whoever scheduled it. Called by beat.

    What was changed meanwhile or is refused stays a draft, and whoever scheduled it is told why."""
    due = ProcessDraft.objects.filter(publish_at__lte=clock.now()).values_list("pk", flat=True)
    done = 0
    for pk in list(due):
        try:
            done += _publish_one(pk)
        except DatabaseError:  # the next turn tries again; the others are not kept waiting
            logger.exception("The scheduled draft %s could not be published.", pk)
    return done


@transaction.atomic
def _publish_one(pk: int) -> bool:
    key = ProcessDraft.objects.filter(pk=pk).values_list("definition__key", flat=True).first()
    if key is None:
        return False
    definition = ProcessDefinition.objects.select_for_update(no_key=True, of=("self",)).get(key=key)
    draft = (
        ProcessDraft.objects.select_related("publish_by").filter(pk=pk, publish_at__lte=clock.now()).first()
    )
    if draft is None or draft.publish_by is None:
        return False  # another worker was faster, or it was taken back
    person, note, planned = draft.publish_by, draft.publish_note, draft.publish_at
    with override(person.language or settings.LANGUAGE_CODE):
        number, refusal = _tried(draft, person, key, note)
    if number is None:
        said = {"at": planned.isoformat() if planned else None, "revision": draft.publish_revision}
        audit.record(ACTOR, "workflows.refuse_scheduled", definition, before=said, note=refusal)
        _clear(draft)
    tell_of_publishing(person, definition, number=number, reason=refusal, planned=planned)
    return number is not None


def _tried(draft: ProcessDraft, person: User, key: str, note: str) -> tuple[int | None, str]:
    """The version it has become, or why it has not."""
    if draft.has_changed_since:
        return None, _("The draft has been changed since it was scheduled.")
    try:
        with transaction.atomic():
            return _in_the_name_of(person, key, note), ""
    except ApplicationError as error:
        return None, str(error)
    except (PermissionDenied, ProcessDefinition.DoesNotExist):
        return None, ""


def _in_the_name_of(person: User, key: str, note: str) -> int:
    if not person.is_active:
        raise PermissionDenied
    return publish_draft(definition_key=key, actor=person, note=note).number


_FIELDS = ["publish_at", "publish_revision", "publish_by", "publish_note"]


def _clear(draft: ProcessDraft) -> None:
    draft.publish_at = draft.publish_revision = draft.publish_by = None
    draft.publish_note = ""
    draft.save(update_fields=_FIELDS)


def _locked(key: str, actor: Actor) -> tuple[ProcessDefinition, ProcessDraft]:
    definition = locked_to_publish(key, actor)
    draft = ProcessDraft.objects.filter(definition=definition).first()
    if draft is None:
        raise ApplicationError(_("There is no draft to publish."), code="no_draft")
    return definition, draft


def _require_good_moment(at: datetime) -> None:
    """In the future, and while people work who can look after what begins to run."""
    text = ""
    if at <= clock.now():
        text = _("Choose a moment that is still to come.")
    elif not current().is_working(at):
        good = date_format(localtime(current().next_moment(at)), "DATETIME_FORMAT")
        text = _("Nobody works at that moment. The next one is %(moment)s.") % {"moment": good}
    if text:
        raise ApplicationError(text, code="bad_moment", errors={"at": [text]})
