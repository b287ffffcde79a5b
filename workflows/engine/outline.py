"""The bare structure of a process: elements, flows, lanes. Read once, used by every rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .problems import DefinitionError, Findings, Problem
from .support import BPMN, ELEMENTS, FLOW, PARTS, ROOT_IGNORED, refusal

MAX_NODES: Final = 3_000


@dataclass(slots=True)
class Node:
    """A flow element the engine runs."""

    id: str
    tag: str
    kind: str
    name: str
    line: int | None
    xml: Any
    incoming: list[Arrow] = field(default_factory=list)
    outgoing: list[Arrow] = field(default_factory=list)
    lane: Lane | None = None


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
class Outline:
    """One process of a document, its flows in the order of the file."""

    id: str
    name: str
    xml: Any
    line: int | None
    nodes: dict[str, Node] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # ids of elements that are drawn but not run

    def of_kind(self, kind: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == kind]


def local(element: Any) -> str | None:
    """The name of a BPMN element without its namespace; None for anything else."""
    tag = element.tag
    if isinstance(tag, str) and tag.startswith("{" + BPMN + "}"):
        return tag[len(BPMN) + 2 :]
    return None


def children(element: Any, tag: str) -> Iterator[Any]:
    yield from element.iterchildren("{" + BPMN + "}" + tag)


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
    _read_nodes(outline, findings)
    _read_arrows(outline, findings)
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


def _read_nodes(outline: Outline, findings: Findings) -> None:
    check_parts(outline.xml, findings)
    for element in outline.xml:
        tag = local(element)
        if tag is None or tag in PARTS["process"]:
            continue
        identifier, line = element.get("id"), element.sourceline
        accepted = ELEMENTS.get(tag)
        if accepted is None:
            outline.refused.add(identifier or "")
            continue
        if not identifier:
            findings.error("missing_id", None, line, tag=tag)
            continue
        if len(identifier) > 200:
            findings.error("id_too_long", identifier[:50], line)
            continue
        name = " ".join((element.get("name") or "").split())
        outline.nodes.setdefault(identifier, Node(identifier, tag, accepted.kind, name, line, element))
        if len(outline.nodes) > MAX_NODES:
            raise DefinitionError(
                [Problem("error", "too_many_steps", outline.id, line, {"maximum": MAX_NODES})]
            )
        check_parts(element, findings)
        _check_attributes(element, identifier, findings)


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
                findings.error("word_outside", element.get("id"), line, word=name)
            else:
                findings.warn(
                    "extension_ignored", element.get("id"), line, name=name, namespace=namespace[:100]
                )
        elif tag not in allowed and not (own == "process" and tag in ELEMENTS) and tag != "participant":
            # A refused element of the process is named by its own id, a part by the id of its owner.
            owner = (part.get("id") if own in ("process", "collaboration") else None) or element.get("id")
            findings.error("unsupported_element", owner, line, tag=tag)


_HARMLESS_VALUES = {"isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1"}


def _check_attributes(element: Any, identifier: str, findings: Findings) -> None:
    for attribute, harmless in _HARMLESS_VALUES.items():
        if element.get(attribute, harmless) != harmless:
            findings.error("unsupported_attribute", identifier, element.sourceline, attribute=attribute)
    if element.get("isForCompensation") == "true":
        findings.error("unsupported_element", identifier, element.sourceline, tag="compensateEventDefinition")


def _read_arrows(outline: Outline, findings: Findings) -> None:
    for element in children(outline.xml, "sequenceFlow"):
        identifier, line = element.get("id"), element.sourceline
        if not identifier:
            findings.error("missing_id", None, line, tag="sequenceFlow")
            continue
        ends = [outline.nodes.get(element.get(end) or "") for end in ("sourceRef", "targetRef")]
        for end, node in zip(("sourceRef", "targetRef"), ends, strict=True):
            if node is None and element.get(end) not in outline.refused:
                findings.error("dangling_flow", identifier, line, end=end, name=element.get(end) or "")
        source, target = ends
        if source is None or target is None:
            continue
        check_parts(element, findings)
        conditions = list(children(element, "conditionExpression"))
        if len(conditions) > 1:
            findings.error("word_twice", identifier, line, word="conditionExpression")
        text = "".join(conditions[0].itertext()).strip() if conditions else None
        arrow = Arrow(
            identifier,
            " ".join((element.get("name") or "").split()),
            source,
            target,
            line,
            element,
            text or None,
        )
        arrow.is_default = source.xml.get("default") == identifier
        if conditions and not text:
            findings.error("condition_empty", identifier, line)
        outline.arrows.append(arrow)
        source.outgoing.append(arrow)
        target.incoming.append(arrow)


def _read_lanes(outline: Outline, findings: Findings) -> None:
    for lane_set in children(outline.xml, "laneSet"):
        check_parts(lane_set, findings)
    # From the outside in: the innermost lane wins.
    pending: list[tuple[Any, Lane | None]] = [
        (lane, None) for lane_set in children(outline.xml, "laneSet") for lane in children(lane_set, "lane")
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
    flows = {element.get("id") for element in children(outline.xml, "sequenceFlow")}
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
