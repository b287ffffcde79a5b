"""The processes that come with the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from core import clock
from core.actors import SystemActor
from workflows import registry
from workflows.engine import compile_definition, list_processes
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.services.definitions import checksum, publish

FOLDER = Path(__file__).resolve().parent.parent / "bpmn"


@dataclass(frozen=True)
class ShippedProcess:
    """A process of a shipped file."""

    key: str
    path: Path
    bpmn: str


def shipped_processes() -> Iterator[ShippedProcess]:
    """Every process of every shipped diagram."""
    for path in sorted(FOLDER.rglob("*.bpmn")):
        content = path.read_bytes()
        for key, _name in list_processes(content):
            yield ShippedProcess(key, path, content.decode())


@transaction.atomic
def publish_shipped() -> list[ProcessVersion]:
    """Publish the shipped diagrams that are new or changed; called on each start of the program.

    A process that somebody of the company has published in the meantime is theirs and stays as it is.
    """
    published = []
    for shipped in shipped_processes():
        definition = _definition_of(shipped)
        current = definition.current_version
        is_ours = current is None or current.published_by_id is None
        if not is_ours or (current is not None and current.checksum == checksum(shipped.bpmn, {}, {})):
            continue
        version = publish(
            definition,
            bpmn=shipped.bpmn,
            decisions={},
            forms={},
            actor=SystemActor("workflows.publish_shipped"),
            note="",
        )
        published.append(version)
    return published


def _definition_of(shipped: ShippedProcess) -> ProcessDefinition:
    """The definition, with the operations the shipped diagram calls granted."""
    definition, _created = ProcessDefinition.objects.select_for_update(no_key=True).get_or_create(
        key=shipped.key, defaults={"is_shipped": True, "created_at": clock.now()}
    )
    compiled = compile_definition(shipped.bpmn.encode(), registry.vocabulary(), process_id=shipped.key)
    granted = sorted({*definition.allowed_operations, *compiled.operations})
    if definition.is_shipped and granted != definition.allowed_operations:
        definition.allowed_operations = granted
        definition.save(update_fields=["allowed_operations"])
    return definition
