"""Trees of blocks as BPMN files."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tests.conformance.blocks import (
    Activity,
    Block,
    Boundary,
    Call,
    Catch,
    Cell,
    Choice,
    Decide,
    End,
    Expr,
    Handler,
    Inclusive,
    Link,
    Loop,
    Multi,
    Parallel,
    Process,
    Race,
    Rounds,
    Row,
    Script,
    Sub,
    Table,
    Throw,
    User,
    text,
)
from tests.workflows.engine.drawing import Drawing

ROOTS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@dataclass
class Pen:
    """Where the next element is connected to."""

    source: str
    condition: str | None = None
    flow: str | None = None


class Sheet(Drawing):
    """The inside of one scope. All sheets of a file share the elements that stand beside the process."""

    def __init__(self, key: str, extensions: str = "", *, roots: dict[str, str] | None = None) -> None:
        super().__init__(key, extensions=extensions)
        self.prefix = f"{key}_"
        self.roots = {} if roots is None else roots

    @property
    def inside(self) -> str:
        return "\n".join(self.parts)

    def land(self, pen: Pen | None, target: str) -> None:
        if pen is not None:
            self.flow(pen.source, target, pen.condition, id=pen.flow)

    def waits(self, event: Catch | Boundary | Handler) -> str:
        """The definition of an event that is waited for."""
        if event.kind == "timer":
            rounds = None if isinstance(event, Catch) else event.rounds
            when = written("timeDuration", "PT1H") if rounds is None else written("timeCycle", cycle(rounds))
            return f"<bpmn:timerEventDefinition>{when}</bpmn:timerEventDefinition>"
        if event.kind == "condition":
            when = written("condition", event.when)
            return f"<bpmn:conditionalEventDefinition>{when}</bpmn:conditionalEventDefinition>"
        code = None if isinstance(event, Catch) else event.code
        return self.definition(event.kind, code or event_name(event))

    def definition(self, kind: str, code: str | None) -> str:
        """An event definition; what it refers to is put beside the process."""
        if kind == "none":
            return ""
        reference = f' {kind}Ref="{self.root(kind, code)}"' if kind in ROOTS and code else ""
        return f"<bpmn:{kind}EventDefinition{reference}/>"

    def root(self, kind: str, code: str) -> str:
        id = f"{kind}_{code}"
        self.roots[id] = f'<bpmn:{kind} id="{id}" {ROOTS[kind]}="{code}"/>'
        return id

    # -- whole scopes

    def scope(self, id: str, body: Block, handlers: list[Handler]) -> Sheet:
        start, end = f"{id}_start", f"{id}_end"
        self.start(start)
        pen = self.draw(body, Pen(start))
        if pen is not None:
            self.end(end)
            self.land(pen, end)
        for handler in handlers:
            self.handler(handler)
        return self

    def handler(self, handler: Handler) -> None:
        sheet = Sheet(f"{handler.id}_in", roots=self.roots)
        sheet.element(
            "startEvent",
            handler.id,
            self.waits(handler),
            extensions=brings(handler),
            **({} if handler.interrupting else {"isInterrupting": "false"}),
        )
        end = f"{handler.id}_end"
        pen = sheet.draw(handler.body, Pen(handler.id))
        if pen is not None:
            sheet.end(end)
            sheet.land(pen, end)
        self.element("subProcess", f"{handler.id}_sub", sheet.inside, triggeredByEvent="true")

    # -- blocks: each draws itself behind a pen and gives the pen for what comes behind it

    def draw(self, block: Block, pen: Pen) -> Pen | None:
        return getattr(self, f"draw_{type(block).__name__.lower()}")(block, pen)

    def draw_row(self, row: Row, pen: Pen) -> Pen | None:
        for part in row.parts:
            pen = self.draw(part, pen)
        return pen

    def draw_script(self, script: Script, pen: Pen) -> Pen:
        self.land(pen, script.id)
        self.script(script.id, f"{script.name} = {text(script.value)}")
        return Pen(script.id)

    def draw_user(self, user: User, pen: Pen) -> Pen:
        self.land(pen, user.id)
        self.element(user.tag, user.id, extensions=form(user.fields))
        return Pen(user.id)

    def draw_catch(self, catch: Catch, pen: Pen) -> Pen:
        self.land(pen, catch.id)
        if catch.tag == "receiveTask":
            reference = self.root("message", catch.id)
            self.element(catch.tag, catch.id, extensions=brings(catch), messageRef=reference)
        else:
            self.element(catch.tag, catch.id, self.waits(catch), extensions=brings(catch))
        return Pen(catch.id)

    def draw_link(self, link: Link, pen: Pen) -> Pen:
        out, into = f"{link.id}_out", f"{link.id}_in"
        self.land(pen, out)
        inner = f'<bpmn:linkEventDefinition name="{link.id}"/>'
        self.element("intermediateThrowEvent", out, inner)
        self.element("intermediateCatchEvent", into, inner)
        return Pen(into)

    def draw_decide(self, decide: Decide, pen: Pen) -> Pen:
        self.land(pen, decide.id)
        word = f'<flow:decision ref="{decide.table.name}" result="{decide.result}"/>'
        self.element("businessRuleTask", decide.id, extensions=word)
        return Pen(decide.id)

    def draw_throw(self, throw: Throw, pen: Pen) -> Pen:
        self.land(pen, throw.id)
        tells = (
            "" if throw.value is None else f'<flow:param name="value" value={quoteattr(text(throw.value))}/>'
        )
        inner = self.definition(throw.kind, throw.code)
        self.element("intermediateThrowEvent", throw.id, inner, extensions=tells)
        return Pen(throw.id)

    def draw_end(self, end: End, pen: Pen) -> None:
        self.land(pen, end.id)
        self.element("endEvent", end.id, self.definition(end.kind, end.code))

    def draw_choice(self, choice: Choice, pen: Pen) -> Pen | None:
        return self.split("exclusiveGateway", choice, pen)

    def draw_inclusive(self, inclusive: Inclusive, pen: Pen) -> Pen | None:
        return self.split("inclusiveGateway", inclusive, pen)

    def split(self, tag: str, block: Choice | Inclusive, pen: Pen) -> Pen | None:
        pen = self.draw_user(block.asked, pen)
        self.land(pen, block.id)
        default = f"{block.id}_default"
        has_default = any(when is None for when, _ in block.branches)
        self.element(tag, block.id, **({"default": default} if has_default else {}))
        begins = [
            Pen(block.id, flow=default) if when is None else Pen(block.id, text(when))
            for when, _ in block.branches
        ]
        return self.gather(tag, block.id, [branch for _, branch in block.branches], begins)

    def draw_parallel(self, parallel: Parallel, pen: Pen) -> Pen | None:
        self.land(pen, parallel.id)
        self.parallel(parallel.id)
        begins = [Pen(parallel.id) for _ in parallel.branches]
        return self.gather("parallelGateway", parallel.id, parallel.branches, begins)

    def gather(self, tag: str, id: str, branches: list[Block], begins: list[Pen]) -> Pen | None:
        """Draw branches and the gateway at which they meet, if any gets that far."""
        join, arrived = f"{id}_join", False
        for branch, begin in zip(branches, begins, strict=True):
            pen = self.draw(branch, begin)
            self.land(pen, join)
            arrived = arrived or pen is not None
        if not arrived:
            return None
        self.element(tag, join)
        return Pen(join)

    def draw_loop(self, loop: Loop, pen: Pen) -> Pen:
        merge, gate, out = loop.id, f"{loop.id}_gate", f"{loop.id}_out"
        self.land(pen, merge)
        self.choice(merge)
        pen = Pen(merge) if loop.asks_first else self.draw(loop.body, Pen(merge))
        if pen is not None:
            self.land(self.draw_user(loop.asked, pen), gate)
            self.choice(gate, default=out)
            again = Pen(gate, text(loop.again))
            self.land(self.draw(loop.body, again) if loop.asks_first else again, merge)
        return Pen(gate, flow=out)

    def draw_race(self, race: Race, pen: Pen) -> Pen | None:
        self.land(pen, race.id)
        self.element("eventBasedGateway", race.id)
        begins = [self.draw_catch(catch, Pen(race.id)) for catch, _ in race.branches]
        return self.gather("exclusiveGateway", race.id, [branch for _, branch in race.branches], begins)

    # -- activities

    def draw_activity(self, activity: Activity, pen: Pen) -> Pen | None:
        inner = activity.inner
        self.land(pen, inner.id)
        marker = self.marker(activity.repeat)
        if isinstance(inner, User):
            self.element(inner.tag, inner.id, marker, extensions=form(inner.fields))
        elif isinstance(inner, Sub):
            sheet = Sheet(inner.id, roots=self.roots).scope(inner.id, inner.body, inner.handlers)
            declared = {name: value for name, value in inner.locals.items() if name not in inner.drawn}
            drawn = objects(inner.id, {name: inner.locals[name] for name in inner.drawn})
            self.element(inner.tag, inner.id, marker + drawn + sheet.inside, extensions=numbers(declared))
        else:
            self.element(
                "callActivity", inner.id, marker, extensions=mappings(inner), calledElement=inner.process.key
            )
        coming_back = [
            pen for boundary in activity.boundaries if (pen := self.boundary(boundary, inner.id)) is not None
        ]
        if not coming_back:
            return Pen(inner.id)
        merge = f"{inner.id}_merge"
        for pen in [Pen(inner.id), *coming_back]:
            self.land(pen, merge)
        self.choice(merge)
        return Pen(merge)

    def boundary(self, boundary: Boundary, host: str) -> Pen | None:
        self.element(
            "boundaryEvent",
            boundary.id,
            self.waits(boundary),
            extensions=brings(boundary),
            attachedToRef=host,
            **({} if boundary.interrupting else {"cancelActivity": "false"}),
        )
        pen = self.draw(boundary.side, Pen(boundary.id))
        if boundary.interrupting or pen is None:
            return pen
        end = f"{boundary.id}_end"
        self.end(end)
        self.land(pen, end)
        return None

    def marker(self, repeat: Multi | Rounds | None) -> str:
        if isinstance(repeat, Multi):
            words = {"in": repeat.over, "as": repeat.item, "value": show(repeat.value), "into": repeat.into}
            each = "".join(f" {name}={quoteattr(word)}" for name, word in words.items() if word)
            inner = f"<bpmn:extensionElements><flow:each{each}/></bpmn:extensionElements>" if each else ""
            inner += written("loopCardinality", repeat.count) + written("completionCondition", repeat.until)
            sequential = "true" if repeat.sequential else "false"
            return (
                f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">{inner}'
                "</bpmn:multiInstanceLoopCharacteristics>"
            )
        if isinstance(repeat, Rounds):
            maximum = f' loopMaximum="{repeat.maximum}"' if repeat.maximum is not None else ""
            before = "true" if repeat.test_before else "false"
            return (
                f'<bpmn:standardLoopCharacteristics testBefore="{before}"{maximum}>'
                f"{written('loopCondition', repeat.condition)}</bpmn:standardLoopCharacteristics>"
            )
        return ""


def event_name(event: Catch | Boundary | Handler) -> str | None:
    return event.id if event.kind in ("message", "signal") else None


def show(expr: Expr | None) -> str | None:
    return None if expr is None else text(expr)


def written(name: str, expr: Expr | None) -> str:
    return "" if expr is None else f"<bpmn:{name}>{escape(text(expr))}</bpmn:{name}>"


def cycle(rounds: int) -> str:
    return f"R{rounds or ''}/PT1H"


def brings(event: Catch | Boundary | Handler) -> str:
    """What a message brings along, and for which key it is meant."""
    key = "" if event.key is None else f"<flow:correlate value={quoteattr(text(event.key))}/>"
    return key + form({event.field: ()} if event.field else {})


def form(fields: dict[str, tuple[int, ...]]) -> str:
    inner = "".join(f'<flow:field id="{name}" type="integer"/>' for name in fields)
    return f"<flow:form>{inner}</flow:form>" if inner else ""


def numbers(values: dict[str, int]) -> str:
    return "".join(
        f'<flow:variable name="{name}" type="integer" default="{value}"/>' for name, value in values.items()
    )


def objects(scope: str, values: dict[str, int]) -> str:
    """Variables as data objects; those of a process are named by their id alone."""
    drawn = ""
    for name, value in values.items():
        id, named = (f"{scope}_{name}", f' name="{name}"') if scope else (name, "")
        word = f'<flow:variable{named} type="integer" default="{value}"/>'
        inner = f"<bpmn:extensionElements>{word}</bpmn:extensionElements>"
        drawn += f'<bpmn:dataObject id="{id}">{inner}</bpmn:dataObject>'
    return drawn


def mappings(call: Call) -> str:
    ins = "".join(f"<flow:in name={quoteattr(name)} value={quoteattr(text(e))}/>" for name, e in call.ins)
    outs = "".join(f"<flow:out name={quoteattr(name)} value={quoteattr(text(e))}/>" for name, e in call.outs)
    return ins + outs


def draw(process: Process) -> bytes:
    lists = "".join(f'<flow:variable name="{name}" type="list" item="integer"/>' for name in process.lists)
    declared = {name: value for name, value in process.numbers.items() if name not in process.drawn}
    sheet = Sheet(process.key, numbers(declared) + lists)
    sheet.add(objects("", {name: process.numbers[name] for name in process.drawn}))
    sheet.scope(process.key, process.body, process.handlers)
    return sheet.bytes("".join(sheet.roots.values()))


CELLS = {"-": "-", "<": "< {}", ">=": ">= {}", "in": "[{}..{}]"}


def cell(what: Cell) -> str:
    operator, *operands = what
    if operator in CELLS:
        return CELLS[operator].format(*operands)
    listed = ", ".join(map(str, operands))
    return f"not({listed})" if operator == "not" else listed


def draw_table(table: Table) -> str:
    """A decision table as a DMN file."""
    policy, _, aggregation = table.policy.partition(" ")
    added = f' aggregation="{aggregation}"' if aggregation else ""
    default = (
        ""
        if table.default is None
        else f"<defaultOutputEntry><text>{table.default}</text></defaultOutputEntry>"
    )
    heads = "".join(
        f"<input><inputExpression><text>{escape(text(each))}</text></inputExpression></input>"
        for each in table.inputs
    ) + "".join(f'<output name="{name}" typeRef="integer">{default}</output>' for name in table.outputs)
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{escape(cell(each))}</text></inputEntry>" for each in cells)
        + "".join(f"<outputEntry><text>{escape(text(each))}</text></outputEntry>" for each in results)
        + "</rule>"
        for cells, results in table.rules
    )
    return (
        f'<definitions xmlns="{DMN}" id="{table.name}_file" name="{table.name}" namespace="urn:test">'
        f'<decision id="{table.name}" name="{table.name}">'
        f'<decisionTable hitPolicy="{policy}"{added}>{heads}{rules}</decisionTable></decision></definitions>'
    )
