"""Diagrams without a drawing get one: everything has its place and no flow runs through a step."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from lxml import etree

from tests.workflows.engine.drawing import VOCABULARY, Drawing, approval
from tests.workflows.engine.test_conformance import SCENARIOS
from tests.workflows.engine.test_random import BLOCKS, Graph, big
from workflows.engine import check_definition, ensure_layout

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
CONTAINERS = ("lane", "participant")


class Picture:
    """The places of elements and the corners of flows in a drawn file."""

    def __init__(self, data):
        self.root = etree.fromstring(data)
        tags = {
            element.get("id"): etree.QName(element).localname
            for element in self.root.iter("{*}*")
            if element.get("id")
        }
        self.shapes, self.containers, self.lines = {}, {}, {}
        for shape in self.root.iterfind(".//bpmndi:BPMNShape", NS):
            bounds = shape.find("dc:Bounds", NS)
            place = tuple(int(bounds.get(key)) for key in ("x", "y", "width", "height"))
            target = self.containers if tags[shape.get("bpmnElement")] in CONTAINERS else self.shapes
            target[shape.get("bpmnElement")] = place
        for edge in self.root.iterfind(".//bpmndi:BPMNEdge", NS):
            points = [(int(p.get("x")), int(p.get("y"))) for p in edge.iterfind("di:waypoint", NS)]
            self.lines[edge.get("bpmnElement")] = points
        self.flows = {
            flow.get("id"): (flow.get("sourceRef"), flow.get("targetRef"))
            for flow in self.root.iterfind(".//bpmn:sequenceFlow", NS)
        }

    def check(self):
        self.shapes_do_not_overlap()
        for flow, (source, target) in self.flows.items():
            points = self.lines[flow]
            assert len(points) >= 2, flow
            assert on_border(points[0], self.shapes[source]), flow
            assert on_border(points[-1], self.shapes[target]), flow
            for start, end in pairwise(points):
                assert start != end
                assert start[0] == end[0] or start[1] == end[1], f"{flow} is slanted"
                for name, shape in self.shapes.items():
                    assert not runs_through(start, end, shape), f"{flow} runs through {name}"

    def shapes_do_not_overlap(self):
        places = list(self.shapes.items())
        for index, (name, (x, y, w, h)) in enumerate(places):
            for other, (x2, y2, w2, h2) in places[index + 1 :]:
                apart = x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
                assert apart, f"{name} lies on {other}"


def on_border(point, shape):
    (px, py), (x, y, w, h) = point, shape
    return (px in (x, x + w) and y <= py <= y + h) or (py in (y, y + h) and x <= px <= x + w)


def runs_through(start, end, shape):
    x, y, w, h = shape
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left < x + w and right > x and top < y + h and bottom > y


def drawn(drawing):
    data = ensure_layout(drawing.bytes())
    picture = Picture(data)
    picture.check()
    return picture


def contract_process():
    """About twenty elements in lanes, with returns and a parallel section: what people will look at."""
    outcomes = '<flow:outcome code="approve"/><flow:outcome code="reject"/><flow:outcome code="return"/>'
    drawing = Drawing("contract", name="合同审批").start().end("active", "rejected")
    drawing.user("draft", "manager_review", "finance_review", "gm_review", extensions=outcomes)
    drawing.user("seal", "post", "archive", "countersign", "record").script("sum", "n = 1").service(
        "activate", "books.close"
    )
    drawing.choice("m", "m_on").choice("f", "f_on").choice("big", "small").choice("g", "g_on").choice(
        "go"
    ).parallel("p", "j").choice("rework")
    drawing.chain("start", "rework", "draft", "manager_review", "m").flow("m", "finance_review", id="m_on")
    drawing.flow("m", "rework", 'manager_review.outcome == "return"').flow(
        "m", "rejected", 'manager_review.outcome == "reject"'
    )
    drawing.flow("finance_review", "f").flow("f", "big", id="f_on").flow(
        "f", "rework", 'finance_review.outcome == "return"'
    )
    drawing.flow("big", "gm_review", "subject.amount > 100000").flow("big", "go", id="small").flow(
        "gm_review", "g"
    )
    drawing.flow("g", "go", id="g_on").flow("g", "rejected", 'gm_review.outcome == "reject"')
    drawing.chain("go", "p", "seal", "post", "j").chain("p", "archive", "j").chain(
        "j", "countersign", "record", "sum", "activate", "active"
    )
    drawing.lane("销售代表", "start", "rework", "draft", "countersign", "record").lane(
        "经理", "manager_review", "m", "rejected"
    )
    drawing.lane("财务", "finance_review", "f", "big", "archive").lane("总经理", "gm_review", "g", "go")
    return drawing.lane("助理", "p", "seal", "post", "j").lane("系统", "sum", "activate", "active")


@pytest.mark.parametrize("name", SCENARIOS)
def test_draws_every_scenario(name):
    drawn(SCENARIOS[name][0])


@settings(max_examples=100, deadline=None)
@given(BLOCKS)
def test_draws_random_processes(block):
    drawn(Graph(("row", ["user", block])).drawing())


@pytest.mark.parametrize("seed", range(25))
def test_draws_larger_ones_with_lanes(seed):
    chance = random.Random(seed)
    drawing = Graph(big(chance, 30)).drawing()
    root = etree.fromstring(drawing.bytes())
    tags = ("startEvent", "endEvent", "userTask", "scriptTask", "exclusiveGateway", "parallelGateway")
    names = [element.get("id") for tag in tags for element in root.iterfind(f".//bpmn:{tag}", NS)]
    chance.shuffle(names)
    for number in range(3):
        drawing.lane(f"lane {number}", *names[number::3])
    picture = drawn(drawing)
    lanes = [place for name, place in picture.containers.items() if name.startswith("lane")]
    for (_, y, _, h), (_, y2, _, _) in pairwise(lanes):
        assert y + h == y2  # one below the other, without a gap
    for number in range(3):
        x, y, w, h = picture.containers[f"lane{number}"]
        for name in names[number::3]:
            sx, sy, sw, sh = picture.shapes[name]
            assert x <= sx <= sx + sw <= x + w
            assert y <= sy <= sy + sh <= y + h


def test_draws_a_contract_process():
    picture = drawn(contract_process())
    assert len(picture.shapes) > 18
    xs = [
        picture.shapes[name][0]
        for name in ("start", "draft", "manager_review", "finance_review", "seal", "countersign", "active")
    ]
    assert xs == sorted(xs)  # from left to right, as one reads


def test_a_straight_approval_is_one_straight_line():
    picture = drawn(approval(4))
    middles = {y + h // 2 for name, (_, y, _, h) in picture.shapes.items() if name != "rejected"}
    assert len(middles) == 1


def test_is_the_same_every_time_and_stays():
    first = ensure_layout(contract_process().bytes())
    assert ensure_layout(contract_process().bytes()) == first
    assert ensure_layout(first) is first


def test_changes_nothing_but_the_drawing():
    before = contract_process()
    assert check_definition(ensure_layout(before.bytes()), VOCABULARY) is not None
    codes = [(p.code, p.element) for p in check_definition(before.bytes(), VOCABULARY)]
    assert [(p.code, p.element) for p in check_definition(ensure_layout(before.bytes()), VOCABULARY)] == codes


def test_half_a_drawing_is_made_anew():
    data = ensure_layout(approval(2).bytes())
    root = etree.fromstring(data)
    shape = root.find(".//bpmndi:BPMNShape[@bpmnElement='step1']", NS)
    shape.getparent().remove(shape)
    Picture(ensure_layout(etree.tostring(root))).check()


def test_draws_notes_and_nested_lanes():
    drawing = Drawing().start().user("a", "b").end().chain("start", "a", "b", "end")
    drawing.add('<bpmn:textAnnotation id="note"><bpmn:text>看这里</bpmn:text></bpmn:textAnnotation>')
    drawing.add('<bpmn:association id="line" sourceRef="note" targetRef="b"/>')
    drawing.lanes.append(
        '<bpmn:lane id="outer" name="Sales"><bpmn:childLaneSet id="cs">'
        '<bpmn:lane id="in1" name="finance"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="in2" name="manager"><bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet>'
        "<bpmn:flowNodeRef>start</bpmn:flowNodeRef></bpmn:lane>"
    )
    picture = drawn(drawing)
    assert {"outer", "in1", "in2", "process_pool"} == set(picture.containers)
    assert "note" in picture.shapes
    assert "line" in picture.lines
    for start, end in pairwise(picture.lines["line"]):
        assert not any(runs_through(start, end, shape) for shape in picture.shapes.values())


def test_draws_what_the_engine_refuses_too():
    """An imported diagram is looked at before it is mended."""
    drawing = (
        Drawing()
        .start()
        .user("a", "b")
        .element("subProcess", "sub")
        .end("end", "late")
        .chain("start", "a", "sub", "end")
    )
    drawing.element("boundaryEvent", "timer", "<bpmn:timerEventDefinition/>", attachedToRef="a").chain(
        "timer", "b", "late"
    )
    assert {"sub", "timer"} <= set(drawn_loosely(drawing).shapes)


def drawn_loosely(drawing):
    picture = Picture(ensure_layout(drawing.bytes()))
    assert set(picture.flows) <= set(picture.lines)
    return picture
