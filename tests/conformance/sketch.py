"""Small diagrams, written as the ways through them.

    sketch("-> fork -> a -> join -> b ->", "fork -> check -> join", check=script("n = 1"))

A line is a way: elements with arrows between them; before an arrow at its beginning stands the start of
the scope, behind an arrow at its end an end event. A condition stands in brackets before the element it
leads to: `which -> [n > 1] a`; the flow without one is the default. Names say what an element is: `fork`
and `join` are parallel gateways, `which` and `merge` exclusive ones, `some` and `gather` inclusive ones,
`race` is an event gateway, `start...` and `end...` are what they say. Anything else is a user task,
unless it is given by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from tests.workflows.engine.drawing import NAMESPACES

_BY_NAME = {
    "start": "startEvent",
    "end": "endEvent",
    "fork": "parallelGateway",
    "join": "parallelGateway",
    "which": "exclusiveGateway",
    "merge": "exclusiveGateway",
    "some": "inclusiveGateway",
    "gather": "inclusiveGateway",
    "race": "eventBasedGateway",
}
_CHOOSING = ("exclusiveGateway", "inclusiveGateway")
_ROOTS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
_HOP = re.compile(r"\s*(?:\[(?P<condition>.*)\])?\s*(?P<id>[\w.]*)\s*")


@dataclass(frozen=True)
class Made:
    """An element without its id. `inside` draws what stands in it, once the id is known."""

    tag: str
    inner: str = ""
    extensions: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)
    inside: Ways | None = None
    calls: Sketch | None = None
    marker: str = ""
    flows_out: bool = True


@dataclass
class Ways:
    """What stands in one scope."""

    lines: tuple[str, ...]
    elements: Mapping[str, Made]
    start: Made | None = None

    def draw(self, scope: str) -> tuple[str, dict[str, str], list[Sketch]]:
        """The elements and flows as XML; the roots they refer to; the processes they call."""
        made: dict[str, Made] = {}
        flows: list[tuple[str, str, str | None]] = []
        for line in self.lines:
            self._way(scope, line, made, flows)
        made.update({id: each for id, each in self.elements.items() if id not in made})
        roots: dict[str, str] = {}
        called: list[Sketch] = []
        parts = []
        for id, each in made.items():
            xml, more, deeper = _draw(id, each, _default(id, each, flows))
            parts.append(xml)
            roots.update(more)
            called += deeper
        seen: dict[str, int] = {}
        for source, target, condition in flows:
            name = f"{source}.{target}"
            seen[name] = seen.get(name, 0) + 1
            parts.append(
                _flow(name if seen[name] == 1 else f"{name}.{seen[name]}", source, target, condition)
            )
        return "\n".join(parts), roots, called

    def _way(
        self, scope: str, line: str, made: dict[str, Made], flows: list[tuple[str, str, str | None]]
    ) -> None:
        hops = line.split("->")
        before: str | None = None
        for number, hop in enumerate(hops):
            match = _HOP.fullmatch(hop)
            assert match, f"{hop!r} of {line!r}"
            id, condition = match["id"], match["condition"]
            if not id:
                id = f"{scope}_start" if number == 0 else f"{scope}_end"
                kind = self.start or Made("startEvent") if number == 0 else Made("endEvent")
                made.setdefault(id, kind)
            else:
                made.setdefault(id, self.elements.get(id) or _named(id))
            if before is not None:
                flows.append((before, id, condition))
            before = id


class Sketch:
    """A whole process. `has` declares its variables: `n=1 who:text lines:list[integer]`."""

    def __init__(self, *lines: str, key: str = "process", has: str = "", **elements: Made) -> None:
        self.key = key
        self.ways = Ways(lines, elements)
        self.has = has

    def xml(self) -> str:
        body, roots, _ = self.ways.draw(self.key)
        words = variables(self.has)
        own = f"<bpmn:extensionElements>{words}</bpmn:extensionElements>" if words else ""
        beside = "\n".join(roots.values())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions {NAMESPACES} id="definitions" '
            f'targetNamespace="urn:test">{beside}\n'
            f'<bpmn:process id="{self.key}" isExecutable="true">{own}\n{body}</bpmn:process>'
            "</bpmn:definitions>"
        )

    def bytes(self) -> bytes:
        return self.xml().encode()

    @property
    def called(self) -> list[Sketch]:
        """The processes it calls, in the order in which they are met."""
        return self.ways.draw(self.key)[2]


def sketch(*lines: str, key: str = "process", has: str = "", **elements: Made) -> Sketch:
    return Sketch(*lines, key=key, has=has, **elements)


def _named(id: str) -> Made:
    word = re.match(r"[a-z]*", id)
    return Made(_BY_NAME.get(word[0] if word else "", "userTask"))


def _default(id: str, made: Made, flows: list[tuple[str, str, str | None]]) -> str:
    out = [(f"{source}.{target}", condition) for source, target, condition in flows if source == id]
    if made.tag not in _CHOOSING or len(out) < 2:
        return ""
    plain = [name for name, condition in out if condition is None]
    return plain[0] if len(plain) == 1 else ""


def _draw(id: str, made: Made, default: str) -> tuple[str, dict[str, str], list[Sketch]]:
    inner, roots = made.inner, dict(made.roots)
    called = [made.calls] if made.calls is not None else []
    if made.inside is not None:
        drawn, more, deeper = made.inside.draw(id)
        inner, called = inner + drawn, called + deeper
        roots.update(more)
    extensions = made.extensions
    if extensions:
        extensions = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>"
    attributes = {**made.attributes, **({"default": default} if default else {})}
    more_attributes = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return (
        f'<bpmn:{made.tag} id="{id}"{more_attributes}>{extensions}{inner}{made.marker}</bpmn:{made.tag}>',
        roots,
        called,
    )


def _flow(id: str, source: str, target: str, condition: str | None) -> str:
    inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
    )


# -- words


def variables(text: str) -> str:
    found = []
    for each in text.split():
        name, _, default = each.partition("=")
        name, _, kind = name.partition(":")
        more = f" default={quoteattr(default)}" if default else ""
        if kind.startswith("list["):
            more += f' item="{kind[5:-1]}"'
            kind = "list"
        found.append(f'<flow:variable name="{name}" type="{kind or "integer"}"{more}/>')
    return "".join(found)


def form(fields: str) -> str:
    inner = ""
    for each in fields.split():
        name, _, kind = each.partition(":")
        inner += f'<flow:field id="{name}" type="{kind or "integer"}"/>'
    return f"<flow:form>{inner}</flow:form>" if inner else ""


def _param(name: str, value: str) -> str:
    return f"<flow:param name={quoteattr(name)} value={quoteattr(value)}/>"


# -- activities


def user(fields: str = "", *, outcomes: str = "", tag: str = "userTask", words: str = "") -> Made:
    """A step of a person; `fields` are integers unless they say otherwise: `n who:text`."""
    codes = "".join(f'<flow:outcome code="{code}"/>' for code in outcomes.split())
    return Made(tag, extensions=form(fields) + codes + words)


def script(*lines: str) -> Made:
    return Made("scriptTask", f"<bpmn:script>{escape(chr(10).join(lines))}</bpmn:script>")


def service(operation: str, result: str = "", **params: str) -> Made:
    inner = "".join(_param(name, value) for name, value in params.items())
    given = f' result="{result}"' if result else ""
    return Made(
        "serviceTask", extensions=f'<flow:operation name="{operation}"{given}>{inner}</flow:operation>'
    )


def rule(ref: str, result: str) -> Made:
    return Made("businessRuleTask", extensions=f'<flow:decision ref="{ref}" result="{result}"/>')


def sub(*lines: str, has: str = "", tag: str = "subProcess", **elements: Made) -> Made:
    return Made(tag, extensions=variables(has), inside=Ways(lines, elements))


def transaction(*lines: str, has: str = "", **elements: Made) -> Made:
    return sub(*lines, has=has, tag="transaction", **elements)


def call(
    process: Sketch, *, ins: Mapping[str, str] | None = None, outs: Mapping[str, str] | None = None
) -> Made:
    words = "".join(f"<flow:in name={quoteattr(n)} value={quoteattr(v)}/>" for n, v in (ins or {}).items())
    words += "".join(f"<flow:out name={quoteattr(n)} value={quoteattr(v)}/>" for n, v in (outs or {}).items())
    return Made("callActivity", extensions=words, attributes={"calledElement": process.key}, calls=process)


def data(name: str = "", kind: str = "integer", default: str = "") -> Made:
    """A data object; without a name it declares a variable under its id."""
    named = f' name="{name}"' if name else ""
    given = f" default={quoteattr(default)}" if default else ""
    return Made("dataObject", extensions=f'<flow:variable{named} type="{kind}"{given}/>')


# -- markers


def multi(
    made: Made,
    *,
    times: str = "",
    over: str = "",
    item: str = "",
    value: str = "",
    into: str = "",
    until: str = "",
    sequential: bool = False,
) -> Made:
    """The element once for each item or so many times."""
    words = {"in": over, "as": item, "value": value, "into": into}
    each = "".join(f" {name}={quoteattr(word)}" for name, word in words.items() if word)
    inner = f"<bpmn:extensionElements><flow:each{each}/></bpmn:extensionElements>" if each else ""
    inner += f"<bpmn:loopCardinality>{escape(times)}</bpmn:loopCardinality>" if times else ""
    inner += f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>" if until else ""
    flag = "true" if sequential else "false"
    return replace(
        made,
        marker=f'<bpmn:multiInstanceLoopCharacteristics isSequential="{flag}">{inner}'
        "</bpmn:multiInstanceLoopCharacteristics>",
    )


def loop(made: Made, *, go_on: str = "", most: int | None = None, first: bool = False) -> Made:
    """The element again while `go_on` holds, `most` times at most; `first` looks before the first time."""
    maximum = f' loopMaximum="{most}"' if most is not None else ""
    inner = f"<bpmn:loopCondition>{escape(go_on)}</bpmn:loopCondition>" if go_on else ""
    flag = "true" if first else "false"
    return replace(
        made,
        marker=f'<bpmn:standardLoopCharacteristics testBefore="{flag}"{maximum}>{inner}'
        "</bpmn:standardLoopCharacteristics>",
    )


# -- events


def event(
    tag: str,
    kind: str,
    ref: str = "",
    *,
    fields: str = "",
    key: str = "",
    send: Mapping[str, str] | None = None,
    attributes: Mapping[str, str] | None = None,
) -> Made:
    """An event. `ref` is the name, the code, the time or the condition; `key` what a message is known by."""
    words = form(fields) + (f"<flow:correlate value={quoteattr(key)}/>" if key else "")
    words += "".join(_param(name, value) for name, value in (send or {}).items())
    inner, roots = _definition(kind, ref)
    return Made(tag, inner, words, attributes or {}, roots)


def _definition(kind: str, ref: str) -> tuple[str, dict[str, str]]:
    if not kind:
        return "", {}
    if kind == "timer":
        text = ref or "PT1H"
        form_ = "timeCycle" if text.startswith("R") else "timeDate" if text[0].isdigit() else "timeDuration"
        return (
            f"<bpmn:timerEventDefinition><bpmn:{form_}>{escape(text)}</bpmn:{form_}></bpmn:timerEventDefinition>",
            {},
        )
    if kind == "condition":
        return (
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{escape(ref)}</bpmn:condition>"
            "</bpmn:conditionalEventDefinition>",
            {},
        )
    if kind == "link":
        return f"<bpmn:linkEventDefinition name={quoteattr(ref)}/>", {}
    if not ref or kind not in _ROOTS:
        return f"<bpmn:{kind}EventDefinition/>", {}
    id = f"{kind}_{ref}"
    return f'<bpmn:{kind}EventDefinition {kind}Ref="{id}"/>', {
        id: f'<bpmn:{kind} id="{id}" {_ROOTS[kind]}="{ref}"/>'
    }


def catch(kind: str, ref: str = "", *, fields: str = "", key: str = "") -> Made:
    return event("intermediateCatchEvent", kind, ref, fields=fields, key=key)


def throw(kind: str = "", ref: str = "", *, key: str = "", **send: str) -> Made:
    return event("intermediateThrowEvent", kind, ref, key=key, send=send)


def end(kind: str, ref: str = "", *, key: str = "", **send: str) -> Made:
    return event("endEvent", kind, ref, key=key, send=send)


def start(kind: str = "", ref: str = "", *, fields: str = "") -> Made:
    return event("startEvent", kind, ref, fields=fields)


def on(host: str, kind: str, ref: str = "", *, stays: bool = False, fields: str = "", key: str = "") -> Made:
    """An event at the border of an activity; with `stays` the activity goes on when it happens."""
    flag = {"cancelActivity": "false"} if stays else {}
    attributes = {"attachedToRef": host, **flag}
    return event("boundaryEvent", kind, ref, fields=fields, key=key, attributes=attributes)


def handler(
    kind: str, ref: str, *lines: str, stays: bool = False, fields: str = "", has: str = "", **elements: Made
) -> Made:
    """An event subprocess; `..._start` is what it waits for."""
    flag = {"isInterrupting": "false"} if stays else {}
    begin = event("startEvent", kind, ref, fields=fields, attributes=flag)
    return Made(
        "subProcess",
        extensions=variables(has),
        attributes={"triggeredByEvent": "true"},
        inside=Ways(lines or ("-> ->",), elements, begin),
    )


def message_task(tag: str, name: str, *, fields: str = "", key: str = "", **send: str) -> Made:
    """A send or receive task."""
    made = event(tag, "message", name, fields=fields, key=key, send=send)
    return replace(made, inner="", attributes={"messageRef": f"message_{name}"})


def send(name: str, *, key: str = "", **payload: str) -> Made:
    return message_task("sendTask", name, key=key, **payload)


def receive(name: str, *, fields: str = "", key: str = "") -> Made:
    return message_task("receiveTask", name, fields=fields, key=key)


def table(name: str, column: str, result: str, *rules: tuple[str, str], policy: str = "UNIQUE") -> str:
    """A decision table with one column: (cell, answer) for each rule."""
    lines = "".join(
        f'<rule id="r{number}"><inputEntry id="i{number}"><text>{escape(cell)}</text></inputEntry>'
        f'<outputEntry id="o{number}"><text>{escape(answer)}</text></outputEntry></rule>'
        for number, (cell, answer) in enumerate(rules)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">'
        f'<decision id="{name}" name="{name}"><decisionTable id="t" hitPolicy="{policy}">'
        f'<input id="in"><inputExpression id="e" typeRef="integer"><text>{column}</text></inputExpression></input>'
        f'<output id="out" name="{result}" typeRef="integer"/>{lines}</decisionTable></decision></definitions>'
    )
