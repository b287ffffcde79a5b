"""Mend one problem of a drawing at a time, as the lint offers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import ApplicationError
from workflows.engine import Mend, Problem, apply_mend
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services.definitions import lint, require_revision, save_draft
from workflows.services.drawing_rights import locked_to_draw


@dataclass(frozen=True)
class Wanted:
    """Which problem is meant: as the lint has named it."""

    code: str
    element: str | None = None
    line: int | None = None

    def is_it(self, problem: Problem) -> bool:
        return (problem.code, problem.element, problem.line) == (self.code, self.element, self.line)


def mended(
    bpmn: str, definition: ProcessDefinition, decisions: Mapping[str, str], wanted: Wanted
) -> tuple[str, Mend]:
    """The diagram without that problem, and what was done; refused if it has no such problem or mend."""
    for problem in lint(bpmn, definition, decisions, mends=wanted.is_it):
        if wanted.is_it(problem) and problem.mend is not None:
            return apply_mend(bpmn.encode(), problem).decode("utf-8-sig"), problem.mend
    raise ApplicationError(
        _("There is nothing to mend there any more. Look at the problems again."), code="nothing_to_mend"
    )


@transaction.atomic
def mend_draft(
    *, definition_key: str, wanted: Wanted, revision: int, actor: Actor
) -> tuple[ProcessDraft, Mend]:
    """Apply a mend to the saved draft, as its next revision; refused if somebody saved in between."""
    definition = locked_to_draw(definition_key, actor)
    before = ProcessDraft.objects.get(definition=definition)
    require_revision(before, revision)
    bpmn, mend = mended(before.bpmn, definition, before.decisions, wanted)
    draft = save_draft(
        definition_key=definition_key,
        bpmn=bpmn,
        revision=revision,
        actor=actor,
        decisions=before.decisions,
        forms=before.forms,
    )
    about = {"code": wanted.code, "element": wanted.element, "revision": draft.revision}
    audit.record(actor, "workflows.mend_draft", definition, after=about)
    return draft, mend
