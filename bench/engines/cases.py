"""What is measured: a diagram, the way to the place where it is measured, and the step from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.workflows.engine.drawing import Drawing


@dataclass(frozen=True)
class Act:
    """Somebody completes an element: with several of one name, the one at that place in the row."""

    element: str
    data: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None
    place: int = 0


@dataclass(frozen=True)
class EngineCase:
    name: str
    diagram: bytes
    key: str
    way: tuple[Act, ...]
    step: Act
    data: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)  # variables put into the state as they are
    called: str | None = None


FORM = {f"field_{n}": f"value {n} of the request " + "x" * 20 for n in range(20)}
DECIDED = '<flow:outcome code="approve"/><flow:outcome code="reject"/>'


def form(*fields: tuple[str, str]) -> str:
    inner = "".join(f'<flow:field id="{name}" type="{kind}"/>' for name, kind in fields)
    return f"<flow:form>{inner}</flow:form>"


def variables(**types: str) -> str:
    return "".join(f'<flow:variable name="{name}" type="{kind}"/>' for name, kind in types.items())


REQUEST = form(*((name, "text") for name in FORM))


def engine_cases() -> list[EngineCase]:
    return [
        approval(),
        sixty_nodes("sixty_nodes"),
        insides(),
        rounds(5),
        rounds(5000),
        forks(10, 2),
        forks(4, 5),
        each_user(50),
        each_user(200),
        each_subprocess(50),
        each_subprocess(200),
        each_subprocess(200, ends=True),
        sixty_nodes("variables_500", {f"variable_{n}": "y" * 34 for n in range(500)}),
        sixty_nodes(
            "value_of_1_mb", {"lines": [{"code": f"P-{n}", "text": "z" * 80} for n in range(10_000)]}
        ),
    ]


def approval(steps: int = 10) -> EngineCase:
    """Ten steps, each with a decision that may lead back to the first; measured at the fifth."""
    drawing = Drawing("approval").start("begin").end("done").script("final", 'result = "approved"')
    before: tuple[str, str | None] = ("begin", None)
    for n in range(1, steps + 1):
        step, gate = f"step{n}", f"gate{n}"
        drawing.user(step, extensions=(REQUEST if n == 1 else "") + DECIDED).choice(gate, default=f"go{n}")
        drawing.flow(before[0], step, id=before[1]).flow(step, gate)
        drawing.flow(gate, "step1", f'{step}.outcome == "reject"')
        before = (gate, f"go{n}")
    drawing.flow(before[0], "final", id=before[1]).flow("final", "done")
    way = tuple(Act(f"step{n}", FORM if n == 1 else {}, "approve") for n in range(1, 5))
    return EngineCase("approval", drawing.bytes(), "approval", way, Act("step5", outcome="approve"))


def sixty_nodes(name: str, more: Mapping[str, Any] | None = None, blocks: int = 12) -> EngineCase:
    """Twelve blocks of two people, two scripts and a decision that leads back; the first go round five times."""
    drawing = Drawing("blocks", extensions=variables(n="integer")).start("begin").end("done")
    before = "begin"
    for n in range(blocks):
        first, count, second, gate, keep = (
            f"{what}{n}" for what in ("ask", "count", "check", "gate", "keep")
        )
        drawing.user(first, extensions=REQUEST if n == 0 else "").script(count, "n = n + 1")
        drawing.user(second, extensions=form(("note", "text"), ("back", "boolean")))
        drawing.choice(gate, default=f"on{n}").script(keep, f"kept_{n} = n")
        drawing.chain(before, first, count, second, gate).flow(gate, first, "back")
        drawing.flow(gate, keep, id=f"on{n}")
        before = keep
    drawing.flow(before, "done")
    way: list[Act] = []
    for n in range(3):
        for turn in range(5):
            way.append(Act(f"ask{n}", FORM if not way else {}))
            way.append(Act(f"check{n}", {"note": f"note {turn} " * 5, "back": turn < 4}))
    way.append(Act("ask3"))
    step = Act("check3", {"note": "fine " * 5, "back": False})
    return EngineCase(name, drawing.bytes(), "blocks", tuple(way), step, {"n": 0}, more or {})


def insides() -> EngineCase:
    """Two subprocesses and three called processes; measured where one call ends and the next begins."""
    called = Drawing("called").start("called_begin").user("called_first", "called_second")
    called.script("called_script", "inner = 1").end("called_end")
    called.chain("called_begin", "called_first", "called_script", "called_second", "called_end")
    drawing = Drawing("insides").start("begin").end("done").user("first", extensions=REQUEST)
    drawing.user("middle", "last")
    for n in (1, 2):
        inner = (
            Drawing(f"inside{n}").start(f"begin{n}").user(f"ask{n}", f"check{n}").script(f"set{n}", "k = 1")
        )
        inner.end(f"end{n}").chain(f"begin{n}", f"ask{n}", f"set{n}", f"check{n}", f"end{n}")
        drawing.element("subProcess", f"inside{n}", "".join(inner.parts))
    for n in (1, 2, 3):
        drawing.element("callActivity", f"call{n}", calledElement="called")
    drawing.chain("begin", "first", "inside1", "call1", "middle", "inside2", "call2", "call3", "last", "done")
    way = (Act("first", FORM), *(Act(name) for name in _INSIDES))
    return EngineCase(
        "insides",
        drawing.bytes(called.process()),
        "insides",
        way,
        Act("called_second"),
        called="called",
    )


_INSIDES = ("ask1", "check1", "called_first", "called_second", "middle", "ask2", "check2", "called_first")


def rounds(times: int) -> EngineCase:
    drawing = Drawing("rounds", extensions=variables(n="integer")).start("begin").end("done")
    drawing.user("ask", extensions=form(("again", "boolean"))).script("count", "n = n + 1").choice(
        "gate", "on"
    )
    drawing.chain("begin", "ask", "count", "gate").flow("gate", "ask", "again").flow("gate", "done", id="on")
    act = Act("ask", {"again": True})
    return EngineCase(f"round_{times}", drawing.bytes(), "rounds", (act,) * times, act, {"n": 0})


def forks(count: int, wide: int) -> EngineCase:
    """Forks in a row; measured where the last branch of one arrives and the next one opens."""
    drawing = Drawing("forks").start("begin").end("done")
    before, way = "begin", []
    for n in range(count):
        drawing.parallel(f"fork{n}", f"join{n}").flow(before, f"fork{n}")
        for branch in range(wide):
            drawing.user(f"do{n}_{branch}").chain(f"fork{n}", f"do{n}_{branch}", f"join{n}")
            way.append(Act(f"do{n}_{branch}"))
        before = f"join{n}"
    drawing.flow(before, "done")
    here = wide * (count // 2) + wide - 1
    return EngineCase(f"forks_{count}x{wide}", drawing.bytes(), "forks", tuple(way[:here]), way[here])


def _each() -> str:
    return (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>"
        "<bpmn:loopDataOutputRef>votes</bpmn:loopDataOutputRef>"
        '<bpmn:inputDataItem id="item1" name="person"/><bpmn:outputDataItem id="item2" name="vote"/>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def _people(count: int) -> dict[str, Any]:
    return {"people": [f"person {n}" for n in range(count)]}


def each_user(count: int) -> EngineCase:
    """A step for each person; measured after twenty have done theirs."""
    drawing = Drawing("each", extensions=variables(people="list")).start("begin").end("done").user("last")
    drawing.element("userTask", "ask", _each(), extensions=form(("vote", "text")))
    drawing.chain("begin", "ask", "last", "done")
    act = Act("ask", {"vote": "yes"}, place=5)
    return EngineCase(f"each_user_{count}", drawing.bytes(), "each", (act,) * 20, act, _people(count))


def each_subprocess(count: int, *, ends: bool = False) -> EngineCase:
    """A subprocess for each person; measured in the middle of one, or where one ends."""
    inner = (
        Drawing("inner").start("inner_begin").end("inner_end").user("ask", extensions=form(("w", "integer")))
    )
    inner.script("reckon", "vote = w * 2").user("check")
    inner.chain("inner_begin", "ask", "reckon", "check", "inner_end")
    drawing = Drawing("each", extensions=variables(people="list")).start("begin").end("done").user("last")
    drawing.element("subProcess", "inside", _each() + "".join(inner.parts))
    drawing.chain("begin", "inside", "last", "done")
    way = [act for _ in range(10) for act in (Act("ask", {"w": 2}, place=3), Act("check"))]
    step = Act("ask", {"w": 3}, place=5)
    name = f"each_subprocess_{count}"
    if ends:
        way, step, name = [*way, step], Act("check"), f"{name}_end"
    return EngineCase(name, drawing.bytes(), "each", tuple(way), step, _people(count))


def filled(data: Mapping[str, Any], act: Act) -> Iterator[tuple[str, Any]]:
    """What ours keeps of a completion, for an engine that keeps what it is given: form and decision."""
    yield from data.items()
    yield act.element, {"outcome": act.outcome, "comment": "", "by": "rep1"}
