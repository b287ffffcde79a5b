"""A diagram that may be half drawn, read as far as it goes: its mistakes are somebody else's matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .foreign import translate
from .names import NameTable
from .outline import Outline, choose_process, read_outline
from .problems import DefinitionError, Findings
from .vocabulary import Vocabulary
from .xmlsafe import read_xml


def read_half_drawn(
    bpmn: bytes,
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Mapping[str, Any] | None = None,
) -> tuple[Outline, NameTable] | None:
    """(its elements, the names its expressions may use), whatever is wrong with it; None if it cannot be read."""
    findings = Findings()
    try:
        root = read_xml(bpmn)
        process = choose_process(root, process_id)
        translate(process, findings)
        outline = read_outline(root, process, findings)
        table = NameTable(outline, vocabulary, findings, decisions)
        table.read()
    except DefinitionError:
        return None
    return outline, table
