"""A drawn file looked at as a person would: what lies on what, and which name cannot be read.

It knows nothing of how layouts are made; it reads the diagram interchange and measures."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

from lxml import etree

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
FRAMES = ("lane", "participant")
SUBPROCESSES = ("subProcess", "transaction", "adHocSubProcess")
NEAR = 40  # a name stands no further from its line
INSIDE = 1  # what touches by a pixel only is not called overlapping


class Picture:
    """The places of elements and names, and the corners of flows."""

    def __init__(self, data):
        self.root = etree.fromstring(data)
        self.elements = {
            element.get("id"): element
            for element in self.root.iter(f"{{{NS['bpmn']}}}*")
            if element.get("id")
        }
        self.shapes, self.containers, self.open, self.lines, self.labels = {}, {}, {}, {}, {}
        for shape in self.root.iterfind(".//bpmndi:BPMNShape", NS):
            name = shape.get("bpmnElement")
            tag = self.tag(name)
            target = self.containers if tag in FRAMES else self.shapes
            assert name not in target, f"{name} is drawn twice"
            target[name] = bounds(shape)
            if tag in SUBPROCESSES and shape.get("isExpanded") == "true":
                self.open[name] = target[name]
            self._label(shape, name)
        for edge in self.root.iterfind(".//bpmndi:BPMNEdge", NS):
            name = edge.get("bpmnElement")
            self.lines[name] = [(int(p.get("x")), int(p.get("y"))) for p in edge.iterfind("di:waypoint", NS)]
            self._label(edge, name)
        self.flows = {
            flow.get("id"): (flow.get("sourceRef"), flow.get("targetRef"))
            for flow in self.root.iterfind(".//bpmn:sequenceFlow", NS)
        }
        self.pieces = [
            (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), flow)
            for flow, points in self.lines.items()
            for (x0, y0), (x1, y1) in pairwise(points)
        ]
        ids = [element.get("id") for element in self.root.iter("*") if element.get("id")]
        assert len(ids) == len(set(ids)), "an id occurs twice"

    def _label(self, parent, name):
        label = parent.find("bpmndi:BPMNLabel", NS)
        if label is not None:
            self.labels[name] = bounds(label)

    def tag(self, name):
        return etree.QName(self.elements[name]).localname

    def parent(self, name):
        """The open subprocess around an element; None in the process itself."""
        for above in self.elements[name].iterancestors():
            if etree.QName(above).localname in (*SUBPROCESSES, "process"):
                return above.get("id") if above.get("id") in self.open else None
        return None

    @staticmethod
    def process_of(lane):
        return next(above for above in lane.iterancestors() if etree.QName(above).localname == "process")

    # -- findings

    def check(self):
        found = self.findings()
        assert not found, "\n".join(found[:10])

    def findings(self):
        return [
            *self.overlapping_shapes(),
            *self.outside_of_their_frames(),
            *self.bad_lines(),
            *self.lines_on_lines(),
            *self.missing_labels(),
            *self.unreadable_labels(),
        ]

    def overlapping_shapes(self):
        around = {name: set(self._around(name)) for name in self.shapes}
        places = sorted(self.shapes.items(), key=lambda item: item[1])
        for (name, _), (other, _) in meeting(places):
            if other in around[name] or name in around[other]:
                continue
            hosts = [self.elements[n].get("attachedToRef") for n in (name, other)]
            if other == hosts[0] or name == hosts[1]:
                continue
            yield f"{name} lies on {other}"

    def _around(self, name):
        above = self.parent(name)
        while above is not None:
            yield above
            above = self.parent(above)

    def outside_of_their_frames(self):
        for name, place in self.shapes.items():
            above = self.parent(name)
            if above is not None and not inside(place, self.open[above], 4):
                yield f"{name} leaves {above}"
            host = self.elements[name].get("attachedToRef")
            if host in self.shapes:
                x, y, w, h = self.shapes[host]
                middle = place[0] + place[2] // 2
                if place[1] + place[3] // 2 != y + h or not x < middle < x + w:
                    yield f"{name} is not on the lower edge of {host}"
        for lane in self.root.iterfind(".//bpmn:lane", NS):
            frame = self.containers[lane.get("id")]
            for reference in lane.iterfind("bpmn:flowNodeRef", NS):
                if reference.text in self.shapes and not inside(self.shapes[reference.text], frame, 0):
                    yield f"{reference.text} is outside of its lane {lane.get('id')}"
            own = {reference.text for reference in lane.iterfind(".//bpmn:flowNodeRef", NS)}
            for name, place in self.shapes.items():
                host = self.elements[name].get("attachedToRef", name)
                if self.tag(host) in ("textAnnotation", "dataObjectReference", "dataStoreReference"):
                    continue
                is_beside = self.elements[name].getparent() is self.process_of(lane)
                if is_beside and host not in own and overlap(place, frame):
                    yield f"{name} stands in the lane {lane.get('id')}"
        for one, two in combinations(self.root.iterfind(".//bpmn:lane", NS), 2):
            if one in two.iterancestors() or two in one.iterancestors():
                continue
            if overlap(self.containers[one.get("id")], self.containers[two.get("id")]):
                yield f"lane {one.get('id')} lies on {two.get('id')}"

    def bad_lines(self):
        for flow, (source, target) in self.flows.items():
            points = self.lines[flow]
            if len(points) < 2:
                yield f"{flow} has no line"
                continue
            if not on_border(points[0], self.shapes[source]):
                yield f"{flow} does not begin at {source}"
            if not on_border(points[-1], self.shapes[target]):
                yield f"{flow} does not end at {target}"
        for flow, points in self.lines.items():
            above = self.parent(flow)
            for start, end in pairwise(points):
                if start == end:
                    yield f"{flow} has an empty piece"
                if start[0] != end[0] and start[1] != end[1]:
                    yield f"{flow} is slanted"
                if above is not None and not all(
                    inside((*p, 0, 0), self.open[above], 0) for p in (start, end)
                ):
                    yield f"{flow} leaves {above}"

        for name, shape in self.shapes.items():
            for flow in self.pieces_through(shape):
                if name not in self._around(flow):
                    yield f"{flow} runs through {name}"

    def pieces_through(self, rect):
        x, y, right, bottom = rect[0], rect[1], rect[0] + rect[2], rect[1] + rect[3]
        return {
            flow
            for left, top, last, low, flow in self.pieces
            if left < right and last > x and top < bottom and low > y
        }

    def lines_on_lines(self):
        """Flows may run together only where they come from, or lead to, the same element."""
        at = defaultdict(list)
        for flow, ends in self.flows.items():
            for start, end in pairwise(self.lines[flow]):
                if start[1] == end[1]:
                    at[("level", start[1])].append((*sorted((start[0], end[0])), flow, ends))
                else:
                    at[("upright", start[0])].append((*sorted((start[1], end[1])), flow, ends))
        for pieces in at.values():
            for (a, b, flow, ends), (c, d, other, others) in combinations(pieces, 2):
                if flow == other or min(b, d) - max(a, c) <= 0:
                    continue
                if ends[0] != others[0] and ends[1] != others[1]:
                    yield f"{flow} runs on {other}"
                if self.lines[flow] == self.lines[other]:
                    yield f"{flow} hides {other}"

    def missing_labels(self):
        for name, element in self.elements.items():
            tag = etree.QName(element).localname
            if not (element.get("name") or "").strip():
                continue
            is_labelled = tag.endswith(("Event", "Gateway", "sequenceFlow", "Reference"))
            if is_labelled and name in {**self.lines, **self.shapes} and name not in self.labels:
                yield f"{name} has no label"

    def unreadable_labels(self):
        solid = {name: place for name, place in self.shapes.items() if name not in self.open}
        for name, label in self.labels.items():
            above = self.parent(name)
            if above is not None and not inside(label, self.open[above], 0):
                yield f"the name of {name} leaves {above}"
            for other, place in solid.items():
                if overlap(label, place):
                    yield f"the name of {name} lies on {other}"
            for other in self.open:
                if other not in self._around(name) and overlap(label, self.open[other]):
                    yield f"the name of {name} lies on {other}"
                head = self.elements[other].get("name")
                x, y, w, _ = self.open[other]
                if head and overlap(label, (x, y, w, 20)):
                    yield f"the name of {name} lies on that of {other}"
            for frame, (x, y, _, h) in self.containers.items():
                if overlap(label, (x, y, 30, h)):
                    yield f"the name of {name} lies on that of {frame}"
            for flow in self.pieces_through(label):
                yield f"{flow} runs through the name of {name}"
            if name in self.lines:
                if min(gap(label, piece) for piece in pairwise(self.lines[name])) > NEAR:
                    yield f"the name of {name} is far from it"
            elif gap(label, corners(self.shapes[name])) > NEAR:
                yield f"the name of {name} is far from it"
            text = self.elements[name].get("name")
            if label[2] * (label[3] / 14) < 6 * len(text):
                yield f"the name of {name} has no room"
        for (name, _), (other, _) in meeting(sorted(self.labels.items(), key=lambda item: item[1])):
            yield f"the names of {min(name, other)} and {max(name, other)} overlap"


def bounds(element):
    found = element.find("dc:Bounds", NS)
    return tuple(int(found.get(key)) for key in ("x", "y", "width", "height"))


def meeting(places):
    """Pairs of overlapping rectangles, of a list sorted from left to right."""
    for index, one in enumerate(places):
        right = one[1][0] + one[1][2]
        for other in places[index + 1 :]:
            if other[1][0] >= right:
                break
            if overlap(one[1], other[1]):
                yield one, other


def overlap(a, b):
    return (
        a[0] + INSIDE < b[0] + b[2]
        and b[0] + INSIDE < a[0] + a[2]
        and a[1] + INSIDE < b[1] + b[3]
        and b[1] + INSIDE < a[1] + a[3]
    )


def inside(inner, outer, margin):
    return (
        outer[0] + margin <= inner[0]
        and inner[0] + inner[2] <= outer[0] + outer[2] - margin
        and outer[1] + margin <= inner[1]
        and inner[1] + inner[3] <= outer[1] + outer[3] - margin
    )


def on_border(point, shape):
    (px, py), (x, y, w, h) = point, shape
    return (px in (x, x + w) and y <= py <= y + h) or (py in (y, y + h) and x <= px <= x + w)


def runs_through(start, end, shape):
    x, y, w, h = shape
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left < x + w and right > x and top < y + h and bottom > y


def corners(rect):
    x, y, w, h = rect
    return (x, y), (x + w, y + h)


def gap(rect, piece):
    """How far a straight piece or a box is from a rectangle."""
    (x0, y0), (x1, y1) = piece
    x, y, w, h = rect
    across = max(0, min(x0, x1) - (x + w), x - max(x0, x1))
    down = max(0, min(y0, y1) - (y + h), y - max(y0, y1))
    return max(across, down)
