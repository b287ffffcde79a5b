"""Diagram -> definition: the same path for the lint and for publishing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from .builder import Builder, start_fields
from .definition import Definition, Scope
from .extensions import labels_of, read_labels
from .foreign import translate
from .lint import check_data, check_flow, check_structure, check_words
from .outline import Node, Outline, choose_process, processes, read_outline
from .outline import Scope as DrawnScope
from .problems import DefinitionError, Findings, Problem
from .spiffparser import make_spec
from .support import BPMN, FLOW
from .vocabulary import Vocabulary
from .xmlsafe import read_xml

Decisions: TypeAlias = "Mapping[str, bytes | str]"


def compile_definition(
    bpmn: bytes,
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Decisions = MappingProxyType({}),
) -> Definition:
    """The runnable form of a diagram with its decision tables (DMN by name).

    Raises DefinitionError with everything that is wrong."""
    definition, problems = examine(bpmn, vocabulary, process_id, decisions)
    if definition is None:
        raise DefinitionError(problems)
    return definition


def check_definition(
    bpmn: bytes,
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Decisions = MappingProxyType({}),
) -> list[Problem]:
    """Everything that is wrong with a diagram, errors first, and what to mind."""
    return examine(bpmn, vocabulary, process_id, decisions)[1]


def list_processes(bpmn: bytes) -> list[tuple[str, str]]:
    """(id, name) of the processes that are meant to run."""
    return [(p.get("id") or "", p.get("name") or "") for p in processes(read_xml(bpmn))]


def subject_type_of(bpmn: bytes, *, process_id: str | None = None) -> str | None:
    """The business entity type that a process names, before anything else of it is checked."""
    process = choose_process(read_xml(bpmn), process_id)
    for word in process.iterfind(f"{{{BPMN}}}extensionElements/{{{FLOW}}}subject"):
        return str(word.get("type") or "") or None
    return None


def called_by(bpmn: bytes, *, process_id: str | None = None) -> list[str]:
    """The processes that a diagram's call activities name, before anything else of it is checked."""
    process = choose_process(read_xml(bpmn), process_id)
    calls = process.iter(f"{{{BPMN}}}callActivity")
    return list(dict.fromkeys(call.get("calledElement") for call in calls if call.get("calledElement")))


def examine(
    bpmn: bytes,
    vocabulary: Vocabulary,
    process_id: str | None = None,
    decisions: Decisions = MappingProxyType({}),
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
    builder = Builder(outline, vocabulary, findings, decisions)
    elements, flows = builder.build()
    if not findings.has_errors:
        check_flow(outline, findings)
    if not findings.has_errors:
        check_data(outline, elements, findings, builder.table)
        check_words(outline, elements, findings, builder.table)
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
    starts = outline.root.starts
    start = next((node.id for node in starts if node.event is None), starts[0].id)
    return Definition(
        key=outline.id,
        name=outline.name or outline.id,
        labels=labels_of(builder.table.process_words, outline.name),
        elements=MappingProxyType(elements),
        flows=MappingProxyType(flows),
        variables=MappingProxyType(builder.table.variables),
        start=start,
        steps=_in_order(outline),
        starts=tuple(node.id for node in starts),
        scopes=MappingProxyType({scope.id: _scope(scope, builder) for scope in outline.scopes}),
        calls=MappingProxyType(
            {
                element.id: builder.vocabulary.processes[element.called]
                for element in elements.values()
                if element.called is not None
            }
        ),
        _names=builder.table.root.names,
        subject_type=builder.table.subject_type,
        start_fields=start_fields(builder, start),
        lanes=tuple((lane.name or lane.id, _lane_labels(lane)) for lane in outline.lanes),
        warnings=tuple(problems),
        _spec=make_spec(outline, elements, flows),
    )


def _scope(scope: DrawnScope, builder: Builder) -> Scope:
    start = None
    if scope.kind != "event_subprocess":
        start = next((node.id for node in scope.starts if node.event is None), None)
    triggers = [inner.id for each in scope.event_subprocesses if each.inner for inner in each.inner.starts]
    own = [] if scope.node is None else builder.table.locals[scope.id]
    local = tuple((variable.name, variable.default) for variable in own)
    types = MappingProxyType({variable.name: variable.type for variable in own})
    return Scope(scope.id, start, tuple(triggers), local, types)


def _lane_labels(lane: Any) -> Any:
    for extensions in lane.xml.iterchildren("{" + BPMN + "}extensionElements"):
        return read_labels(extensions, lane.name)
    return read_labels(lane.xml, lane.name)


def _in_order(outline: Outline) -> tuple[str, ...]:
    """Elements by their distance from the start, as far as possible after all before them.

    Flows that lead back do not count, so the steps of a loop stand where one first meets them. What is
    in a subprocess stands behind it, event subprocesses at the end of their scope."""
    order: list[str] = []
    pending = [iter(_scope_in_order(outline.root))]
    while pending:
        node = next(pending[-1], None)
        if node is None:
            pending.pop()
            continue
        order.append(node.id)
        if node.inner is not None:
            pending.append(iter(_scope_in_order(node.inner)))
    return tuple(order)


def _scope_in_order(scope: DrawnScope) -> list[Node]:
    # Depth first without recursion; reversed postorder is a topological order without back flows.
    order: list[Node] = []
    begin = [*scope.starts, *scope.event_subprocesses]
    done = {node.id for node in begin}
    stack: list[tuple[Node, int]] = [(node, 0) for node in begin]
    while stack:
        node, index = stack.pop()
        nexts = [*(arrow.target for arrow in node.outgoing), *node.attached]
        # Later flows first, so that earlier ones end up in front.
        if index < len(nexts):
            stack.append((node, index + 1))
            target = nexts[len(nexts) - 1 - index]
            if target.id not in done:
                done.add(target.id)
                stack.append((target, 0))
        else:
            order.append(node)
    order.reverse()
    return sorted(order, key=lambda node: node.kind == "event_subprocess")
