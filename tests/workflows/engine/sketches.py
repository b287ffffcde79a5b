"""Random processes for the layout: nested, with lanes, and with names that are far too long."""

import random
from xml.sax.saxutils import quoteattr

WORDS = (
    "审批", "合同", "超时未处理", "财务复核", "Approve", "contract renewal", "rejected by the customer", "是",
    "金额大于 10 万元", "Internationalisierung", "sign", "退回", "amount > 100000 and region = “EU”",
)  # fmt: skip
BOUNDARY = ("timer", "message", "signal", "error", "escalation", "conditional")
TASKS = (
    "userTask", "scriptTask", "serviceTask", "manualTask", "sendTask", "receiveTask", "businessRuleTask",
    "callActivity", "task",
)  # fmt: skip
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")


class Sketch:
    """Writes a process part by part; `wild` lets flows go from anywhere to anywhere."""

    def __init__(self, seed, *, size=8, depth=2, lanes=0, wild=0):
        self.chance = random.Random(seed)
        self.count = 0
        self.size, self.wild = size, wild
        body, nodes = self.container(depth, is_process=True)
        self.lanes = self.lane_set(nodes, lanes) if lanes else ""
        self.body = body

    def bytes(self):
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="defs" targetNamespace="urn:t">'
            f'<bpmn:process id="process" name={quoteattr(self.name())} isExecutable="true">{self.lanes}{self.body}'
            "</bpmn:process></bpmn:definitions>"
        ).encode()

    def id(self, kind):
        self.count += 1
        return f"{kind}_{self.count}"

    def name(self, often=1.0):
        if self.chance.random() > often:
            return ""
        return " ".join(self.chance.choice(WORDS) for _ in range(self.chance.choice((1, 1, 1, 2, 3, 5))))

    def node(self, tag, inner="", *, often=0.7, **attributes):
        name = self.id(tag)
        more = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self.parts.append(
            f'<bpmn:{tag} id="{name}" name={quoteattr(self.name(often))}{more}>{inner}</bpmn:{tag}>'
        )
        return name

    def flow(self, source, target, often=0.4):
        self.node("sequenceFlow", often=often, sourceRef=source, targetRef=target)

    def container(self, depth, *, is_process=False):
        outer, self.parts = getattr(self, "parts", None), []
        nodes = []
        start = self.node("startEvent")
        nodes.append(start)
        last = self.run(start, nodes, depth, self.chance.randint(1, self.size))
        end = self.node("endEvent")
        nodes.append(end)
        self.flow(last, end)
        for _ in range(self.wild):
            self.flow(self.chance.choice(nodes[:-1]), self.chance.choice(nodes[1:]))
        if depth and self.chance.random() < 0.3:
            nodes.append(self.node("subProcess", self.nested(depth - 1), triggeredByEvent="true"))
        if self.chance.random() < 0.3:
            self.note(nodes)
        body, self.parts = "".join(self.parts), outer
        return body, nodes

    def nested(self, depth):
        return self.container(depth)[0]

    def note(self, nodes):
        note = self.id("note")
        self.parts.append(
            f'<bpmn:textAnnotation id="{note}"><bpmn:text>{"说明 " * self.chance.randint(1, 40)}</bpmn:text></bpmn:textAnnotation>'
            f'<bpmn:association id="{note}_line" sourceRef="{self.chance.choice(nodes)}" targetRef="{note}"/>'
        )

    def run(self, before, nodes, depth, length):
        for _ in range(length):
            before = self.step(before, nodes, depth)
        return before

    def step(self, before, nodes, depth):
        kind = self.chance.choice(("task", "task", "event", "split", "loop", "sub", "boundary"))
        if kind == "split":
            return self.split(before, nodes, depth)
        if kind == "loop":
            gate = self.node("exclusiveGateway", often=0.3)
            self.flow(before, gate)
            nodes.append(gate)
            last = self.step(gate, nodes, 0)
            out = self.node("exclusiveGateway")
            self.flow(last, out)
            self.flow(out, gate, often=0.8)
            nodes.append(out)
            return out
        if kind == "event":
            step = self.node("intermediateCatchEvent", "<bpmn:timerEventDefinition/>")
        elif kind == "sub" and depth:
            step = self.node(self.chance.choice(("subProcess", "transaction")), self.nested(depth - 1))
        else:
            step = self.node(self.chance.choice(TASKS), self.data(nodes))
        self.flow(before, step)
        nodes.append(step)
        if kind in ("boundary", "sub"):
            self.boundary(step, nodes)
        return step

    def data(self, nodes):
        if self.chance.random() > 0.15:
            return ""
        data, line = self.id("data"), self.id("line")
        self.parts.append(
            f'<bpmn:dataObjectReference id="{data}" name={quoteattr(self.name(0.7))} dataObjectRef="o{data}"/><bpmn:dataObject id="o{data}"/>'
        )
        if self.chance.random() < 0.5:
            return f'<bpmn:dataOutputAssociation id="{line}"><bpmn:targetRef>{data}</bpmn:targetRef></bpmn:dataOutputAssociation>'
        return f'<bpmn:dataInputAssociation id="{line}"><bpmn:sourceRef>{data}</bpmn:sourceRef></bpmn:dataInputAssociation>'

    def split(self, before, nodes, depth):
        asked = self.node(self.chance.choice(GATEWAYS))
        join = self.node("exclusiveGateway", often=0.2)
        self.flow(before, asked)
        nodes.append(asked)
        for _ in range(self.chance.choice((2, 2, 3, 4, 5))):
            length = self.chance.choice((0, 1, 1, 2))
            if not length:
                self.flow(asked, join, often=0.8)
                continue
            last = self.step(asked, nodes, depth)
            self.flow(self.run(last, nodes, 0, length - 1), join)
        nodes.append(join)
        return join

    def boundary(self, host, nodes):
        for _ in range(self.chance.choice((1, 1, 2, 3, 4))):
            kind = self.chance.choice(BOUNDARY)
            event = self.node("boundaryEvent", f"<bpmn:{kind}EventDefinition/>", attachedToRef=host)
            if self.chance.random() < 0.3:
                self.flow(event, self.chance.choice(nodes[1:] or [host]))
                continue
            step = self.node("userTask")
            self.flow(event, step)
            nodes.append(step)
            end = self.node("endEvent")
            self.flow(step, end)
            nodes.append(end)

    def lane_set(self, nodes, lanes):
        pieces = []
        shuffled = self.chance.sample(nodes, len(nodes))
        for number in range(lanes):
            refs = "".join(f"<bpmn:flowNodeRef>{name}</bpmn:flowNodeRef>" for name in shuffled[number::lanes])
            name = quoteattr(self.name())
            if number % 3 == 2:  # an outer lane with two inner ones, and one element of its own
                half = refs.split("</bpmn:flowNodeRef>")
                inner = "".join(
                    f'<bpmn:lane id="lane{number}_{k}" name={quoteattr(self.name())}>'
                    + "".join(f"{ref}</bpmn:flowNodeRef>" for ref in half[1 + k : -1 : 2])
                    + "</bpmn:lane>"
                    for k in range(2)
                )
                own = f"{half[0]}</bpmn:flowNodeRef>" if len(half) > 1 else ""
                refs = f'{own}<bpmn:childLaneSet id="inner{number}">{inner}</bpmn:childLaneSet>'
            pieces.append(f'<bpmn:lane id="lane{number}" name={name}>{refs}</bpmn:lane>')
        return f'<bpmn:laneSet id="lanes">{"".join(pieces)}</bpmn:laneSet>'
