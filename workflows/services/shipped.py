"""The processes that come with the program.

A diagram may have decision tables beside it, `discount.dmn` for the table “discount”, and may call other
shipped processes: those are published before it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from django.db import transaction

from core import clock
from core.actors import SystemActor
from workflows import registry
from workflows.definitions import current_versions
from workflows.engine import Definition, DefinitionError, called_by, compile_definition, list_processes
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.services.definitions import DiagramRefusedError, checksum, publish
from workflows.services.shipped_offers import note_offer

logger = logging.getLogger(__name__)
FOLDER = Path(__file__).resolve().parent.parent / "bpmn"


@dataclass(frozen=True)
class ShippedProcess:
    """A process of a shipped file, with every table of its folder and the keys of what it calls."""

    key: str
    path: Path
    bpmn: str
    tables: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = ()


def shipped_processes() -> list[ShippedProcess]:
    """Every process of every shipped diagram; what is called stands before what calls it."""
    found: dict[str, ShippedProcess] = {}
    for path in sorted(FOLDER.rglob("*.bpmn")):
        content = path.read_bytes()
        tables = {
            table.stem: table.read_text(encoding="utf-8") for table in sorted(path.parent.glob("*.dmn"))
        }
        for key, _name in list_processes(content):
            calls = tuple(called_by(content, process_id=key))
            found[key] = ShippedProcess(key, path, content.decode(), tables, calls)
    graph = {key: [called for called in one.calls if called in found] for key, one in found.items()}
    try:
        return [found[key] for key in TopologicalSorter(graph).static_order()]
    except CycleError:
        # Whichever comes first then calls what does not exist yet, and is refused for that.
        return list(found.values())


def tables_of(definition: Definition) -> list[str]:
    """The decision tables that a process asks: a change of any other one of its folder is none of it."""
    return sorted({one.decision.name for one in definition.elements.values() if one.decision is not None})


@transaction.atomic
def publish_shipped(*, only: Collection[str] | None = None) -> list[ProcessVersion]:
    """Publish the shipped diagrams that are new or changed; called on each start of the program.

    ``only`` names the keys of those that shall be published, where not all are wanted.

    A process that somebody of the company has published in the meantime is theirs and stays as it is; what
    is newer is offered to them (``shipped_offers``). One
    that calls what has just been published is published too, so that it calls the new version.
    """
    published: dict[str, ProcessVersion] = {}
    granted: dict[str, frozenset[str]] = {}
    for shipped in shipped_processes():
        if only is not None and shipped.key not in only:
            continue
        version = _publish_if_changed(shipped, published, granted)
        if version is not None:
            published[shipped.key] = version
    return list(published.values())


def _publish_if_changed(
    shipped: ShippedProcess, published: Mapping[str, ProcessVersion], granted: dict[str, frozenset[str]]
) -> ProcessVersion | None:
    definition, _created = ProcessDefinition.objects.select_for_update(no_key=True).get_or_create(
        key=shipped.key, defaults={"is_shipped": True, "created_at": clock.now()}
    )
    current = definition.current_version
    try:
        with transaction.atomic():
            return _publish(definition, shipped, published, granted)
    except (DefinitionError, DiagramRefusedError):
        if current is None or not shipped.calls:
            raise
        # It fits no more what the company has made of the processes it calls: it stays as it was.
        logger.exception("The shipped process %s cannot be published anew.", shipped.key)
        return None


def _publish(
    definition: ProcessDefinition,
    shipped: ShippedProcess,
    published: Mapping[str, ProcessVersion],
    granted: dict[str, frozenset[str]],
) -> ProcessVersion | None:
    compiled = compile_definition(
        shipped.bpmn.encode(),
        registry.vocabulary(processes=current_versions(but=shipped.key)),
        process_id=shipped.key,
        decisions=shipped.tables,
    )
    own = frozenset(one.grant for one in compiled.elements.values() if one.grant is not None)
    # What the company has drawn into a process that is called here is not granted by the way.
    granted[shipped.key] = own.union(*(granted.get(called, ()) for called in shipped.calls))
    _grant(definition, granted[shipped.key])
    decisions = {name: shipped.tables[name] for name in tables_of(compiled)}
    current = definition.current_version
    if current is not None:
        is_same = current.checksum == checksum(shipped.bpmn, decisions, {}, current.calls)
        if current.published_by_id is not None:
            note_offer(definition, bpmn=shipped.bpmn, decisions=decisions)
            return None
        if is_same and published.keys().isdisjoint(shipped.calls):
            return None
    actor = SystemActor("workflows.publish_shipped")
    return publish(definition, bpmn=shipped.bpmn, decisions=decisions, forms={}, actor=actor, note="")


def _grant(definition: ProcessDefinition, operations: frozenset[str]) -> None:
    granted = sorted({*definition.allowed_operations, *operations})
    if definition.is_shipped and granted != definition.allowed_operations:
        definition.allowed_operations = granted
        definition.save(update_fields=["allowed_operations"])
