"""The picture of a process as SVG, from the places and lines that its file keeps, with names in one language.

It stands beside the page and needs no browser to be made and no script to be shown."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final
from xml.sax.saxutils import escape

from workflows.engine.definition import pick_label
from workflows.engine.layout.drawing import DC, DD, DI
from workflows.engine.outline import local
from workflows.engine.support import BPMN

from .lettering import LINE, beside, centred, lines_of, number, written
from .reading import Read, labels_in
from .shapes import EVENTS, GATEWAYS, GROUPS, Box, activity, event, gateway
from .words import Tongue

Point = tuple[float, float]
MARGIN: Final = 20
_STYLE: Final = """
svg{background:#fff}
text{font:12px system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:#1f2933}
rect,circle,polygon,path,polyline{fill:none;stroke:#52606d;stroke-width:1.4;stroke-linejoin:round}
.pool,.lane{stroke:#9aa5b1;stroke-width:1}
.band{fill:#f1f4f7;stroke:#9aa5b1;stroke-width:1}
.person{fill:#e3effd;stroke:#2b6cb0}
.auto{fill:#f5f6f8}
.call{stroke-width:3}
.group{fill:#fcfcfd}
.gate{fill:#fff7e0;stroke:#b7791f}
.start{fill:#e6f6ec;stroke:#2f855a}
.end{fill:#fdecec;stroke:#c53030;stroke-width:3}
.between{fill:#fff}
.stays{stroke-dasharray:4 3}
.full{fill:#52606d}
.note,.tie{stroke-dasharray:2 3;stroke:#7b8794}
.flow{stroke:#52606d}
.name{font-weight:600}
.halo{stroke:#fff;stroke-width:4;paint-order:stroke}
"""
_ARROW: Final = (
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
    '<path class="full" d="M0 1l9 4-9 4z"/></marker></defs>'
)


def picture(one: Read, tongue: Tongue) -> str:
    """The text of docs/processes/<key>.svg."""
    return _Picture(one, tongue).text()


class _Picture:
    def __init__(self, one: Read, tongue: Tongue) -> None:
        self.one, self.tongue = one, tongue
        found = (each for each in one.root.iter(f"{{{BPMN}}}*") if each.get("id"))
        self.parts: dict[str, Any] = {each.get("id"): each for each in found}
        self.extent: list[Point] = []
        # One above the other: pools and lanes, subprocesses, flows, steps, what sits on a border, names.
        self.layers: list[list[str]] = [[] for _ in range(6)]

    def text(self) -> str:
        for drawn in self.one.root.iter(f"{{{DI}}}BPMNShape"):
            part, box = self.parts.get(drawn.get("bpmnElement")), _bounds(drawn)
            if part is not None and box is not None:
                self._reach(box)
                self._shape(part, box, drawn)
        for drawn in self.one.root.iter(f"{{{DI}}}BPMNEdge"):
            part = self.parts.get(drawn.get("bpmnElement"))
            points = [
                (float(each.get("x")), float(each.get("y"))) for each in drawn.iter(f"{{{DD}}}waypoint")
            ]
            if part is not None and len(points) > 1:
                self.extent += points
                self._line(part, points, drawn)
        return self._whole()

    def _whole(self) -> str:
        left = min((x for x, _y in self.extent), default=0) - MARGIN
        top = min((y for _x, y in self.extent), default=0) - MARGIN
        width = max((x for x, _y in self.extent), default=0) + MARGIN - left
        height = max((y for _x, y in self.extent), default=0) + MARGIN - top
        size = " ".join(map(number, (left, top, width, height)))
        name = escape(self.one.definition.label(self.tongue.code))
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" height="{number(height)}" '
            f'viewBox="{size}" role="img" lang="{self.tongue.code}">'
        )
        paper = f'<path d="M{number(left)} {number(top)}h{number(width)}v{number(height)}H{number(left)}z" style="fill:#fff;stroke:none"/>'
        body = "\n".join(line for layer in self.layers for line in layer)
        return f"{head}\n<title>{name}</title>\n<style>{_STYLE}</style>\n{_ARROW}\n{paper}\n{body}\n</svg>\n"

    def _name(self, part: Any) -> str:
        labels = labels_in(part)
        process = self.parts.get(part.get("processRef") or "")
        # A pool is called as its process is, also in the other language.
        if process is not None and (not labels or labels.get("zh-hans") == process.get("name")):
            labels = labels_in(process)
        return pick_label(labels, self.tongue.code, "")

    def _reach(self, box: Box) -> None:
        x, y, width, height = box
        self.extent += [(x, y), (x + width, y + height)]

    # Shapes ---------------------------------------------------------------------------------------

    def _shape(self, part: Any, box: Box, drawn: Any) -> None:
        tag, name = str(local(part)), self._name(part)
        x, y, width, height = box
        if tag in ("participant", "lane"):
            self._band(tag, name, box)
        elif tag in GATEWAYS:
            self.layers[3].append(gateway(tag, box))
            self._label(name, drawn, box)
        elif tag in EVENTS:
            self.layers[4 if tag == "boundaryEvent" else 3].append(event(part, box))
            self._label(name, drawn, box)
        elif tag in GROUPS and drawn.get("isExpanded") != "false":
            self.layers[1].append(activity(part, box, group=True))
            self.layers[5].append(centred(name, x + width / 2, y + 16, width - 20, bold=True))
        elif tag == "textAnnotation":
            self.layers[3].append(
                f'<path class="lane" d="M{number(x + 8)} {number(y)}h-8v{number(height)}h8"/>'
            )
            self.layers[5].append(centred(name, x + width / 2, y + height / 2, width - 14))
        elif tag == "group":
            self.layers[1].append(_rectangle("note", box))
        elif tag.startswith("data"):
            self.layers[3].append(_rectangle("auto", box))
            self._label(name, drawn, box)
        else:
            self.layers[3].append(activity(part, box))
            self.layers[5].append(centred(name, x + width / 2, y + height / 2 + 5, width - 10))

    def _band(self, tag: str, name: str, box: Box) -> None:
        """A pool or lane with its name turned at the left."""
        x, y, _width, height = box
        self.layers[0].append(_rectangle("pool" if tag == "participant" else "lane", box))
        self.layers[0].append(_rectangle("band", (x, y, 30, height)))
        lines = lines_of(name, height - 8)[:2]
        middle = y + height / 2
        across = x + 15 - (len(lines) - 1) * LINE / 2
        for at, line in enumerate(lines):
            self.layers[5].append(written([line], across + at * LINE, middle, bold=True, turned=True))

    def _label(self, name: str, drawn: Any, owner: Box) -> None:
        if not name:
            return
        x, y, width, height = owner
        middle = (x + width / 2, y + height / 2)
        box = _label_bounds(drawn) or (middle[0] - 45, y + height + 4, 90, LINE)
        self._write(name, box, middle)

    def _write(self, name: str, box: Box, owner: Point) -> None:
        text, taken = beside(name, box, owner)
        self.layers[5].append(text.replace("<text ", '<text class="halo" ', 1))
        self._reach(taken)

    # Lines ----------------------------------------------------------------------------------------

    def _line(self, part: Any, points: list[Point], drawn: Any) -> None:
        tag = local(part)
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        kind = "flow" if tag == "sequenceFlow" else "tie"
        arrow = "" if tag == "association" else ' marker-end="url(#arrow)"'
        self.layers[2].append(f'<polyline class="{kind}" points="{path}"{arrow}/>')
        source = self.parts.get(part.get("sourceRef") or "")
        if source is not None and source.get("default") == part.get("id"):
            self.layers[2].append(_stroke(points))
        name = self._name(part) if tag in ("sequenceFlow", "messageFlow") else ""
        if name:
            x, y = _middle(points)
            box = _label_bounds(drawn) or (x - 40, y - LINE - 2, 80, LINE)
            self._write(name, box, _nearest(points, (box[0] + box[2] / 2, box[1] + box[3] / 2)))


def _rectangle(kind: str, box: Box) -> str:
    x, y, width, height = map(number, box)
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>'


def _stroke(points: list[Point]) -> str:
    """The small stroke across the flow that is taken otherwise."""
    (x, y), (to_x, to_y) = points[:2]
    length = math.dist(points[0], points[1]) or 1
    x, y = x + (to_x - x) / length * 10, y + (to_y - y) / length * 10
    return f'<path d="M{number(x - 4)} {number(y + 5)}L{number(x + 4)} {number(y - 5)}"/>'


def _middle(points: list[Point]) -> Point:
    """The middle of the longest piece of a line."""
    start, end = max(pairwise(points), key=lambda pair: math.dist(*pair))
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


def _nearest(points: list[Point], to: Point) -> Point:
    """The point of a line that is nearest to a place."""
    found = []
    for (x, y), (to_x, to_y) in pairwise(points):
        length = (to_x - x) ** 2 + (to_y - y) ** 2
        part = ((to[0] - x) * (to_x - x) + (to[1] - y) * (to_y - y)) / length if length else 0
        part = min(max(part, 0), 1)
        found.append((x + (to_x - x) * part, y + (to_y - y) * part))
    return min(found, key=lambda point: math.dist(point, to))


def _bounds(drawn: Any) -> Box | None:
    for each in drawn.iterchildren(f"{{{DC}}}Bounds"):
        return float(each.get("x")), float(each.get("y")), float(each.get("width")), float(each.get("height"))
    return None


def _label_bounds(drawn: Any) -> Box | None:
    for label in drawn.iterchildren(f"{{{DI}}}BPMNLabel"):
        return _bounds(label)
    return None
