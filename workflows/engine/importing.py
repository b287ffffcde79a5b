"""Taking in a diagram of another tool: translated, drawn, and with a report of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from .compilation import check_definition
from .foreign import tool_of, translate
from .layout import ensure_layout, has_drawing
from .outline import children, local, processes
from .problems import DefinitionError, Findings, Problem
from .support import ELEMENTS, FLOW
from .vocabulary import Vocabulary
from .xmlsafe import read_xml


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`bpmn` is what to keep: our vocabulary, with a drawing.

    `understood` counts the elements that run, by their BPMN name; `translated` says what was changed,
    `problems` what is still in the way (errors) or to be minded (warnings); `tool` is who wrote the
    file, as far as it tells."""

    bpmn: bytes
    processes: list[tuple[str, str]]
    translated: list[Problem]
    problems: list[Problem]
    understood: Mapping[str, int] = field(default_factory=dict)
    tool: str = ""

    @property
    def is_runnable(self) -> bool:
        return not self.refused

    @property
    def refused(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def is_laid_out(self) -> bool:
        """Was a drawing made? A file that draws everything that runs keeps its own; from any other,
        also one that draws a part, everything is laid out anew."""
        return any(note.code in ("laid_out", "laid_out_anew") for note in self.translated)


def import_diagram(bpmn: bytes, vocabulary: Vocabulary, *, process_id: str | None = None) -> ImportReport:
    """Read a diagram whatever tool wrote it. A file that is no BPMN comes back with its problem."""
    try:
        root = read_xml(bpmn)
        found = [(p.get("id") or "", p.get("name") or "") for p in processes(root)]
    except DefinitionError as error:
        return ImportReport(bpmn, [], [], error.problems)
    tool, was_drawn, understood = tool_of(root), has_drawing(root), _understood(root)
    findings, notes = Findings(), list[Problem]()
    for process in children(root, "process"):
        notes.extend(translate(process, findings))
    text = bpmn
    if notes and local(root) == "definitions":
        etree.cleanup_namespaces(root, top_nsmap={"flow": FLOW})
        text = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    drawn = ensure_layout(text)
    if drawn is not text:
        notes.append(Problem("warning", "laid_out_anew" if was_drawn else "laid_out"))
    problems = check_definition(drawn, vocabulary, process_id=process_id)
    # What translation could not take over is gone from the file, but must not be gone from the report.
    known = {(problem.code, problem.element) for problem in problems}
    lost = [problem for problem in findings.problems if (problem.code, problem.element) not in known]
    ordered = sorted([*problems, *lost], key=lambda problem: problem.severity != "error")
    return ImportReport(drawn, found, notes, ordered, understood, tool)


def _understood(root: Any) -> dict[str, int]:
    """How many elements of each kind that runs, the most frequent first."""
    tags = Counter(
        tag
        for process in children(root, "process")
        for element in process.iterdescendants("{*}*")
        if (tag := local(element)) is not None and (tag in ELEMENTS or tag == "sequenceFlow")
    )
    return dict(sorted(tags.items(), key=lambda item: (-item[1], item[0])))
