"""Which steps of a drawing ask which decision table, and what its expressions may name there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .expressions import Names
from .halfdrawn import read_half_drawn
from .vocabulary import Vocabulary


@dataclass(slots=True)
class Asked:
    """The steps that ask a table, in the order of the file; `names` are those the first of them sees."""

    names: Names
    steps: list[str] = field(default_factory=list)


def asked_tables(
    bpmn: bytes,
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Asked], Names]:
    """(what is asked by name of the table, the names of the process for tables nobody asks yet).

    A diagram that is half drawn asks, too; one that cannot be read asks nothing."""
    half = read_half_drawn(bpmn, vocabulary, process_id=process_id, decisions=decisions)
    if half is None:
        return {}, Names({}, {})
    outline, table = half
    found: dict[str, Asked] = {}
    for node in outline.of_kind("business_rule_task"):
        word = table.words[node.id].one("decision")
        name = (word.get("ref") or "") if word is not None else ""
        if name:
            found.setdefault(name, Asked(table.inside(node).names)).steps.append(node.id)
    return found, table.root.names
