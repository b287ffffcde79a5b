"""Diagrams without a drawing get one: everything has its place and no flow runs through a step."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workflows.engine.drawing import VOCABULARY, Drawing, approval
from tests.workflows.engine.picture import NS, Picture, overlap, runs_through
from tests.workflows.engine.sketches import Sketch
from tests.workflows.engine.test_conformance import SCENARIOS
from tests.workflows.engine.test_random import BLOCKS, Graph, big
from workflows.engine import check_definition, ensure_layout


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
        .element("adHocSubProcess", "sub", '<bpmn:task id="free"/><bpmn:task id="other"/>')
        .element("complexGateway", "gate", name="What now?")
        .end("end", "late")
        .chain("start", "a", "sub", "gate", "end")
    )
    drawing.element("boundaryEvent", "timer", "<bpmn:timerEventDefinition/>", attachedToRef="a").chain(
        "timer", "b", "late"
    )
    assert {"sub", "timer", "free", "gate"} <= set(drawn(drawing).shapes)


# -- what a picture consists of


def of(inner, **named):
    """A drawing with a piece of XML in it."""
    return Drawing(**named).start().end().add(inner)


def flow(id, source, target, name=""):
    return f'<bpmn:sequenceFlow id="{id}" name="{name}" sourceRef="{source}" targetRef="{target}"/>'


INNER = (
    '<bpmn:startEvent id="s1"/><bpmn:userTask id="pick" name="拣货"/><bpmn:endEvent id="e1" name="已发出"/>'
    + flow("i1", "s1", "pick")
    + flow("i2", "pick", "e1")
)


def test_a_subprocess_is_as_large_as_what_is_in_it():
    nested = f'<bpmn:transaction id="deep" name="深处">{INNER}</bpmn:transaction>'
    outer = (
        f'<bpmn:subProcess id="sub" name="备货与发货">{nested}</bpmn:subProcess><bpmn:subProcess id="empty"/>'
    )
    picture = drawn(of(outer).chain("start", "sub", "empty", "end"))
    assert set(picture.open) == {"sub", "deep"}
    assert picture.shapes["empty"][2:] == (100, 80)
    assert picture.open["sub"][2] > picture.open["deep"][2] > 3 * 36 + 100


def test_an_event_subprocess_stands_below_the_flow():
    event = f'<bpmn:subProcess id="cancelled" triggeredByEvent="true">{INNER}</bpmn:subProcess>'
    picture = drawn(of(event).user("a").chain("start", "a", "end"))
    assert picture.open["cancelled"][1] > picture.shapes["a"][1] + 80
    xs = [picture.shapes[name][0] for name in ("start", "a", "end")]
    assert xs[2] - xs[0] < 400  # it does not push the flow apart


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_boundary_events_share_the_lower_edge(count):
    drawing = of("").user("work").chain("start", "work", "end")
    for number in range(count):
        inner = "<bpmn:timerEventDefinition/>"
        drawing.element(
            "boundaryEvent", f"b{number}", inner, name=f"两小时未办理 {number}", attachedToRef="work"
        )
        drawing.user(f"then{number}").flow(f"b{number}", f"then{number}")
    picture = drawn(drawing)
    x, y, w, h = picture.shapes["work"]
    middles = [picture.shapes[f"b{number}"][0] + 18 for number in range(count)]
    assert middles == sorted(middles)
    assert all(second - first >= 40 for first, second in pairwise(middles))
    assert all(x < middle < x + w for middle in middles)
    assert all(picture.shapes[f"then{n}"][1] > y + h for n in range(count))  # below their host
    if count == 1:
        assert w == 100


def test_data_and_notes_stand_next_to_what_they_belong_to():
    inner = (
        '<bpmn:userTask id="bill" name="开票"><bpmn:dataOutputAssociation id="writes"><bpmn:targetRef>invoice'
        "</bpmn:targetRef></bpmn:dataOutputAssociation></bpmn:userTask>"
        '<bpmn:userTask id="pay"><bpmn:dataInputAssociation id="reads"><bpmn:sourceRef>invoice</bpmn:sourceRef>'
        "</bpmn:dataInputAssociation></bpmn:userTask>"
        '<bpmn:dataObject id="object"/><bpmn:dataObjectReference id="invoice" name="发票" dataObjectRef="object"/>'
        '<bpmn:textAnnotation id="note"><bpmn:text>每季度由财务调整一次。</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:association id="about" sourceRef="note" targetRef="pay"/>'
    )
    picture = drawn(of(inner).chain("start", "bill", "pay", "end"))
    bill, invoice = picture.shapes["bill"], picture.shapes["invoice"]
    assert invoice[0] + invoice[2] // 2 == bill[0] + bill[2] // 2
    assert 0 < invoice[1] - bill[1] - bill[3] < 100
    note, pay = picture.shapes["note"], picture.shapes["pay"]
    assert 0 < pay[1] - note[1] - note[3] < 100
    assert {"writes", "reads", "about"} <= set(picture.lines)


def test_a_task_grows_with_a_long_name():
    long = (
        "请财务部门复核本合同项下全部应收款项、已开票金额与实际到账金额是否一致，并在三个工作日内给出书面意见"
    )
    picture = drawn(
        of("")
        .element("userTask", "a", name=long)
        .element("userTask", "b", name="短")
        .chain("start", "a", "b", "end")
    )
    assert picture.shapes["b"][2:] == (100, 80)
    assert picture.shapes["a"][2] == 160
    assert picture.shapes["a"][3] > 80


def test_pools_with_messages_between_them():
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="销售部"><bpmn:flowNodeRef>b1</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="l2" name="仓库"><bpmn:flowNodeRef>b2</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    second = f'<bpmn:process id="ours">{lanes}<bpmn:startEvent id="b1"/><bpmn:userTask id="b2"/>{flow("g", "b1", "b2")}</bpmn:process>'
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="p1" name="客户" processRef="process"/>'
        '<bpmn:participant id="p2" name="我们" processRef="ours"/><bpmn:participant id="p3" name="承运商"/>'
        '<bpmn:messageFlow id="m1" name="订单" sourceRef="a" targetRef="b1"/>'
        '<bpmn:messageFlow id="m2" name="发货通知" sourceRef="b2" targetRef="a"/>'
        '<bpmn:messageFlow id="m3" sourceRef="a" targetRef="p3"/></bpmn:collaboration>'
    )
    drawing = Drawing().start().user("a").end().chain("start", "a", "end")
    picture = Picture(ensure_layout(drawing.bytes(pools + second)))
    picture.check()
    frames = [picture.containers[name] for name in ("p1", "p2", "p3")]
    assert len({(x, w) for x, _, w, _ in frames}) == 1
    assert not any(overlap(one, other) for one, other in pairwise(frames))
    assert {"m1", "m2", "m3"} <= set(picture.lines)
    assert picture.lines["m3"][-1][1] == frames[2][1]
    assert {"m1", "m2"} <= set(picture.labels)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**9), st.integers(1, 12), st.integers(0, 2), st.sampled_from([0, 0, 2, 3, 4]), st.sampled_from([0, 0, 3])
)  # fmt: skip
def test_nothing_hides_anything_in_random_processes(seed, size, depth, lanes, wild):
    """Nested, with lanes, with names that are far too long, and with flows from anywhere to anywhere."""
    Picture(ensure_layout(Sketch(seed, size=size, depth=depth, lanes=lanes, wild=wild).bytes())).check()


def test_is_the_same_every_time_for_nested_ones_too():
    text = Sketch(11, depth=2, lanes=3).bytes()
    assert ensure_layout(text) == ensure_layout(text)
    assert ensure_layout(ensure_layout(text)) == ensure_layout(text)


def test_three_hundred_elements_in_a_moment():
    text = Sketch(5, size=48, depth=0, lanes=4).bytes()
    steps = text.count(b" id=") - text.count(b"sequenceFlow id=")
    assert steps > 300
    before = time.process_time()
    ensure_layout(text)
    assert time.process_time() - before < 2


# -- the look at a picture has teeth


def spoilt(change):
    root = etree.fromstring(ensure_layout(contract_process().bytes()))
    for element in root.iterfind(".//bpmn:exclusiveGateway", NS):
        element.set("name", "同意？")
    for flow in root.iterfind(".//bpmn:sequenceFlow", NS):
        if flow.get("id") in ("m_on", "f_on"):
            flow.set("name", "同意")
    root.remove(root.find("bpmndi:BPMNDiagram", NS))
    root = etree.fromstring(ensure_layout(etree.tostring(root)))
    assert not Picture(etree.tostring(root)).findings()
    change(root)
    return " ".join(Picture(etree.tostring(root)).findings())


def move(root, name, to, label=True):
    owner = root.find(f".//*[@bpmnElement='{name}']")
    bounds = owner.find("bpmndi:BPMNLabel/dc:Bounds" if label else "dc:Bounds", NS)
    x, y = to(Picture(etree.tostring(root)))
    bounds.set("x", str(x))
    bounds.set("y", str(y))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: move(root, "m", lambda p: p.shapes["draft"][:2]), "the name of m lies on draft"),
        (lambda root: move(root, "m_on", lambda p: p.labels["f_on"][:2]), "the names of f_on and m_on overlap"),
        (lambda root: move(root, "m", lambda p: (p.lines["m_on"][0][0] - 9, p.lines["m_on"][0][1])), "m_on runs through the name of m"),
        (lambda root: move(root, "f_on", lambda p: (5, 5)), "the name of f_on is far from it"),
        (lambda root: move(root, "draft", lambda p: p.shapes["seal"][:2], label=False), "draft lies on seal"),
        (lambda root: move(root, "draft", lambda p: (p.shapes["draft"][0], 900), label=False), "draft is outside of its lane"),
        (lambda root: [e.remove(e.find("bpmndi:BPMNLabel", NS)) for e in root.iterfind(".//*[@bpmnElement='m']")], "m has no label"),
    ],
)  # fmt: skip
def test_what_is_hidden_is_found(change, said):
    assert said in spoilt(change)
