"""Taking in a diagram of another tool: translated, drawn, and with a report of both."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from .camunda import translate
from .compilation import check_definition
from .layout import ensure_layout
from .outline import children, local, processes
from .problems import DefinitionError, Findings, Problem
from .support import FLOW
from .vocabulary import Vocabulary
from .xmlsafe import read_xml


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`bpmn` is what to keep: our vocabulary, with a drawing. `translated` says what was changed,
    `problems` what is still in the way (errors) or to be minded (warnings)."""

    bpmn: bytes
    processes: list[tuple[str, str]]
    translated: list[Problem]
    problems: list[Problem]

    @property
    def is_runnable(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def import_diagram(bpmn: bytes, vocabulary: Vocabulary, *, process_id: str | None = None) -> ImportReport:
    """Read a diagram whatever tool wrote it. A file that is no BPMN comes back with its problem."""
    try:
        root = read_xml(bpmn)
        found = [(p.get("id") or "", p.get("name") or "") for p in processes(root)]
    except DefinitionError as error:
        return ImportReport(bpmn, [], [], error.problems)
    findings, notes = Findings(), list[Problem]()
    for process in children(root, "process"):
        notes.extend(translate(process, findings))
    text = bpmn
    if notes and local(root) == "definitions":
        etree.cleanup_namespaces(root, top_nsmap={"flow": FLOW})
        text = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    drawn = ensure_layout(text)
    if drawn is not text:
        notes.append(Problem("warning", "laid_out"))
    problems = check_definition(drawn, vocabulary, process_id=process_id)
    # What translation could not take over is gone from the file, but must not be gone from the report.
    known = {(problem.code, problem.element) for problem in problems}
    lost = [problem for problem in findings.problems if (problem.code, problem.element) not in known]
    return ImportReport(drawn, found, notes, sorted([*problems, *lost], key=lambda p: p.severity != "error"))
