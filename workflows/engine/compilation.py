"""Diagram -> definition: the same path for the lint and for publishing."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from .builder import Builder, start_fields
from .camunda import translate
from .definition import Definition
from .extensions import labels_of, read_labels
from .lint import check_data, check_flow, check_structure
from .outline import Outline, choose_process, processes, read_outline
from .problems import DefinitionError, Findings, Problem
from .spiffparser import make_spec
from .support import BPMN, FLOW
from .vocabulary import Vocabulary
from .xmlsafe import read_xml


def compile_definition(bpmn: bytes, vocabulary: Vocabulary, *, process_id: str | None = None) -> Definition:
    """The runnable form of a diagram. Raises DefinitionError with everything that is wrong."""
    definition, problems = examine(bpmn, vocabulary, process_id)
    if definition is None:
        raise DefinitionError(problems)
    return definition


def check_definition(bpmn: bytes, vocabulary: Vocabulary, *, process_id: str | None = None) -> list[Problem]:
    """Everything that is wrong with a diagram, errors first, and what to mind."""
    return examine(bpmn, vocabulary, process_id)[1]


def list_processes(bpmn: bytes) -> list[tuple[str, str]]:
    """(id, name) of the processes that are meant to run."""
    return [(p.get("id") or "", p.get("name") or "") for p in processes(read_xml(bpmn))]


def subject_type_of(bpmn: bytes, *, process_id: str | None = None) -> str | None:
    """The business entity type that a process names, before anything else of it is checked."""
    process = choose_process(read_xml(bpmn), process_id)
    for word in process.iterfind(f"{{{BPMN}}}extensionElements/{{{FLOW}}}subject"):
        return str(word.get("type") or "") or None
    return None


def examine(
    bpmn: bytes, vocabulary: Vocabulary, process_id: str | None = None
) -> tuple[Definition | None, list[Problem]]:
    """Read, check and build in one go."""
    findings = Findings()
    try:
        root = read_xml(bpmn)
        process = choose_process(root, process_id)
    except DefinitionError as error:
        return None, error.problems
    translate(process, findings)
    try:
        outline = read_outline(root, process, findings)
    except DefinitionError as error:
        return None, [*error.problems, *findings.sorted()]
    check_structure(outline, findings)
    builder = Builder(outline, vocabulary, findings)
    elements, flows = builder.build()
    if not findings.has_errors:
        check_flow(outline, findings)
    if not findings.has_errors:
        check_data(outline, elements, findings)
    problems = findings.sorted()
    if findings.has_errors:
        return None, problems
    return _definition(outline, builder, elements, flows, problems), problems


def _definition(
    outline: Outline,
    builder: Builder,
    elements: dict[str, Any],
    flows: dict[str, Any],
    problems: list[Problem],
) -> Definition:
    start = outline.of_kind("start_event")[0].id
    return Definition(
        key=outline.id,
        name=outline.name or outline.id,
        labels=labels_of(builder.table.process_words, outline.name),
        elements=MappingProxyType(elements),
        flows=MappingProxyType(flows),
        variables=MappingProxyType(builder.table.variables),
        start=start,
        steps=_in_order(outline, start),
        subject_type=builder.table.subject_type,
        start_fields=start_fields(builder, start),
        lanes=tuple((lane.name or lane.id, _lane_labels(lane)) for lane in outline.lanes),
        warnings=tuple(problems),
        _spec=make_spec(outline.xml, elements, flows, start),
    )


def _lane_labels(lane: Any) -> Any:
    for extensions in lane.xml.iterchildren("{" + BPMN + "}extensionElements"):
        return read_labels(extensions, lane.name)
    return read_labels(lane.xml, lane.name)


def _in_order(outline: Outline, start: str) -> tuple[str, ...]:
    """Elements by their distance from the start, as far as possible after all before them.

    Flows that lead back do not count, so the steps of a loop stand where one first meets them."""
    order: list[str] = []
    done: set[str] = set()
    # Depth first without recursion; reversed postorder is a topological order without back flows.
    stack: list[tuple[str, int]] = [(start, 0)]
    done.add(start)
    while stack:
        name, index = stack.pop()
        arrows = outline.nodes[name].outgoing
        # Later flows first, so that earlier ones end up in front.
        if index < len(arrows):
            stack.append((name, index + 1))
            target = arrows[len(arrows) - 1 - index].target.id
            if target not in done:
                done.add(target)
                stack.append((target, 0))
        else:
            order.append(name)
    return tuple(reversed(order))
