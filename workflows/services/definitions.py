"""Draw, import and publish processes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.models import User
from core.rights import require
from workflows import registry
from workflows.definitions import Versions, current_versions
from workflows.engine import (
    Definition,
    DefinitionError,
    Problem,
    Vocabulary,
    check_definition,
    compile_definition,
    ensure_layout,
    import_diagram,
    list_processes,
    offer_mends,
)
from workflows.engine import ImportReport as TakenFile
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.models.definition import DRAW
from workflows.publishing_notices import tell_that_published
from workflows.services import triggers
from workflows.services.drawing_rights import (
    locked_to_draw,
    locked_to_publish,
    may_change_any,
    require_drawing,
)
from workflows.services.drawn_states import keep_snapshot

# Larger files are refused before they are read (the engine has its own bounds inside).
LARGEST_FILE = 5 * 1024 * 1024
# Stands in the addresses of pages where the id of a process does.
OF_THE_ADDRESS = frozenset({"import"})


class DiagramRefusedError(ApplicationError):
    """The diagram cannot run; ``problems`` say where, why and what to do instead."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        language = get_language() or "zh-hans"
        wrong = [one for one in problems if one.severity == "error"]
        text = ngettext(
            "The diagram has %(count)s mistake and cannot run.",
            "The diagram has %(count)s mistakes and cannot run.",
            len(wrong),
        ) % {"count": len(wrong)}
        errors: dict[str, list[str]] = {}
        for one in wrong:
            errors.setdefault(one.element or "bpmn", []).append(one.message(language))
        super().__init__(text, code="diagram_refused", errors=errors)
        self.problems = list(problems)


@dataclass(frozen=True)
class ImportedProcess:
    """One process found in an imported file."""

    definition: ProcessDefinition
    draft: ProcessDraft
    is_new: bool
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class ImportReport:
    """What an imported file held, and what was said in our words or drawn on the way in."""

    processes: list[ImportedProcess]
    translated: list[Problem] = field(default_factory=list)
    # How many elements of each kind run, and which tool wrote the file, as far as it tells.
    understood: Mapping[str, int] = field(default_factory=dict)
    tool: str = ""
    # Words of other tools that have no effect here and are therefore gone from the drafts.
    ignored: list[Problem] = field(default_factory=list)


def lint(
    bpmn: str,
    definition: ProcessDefinition,
    decisions: Mapping[str, str] | None = None,
    *,
    mends: Callable[[Problem], bool] | None = None,
) -> list[Problem]:
    """Everything that is wrong with a diagram and its decision tables, for a definition with its grants.

    ``mends`` says for which problems a mend is looked for; without it for none, which is quicker.
    """
    text, words, tables = bpmn.encode(), _vocabulary_of(definition), decisions or {}
    problems = check_definition(text, words, process_id=definition.key, decisions=tables)
    if mends is None:
        return problems
    return offer_mends(text, problems, words, process_id=definition.key, decisions=tables, wanted=mends)


@transaction.atomic
def import_bpmn(*, bpmn: bytes, actor: Actor) -> ImportReport:
    """Make or replace the drafts of the processes in a BPMN file. Nothing is published.

    Words of other tools become ours, and a file without a drawing gets one. Whoever may draw some processes
    replaces the drafts of those, and makes no new process.
    """
    if not may_change_any(actor):
        raise PermissionDenied(DRAW)
    found = _readable_processes(bpmn)
    text, translated, taken = _in_our_words(bpmn)
    rows = [_import_one(key, name, text, actor) for key, name in found]
    still_said = {(one.code, one.element) for row in rows for one in row.problems}
    ignored = [
        one
        for one in taken.problems
        if one.severity == "warning" and (one.code, one.element) not in still_said
    ]
    return ImportReport(rows, translated, taken.understood, taken.tool, ignored)


@transaction.atomic
def save_draft(
    *,
    definition_key: str,
    bpmn: str,
    revision: int,
    actor: Actor,
    decisions: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
    origin: str = DraftSnapshot.Origin.DRAWN,
) -> ProcessDraft:
    """Save a drawing over the revision it was made from; refused if somebody saved in between.

    Revision 0 means: there was no draft yet. A draft may be wrong; publishing is where it must be right.
    ``origin`` tells the history of the draft how this state came about.
    """
    definition = locked_to_draw(definition_key, actor)
    _require_readable(bpmn.encode(), definition_key)
    draft = ProcessDraft.objects.filter(definition=definition).first()
    require_revision(draft, revision)
    return _store_draft(definition, bpmn, actor, decisions=decisions or {}, forms=forms or {}, origin=origin)


def require_revision(draft: ProcessDraft | None, revision: int) -> None:
    """Refuse what was made from another revision than the saved one."""
    if (draft.revision if draft else 0) != revision:
        raise Conflict(_stale_text(draft), code="stale_revision")


@transaction.atomic
def publish_draft(
    *, definition_key: str, actor: Actor, note: str = "", revision: int | None = None
) -> ProcessVersion:
    """Make the draft the version that new cases run on. Running cases stay on theirs.

    ``revision`` is the one that was looked at; refused if somebody has saved since.
    """
    definition = locked_to_publish(definition_key, actor)
    draft = ProcessDraft.objects.filter(definition=definition).first()
    if draft is None:
        raise ApplicationError(_("There is no draft to publish."), code="no_draft")
    if revision is not None:
        require_revision(draft, revision)
    require_second_person(definition, draft, actor)
    version = publish(
        definition, bpmn=draft.bpmn, decisions=draft.decisions, forms=draft.forms, actor=actor, note=note
    )
    if draft.asked_by is not None and not draft.asked_by.is_same_as(actor):
        tell_that_published(draft.asked_by, draft, version, actor)
    draft.delete()
    return version


@transaction.atomic
def set_allowed_operations(
    *, definition_key: str, operations: Collection[str], actor: Actor
) -> ProcessDefinition:
    """Grant a process the operations its diagrams may call, and take back all others."""
    require(actor, "workflows.set_operations")
    unknown = sorted(set(operations) - registry.grantable())
    if unknown:
        text = _("There is no such operation: %(names)s.") % {"names": ", ".join(unknown)}
        raise ApplicationError(text, code="unknown_operation", errors={"operations": [text]})
    definition = (
        ProcessDefinition.objects.visible_to(actor).select_for_update(no_key=True).get(key=definition_key)
    )
    before = definition.allowed_operations
    definition.allowed_operations = sorted(set(operations))
    definition.save(update_fields=["allowed_operations"])
    audit.record(
        actor,
        "workflows.set_allowed_operations",
        definition,
        before={"operations": before},
        after={"operations": definition.allowed_operations},
    )
    return definition


@transaction.atomic
def set_owner(*, definition_key: str, owner: User | None, actor: Actor) -> ProcessDefinition:
    """Say who answers for a process."""
    require(actor, "workflows.set_operations")
    definition = (
        ProcessDefinition.objects.visible_to(actor).select_for_update(no_key=True).get(key=definition_key)
    )
    before = definition.owner_id
    if before == (owner.pk if owner is not None else None):
        return definition
    definition.owner = owner
    definition.save(update_fields=["owner"])
    audit.record(
        actor,
        "workflows.set_owner",
        definition,
        before={"owner": before},
        after={"owner": definition.owner_id},
    )
    return definition


def publish(
    definition: ProcessDefinition,
    *,
    bpmn: str,
    decisions: Mapping[str, str],
    forms: Mapping[str, Any],
    actor: Actor,
    note: str,
) -> ProcessVersion:
    """Check and store a version. The definition is locked by the caller, which has asked for the right."""
    callable_now = current_versions(but=definition.key)
    compiled = _compiled(bpmn, definition, decisions, callable_now)
    # The versions that its call activities run from now on, whatever is published later.
    calls = {called.key: callable_now.ids[called.key] for called in compiled.calls.values()}
    current = definition.current_version
    fingerprint = checksum(bpmn, decisions, forms, calls)
    if current is not None and current.checksum == fingerprint:
        raise ApplicationError(_("This is what is published already: nothing has changed."), code="unchanged")
    version = ProcessVersion.objects.create(
        definition=definition,
        number=current.number + 1 if current else 1,
        bpmn=bpmn,
        decisions=dict(decisions),
        forms=dict(forms),
        calls=calls,
        roles=registry.role_names(),
        checksum=fingerprint,
        note=note,
        published_by_id=actor.pk,
        published_by_label=actor.display_name,
        published_at=clock.now(),
    )
    _describe(definition, compiled)
    definition.current_version = version
    definition.save(update_fields=["name_zh", "name_en", "subject_type", "start_roles", "current_version"])
    triggers.arm_starts(definition, version, compiled, version.published_at)
    audit.record(
        actor,
        "workflows.publish_draft",
        definition,
        before={"version": current.number if current else None},
        after={"version": version.number, "checksum": fingerprint},
        note=note,
    )
    return version


def checksum(
    bpmn: str,
    decisions: Mapping[str, str],
    forms: Mapping[str, Any],
    calls: Mapping[str, int] | None = None,
) -> str:
    """The fingerprint of a version's content, and of what it calls if it calls anything."""
    parts = [bpmn, dict(decisions), dict(forms), *([dict(calls)] if calls else [])]
    content = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


# Parts ------------------------------------------------------------------------------------------


def _import_one(key: str, name: str, bpmn: str, actor: Actor) -> ImportedProcess:
    definition, is_new = _drawn_in(key, name, actor)
    decisions, forms = _beside_the_diagram(definition)
    draft = _store_draft(
        definition,
        bpmn,
        actor,
        decisions=decisions,
        forms=forms,
        origin=DraftSnapshot.Origin.IMPORTED,
    )
    audit.record(actor, "workflows.import_draft", definition, after={"revision": draft.revision})
    return ImportedProcess(definition, draft, is_new, lint(bpmn, definition, draft.decisions))


def _drawn_in(key: str, name: str, actor: Actor) -> tuple[ProcessDefinition, bool]:
    """The process an imported diagram draws, locked; made for whoever may draw any process if there is none."""
    rows = ProcessDefinition.objects.select_for_update(no_key=True)
    if actor.may(DRAW):
        fields = {"name_zh": name[:120], "owner_id": actor.pk, "created_at": clock.now()}
        return rows.get_or_create(key=key, defaults=fields)
    definition = rows.filter(key=key).first()
    if definition is None:
        raise PermissionDenied(DRAW)
    require_drawing(definition, actor)
    return definition, False


def _beside_the_diagram(definition: ProcessDefinition) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The tables and forms that a new diagram finds: a BPMN file has none, and takes none away."""
    held = ProcessDraft.objects.filter(definition=definition).first() or definition.current_version
    return (held.decisions, held.forms) if held is not None else ({}, {})


def _readable_processes(bpmn: bytes) -> list[tuple[str, str]]:
    """(key, name) of what the file can run; refused with the cause if it holds nothing of the kind."""
    if len(bpmn) > LARGEST_FILE:
        text = _("The file is larger than %(size)s MB.") % {"size": LARGEST_FILE // 2**20}
        raise ApplicationError(text, code="too_large", errors={"file": [text]})
    try:
        bpmn.decode("utf-8-sig")
        found = list_processes(bpmn)
    except UnicodeDecodeError as error:
        text = _("The file is not text in UTF-8.")
        raise ApplicationError(text, code="not_utf8", errors={"file": [text]}) from error
    except DefinitionError as error:
        raise DiagramRefusedError(error.problems) from error
    keys = [key for key, _name in found]
    text = ""
    if not found:
        text = _("The file holds no process that is meant to run (isExecutable).")
    elif not all(0 < len(key) <= 80 and key.isprintable() for key in keys):
        text = _("A process needs an id of 1 to 80 letters.")
    elif OF_THE_ADDRESS & set(keys):
        text = _("“import” cannot be the id of a process.")
    elif len(set(keys)) < len(keys):
        text = _("Two processes of the file have the same id.")
    if text:
        raise ApplicationError(text, code="no_process", errors={"file": [text]})
    return found


def _in_our_words(bpmn: bytes) -> tuple[str, list[Problem], TakenFile]:
    """The text to keep, what was done to it, and what the file is.

    What translation could not take over would be gone from the translated file. Such a file is kept as it
    came, so that publishing refuses it until somebody has dealt with each such place.
    """
    vocabulary = registry.vocabulary()
    taken = import_diagram(bpmn, vocabulary)
    still_said = {(one.code, one.element) for one in check_definition(taken.bpmn, vocabulary)}
    lost = [
        one for one in taken.problems if one.severity == "error" and (one.code, one.element) not in still_said
    ]
    kept, notes = (ensure_layout(bpmn), []) if lost else (taken.bpmn, taken.translated)
    return kept.decode("utf-8-sig"), notes, taken


def _require_readable(bpmn: bytes, key: str) -> None:
    keys = [found for found, _name in _readable_processes(bpmn)]
    if key not in keys:
        text = _("The diagram holds no process with the id %(key)s.") % {"key": key}
        raise ApplicationError(text, code="other_process", errors={"bpmn": [text]})


def _store_draft(
    definition: ProcessDefinition,
    bpmn: str,
    actor: Actor,
    *,
    decisions: Mapping[str, str],
    forms: Mapping[str, Any],
    origin: str,
) -> ProcessDraft:
    """Write the draft as its next revision, and into its history; the definition is locked."""
    known = ProcessDraft.objects.filter(definition=definition).values_list("revision", flat=True).first()
    draft, _created = ProcessDraft.objects.update_or_create(
        definition=definition,
        defaults={
            "bpmn": bpmn,
            "decisions": dict(decisions),
            "forms": dict(forms),
            "revision": (known or 0) + 1,
            "updated_by_id": actor.pk,
            "updated_by_label": actor.display_name,
            "updated_at": clock.now(),
        },
    )
    keep_snapshot(draft, origin, known or 0)
    return draft


def _stale_text(draft: ProcessDraft | None) -> str:
    if draft is None:
        return _("The draft has been published or discarded meanwhile. Load the diagram again.")
    return _("%(name)s saved this draft on %(when)s. Load it again before you go on.") % {
        "name": draft.updated_by.name if draft.updated_by else draft.updated_by_label,
        "when": date_format(localtime(draft.updated_at), "DATETIME_FORMAT"),
    }


def is_second_person_needed(definition: ProcessDefinition, draft: ProcessDraft, actor: Actor) -> bool:
    """Whether somebody else must publish what this person has drawn."""
    if isinstance(actor, SystemActor) or not definition.is_shipped:
        return False
    return draft.was_last_saved_by(actor)


def require_second_person(definition: ProcessDefinition, draft: ProcessDraft, actor: Actor) -> None:
    """Changes to what came with the program, contracts and money, take four eyes."""
    if is_second_person_needed(definition, draft, actor):
        raise ApplicationError(
            _("You drew this yourself. A second person with the right to publish must publish it."),
            code="second_person",
        )


def _vocabulary_of(definition: ProcessDefinition, processes: Versions | None = None) -> Vocabulary:
    return registry.vocabulary(
        allowed_operations=frozenset(definition.allowed_operations),
        processes=current_versions(but=definition.key) if processes is None else processes,
    )


def _compiled(
    bpmn: str, definition: ProcessDefinition, decisions: Mapping[str, str], processes: Versions
) -> Definition:
    words = _vocabulary_of(definition, processes)
    try:
        return compile_definition(bpmn.encode(), words, process_id=definition.key, decisions=decisions)
    except DefinitionError as error:
        raise DiagramRefusedError(error.problems) from error


def _describe(definition: ProcessDefinition, compiled: Definition) -> None:
    """Take over from the diagram what lists show and starting asks for."""
    definition.name_zh = compiled.label("zh-hans")[:120]
    definition.name_en = compiled.label("en")[:120]
    definition.subject_type = compiled.subject_type or ""
    if not definition.start_roles:
        # Whoever does the first step may start, until an administrator says otherwise.
        definition.start_roles = first_roles(compiled)


def first_roles(compiled: Definition) -> list[str]:
    """The roles of the people's steps that can be the first."""
    found: set[str] = set()
    seen: set[str] = set()
    pending = [] if compiled.plain_start is None else [compiled.plain_start]
    while pending:
        element = compiled.elements[pending.pop()]
        if element.id in seen:
            continue
        seen.add(element.id)
        if element.is_manual:
            found.update(element.roles)
            continue
        called = compiled.calls.get(element.id)
        if called is not None:
            inside = first_roles(called)
            found.update(inside)
            if inside:
                continue
        if element.id in compiled.scopes:
            inner = compiled.scopes[element.id].start
            pending.extend([inner] if inner is not None else [])
        elif element.kind == "end_event" and element.scope in compiled.elements:
            # Nobody had to do anything in the subprocess: it goes on behind it.
            pending.extend(flow.target for flow in compiled.outgoing(element.scope))
        pending.extend(
            flow.target for flow in compiled.outgoing(element.id) if element.id not in compiled.scopes
        )
    return sorted(found)
