"""Sheets written as BPMN diagram interchange: all processes one below the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from workflows.engine.outline import children, local
from workflows.engine.support import BPMN
from workflows.engine.xmlsafe import read_xml

from .grid import CONTAINERS, SATELLITES
from .labels import Rect
from .messages import Messages
from .reading import drawn_children
from .sheet import Line, Shape, Sheet

DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DD: Final = "http://www.omg.org/spec/DD/20100524/DI"

MARGIN: Final = 120
BETWEEN: Final = 60


def ensure_layout(bpmn: bytes) -> bytes:
    """The same file if it has a drawing of everything that runs, else with one made for it."""
    root = read_xml(bpmn)
    if local(root) != "definitions" or has_layout(root):
        return bpmn
    for old in list(root.iterchildren(f"{{{DI}}}BPMNDiagram")):
        root.remove(old)
    _ensure_pool(root)
    _Drawing(root).draw()
    etree.cleanup_namespaces(root, top_nsmap={"bpmndi": DI, "dc": DC, "di": DD})
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text


def has_layout(root: Any) -> bool:
    """Does everything that runs have its place: every step, and every flow between two steps?

    Notes and data may be missing: a drawing that somebody made is kept."""
    shapes = {
        shape.get("bpmnElement")
        for shape in root.iter(f"{{{DI}}}BPMNShape")
        if shape.find(f"{{{DC}}}Bounds") is not None
    }
    edges = {
        edge.get("bpmnElement")
        for edge in root.iter(f"{{{DI}}}BPMNEdge")
        if len(edge.findall(f"{{{DD}}}waypoint")) > 1
    }
    return all(
        nodes <= shapes and flows <= edges
        for process in children(root, "process")
        for nodes, flows in _running_parts(process)
    )


def has_drawing(root: Any) -> bool:
    """Is anything drawn at all?"""
    return next(root.iter(f"{{{DI}}}BPMNShape"), None) is not None


def _running_parts(process: Any) -> Iterator[tuple[set[str], set[str]]]:
    """Ids of nodes and flows of a process, then of each subprocess in it."""
    pending = [process]
    while pending:
        container = pending.pop()
        drawn = [element for element in drawn_children(container) if local(element) not in SATELLITES]
        nodes = {element.get("id") for element in drawn}
        yield (
            nodes,
            {
                flow.get("id")
                for flow in children(container, "sequenceFlow")
                if flow.get("id") and {flow.get("sourceRef"), flow.get("targetRef")} <= nodes
            },
        )
        pending += [element for element in drawn if local(element) in CONTAINERS]


def _ensure_pool(root: Any) -> None:
    """Lanes are drawn inside a pool; a process with lanes gets one around it."""
    if next(children(root, "collaboration"), None) is not None:
        return
    laned = [
        process
        for process in children(root, "process")
        if next(children(process, "laneSet"), None) is not None
    ]
    if not laned:
        return
    first = laned[0]
    taken = {element.get("id") for element in root.iter("{" + BPMN + "}*")}
    collaboration = etree.Element(
        "{" + BPMN + "}collaboration", id=_new_id(f"{first.get('id')}_pools", taken)
    )
    for process in children(root, "process"):
        name = process.get("name") or process.get("id") or ""
        etree.SubElement(
            collaboration,
            "{" + BPMN + "}participant",
            id=_new_id(f"{process.get('id')}_pool", taken),
            name=name,
            processRef=process.get("id") or "",
        )
    first.addprevious(collaboration)


def _new_id(wanted: str, taken: set[Any]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name


class _Drawing:
    """Writes one BPMNDiagram with all processes, one below the other."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.taken = {element.get("id") for element in root.iter("*") if element.get("id")}
        collaboration = next(children(root, "collaboration"), None)
        self.pools: dict[str, str] = {}
        self.empty_pools: list[str] = []
        for pool in children(collaboration, "participant") if collaboration is not None else ():
            if pool.get("processRef"):
                self.pools[pool.get("processRef")] = pool.get("id") or ""
            elif pool.get("id"):
                self.empty_pools.append(pool.get("id"))
        plane_of = collaboration if collaboration is not None else next(children(root, "process"), root)
        diagram = etree.SubElement(
            root, f"{{{DI}}}BPMNDiagram", id=_new_id("diagram", self.taken), nsmap={"bpmndi": DI}
        )
        self.plane = etree.SubElement(
            diagram,
            f"{{{DI}}}BPMNPlane",
            id=_new_id("plane", self.taken),
            bpmnElement=plane_of.get("id") or "",
        )

    def draw(self) -> None:
        messages = Messages(self.root, self.pools, self.empty_pools)
        sheets = {}
        for process in children(self.root, "process"):
            name = process.get("id") or ""
            sheets[name] = Sheet(process, is_pool=name in self.pools, messages=messages.of(name))
        width = max((sheet.width for sheet in sheets.values()), default=600)
        top = BETWEEN
        for name, sheet in sheets.items():
            if name in self.pools:  # pools are of one width
                sheet.width = width
                frame = Shape(self.pools[name], (0, 0, width, sheet.height), {"isHorizontal": "true"})
                self._shape(frame, top)
            for shape in sheet.shapes():
                self._shape(shape, top)
            for line in sheet.lines():
                self._edge(line, top)
            messages.placed(name, sheet, top)
            top += sheet.height + BETWEEN + messages.room_below(name)
        for name in self.empty_pools:
            self._shape(Shape(name, (0, 0, width, 60), {"isHorizontal": "true"}), top)
            messages.placed(name, None, top, width)
            top += 60 + BETWEEN + messages.room_below(name)
        for line in messages.lines():
            self._edge(line, 0)

    def _shape(self, shape: Shape, top: int) -> None:
        if not shape.id:
            return
        element = etree.SubElement(
            self.plane,
            f"{{{DI}}}BPMNShape",
            id=_new_id(f"{shape.id}_di", self.taken),
            bpmnElement=shape.id,
            attrib=shape.attributes,
        )
        _bounds(element, shape.rect, top)
        _label(element, shape.label, top)

    def _edge(self, line: Line, top: int) -> None:
        element = etree.SubElement(
            self.plane, f"{{{DI}}}BPMNEdge", id=_new_id(f"{line.id}_di", self.taken), bpmnElement=line.id
        )
        for x, y in line.points:
            etree.SubElement(element, f"{{{DD}}}waypoint", x=str(x + MARGIN), y=str(y + top))
        _label(element, line.label, top)


def _label(parent: Any, rect: Rect | None, top: int) -> None:
    if rect is not None:
        _bounds(etree.SubElement(parent, f"{{{DI}}}BPMNLabel"), rect, top)


def _bounds(parent: Any, rect: Rect, top: int) -> None:
    x, y, width, height = rect
    etree.SubElement(
        parent,
        f"{{{DC}}}Bounds",
        x=str(x + MARGIN),
        y=str(y + top),
        width=str(width),
        height=str(height),
    )
