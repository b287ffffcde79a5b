"""The states of a process, published and drawn: what differs between two of them, and back to an old one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from workflows import registry
from workflows.engine.differences import Differences, Glossary, compare_versions
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.services.definitions import require_revision, save_draft
from workflows.services.drawing_rights import locked_to_draw

# What has a diagram, tables and forms.
State = ProcessVersion | ProcessDraft | DraftSnapshot


def differences_between(before: State, after: State, glossary: Glossary | None = None) -> Differences:
    """What the second state says otherwise than the first, in words. Whoever compares many gives the glossary."""
    return compare_versions(
        before.bpmn,
        after.bpmn,
        registry.glossary() if glossary is None else glossary,
        decisions=(before.decisions, after.decisions),
        forms=(before.forms, after.forms),
    )


@transaction.atomic
def restore_as_draft(
    *, definition_key: str, number: int, revision: int, actor: Actor, replace: bool = False
) -> ProcessDraft:
    """Make an old version the draft, from which one goes on drawing; nothing is published.

    ``revision`` is that of the draft the person has seen, 0 for none. A draft of somebody else is replaced
    only where ``replace`` says so.
    """
    definition = locked_to_draw(definition_key, actor)
    version = ProcessVersion.objects.get(definition=definition, number=number)
    return make_draft_of(
        version,
        definition,
        revision=revision,
        actor=actor,
        replace=replace,
        origin=DraftSnapshot.Origin.VERSION,
        action="workflows.restore_as_draft",
        after={"version": number},
    )


def make_draft_of(
    state: ProcessVersion | DraftSnapshot,
    definition: ProcessDefinition,
    *,
    revision: int,
    actor: Actor,
    replace: bool,
    origin: str,
    action: str,
    after: dict[str, int],
) -> ProcessDraft:
    """Write an earlier state into the draft of a locked process, and into the audit."""
    draft = ProcessDraft.objects.filter(definition=definition).select_related("updated_by").first()
    require_replaceable(draft, revision, actor, replace=replace)
    if draft is not None and says_the_same(draft, state):
        raise ApplicationError(_("The draft says the same already."), code="unchanged")
    restored = save_draft(
        definition_key=definition.key,
        bpmn=state.bpmn,
        revision=revision,
        actor=actor,
        decisions=state.decisions,
        forms=state.forms,
        origin=origin,
    )
    audit.record(actor, action, definition, after={**after, "revision": restored.revision})
    return restored


def require_replaceable(draft: ProcessDraft | None, revision: int, actor: Actor, *, replace: bool) -> None:
    """Raise Conflict if the draft is not the one that was looked at, or would be lost to somebody else."""
    require_revision(draft, revision)
    if draft is not None and holds_work_of_another(draft, actor) and not replace:
        raise Conflict(
            _("%(name)s has a draft of this process, which would be lost. Say that it may be replaced.")
            % {"name": draft.updated_by.name if draft.updated_by else draft.updated_by_label},
            code="draft_would_be_lost",
        )


def holds_work_of_another(draft: ProcessDraft, actor: Actor) -> bool:
    return draft.updated_by_id != actor.pk


def says_the_same(draft: ProcessDraft, version: ProcessVersion | DraftSnapshot) -> bool:
    """Whether diagram, tables and forms are equal."""
    return (draft.bpmn, draft.decisions, draft.forms) == (version.bpmn, version.decisions, version.forms)
