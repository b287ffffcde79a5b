"""Writing down what a draft holds, each time it is saved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from workflows.models import DraftSnapshot, ProcessDraft

# Whoever goes on drawing writes over their own state for so long.
SITTING: Final = timedelta(minutes=10)


def keep_snapshot(draft: ProcessDraft, origin: str, before: int) -> None:
    """Keep the state of a draft that was just saved over revision ``before``; its process is locked."""
    last = DraftSnapshot.objects.filter(definition=draft.definition).order_by("-pk").first()
    if last is not None and _goes_on(last, draft, origin, before):
        last.bpmn, last.decisions, last.forms = draft.bpmn, draft.decisions, draft.forms
        last.revision, last.saved_at = draft.revision, draft.updated_at
        last.save(update_fields=["bpmn", "decisions", "forms", "revision", "saved_at"])
        return
    if last is not None and _is_equal(last, draft):
        last.revision = draft.revision
        last.save(update_fields=["revision"])
        return
    DraftSnapshot.objects.create(
        definition=draft.definition,
        bpmn=draft.bpmn,
        decisions=draft.decisions,
        forms=draft.forms,
        revision=draft.revision,
        origin=origin,
        saved_by=draft.updated_by,
        saved_by_label=draft.updated_by_label,
        began_at=draft.updated_at,
        saved_at=draft.updated_at,
    )


def _goes_on(last: DraftSnapshot, draft: ProcessDraft, origin: str, before: int) -> bool:
    """Whether the same person draws on within a sitting, and nobody has been asked to look at that state."""
    drawn = DraftSnapshot.Origin.DRAWN
    return (
        origin == drawn
        and last.origin == drawn
        and last.revision == before
        and last.saved_by_id == draft.updated_by_id
        and draft.asked_revision != before
        and _began_lately(last.began_at, draft.updated_at)
    )


def _began_lately(began: datetime, now: datetime) -> bool:
    return began <= now < began + SITTING


def _is_equal(last: DraftSnapshot, draft: ProcessDraft) -> bool:
    return (last.bpmn, last.decisions, last.forms) == (draft.bpmn, draft.decisions, draft.forms)
