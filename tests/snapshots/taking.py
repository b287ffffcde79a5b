"""Takes snapshots of the current format: `python -m tests.snapshots.taking` writes those that are missing.

A snapshot is a state with what waits in it, what is done then, and what waits after each of these
steps. Its diagrams are kept as files, so that it does not depend on the helpers that drew them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.runs import Run, definition_of
from tests.conformance.scenario import Deed, Scenario, read_deed
from tests.conformance.sketch import (
    Sketch,
    call,
    catch,
    data,
    end,
    handler,
    loop,
    multi,
    on,
    receive,
    script,
    service,
    sketch,
    sub,
    throw,
    transaction,
    user,
)
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case
from workflows.engine.state import VERSION

HERE = Path(__file__).resolve().parent
INNER = sketch("-> x -> reply ->", key="inner", has="k=0", x=user("n"), reply=script("r = n + k"))
OUTER = sketch(
    "-> c -> y ->", key="outer", has="k=0", c=call(INNER, ins={"k": "k"}, outs={"part": "r"}), y=user("m")
)
DUE = 'due={"moment":"2026-12-20T09:00:00+08:00","anchor":"2026-12-20T08:00:00+08:00","round":1}'


@dataclass(frozen=True)
class Shot:
    """`before` leads to the state, `after` finishes the case."""

    name: str
    drawn: Sketch
    before: str
    after: str


SHOTS = [
    Shot(
        "subprocesses-in-each-other",
        sketch(
            "-> s -> z ->",
            has="k=1",
            s=sub(
                "-> t -> c ->",
                has="own=5",
                t=sub(
                    "-> fork -> a -> join -> sum ->",
                    "fork -> b -> join",
                    box=data(default="7"),
                    a=user("n"),
                    b=user("m"),
                    sum=script("own = own + n + m + box", "k = own"),
                ),
            ),
        ),
        "start; b m=2",
        "a n=1; c; z",
    ),
    Shot(
        "called-processes",
        sketch("-> c -> z ->", c=call(OUTER, ins={"k": "40"}, outs={"total": "part + m"})),
        "start",
        "c/c/x n=2; c/y m=3; z",
    ),
    Shot(
        "parallel-elements-half-way",
        sketch(
            "-> m -> z ->",
            "late -> y ->",
            has="lines:list[integer]",
            m=multi(
                sub("-> a -> double ->", a=user("n"), double=script("n = n * 2")),
                over="lines",
                item="line",
                value="n + line",
                into="out",
            ),
            late=on("m", "timer", "P3D", stays=True),
        ),
        "start lines=[10,20,30]; a#1 n=1",
        "a#2 n=2; a#0 n=3; z",
    ),
    Shot(
        "sequential-elements-half-way",
        sketch(
            "-> m -> z ->",
            has="lines:list[integer]",
            m=multi(
                call(INNER, ins={"k": "line"}, outs={"back": "r"}),
                over="lines",
                item="line",
                value="back",
                into="out",
                sequential=True,
            ),
        ),
        "start lines=[10,20,30]; m/x#0 n=1",
        "m/x#1 n=2; m/x#2 n=3; z",
    ),
    Shot(
        "elements-in-elements",
        sketch(
            "-> m -> z ->",
            m=multi(
                sub("-> i ->", i=multi(user("n"), times="2", value="n", into="part")),
                times="2",
                value="part",
                into="all",
            ),
        ),
        "start; i#1.0 n=10; i#0.1 n=1",
        "i#0.0 n=0; i#1.1 n=11; z",
    ),
    Shot(
        "loop-in-its-second-round",
        sketch(
            "-> m -> z ->",
            has="sum=0",
            m=loop(sub("-> a -> add ->", a=user("n"), add=script("sum = sum + n")), go_on="sum < 5"),
        ),
        "start; a n=2",
        "a n=3; z",
    ),
    Shot(
        "borders-armed",
        sketch(
            "-> a -> z ->",
            "late -> b ->",
            "news -> c ->",
            "full -> d ->",
            has="key=7 n=9",
            late=on("a", "timer", "R3/PT1H", stays=True),
            news=on("a", "message", "news", key="key", fields="n"),
            full=on("a", "condition", "n > 5", stays=True),
        ),
        f"start; late {DUE}",
        "late; b; news n=1; b; c; d",
    ),
    Shot(
        "event-gateway-waiting",
        sketch(
            "-> race -> paid -> merge -> z ->",
            "race -> late -> merge",
            "race -> told -> merge",
            paid=receive("paid", fields="n"),
            late=catch("timer", "P3D"),
            told=catch("signal", "sale"),
        ),
        "start",
        "paid n=3; z",
    ),
    Shot(
        "event-subprocesses",
        sketch(
            "-> a -> tell -> z ->",
            tell=throw("escalation", "high"),
            w=handler("message", "news", "-> h -> g ->", stays=True, fields="n", has="own=1"),
            v=handler("escalation", "high", "-> u ->"),
            e=handler("timer", "P1D", "-> f ->", stays=True),
        ),
        "start; w_start n=4; h",
        "w_start n=5; g; h; g; a; u",
    ),
    Shot(
        "inclusive-join-half-reached",
        sketch(
            "-> ask -> some -> [n > 0] a -> gather -> z ->",
            "some -> [n > 1] b -> c -> gather",
            "some -> d -> gather",
            ask=user("n"),
        ),
        "start; ask n=2; a",
        "b; c; z",
    ),
    Shot(
        "parallel-join-half-reached",
        sketch("-> fork -> a -> join -> z ->", "fork -> b -> join", "fork -> c -> join"),
        "start; c; a",
        "b; z",
    ),
    Shot(
        "held-at-the-door",
        sketch(
            "-> fork -> a -> m -> join -> z ->",
            "fork -> b -> join",
            "late -> y ->",
            a=user("n"),
            m=multi(user(), times="n"),
            late=on("m", "timer", stays=True),
        ),
        "start; a n=201",
        "skip m; b; z",
    ),
    Shot(
        "held-in-the-middle",
        sketch(
            "-> s -> z ->",
            "late -> y ->",
            s=sub("-> a -> close -> b ->", close=service("books.close")),
            late=on("s", "timer", stays=True),
        ),
        "start; a",
        "retry close; b; z",
    ),
    Shot(
        "transaction-with-its-borders",
        sketch(
            "-> t -> z ->",
            "off -> y ->",
            "bad -> x ->",
            t=transaction(
                "-> fork -> a -> stop", "fork -> m ->", stop=end("cancel"), m=multi(user(), times="2")
            ),
            off=on("t", "cancel"),
            bad=on("t", "error"),
        ),
        "start; m#1",
        "a; y",
    ),
    Shot(
        "automatic-steps-left-over",
        sketch(
            "-> " + " -> ".join(f"s{number}" for number in range(305)) + " -> a ->",
            "late -> b ->",
            has="n=0",
            late=on("a", "timer", stays=True),
            **{f"s{number}": script("n = n + 1") for number in range(305)},
        ),
        "start",
        "a",
    ),
    Shot("over", sketch("-> a ->", a=user("n")), "start; a n=1", ""),
    Shot("cancelled", sketch("-> s ->", has="n=1", s=sub("-> a ->")), "start; cancel", ""),
]


def down_once() -> FakeHost:
    """A host whose operation fails the first time it is called."""
    tries: list[int] = []

    def close() -> dict[str, Any]:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("down")
        return {}

    return FakeHost(books_close=close)


def deeds(text: str) -> list[Deed]:
    return [read_deed(each) for each in text.split(";") if each.strip()]


def take(shot: Shot) -> dict[str, Any]:
    scenario = Scenario(shot.name, shot.drawn, (), ends=None, host=down_once)
    run = Run(scenario)
    if shot.name == "automatic-steps-left-over":
        run.case = Case.start(definition_of(scenario), run.host, {}, by="rep1")
    else:
        for deed in deeds(shot.before):
            run.do(deed)
    state = json.loads(json.dumps(run.running.state()))
    waiting = [[w.token, w.path, w.kind] for w in run.running.waiting()]
    then = []
    while any(w.kind == "continuation" for w in run.running.waiting()):
        run.running.continue_()
    for deed in deeds(shot.after):
        seen = run.do(deed)
        then.append([str_of(deed), list(seen.waiting)])
    assert run.is_over, f"{shot.name} is not finished: {run.waiting}"
    return {
        "diagram": shot.name,
        "state": state,
        "waiting": waiting,
        "then": then,
        "variables_at_the_end": run.running.variables,
    }


def str_of(deed: Deed) -> str:
    """A deed as a line that can be read again."""
    values = [f"{name}={value!r}".replace(" ", "") for name, value in deed.values.items()]
    verb = [] if deed.verb == "do" else [deed.verb]
    return " ".join([*verb, deed.key, *deed.words, *values])


def write(shot: Shot) -> None:
    path = HERE / f"v{VERSION}-{shot.name}.json"
    if path.exists():
        return
    for number, drawn in enumerate([shot.drawn, *_all_called(shot.drawn)]):
        suffix = f".{number}" if number else ""
        (HERE / "diagrams" / f"{shot.name}{suffix}.bpmn").write_bytes(drawn.bytes())
    path.write_text(json.dumps(take(shot), ensure_ascii=False, indent=1) + "\n")


def _all_called(drawn: Sketch) -> list[Sketch]:
    found: list[Sketch] = []
    for called in drawn.called:
        found += [called, *_all_called(called)]
    return found


if __name__ == "__main__":
    (HERE / "diagrams").mkdir(exist_ok=True)
    for each in SHOTS:
        write(each)
