"""Hand a draft over for publishing: whoever drew it asks, whoever may publish it does so or sends it back.

A request is for one revision. Saving again does not end it: the publisher is told, and sees the difference as it
is now.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError
from core.models import User
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.publishing_notices import tell_of_request, tell_that_sent_back
from workflows.services.definitions import (
    DiagramRefusedError,
    is_second_person_needed,
    lint,
    require_revision,
)
from workflows.services.drawing_rights import locked_to_draw, locked_to_publish, publishers_of
from workflows.services.versions import says_the_same


@transaction.atomic
def ask_for_publishing(*, definition_key: str, revision: int, actor: Actor, note: str = "") -> ProcessDraft:
    """Ask everybody who may publish this revision of the draft to do so. Asking anew takes the place of asking."""
    definition = locked_to_draw(definition_key, actor)
    draft = _draft_of(definition)
    require_revision(draft, revision)
    if isinstance(actor, SystemActor):
        raise ApplicationError(_("A person asks for publishing."), code="no_person")
    _require_ready(definition, draft)
    people = [one for one in who_may_publish(definition, draft) if not one.is_same_as(actor)]
    if not people:
        raise ApplicationError(
            _("Nobody else may publish this process. An administrator says who may."), code="nobody_publishes"
        )
    draft.asked_by, draft.asked_at, draft.asked_revision = actor, clock.now(), draft.revision
    draft.asked_note = note
    draft.sent_back_at = draft.sent_back_by = None
    draft.sent_back_reason = ""
    draft.save(update_fields=_FIELDS)
    audit.record(
        actor, "workflows.ask_for_publishing", definition, after={"revision": draft.revision}, note=note
    )
    tell_of_request(people, draft)
    return draft


@transaction.atomic
def take_back_request(*, definition_key: str, actor: Actor) -> ProcessDraft:
    """Not to be published after all; the draft stays. Whoever may draw the process may take a request back."""
    definition = locked_to_draw(definition_key, actor)
    draft = _asked_draft_of(definition)
    _end(draft)
    audit.record(actor, "workflows.take_back_request", definition, before={"revision": draft.revision})
    return draft


@transaction.atomic
def send_back_draft(*, definition_key: str, reason: str, actor: Actor) -> ProcessDraft:
    """Say why a draft is not published as it is. It stays, with the reason, and whoever asked is told."""
    definition = locked_to_publish(definition_key, actor)
    draft = _asked_draft_of(definition)
    if not reason.strip():
        text = _("Say why, so that the draft can be changed.")
        raise ApplicationError(text, code="no_reason", errors={"reason": [text]})
    if draft.asked_by is not None and not draft.asked_by.is_same_as(actor):
        tell_that_sent_back(draft.asked_by, draft, reason, actor)
    draft.sent_back_at, draft.sent_back_reason = clock.now(), reason.strip()
    draft.sent_back_by = None if isinstance(actor, SystemActor) else actor
    _end(draft)
    audit.record(
        actor, "workflows.send_back_draft", definition, before={"revision": draft.revision}, note=reason
    )
    return draft


def who_may_publish(definition: ProcessDefinition, draft: ProcessDraft) -> list[User]:
    """The people who may publish this draft: not who drew it, where that takes a second person."""
    return [one for one in publishers_of(definition) if not is_second_person_needed(definition, draft, one)]


def _require_ready(definition: ProcessDefinition, draft: ProcessDraft) -> None:
    """Nobody is asked to publish what cannot be published."""
    current = definition.current_version
    if current is not None and says_the_same(draft, current):
        raise ApplicationError(_("This is what is published already: nothing has changed."), code="unchanged")
    problems = [one for one in lint(draft.bpmn, definition, draft.decisions) if one.severity == "error"]
    if problems:
        raise DiagramRefusedError(problems)


def _draft_of(definition: ProcessDefinition) -> ProcessDraft:
    rows = ProcessDraft.objects.select_related("asked_by", "updated_by")
    draft = rows.filter(definition=definition).first()
    if draft is None:
        raise ApplicationError(_("There is no draft to publish."), code="no_draft")
    draft.definition = definition
    return draft


def _asked_draft_of(definition: ProcessDefinition) -> ProcessDraft:
    draft = _draft_of(definition)
    if not draft.is_asked_for:
        raise ApplicationError(
            _("Nobody asks for this draft to be published any more."), code="not_asked_for"
        )
    return draft


_FIELDS = [
    "asked_by",
    "asked_at",
    "asked_revision",
    "asked_note",
    "sent_back_at",
    "sent_back_by",
    "sent_back_reason",
]


def _end(draft: ProcessDraft) -> None:
    draft.asked_by = draft.asked_at = draft.asked_revision = None
    draft.asked_note = ""
    draft.save(update_fields=_FIELDS)
