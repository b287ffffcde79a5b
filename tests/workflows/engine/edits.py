"""Random edits of diagrams, each of which is one change to whoever draws: for the words of differences.

An edit gives the elements it must be named at and pieces of the sentence, or None where the diagram has no place
for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
FLOW = "urn:xiaoliu:bpmn:flow:1"
DC = "http://www.omg.org/spec/DD/20100524/DC"
MANUAL = ("userTask", "manualTask")
STEPS = (*MANUAL, "serviceTask", "scriptTask", "businessRuleTask", "callActivity")


@dataclass(frozen=True)
class Named:
    """What must be said, once: at which element, with which words."""

    element: str
    pieces: tuple[str, ...] = ()
    sign: str = "~"


Expected = list[Named]
Edit = Callable[["Desk"], Expected | None]


@dataclass
class Desk:
    """A diagram that is being edited. What one edit has touched, another leaves alone."""

    root: Any
    random: Random
    touched: set[str] = field(default_factory=set)
    made: int = 0

    def text(self) -> str:
        return etree.tostring(self.root, encoding="unicode")

    def all(self, *tags: str) -> list[Any]:
        return [one for tag in tags for one in self.root.iter(f"{{{BPMN}}}{tag}") if one.get("id")]

    def free(self, found: Iterator[Any] | list[Any]) -> Any | None:
        """One of them that nobody has touched or made, marked as touched."""
        left = [one for one in found if one.get("id") not in self.touched and not _is_new(one)]
        if not left:
            return None
        one = self.random.choice(left)
        self.touched.add(one.get("id"))
        return one

    def new_id(self) -> str:
        self.made += 1
        return f"new_{self.made}"

    def node(self, id: str) -> Any:
        return next(one for one in self.root.iter(f"{{{BPMN}}}*") if one.get("id") == id)

    def flows(self, *, source: str = "", target: str = "") -> list[Any]:
        return [
            one
            for one in self.all("sequenceFlow")
            if (not source or one.get("sourceRef") == source)
            and (not target or one.get("targetRef") == target)
        ]


def _is_new(element: Any) -> bool:
    return str(element.get("id")).startswith("new_")


def bpmn(tag: str, text: str = "", **attributes: str) -> Any:
    made = etree.Element(f"{{{BPMN}}}{tag}", attributes)
    made.text = text or None
    return made


def flow(tag: str, text: str = "", **attributes: str) -> Any:
    made = etree.Element(f"{{{FLOW}}}{tag}", attributes)
    made.text = text or None
    return made


def words(element: Any, tag: str = "*") -> list[Any]:
    return element.findall(f"{{{BPMN}}}extensionElements/{{{FLOW}}}{tag}")


def extensions(element: Any) -> Any:
    found = element.find(f"{{{BPMN}}}extensionElements")
    if found is None:
        found = bpmn("extensionElements")
        place = 0 if element.find(f"{{{BPMN}}}documentation") is None else 1
        element.insert(place, found)
    return found


def said(desk: Desk, element: Any, *pieces: str, sign: str = "~") -> Expected:
    del desk
    return [Named(element.get("id"), pieces, sign)]


# -- names and notes


def rename(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all(*STEPS, "lane", "startEvent", "exclusiveGateway") if e.get("name")])
    if one is None:
        return None
    before = one.get("name")
    one.set("name", "另一个名字")
    return said(desk, one, before, "另一个名字")


def rename_flow(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("sequenceFlow") if e.get("name")])
    if one is None:
        return None
    one.set("name", "另走一路")
    return said(desk, one, "另走一路")


def english(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all(*STEPS) if any(w.get("lang") == "en" for w in words(e, "label"))])
    if one is None:
        return None
    next(w for w in words(one, "label") if w.get("lang") == "en").text = "Another name"
    return said(desk, one, "英文名称", "Another name")


def document(desk: Desk) -> Expected | None:
    one = desk.free(desk.all(*STEPS))
    if one is None:
        return None
    found = one.find(f"{{{BPMN}}}documentation")
    if found is None:
        one.insert(0, bpmn("documentation", "请当天办完"))
    else:
        found.text = "请当天办完"
    return said(desk, one, "说明", "请当天办完")


def annotate(desk: Desk) -> Expected | None:
    note = bpmn("textAnnotation", id=desk.new_id())
    note.append(bpmn("text", "这里要小心"))
    desk.all("process")[0].append(note)
    return said(desk, note, "批注", "这里要小心", sign="+")


def foreign(desk: Desk) -> Expected | None:
    one = desk.free(desk.all(*STEPS))
    if one is None:
        return None
    made = etree.SubElement(extensions(one), "{urn:other:tool}mark", {"colour": "blue"})
    made.text = "x"
    return said(desk, one, "其他附加信息")


# -- people


def move_lane(desk: Desk) -> Expected | None:
    lanes = desk.all("lane")
    one = desk.free(desk.all(*STEPS))
    if one is None or len(lanes) < 2:
        return None
    for lane in lanes:
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            if reference.text == one.get("id"):
                lane.remove(reference)
                other = desk.random.choice([each for each in lanes if each is not lane])
                other.append(bpmn("flowNodeRef", one.get("id")))
                return said(desk, one, "泳道", lane.get("name"), other.get("name"))
    return None


def assign(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    if one is None:
        return None
    for word in words(one, "assign"):
        word.getparent().remove(word)
    extensions(one).append(flow("assign", role="auditor"))
    return said(desk, one, "办理人", "auditor")


def due(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    if one is None:
        return None
    found = words(one, "due")
    if found:
        found[0].set("in", "P9DT3H")
        return said(desk, one, "期限", "9 个工作日 3 个工作小时")
    extensions(one).append(flow("due", **{"in": "P9D"}))
    return said(desk, one, "新增期限 9 个工作日", sign="+")


def percent(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("userTask") if words(e, "due")])
    if one is None:
        return None
    name, said_as = desk.random.choice(
        [("remind", "提醒时间点"), ("copy", "抄告经理时间点"), ("handover", "可改派时间点")]
    )
    words(one, "due")[0].set(name, "77")
    return said(desk, one, said_as, "77%")


def priority(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    if one is None or words(one, "priority"):
        return None
    extensions(one).append(flow("priority", value="70"))
    return said(desk, one, "优先级 50 → 70")


def distinct(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    others = [e for e in desk.all("userTask") if e is not one and e.get("name")]
    if one is None or words(one, "distinct") or not others:
        return None
    other = desk.random.choice(others)
    desk.touched.add(other.get("id"))
    extensions(one).append(flow("distinct", **{"from": other.get("id")}))
    return said(desk, one, "不得由以下环节的办理人办理", other.get("name"))


def work_form(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("userTask") if words(e, "workForm")])
    if one is None:
        return None
    words(one, "workForm")[0].set("name", "another.form")
    return said(desk, one, "表单", "another.form")


# -- buttons and fields


def add_outcome(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    if one is None:
        return None
    made = flow("outcome", code="hold_on", comment="required")
    made.append(flow("label", "先放一放"))
    extensions(one).append(made)
    return said(desk, one, "新增按钮“先放一放”", "必须填写意见", sign="+")


def change_outcome(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("userTask") if words(e, "outcome")])
    if one is None:
        return None
    word = desk.random.choice(words(one, "outcome"))
    kind = desk.random.choice(["style", "comment", "remove", "label"])
    if kind == "remove":
        word.getparent().remove(word)
        return said(desk, one, "删除按钮", sign="-")
    if kind == "style":
        word.set("style", "danger" if word.get("style") != "danger" else "quiet")
        return said(desk, one, "样式", "警示")
    if kind == "comment":
        was = word.get("comment") == "required"
        word.set("comment", "optional" if was else "required")
        return said(desk, one, "必须填写意见 " + ("是 → 否" if was else "否 → 是"))
    for label in list(word):
        if label.get("lang") == "en":
            word.remove(label)
    word.append(flow("label", "Do it", lang="en"))
    return said(desk, one, "英文名称", "Do it")


def order_outcomes(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("userTask") if len(words(e, "outcome")) > 1])
    if one is None:
        return None
    first = words(one, "outcome")[0]
    place = first.getparent()
    place.remove(first)
    place.append(first)
    return said(desk, one, "按钮顺序")


def add_field(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    if one is None or words(one, "form"):
        return None
    form = flow("form")
    made = flow("field", id="new_amount", type="decimal", required="true", max="20000")
    made.append(flow("label", "金额上限"))
    form.append(made)
    extensions(one).append(form)
    return said(desk, one, "新增字段“金额上限”", "小数", "20,000", sign="+")


def change_field(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("userTask") if words(e, "form")])
    if one is None:
        return None
    fields = words(one, "form")[0].findall(f"{{{FLOW}}}field")
    chosen = desk.random.choice(fields)
    kind = desk.random.choice(["required", "readonly", "default", "remove", "label", "min", "shown"])
    if kind == "remove":
        chosen.getparent().remove(chosen)
        return said(desk, one, "删除字段", sign="-")
    if kind == "default":
        chosen.set("default", "甲乙丙")
        return said(desk, one, "默认值", "甲乙丙")
    if kind == "shown":
        chosen.set("shownIf", "subject.amount > 4321")
        return said(desk, one, "只在", "> 4,321 时显示")
    if kind == "min":
        chosen.set("min", "4321")
        return said(desk, one, "最小值", "4,321")
    if kind == "label":
        for label in list(chosen.iterchildren(f"{{{FLOW}}}label")):
            if label.get("lang") == "en":
                chosen.remove(label)
        chosen.insert(0, flow("label", "Another field", lang="en"))
        return said(desk, one, "英文名称", "Another field")
    chosen.set(kind, "false" if chosen.get(kind) == "true" else "true")
    return said(desk, one, "必填" if kind == "required" else "只读")


# -- what the system does


def operation(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("serviceTask") if words(e, "operation")])
    if one is None:
        return None
    word = words(one, "operation")[0]
    kind = desk.random.choice(["name", "result", "param", "change"])
    if kind == "name":
        word.set("name", "another.operation")
        return said(desk, one, "操作", "another.operation")
    if kind == "result":
        word.set("result", "another_result")
        return said(desk, one, "结果保存为", "another_result")
    params = word.findall(f"{{{FLOW}}}param")
    if kind == "change" and params:
        param = desk.random.choice(params)
        param.set("value", '"anything else"')
        return said(desk, one, f"参数“{param.get('name')}”", "anything else")
    word.append(flow("param", name="another_param", value="12345"))
    return said(desk, one, "新增参数“another_param” 12,345", sign="+")


def decision(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("businessRuleTask") if words(e, "decision")])
    if one is None:
        return None
    words(one, "decision")[0].set("ref", "another_table")
    return said(desk, one, "规则表", "another_table")


def called(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("callActivity"))
    if one is None:
        return None
    one.set("calledElement", "another_process")
    return said(desk, one, "调用的流程", "another_process")


def script(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("scriptTask"))
    if one is None:
        return None
    one.find(f"{{{BPMN}}}script").text = "another_thing = 1"
    return said(desk, one, "脚本", "another_thing = 1")


def multiply(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("userTask"))
    if one is None or one.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics") is not None:
        return None
    marker = bpmn("multiInstanceLoopCharacteristics", isSequential="true")
    marker.append(bpmn("loopCardinality", "3"))
    one.append(marker)
    return said(desk, one, "新增重复执行", "依次逐个", "次数 3", sign="+")


# -- times and messages


def timer(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all(*EVENTS) if e.find(f"{{{BPMN}}}timerEventDefinition") is not None])
    if one is None:
        return None
    mark = one.find(f"{{{BPMN}}}timerEventDefinition")
    for time in list(mark):
        if time.tag.rpartition("}")[2].startswith("time"):
            mark.remove(time)
    form, text, words_ = desk.random.choice(
        [
            ("timeDuration", "P41D", "41 "),
            ("timeDuration", "PT90M", "90 "),
            ("timeCycle", "R3/P41D", "共 3 次"),
            ("timeDate", "2031-02-03T09:00:00+08:00", "2031-02-03 09:00"),
        ]
    )
    mark.append(bpmn(form, text))
    return said(desk, one, words_)


EVENTS = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def message(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all(*EVENTS) if e.find(f"{{{BPMN}}}messageEventDefinition") is not None])
    if one is None:
        return None
    made = bpmn("message", id=desk.new_id(), name="another.message")
    desk.root.insert(0, made)
    one.find(f"{{{BPMN}}}messageEventDefinition").set("messageRef", made.get("id"))
    return said(desk, one, "消息", "another.message")


def rename_message(desk: Desk) -> Expected | None:
    one = desk.free(desk.root.findall(f"{{{BPMN}}}message"))
    if one is None or "new" in one.get("id"):
        return None
    one.set("name", "renamed.message")
    return said(desk, one, "名称", "renamed.message")


def interrupt(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("boundaryEvent"))
    if one is None:
        return None
    goes_on = one.get("cancelActivity") == "false"
    one.set("cancelActivity", "true" if goes_on else "false")
    return said(desk, one, "不中断原环节 " + ("是 → 否" if goes_on else "否 → 是"))


# -- the process


def variable(desk: Desk) -> Expected | None:
    process = desk.free(desk.all("process"))
    if process is None:
        return None
    found = words(process, "variable")
    if found and desk.random.random() < 0.5:
        chosen = desk.random.choice(found)
        if desk.random.random() < 0.5:
            chosen.getparent().remove(chosen)
            return said(desk, process, "删除变量", sign="-")
        chosen.set("default", "9876")
        return said(desk, process, "默认值", "9,876")
    extensions(process).append(flow("variable", name="another_rate", type="decimal", default="0.06"))
    return said(desk, process, "新增变量“another_rate”", "小数", "0.06", sign="+")


def subject(desk: Desk) -> Expected | None:
    process = desk.free([e for e in desk.all("process") if words(e, "subject")])
    if process is None:
        return None
    words(process, "subject")[0].set("type", "another.subject")
    return said(desk, process, "业务单据", "another.subject")


# -- ways


def condition(desk: Desk) -> Expected | None:
    one = desk.free(
        [e for e in desk.all("sequenceFlow") if e.find(f"{{{BPMN}}}conditionExpression") is not None]
    )
    if one is None:
        return None
    one.find(f"{{{BPMN}}}conditionExpression").text = "another_sum > 123456 and not is_urgent"
    return said(desk, one, "条件", "another_sum > 123,456 且 非（is_urgent）")


def add_condition(desk: Desk) -> Expected | None:
    one = desk.free([e for e in desk.all("sequenceFlow") if e.find(f"{{{BPMN}}}conditionExpression") is None])
    if one is None:
        return None
    one.append(bpmn("conditionExpression", "another_sum >= 1000000"))
    return said(desk, one, "新增条件 another_sum ≥ 1,000,000")


def default(desk: Desk) -> Expected | None:
    gates = [
        e
        for e in desk.all("exclusiveGateway", "inclusiveGateway")
        if e.get("default") and len(desk.flows(source=e.get("id"))) > 1
    ]
    one = desk.free(gates)
    if one is None:
        return None
    others = [
        f
        for f in desk.flows(source=one.get("id"))
        if f.get("id") != one.get("default") and f.get("id") not in desk.touched
    ]
    if not others:
        return None
    desk.touched.update(f.get("id") for f in desk.flows(source=one.get("id")))
    one.set("default", others[0].get("id"))
    return said(desk, one, "默认流向")


def order_conditions(desk: Desk) -> Expected | None:
    gates = []
    for one in desk.all("exclusiveGateway"):
        ways = [
            f
            for f in desk.flows(source=one.get("id"))
            if f.find(f"{{{BPMN}}}conditionExpression") is not None and f.get("id") not in desk.touched
        ]
        if len(ways) > 1:
            gates.append((one, ways))
    free = desk.free([one for one, _ways in gates])
    if free is None:
        return None
    ways = next(ways for one, ways in gates if one is free)
    place = ways[0].getparent()
    place.remove(ways[0])
    place.append(ways[0])
    desk.touched.update(f.get("id") for f in ways)
    return said(desk, free, "条件的判断顺序")


def retarget(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("sequenceFlow"))
    if one is None:
        return None
    before = desk.node(one.get("targetRef"))
    siblings = [
        e
        for e in before.getparent()
        if e.get("id") not in (None, one.get("targetRef"), one.get("sourceRef"))
        and e.get("name")
        and is_step(e)
    ]
    siblings = [e for e in siblings if e.get("id") not in desk.touched]
    if not siblings or before.get("id") in desk.touched:
        return None
    after = desk.random.choice(siblings)
    one.set("targetRef", after.get("id"))
    desk.touched.update((before.get("id"), after.get("id")))
    return said(desk, one, "去向", after.get("name"))


def is_step(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag.rpartition("}")[2] in STEPS


def add_flow(desk: Desk) -> Expected | None:
    one = desk.free(desk.all(*STEPS))
    if one is None:
        return None
    others = [e for e in one.getparent() if is_step(e) and e is not one and e.get("id") not in desk.touched]
    if not others:
        return None
    other = desk.random.choice(others)
    desk.touched.add(other.get("id"))
    made = bpmn("sequenceFlow", id=desk.new_id(), sourceRef=one.get("id"), targetRef=other.get("id"))
    one.getparent().append(made)
    return said(desk, made, "新增去往", sign="+")


def remove_flow(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("sequenceFlow"))
    if one is None or {one.get("sourceRef"), one.get("targetRef")} & desk.touched:
        return None
    desk.touched.update((one.get("sourceRef"), one.get("targetRef")))
    source = desk.node(one.get("sourceRef"))
    if source.get("default") == one.get("id"):
        del source.attrib["default"]
    _forget(desk, one)
    return said(desk, one, "删除去往", sign="-")


def _forget(desk: Desk, one: Any) -> None:
    """Take an element out, with what names it."""
    for reference in list(
        desk.root.iter(f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing", f"{{{BPMN}}}flowNodeRef")
    ):
        if reference.text == one.get("id"):
            reference.getparent().remove(reference)
    one.getparent().remove(one)


def insert_step(desk: Desk) -> Expected | None:
    """Between two steps: one half of the way keeps its id, whichever, or neither does."""
    one = desk.free(desk.all("sequenceFlow"))
    if one is None or {one.get("sourceRef"), one.get("targetRef")} & desk.touched:
        return None
    source, target = one.get("sourceRef"), one.get("targetRef")
    desk.touched.update((source, target))
    made = bpmn("userTask", id=desk.new_id(), name="加一道审核")
    desk.touched.add(made.get("id"))
    extensions(made).append(flow("assign", role="auditor"))
    place = one.getparent()
    place.append(made)
    how = desk.random.choice(["first", "second", "neither"])
    if how == "second" and (one.find(f"{{{BPMN}}}conditionExpression") is not None or one.get("name")):
        how = "first"
    if how == "first":
        one.set("targetRef", made.get("id"))
        place.append(bpmn("sequenceFlow", id=desk.new_id(), sourceRef=made.get("id"), targetRef=target))
    elif how == "second":
        one.set("sourceRef", made.get("id"))
        half = bpmn("sequenceFlow", id=desk.new_id(), sourceRef=source, targetRef=made.get("id"))
        place.append(half)
        if desk.node(source).get("default") == one.get("id"):
            desk.node(source).set("default", half.get("id"))
    else:
        was = one.get("id")
        one.set("id", desk.new_id())
        one.set("targetRef", made.get("id"))
        if desk.node(source).get("default") == was:
            desk.node(source).set("default", one.get("id"))
        place.append(bpmn("sequenceFlow", id=desk.new_id(), sourceRef=made.get("id"), targetRef=target))
    return said(desk, made, "加一道审核：新增环节，办理人 auditor", sign="+")


def remove_step(desk: Desk) -> Expected | None:
    """A step on a line goes, and the way before it leads on."""
    found = []
    for one in desk.all(*STEPS):
        ins, outs = desk.flows(target=one.get("id")), desk.flows(source=one.get("id"))
        around = {f.get(end) for f in (*ins, *outs) for end in ("sourceRef", "targetRef")} | {
            f.get("id") for f in (*ins, *outs)
        }
        held = any(e.get("attachedToRef") == one.get("id") for e in desk.all("boundaryEvent"))
        fits = len(ins) == len(outs) == 1 and not held and not around & desk.touched
        if fits and outs[0].get("targetRef") != ins[0].get("sourceRef"):
            found.append((one, ins[0], outs[0], around))
    if not found:
        return None
    one, before, after, around = desk.random.choice(found)
    desk.touched.update(around)
    before.set("targetRef", after.get("targetRef"))
    _forget(desk, after)
    _forget(desk, one)
    return said(desk, one, "删除", sign="-")


def change_kind(desk: Desk) -> Expected | None:
    one = desk.free(desk.all("manualTask", "userTask"))
    if one is None:
        return None
    other = "manualTask" if one.tag.endswith("userTask") else "userTask"
    one.tag = f"{{{BPMN}}}{other}"
    return said(desk, one, "类型", "手工环节")


# -- what is no change


def move_shape(desk: Desk) -> Expected | None:
    for bounds in desk.root.iter(f"{{{DC}}}Bounds"):
        bounds.set("x", str(float(bounds.get("x")) + 30))
    return []


def spell_anew(desk: Desk) -> Expected | None:
    """Blanks, comments, order of attributes, ids of parts: nothing that says anything."""
    for one in desk.root.iter(f"{{{BPMN}}}conditionExpression"):
        one.set("id", desk.new_id())
        one.text = f"  ( {one.text} )\n"
    for one in desk.all("sequenceFlow"):
        one.tail = "\n<!-- -->" if one.tail is None else "\n   \n"
        attributes = dict(reversed(list(one.attrib.items())))
        one.attrib.clear()
        one.attrib.update(attributes)
    return []


CHANGES: tuple[Edit, ...] = (
    rename, rename_flow, english, document, annotate, foreign, move_lane, assign, due, percent, priority, distinct,
    work_form, add_outcome, change_outcome, order_outcomes, add_field, change_field, operation, decision, called,
    script, multiply, timer, message, rename_message, interrupt, variable, subject, condition, add_condition, default,
    order_conditions, retarget, add_flow, remove_flow, insert_step, remove_step, change_kind,
)  # fmt: skip
NO_CHANGES: tuple[Edit, ...] = (move_shape, spell_anew)
