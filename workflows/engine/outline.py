"""The bare structure of a process: scopes, elements, flows, lanes. Read once, used by every rule.

A scope is the process itself or a subprocess in it; ids are unique in the whole document, so every
element is found by its id alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .problems import DefinitionError, Findings, Problem
from .support import (
    ACTIVITIES,
    BPMN,
    CONTAINERS,
    DATA_ELEMENTS,
    ELEMENTS,
    EVENTS,
    FLOW,
    MARKERS,
    PARTS,
    PLACES,
    ROOT_IGNORED,
    TRIGGERS,
    refusal,
)

MAX_NODES: Final = 3_000
MAX_DEPTH: Final = 10


@dataclass(slots=True)
class EventMark:
    """What an event waits for or tells of. `ref` is the name or code by which it is known; None for
    an error or escalation event that catches all."""

    kind: str
    xml: Any
    ref: str | None = None


@dataclass(slots=True)
class Node:
    """A flow element the engine runs."""

    id: str
    tag: str
    kind: str
    name: str
    line: int | None
    xml: Any
    scope: Scope
    incoming: list[Arrow] = field(default_factory=list)
    outgoing: list[Arrow] = field(default_factory=list)
    lane: Lane | None = None
    event: EventMark | None = None
    interrupting: bool = True
    marker: Any | None = None  # the XML of a multi-instance or loop marker
    inner: Scope | None = None
    host: Node | None = None  # the activity a boundary event is attached to
    attached: list[Node] = field(default_factory=list)

    @property
    def event_kind(self) -> str:
        return self.event.kind if self.event is not None else ""

    @property
    def waits(self) -> bool:
        """Whether a token can rest here until somebody or something outside moves it."""
        if self.kind in MANUAL:
            return True
        return self.kind in ("receive_task", "event_gateway") or (
            self.kind == "catch_event" and self.event_kind != "link"
        )


# What a person does.
MANUAL: Final = ("user_task", "manual_task", "task")


@dataclass(slots=True)
class Arrow:
    """A sequence flow whose both ends exist."""

    id: str
    name: str
    source: Node
    target: Node
    line: int | None
    xml: Any
    condition: str | None = None
    is_default: bool = False


@dataclass(slots=True)
class Lane:
    id: str
    name: str
    xml: Any
    line: int | None
    parent: Lane | None = None


@dataclass(slots=True)
class Scope:
    """The process, a subprocess, a transaction or an event subprocess, with what stands directly in it."""

    id: str
    kind: str
    xml: Any
    line: int | None
    node: Node | None = None  # the subprocess as an element of the scope around it
    parent: Scope | None = None
    nodes: list[Node] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    data_objects: list[Any] = field(default_factory=list)

    @property
    def starts(self) -> list[Node]:
        return [node for node in self.nodes if node.kind == "start_event"]

    @property
    def event_subprocesses(self) -> list[Node]:
        return [node for node in self.nodes if node.kind == "event_subprocess"]


@dataclass(slots=True)
class Outline:
    """One process of a document, its flows in the order of the file."""

    id: str
    name: str
    xml: Any
    line: int | None
    nodes: dict[str, Node] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)  # the process first, outer before inner
    refused: set[str] = field(default_factory=set)  # ids of elements that are drawn but not run

    @property
    def root(self) -> Scope:
        return self.scopes[0]

    def of_kind(self, *kinds: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind in kinds]


def local(element: Any) -> str | None:
    """The name of a BPMN element without its namespace; None for anything else."""
    tag = element.tag
    if isinstance(tag, str) and tag.startswith("{" + BPMN + "}"):
        return tag[len(BPMN) + 2 :]
    return None


def children(element: Any, tag: str) -> Iterator[Any]:
    yield from element.iterchildren("{" + BPMN + "}" + tag)


def label_of(element: Any) -> str:
    return " ".join((element.get("name") or "").split())


def processes(root: Any) -> list[Any]:
    """The processes of a document that are meant to run."""
    if local(root) != "definitions":
        raise DefinitionError([Problem("error", "not_bpmn", None, root.sourceline)])
    return [p for p in children(root, "process") if p.get("isExecutable", "true").strip() != "false"]


def choose_process(root: Any, process_id: str | None) -> Any:
    """The one process to compile."""
    runnable = processes(root)
    if process_id is not None:
        for process in runnable:
            if process.get("id") == process_id:
                return process
        raise DefinitionError([Problem("error", "process_not_found", process_id, None, {"name": process_id})])
    if not runnable:
        drawn = sum(1 for _ in children(root, "process"))
        code = "process_not_executable" if drawn else "no_process"
        raise DefinitionError([Problem("error", code, None, root.sourceline)])
    if len(runnable) > 1:
        names = ", ".join(str(p.get("id")) for p in runnable)
        raise DefinitionError(
            [Problem("error", "several_processes", None, runnable[1].sourceline, {"names": names})]
        )
    return runnable[0]


def read_outline(root: Any, process: Any, findings: Findings) -> Outline:
    """Read a process and report everything in it that the engine does not run."""
    outline = Outline(
        id=process.get("id") or "",
        name=(process.get("name") or "").strip(),
        xml=process,
        line=process.sourceline,
    )
    if not outline.id:
        findings.error("missing_id", None, process.sourceline, tag="process")
    _check_ids(root, process, findings)
    _check_document(root, process, findings)
    _Reader(root, outline, findings).read()
    _read_lanes(outline, findings)
    _check_references(outline, findings)
    return outline


def _check_ids(root: Any, process: Any, findings: Findings) -> None:
    """Ids are unique in the whole document; everything else refers by them."""
    seen: dict[str, Any] = {}
    for element in root.iter("{" + BPMN + "}*"):
        identifier = element.get("id")
        if identifier is None:
            continue
        if identifier in seen:
            findings.error("duplicate_id", identifier, element.sourceline, first=seen[identifier])
        else:
            seen[identifier] = element.sourceline


def _check_document(root: Any, process: Any, findings: Findings) -> None:
    for element in root:
        tag = local(element)
        if tag == "collaboration":
            _check_collaboration(element, process, findings)
        elif tag is not None and tag not in ROOT_IGNORED and tag not in ("process", "import"):
            findings.error("unsupported_element", element.get("id"), element.sourceline, tag=tag)


def _check_collaboration(collaboration: Any, process: Any, findings: Findings) -> None:
    known = {p.get("id") for p in collaboration.getparent().iterchildren("{" + BPMN + "}process")}
    for element in collaboration:
        tag = local(element)
        if tag == "participant":
            reference = element.get("processRef")
            if reference is not None and reference not in known:
                findings.error("dangling_reference", element.get("id"), element.sourceline, name=reference)
            check_parts(element, findings)
    check_parts(collaboration, findings)


class _Reader:
    """Reads the scopes of a process from the outside in."""

    def __init__(self, root: Any, outline: Outline, findings: Findings) -> None:
        self.outline = outline
        self.findings = findings
        self.named = {
            element.get("id"): element
            for tag in ("message", "signal", "error", "escalation")
            for element in children(root, tag)
            if element.get("id")
        }

    def read(self) -> None:
        outline = self.outline
        process = Scope(outline.id, "process", outline.xml, outline.line)
        pending = [(process, 0)]
        while pending:
            scope, depth = pending.pop(0)
            outline.scopes.append(scope)
            if depth > MAX_DEPTH:
                self.findings.error("too_deep_subprocess", scope.id, scope.line, maximum=MAX_DEPTH)
                return
            check_parts(scope.xml, self.findings)
            pending.extend((inner, depth + 1) for inner in self._read_nodes(scope))
        for scope in outline.scopes:
            self._attach(scope)
            self._read_arrows(scope)
            self._join_links(scope)

    # -- elements

    def _read_nodes(self, scope: Scope) -> Iterator[Scope]:
        for element in scope.xml:
            tag = local(element)
            if tag is None or tag in PARTS[local(scope.xml) or ""]:
                continue
            if tag in DATA_ELEMENTS:
                self._read_data(scope, element, tag)
                continue
            node = self._node(scope, element, tag)
            if node is None:
                continue
            scope.nodes.append(node)
            self.outline.nodes[node.id] = node
            if len(self.outline.nodes) > MAX_NODES:
                raise DefinitionError(
                    [Problem("error", "too_many_steps", self.outline.id, node.line, {"maximum": MAX_NODES})]
                )
            if node.inner is not None:
                yield node.inner

    def _read_data(self, scope: Scope, element: Any, tag: str) -> None:
        check_parts(element, self.findings)
        self.outline.refused.add(element.get("id") or "")
        if tag == "dataObject":
            scope.data_objects.append(element)
            return
        reference = element.get("dataObjectRef") or ""
        if not any(each.get("id") == reference for each in self.outline.xml.iter(f"{{{BPMN}}}dataObject")):
            self.findings.error("dangling_reference", element.get("id"), element.sourceline, name=reference)

    def _node(self, scope: Scope, element: Any, tag: str) -> Node | None:
        identifier, line = element.get("id"), element.sourceline
        accepted = ELEMENTS.get(tag)
        if accepted is None:
            self.outline.refused.add(identifier or "")
            return None
        if not identifier:
            self.findings.error("missing_id", None, line, tag=tag)
            return None
        if len(identifier) > 200:
            self.findings.error("id_too_long", identifier[:50], line)
            return None
        if identifier in self.outline.nodes:
            return None  # reported as a duplicate
        node = Node(identifier, tag, accepted.kind, label_of(element), line, element, scope)
        if tag not in CONTAINERS:
            check_parts(element, self.findings)
        self._check_attributes(node)
        self._read_marker(node)
        if tag in PLACES:
            self._read_event(node)
        elif tag in ("sendTask", "receiveTask"):
            node.event = EventMark("message", element, self._name_of(node, element, "messageRef"))
        if tag in CONTAINERS:
            if element.get("triggeredByEvent") == "true" and tag == "subProcess":
                node.kind = "event_subprocess"
            node.inner = Scope(identifier, node.kind, element, line, node, scope)
        return node

    def _check_attributes(self, node: Node) -> None:
        for attribute, harmless in _HARMLESS_VALUES.items():
            value = node.xml.get(attribute, harmless)
            if value == harmless:
                continue
            if attribute == "isForCompensation":
                self.findings.error(
                    "unsupported_element", node.id, node.line, tag="compensateEventDefinition"
                )
            else:
                self.findings.error("unsupported_attribute", node.id, node.line, attribute=attribute)

    def _read_marker(self, node: Node) -> None:
        markers = [marker for tag in MARKERS for marker in children(node.xml, tag)]
        if not markers:
            return
        if len(markers) > 1:
            self.findings.error("two_markers", node.id, markers[1].sourceline)
        if node.xml.get("triggeredByEvent") == "true":
            self.findings.error("marker_on_event_subprocess", node.id, markers[0].sourceline)
            return
        check_parts(markers[0], self.findings)
        node.marker = markers[0]

    # -- events

    def _read_event(self, node: Node) -> None:
        marks = [mark for tag in EVENTS for mark in children(node.xml, tag)]
        refers = next(node.xml.iterchildren("{" + BPMN + "}eventDefinitionRef"), None)
        if refers is not None:
            self.findings.error("event_by_reference", node.id, refers.sourceline)
        if len(marks) > 1:
            self.findings.error("several_events", node.id, marks[1].sourceline)
        in_event_subprocess = node.tag == "startEvent" and node.scope.kind == "event_subprocess"
        in_subprocess = node.tag == "startEvent" and node.scope.kind in ("subprocess", "transaction")
        kind = EVENTS[local(marks[0]) or ""].kind if marks else ""
        allowed = TRIGGERS if in_event_subprocess else frozenset({""}) if in_subprocess else PLACES[node.tag]
        if kind not in allowed:
            self.findings.error(
                "event_not_here",
                node.id,
                node.line,
                kind_of_event=kind,
                place=_place_of(node),
                known=sorted(allowed - {""}),
            )
            if not marks:
                return
        if not marks:
            self._reject_interrupting(node, allowed=False)
            return
        check_parts(marks[0], self.findings)
        node.event = EventMark(kind, marks[0], self._reference(node, kind, marks[0]))
        self._reject_interrupting(node, allowed=in_event_subprocess or node.tag == "boundaryEvent")

    def _reject_interrupting(self, node: Node, *, allowed: bool) -> None:
        attribute = "cancelActivity" if node.tag == "boundaryEvent" else "isInterrupting"
        value = node.xml.get(attribute, "true")
        if value not in ("true", "false"):
            self.findings.error("bad_flag", node.id, node.line, attribute=attribute, value=value[:30])
        node.interrupting = not (allowed and value == "false")
        if not node.interrupting and node.event_kind in ("error", "cancel"):
            self.findings.error("always_interrupts", node.id, node.line, kind_of_event=node.event_kind)

    def _reference(self, node: Node, kind: str, mark: Any) -> str | None:
        if kind == "link":
            name = " ".join((mark.get("name") or "").split())
            if not name:
                self.findings.error("link_without_name", node.id, mark.sourceline)
            return name
        attribute = _REFERENCES.get(kind)
        return self._name_of(node, mark, attribute) if attribute is not None else None

    def _name_of(self, node: Node, element: Any, attribute: str) -> str | None:
        """The name (of messages, signals) or code (of errors, escalations) behind a reference."""
        kind = attribute.removesuffix("Ref")
        reference = element.get(attribute)
        if reference is None:
            if kind in ("message", "signal") or node.tag in ("endEvent", "intermediateThrowEvent"):
                self.findings.error("event_without_name", node.id, element.sourceline, kind_of_event=kind)
            return None
        prefix, _, short = reference.rpartition(":")
        found = self.named.get(reference)
        if found is None:
            found = self.named.get(short) if prefix else None
        if found is None or local(found) != kind:
            self.findings.error("dangling_reference", node.id, element.sourceline, name=reference)
            return None
        names = {"error": "errorCode", "escalation": "escalationCode"}
        name = " ".join((found.get(names.get(kind, "name")) or found.get("name") or "").split())
        if not name:
            self.findings.error("name_missing", node.id, found.sourceline, kind_of_event=kind, name=reference)
        return name or None

    # -- connections

    def _attach(self, scope: Scope) -> None:
        for node in scope.nodes:
            if node.tag != "boundaryEvent":
                continue
            reference = node.xml.get("attachedToRef") or ""
            host = self.outline.nodes.get(reference)
            if host is None or host.scope is not scope:
                if reference not in self.outline.refused:
                    self.findings.error("dangling_reference", node.id, node.line, name=reference)
            elif host.tag not in ACTIVITIES or host.kind == "event_subprocess":
                self.findings.error("boundary_not_here", node.id, node.line, name=host.name or host.id)
            else:
                node.host = host
                host.attached.append(node)

    def _read_arrows(self, scope: Scope) -> None:
        here = {node.id: node for node in scope.nodes}
        for element in children(scope.xml, "sequenceFlow"):
            identifier, line = element.get("id"), element.sourceline
            if not identifier:
                self.findings.error("missing_id", None, line, tag="sequenceFlow")
                continue
            ends = [here.get(element.get(end) or "") for end in ("sourceRef", "targetRef")]
            for end, node in zip(("sourceRef", "targetRef"), ends, strict=True):
                name = element.get(end) or ""
                if node is None and name not in self.outline.refused:
                    code = "flow_crosses_border" if name in self.outline.nodes else "dangling_flow"
                    self.findings.error(code, identifier, line, end=end, name=name)
            source, target = ends
            if source is None or target is None:
                continue
            check_parts(element, self.findings)
            self._connect(scope, self._arrow(element, identifier, source, target))

    def _arrow(self, element: Any, identifier: str, source: Node, target: Node) -> Arrow:
        conditions = list(children(element, "conditionExpression"))
        line = element.sourceline
        if len(conditions) > 1:
            self.findings.error("word_twice", identifier, line, word="conditionExpression")
        text = "".join(conditions[0].itertext()).strip() if conditions else None
        if conditions and not text:
            self.findings.error("condition_empty", identifier, line)
        arrow = Arrow(identifier, label_of(element), source, target, line, element, text or None)
        arrow.is_default = source.xml.get("default") == identifier
        return arrow

    def _connect(self, scope: Scope, arrow: Arrow) -> None:
        scope.arrows.append(arrow)
        self.outline.arrows.append(arrow)
        arrow.source.outgoing.append(arrow)
        arrow.target.incoming.append(arrow)

    def _join_links(self, scope: Scope) -> None:
        """A link throw and the catch of its name become one flow."""
        catches: dict[str, Node] = {}
        thrown: set[str] = set()
        links = [node for node in scope.nodes if node.event_kind == "link"]
        for node in links:
            name = (node.event.ref if node.event is not None else "") or ""
            if node.kind != "catch_event":
                continue
            if name in catches:
                self.findings.error("link_twice", node.id, node.line, name=name)
            if node.incoming:
                self.findings.error("link_has_incoming", node.id, node.line, name=name)
            catches.setdefault(name, node)
        for node in links:
            name = (node.event.ref if node.event is not None else "") or ""
            if node.kind == "catch_event" or not name:
                continue
            if node.outgoing:
                self.findings.error("link_has_outgoing", node.id, node.line, name=name)
            target = catches.get(name)
            if target is None:
                self.findings.error("link_leads_nowhere", node.id, node.line, name=name)
                continue
            thrown.add(name)
            self._connect(scope, Arrow(f"link:{node.id}", name, node, target, node.line, node.xml))
        for name, node in catches.items():
            if name and name not in thrown:
                self.findings.error("link_never_thrown", node.id, node.line, name=name)


_REFERENCES: Final = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}
_HARMLESS_VALUES: Final = {
    "isForCompensation": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "instantiate": "false",
    "eventGatewayType": "Exclusive",
    "parallelMultiple": "false",
}


def _place_of(node: Node) -> str:
    if node.tag == "startEvent" and node.scope.kind != "process":
        return f"startEvent/{node.scope.kind}"
    return node.tag


def check_parts(element: Any, findings: Findings) -> None:
    """Report what stands inside an element and would be passed over."""
    own = local(element) or ""
    allowed = PARTS.get(own, frozenset())
    for part in element:
        if not isinstance(part.tag, str):
            continue
        tag, line = local(part), part.sourceline
        if tag is None:
            namespace, _, name = part.tag.lstrip("{").rpartition("}")
            if namespace == FLOW:
                findings.error("word_outside", _owner(element), line, word=name)
            else:
                findings.warn(
                    "extension_ignored", _owner(element), line, name=name, namespace=namespace[:100]
                )
        elif tag not in allowed and not (own in CONTAINERS and tag in ELEMENTS) and tag != "participant":
            # A refused element of the process is named by its own id, a part by the id of its owner.
            drawn = own in CONTAINERS or own == "collaboration"
            owner = (part.get("id") if drawn else None) or _owner(element)
            findings.error("unsupported_element", owner, line, tag=tag)


def _owner(element: Any) -> str | None:
    """The id by which people know an element: a marker or an event definition goes by its element's."""
    tag = local(element)
    if tag in MARKERS or tag in EVENTS:
        element = element.getparent()
    return str(element.get("id")) if element.get("id") is not None else None


def _read_lanes(outline: Outline, findings: Findings) -> None:
    lane_sets = [lane_set for scope in outline.scopes for lane_set in children(scope.xml, "laneSet")]
    for lane_set in lane_sets:
        check_parts(lane_set, findings)
    # From the outside in: the innermost lane wins.
    pending: list[tuple[Any, Lane | None]] = [
        (lane, None) for lane_set in lane_sets for lane in children(lane_set, "lane")
    ]
    while pending:
        element, parent = pending.pop(0)
        lane = Lane(
            element.get("id") or "", (element.get("name") or "").strip(), element, element.sourceline, parent
        )
        outline.lanes.append(lane)
        check_parts(element, findings)
        for reference in children(element, "flowNodeRef"):
            name = (reference.text or "").strip()
            node = outline.nodes.get(name)
            if node is not None:
                if node.lane is not None and node.lane is not _ancestor(lane, node.lane):
                    findings.error(
                        "two_lanes", name, reference.sourceline, first=node.lane.name, second=lane.name
                    )
                node.lane = lane
            elif name not in outline.refused:
                findings.error("dangling_reference", lane.id or None, reference.sourceline, name=name)
        for inner in children(element, "childLaneSet"):
            pending.extend((child, lane) for child in children(inner, "lane"))


def _ancestor(lane: Lane, wanted: Lane) -> Lane | None:
    above: Lane | None = lane
    while above is not None and above is not wanted:
        above = above.parent
    return above


def _check_references(outline: Outline, findings: Findings) -> None:
    """`default`, `incoming` and `outgoing` must name flows that exist."""
    flows = {element.get("id") for element in outline.xml.iter("{" + BPMN + "}sequenceFlow")}
    for node in outline.nodes.values():
        default = node.xml.get("default")
        if default is not None and not any(arrow.id == default for arrow in node.outgoing):
            findings.error("dangling_default", node.id, node.line, name=default)
        for tag in ("incoming", "outgoing"):
            for reference in children(node.xml, tag):
                name = (reference.text or "").strip()
                if name not in flows:
                    findings.error("dangling_reference", node.id, reference.sourceline, name=name)


__all__ = ["Arrow", "Lane", "Node", "Outline", "choose_process", "processes", "read_outline", "refusal"]
