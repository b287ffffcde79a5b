"""A diagram as parts with facts, leniently: a draft may be wrong, and what is unknown is kept as it is written."""

from __future__ import annotations

from typing import Any, Final

from workflows.engine.outline import local
from workflows.engine.support import BPMN, CONTAINERS, EVENTS, MARKERS
from workflows.engine.xmlsafe import read_xml

from .meaning import meaning
from .parts import Element, Sheet
from .rest import Rest, written
from .words import read_words, say_expression

_DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
_MANUAL: Final = ("userTask", "manualTask", "task")
_LANES: Final = ("laneSet", "childLaneSet")
# What is drawn for people to see and connects nothing.
_DRAWN_ONLY: Final = ("association",)
# Children with an id that belong to what they stand in.
_PARTS: Final = frozenset(
    {"documentation", "extensionElements", "incoming", "outgoing", "ioSpecification", "property"}
    | {
        "dataInputAssociation",
        "dataOutputAssociation",
        "potentialOwner",
        "script",
        *_LANES,
        *MARKERS,
        *EVENTS,
    }
)
_REFERENCES: Final = {
    "messageEventDefinition": "messageRef",
    "signalEventDefinition": "signalRef",
    "errorEventDefinition": "errorRef",
    "escalationEventDefinition": "escalationRef",
    "sendTask": "messageRef",
    "receiveTask": "messageRef",
}
_TIMES: Final = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def read_sheet(bpmn: str | bytes) -> Sheet:
    """Read every process of a diagram. Raises DefinitionError where it is no safe XML."""
    root = read_xml(bpmn.encode() if isinstance(bpmn, str) else bpmn)
    return _Reader(root).read()


class _Reader:
    def __init__(self, root: Any) -> None:
        self.root = root
        self.sheet = Sheet()
        self.values = {
            value.get("id"): value.get("value") or "" for value in root.iter(f"{{{BPMN}}}categoryValue")
        }

    def read(self) -> Sheet:
        for xml in self.root:
            tag = local(xml) if isinstance(xml.tag, str) else None
            if tag in ("message", "signal", "error", "escalation"):
                self.read_named(xml, tag)
            elif tag in ("process", "collaboration"):
                self.read_all(xml, tag)
        for lane in self.root.iter(f"{{{BPMN}}}lane"):
            self.read_lane(lane)
        self.order_conditions()
        self.sheet.drawing = self.drawing()
        return self.sheet

    def read_all(self, xml: Any, tag: str) -> None:
        """A process with everything in it, from the outside in."""
        pending = [(xml, "")]
        while pending:
            outer, scope = pending.pop()
            element = self.element(outer, scope)
            for child in outer:
                if not _stands_alone(child) or local(child) in _DRAWN_ONLY:
                    continue
                if any(_stands_alone(inner) for inner in child):
                    pending.append((child, element.key))
                else:
                    self.element(child, element.key)

    def read_named(self, xml: Any, tag: str) -> None:
        """A message, signal, error or escalation: known by its name or code."""
        key = xml.get("id") or ""
        code = xml.get(f"{tag}Code")
        self.sheet.named[key] = code or xml.get("name") or ""
        rest = Rest(xml)
        element = Element(tag, key, tag=tag)
        element.say("name", rest.take("name"))
        element.say("code", rest.take(f"{tag}Code"), "word")
        self.close(element, rest)

    # -- one element

    def element(self, xml: Any, scope: str) -> Element:
        tag = local(xml) or ""
        rest = Rest(xml, inside=lambda child: not _stands_alone(child) and local(child) not in _LANES)
        element = Element(_kind(tag), xml.get("id") or tag, tag=tag, scope=scope)
        name = " ".join((rest.take("name") or "").split())
        if name:
            element.labels["zh-hans"] = name
            element.say("name", name)
        for gone in ("incoming", "outgoing"):
            rest.children(gone)
        element.say("documentation", rest.texts("documentation"), "long")
        self.connect(element, rest)
        self.read_event(element, rest)
        self.read_marker(element, rest)
        read_words(element, rest)
        self.join_timer(element)
        if tag in _MANUAL and "priority" not in element.facts:
            element.say("priority", None, usual="50", shown="value")
        element.say("kind", (tag, element.event), "kind")
        if scope:
            element.say("scope", scope, "scope")
        self.close(element, rest)
        return element

    def connect(self, element: Element, rest: Rest) -> None:
        """What leads where, what is called, and the text of scripts and notes."""
        tag = element.tag
        element.source, element.target = rest.take("sourceRef") or "", rest.take("targetRef") or ""
        if element.source or element.target:
            element.say("source", element.source, "step")
            element.say("target", element.target, "step")
        for condition in rest.children("conditionExpression"):
            inner = Rest(condition)
            inner.take("{http://www.w3.org/2001/XMLSchema-instance}type")
            inner.take("language")
            say_expression(element, "condition", inner.text())
            element.left += [left] if (left := inner.left()) else []
        element.say("default", rest.take("default"), "flow")
        element.host = rest.take("attachedToRef") or ""
        element.say("host", element.host, "step")
        for attribute in ("cancelActivity", "isInterrupting"):
            if rest.take(attribute) == "false":
                element.say("goes_on", True, "flag")
        element.say("called", rest.take("calledElement"), "process")
        if tag == "process":
            element.say("executable", rest.take("isExecutable") != "false" or None, "flag")
        element.say("script", rest.texts("script"), "long")
        if rest.take("triggeredByEvent") == "true":
            element.event = "event_subprocess"
        if tag == "textAnnotation":
            element.say("note", rest.texts("text"), "long")
        if tag == "group":
            element.say("note", self.values.get(rest.take("categoryValueRef"), ""), "long")
        rest.take("processRef")
        rest.take("dataObjectRef")

    def read_event(self, element: Element, rest: Rest) -> None:
        """What an event waits for or tells of; a send or receive task says so itself."""
        if element.tag in ("sendTask", "receiveTask"):
            element.say("message", rest.take("messageRef"), "named")
        for tag, accepted in EVENTS.items():
            for mark in rest.children(tag):
                inner = Rest(mark)
                read_words(element, inner)
                element.event = accepted.kind
                reference = _REFERENCES.get(tag)
                if reference is not None:
                    element.say(accepted.kind, inner.take(reference), "named")
                elif tag == "linkEventDefinition":
                    element.say("link", inner.take("name"))
                elif tag == "conditionalEventDefinition":
                    say_expression(element, "waits_for", inner.texts("condition"))
                elif tag == "timerEventDefinition":
                    self.read_timer(element, inner)
                element.left += [left] if (left := inner.left()) else []

    def read_timer(self, element: Element, rest: Rest) -> None:
        for tag, form in _TIMES.items():
            for time in rest.children(tag):
                text = "".join(time.itertext()).strip()
                element.say("timer", (form, text, False), "timer", (form, meaning(text), False))

    def join_timer(self, element: Element) -> None:
        """How a timer counts is a part of its time."""
        working = element.facts.pop("working_time", None)
        timer = element.facts.get("timer")
        if working is not None and timer is not None:
            form, text, _clock = timer.said
            element.say("timer", (form, text, True), "timer", (form, meaning(text), True))

    def read_marker(self, element: Element, rest: Rest) -> None:
        for tag in MARKERS:
            for marker in rest.children(tag):
                inner = Rest(marker)
                kind = "loop" if tag == "standardLoopCharacteristics" else "parallel"
                part = Element("marker", "")
                if inner.take("isSequential") == "true":
                    kind = "sequential"
                part.say("marker", kind, "marker")
                say_expression(part, "each_in", inner.texts("loopDataInputRef"))
                say_expression(part, "cardinality", inner.texts("loopCardinality"))
                say_expression(part, "completion", inner.texts("completionCondition"))
                say_expression(part, "loop_condition", inner.texts("loopCondition"))
                part.say("each_into", inner.texts("loopDataOutputRef"), "word")
                part.say("loop_maximum", inner.take("loopMaximum"), "value")
                if inner.take("testBefore") == "true":
                    part.say("test_before", True, "flag")
                for item, fact in (("inputDataItem", "each_as"), ("outputDataItem", "each_value")):
                    for one in inner.children(item):
                        part.say(fact, one.get("name") or one.get("id"), "word")
                read_words(part, inner)
                part.left += [left] if (left := inner.left()) else []
                element.add(part)

    # -- lanes, order, drawing

    def read_lane(self, xml: Any) -> None:
        parts = ("flowNodeRef", "childLaneSet")
        rest = Rest(xml, inside=lambda child: local(child) not in parts)
        element = Element("lane", xml.get("id") or "lane", tag="lane")
        outer = xml.getparent().getparent()
        if local(outer) == "lane":
            element.say("scope", outer.get("id") or "", "lane")
        name = " ".join((rest.take("name") or "").split())
        if name:
            element.labels["zh-hans"] = name
            element.say("name", name)
        element.say("documentation", rest.texts("documentation"), "long")
        read_words(element, rest)
        self.close(element, rest)
        for reference in xml.iterchildren(f"{{{BPMN}}}flowNodeRef"):
            node = self.sheet.elements.get((reference.text or "").strip())
            if node is not None:
                node.say("lane", element.key, "lane")

    def order_conditions(self) -> None:
        """An exclusive gateway tries its conditions one after the other."""
        for flow in self.sheet.flows():
            source = self.sheet.elements.get(flow.source)
            if source is not None and source.tag == "exclusiveGateway" and "condition" in flow.facts:
                source.order.append(flow.key)

    def close(self, element: Element, rest: Rest) -> None:
        if left := rest.left():
            element.left.append(left)
        if element.tag == "process" and "subject" in element.facts:
            self.sheet.subject = element.facts["subject"].said
        self.sheet.elements[element.key] = element

    def drawing(self) -> str:
        drawn = [written(one) for one in self.root.iter(f"{{{_DI}}}BPMNShape", f"{{{_DI}}}BPMNEdge")]
        return "\n".join(sorted(drawn))


def _stands_alone(xml: Any) -> bool:
    """Whether a child is an element by itself and no part of what it stands in."""
    tag = local(xml) if isinstance(xml.tag, str) else None
    if tag is None or tag in _PARTS or xml.get("id") is None:
        return False
    around = local(xml.getparent())
    return around in CONTAINERS or around in ("collaboration", "adHocSubProcess")


def _kind(tag: str) -> str:
    if tag in ("lane", "sequenceFlow", "process", "participant", "textAnnotation", "group"):
        return tag
    return "dataObject" if tag in ("dataObject", "dataObjectReference") else "node"
