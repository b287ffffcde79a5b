"""Change one part of a draft, a decision table or the form of a step, and leave all else as it is.

Whoever changes a part began from its text at some moment. Another part that was saved since does not
matter; the same part does: then nothing is written, and it is said who saved and when."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from workflows import registry
from workflows.definitions import current_versions
from workflows.engine import Vocabulary
from workflows.engine.asking import asked_tables
from workflows.engine.drawing_forms import FieldSheet, step_forms
from workflows.engine.expressions import is_free_name
from workflows.engine.formwriting import written_form
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services.definitions import _stale_text, save_draft
from workflows.services.drawing_rights import locked_to_draw

# Names of tables as diagrams refer to them.
TABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a process: its draft, or else the version in use, from which a draft begins."""

    definition: ProcessDefinition
    draft: ProcessDraft | None
    bpmn: str
    decisions: dict[str, str]
    forms: dict[str, Any]


def drawing_of(definition: ProcessDefinition) -> Drawing:
    """What is drawn; empty where nothing is."""
    draft = ProcessDraft.objects.filter(definition=definition).select_related("updated_by").first()
    shown = draft or definition.current_version
    if shown is None:
        return Drawing(definition, None, "", {}, {})
    return Drawing(definition, draft, shown.bpmn, dict(shown.decisions), dict(shown.forms))


def vocabulary_of(definition: ProcessDefinition) -> Vocabulary:
    """The words a diagram of this process may use."""
    return registry.vocabulary(
        allowed_operations=frozenset(definition.allowed_operations),
        processes=current_versions(but=definition.key),
    )


def fingerprint(text: str | None) -> str:
    """By which a part is known again; empty for one that is not there."""
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()[:32]


@transaction.atomic
def save_table(*, definition_key: str, name: str, dmn: str, began_from: str, actor: Actor) -> ProcessDraft:
    """Put a table into the draft. `began_from` is the fingerprint of the one that was edited."""
    drawing = _locked(definition_key, actor)
    if not TABLE_NAME.fullmatch(name):
        text = _("A name begins with a letter and holds letters, digits, - and _.")
        raise ApplicationError(text, code="bad_name", errors={"name": [text]})
    held = drawing.decisions.get(name)
    if held == dmn and began_from and drawing.draft is not None:
        return drawing.draft
    if fingerprint(held) != began_from:
        if held is not None and not began_from:
            text = _("There is a table of this name already.")
            raise ApplicationError(text, code="name_taken", errors={"name": [text]})
        raise Conflict(_stale_text(drawing.draft), code="stale_table")
    return _save(replace(drawing, decisions={**drawing.decisions, name: dmn}), actor)


@transaction.atomic
def delete_table(*, definition_key: str, name: str, actor: Actor) -> str:
    """Take a table that no step asks out of the draft, and give it back."""
    drawing = _locked(definition_key, actor)
    if name not in drawing.decisions:
        raise ApplicationError(_("There is no such table any more."), code="no_table")
    asked, _names = asked_tables(
        drawing.bpmn.encode(),
        vocabulary_of(drawing.definition),
        process_id=definition_key,
        decisions=drawing.decisions,
    )
    if name in asked:
        raise ApplicationError(
            _("A step of the diagram asks this table. Let the step ask another one first."),
            code="table_in_use",
        )
    kept = {other: text for other, text in drawing.decisions.items() if other != name}
    draft = _save(replace(drawing, decisions=kept), actor)
    about = {"table": name, "revision": draft.revision}
    audit.record(actor, "workflows.delete_draft_table", drawing.definition, after=about)
    return drawing.decisions[name]


@transaction.atomic
def save_form(
    *, definition_key: str, element: str, fields: Sequence[FieldSheet], began_from: str, actor: Actor
) -> ProcessDraft:
    """Write the form of a step into the draft's diagram; nothing else of the diagram changes.

    `began_from` is the fingerprint of the form that was edited."""
    drawing = _locked(definition_key, actor)
    held = next((one for one in step_forms(drawing.bpmn, definition_key) if one.id == element), None)
    if held is None:
        raise ApplicationError(_("There is no such step any more."), code="no_step")
    if fingerprint(held.text) != began_from:
        raise Conflict(_stale_text(drawing.draft), code="stale_form")
    _require_ids(fields)
    bpmn = written_form(drawing.bpmn, element, list(fields))
    if bpmn == drawing.bpmn and drawing.draft is not None:
        return drawing.draft
    return _save(replace(drawing, bpmn=bpmn), actor)


def _require_ids(fields: Sequence[FieldSheet]) -> None:
    """Fields are known by their ids: each needs one of its own."""
    errors: dict[str, list[str]] = {}
    seen: set[str] = set()
    for at, one in enumerate(fields):
        if not is_free_name(one.id):
            errors[f"f{at}-id"] = [
                _("A name begins with a letter and holds letters, digits and _; words of formulas are taken.")
            ]
        elif one.id in seen:
            errors[f"f{at}-id"] = [_("Another field of this form has this name.")]
        seen.add(one.id)
    if errors:
        raise ApplicationError(_("Each field needs a name of its own."), code="field_names", errors=errors)


def _locked(definition_key: str, actor: Actor) -> Drawing:
    return drawing_of(locked_to_draw(definition_key, actor))


def _save(drawing: Drawing, actor: Actor) -> ProcessDraft:
    return save_draft(
        definition_key=drawing.definition.key,
        bpmn=drawing.bpmn,
        revision=drawing.draft.revision if drawing.draft is not None else 0,
        actor=actor,
        decisions=drawing.decisions,
        forms=drawing.forms,
    )
