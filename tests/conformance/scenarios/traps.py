"""What the library under us gets wrong, by name, and what is done about it here.

Each trap is either fixed, and a scenario shows the right behaviour, or refused when publishing."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.scenario import Refusal, Scenario, refusal, scenario
from tests.conformance.sketch import (
    Made,
    Sketch,
    call,
    catch,
    end,
    handler,
    multi,
    on,
    rule,
    script,
    service,
    sketch,
    sub,
    table,
    throw,
    user,
)
from tests.workflows.engine.drawing import FakeHost


@dataclass(frozen=True)
class Trap:
    """`seen` is what the library does; `answer` shows what happens here."""

    seen: str
    answer: Scenario | Refusal


class Pictured(Sketch):
    """With shapes in the picture: the later an element in `order`, the lower it is drawn."""

    order: tuple[str, ...] = ()

    def xml(self) -> str:
        shapes = "".join(
            f'<bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}"><dc:Bounds x="100" y="{number * 100}" width="100" '
            'height="80"/></bpmndi:BPMNShape>'
            for number, id in enumerate(self.order)
        )
        picture = (
            '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
            'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="diagram">'
            f'<bpmndi:BPMNPlane id="plane" bpmnElement="process">{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
        )
        return super().xml().replace("</bpmn:definitions>", f"{picture}</bpmn:definitions>")


def _upside_down() -> Sketch:
    found = Pictured("-> a -> which -> [n > 1] b ->", "which -> [n > 0] c ->", "which -> d ->", a=user("n"))
    found.order = ("d", "c", "b", "which", "a")
    return found


ROUND = ("-> merge -> fork -> a -> join -> again -> which -> [go > 0] merge", "fork -> b -> join", "which ->")


def _inclusive_beside(name: str, made: Made, waits: str, path: str) -> Scenario:
    """Another branch is inside something, with a choice between it and the join."""
    return scenario(
        f"an inclusive join waits for {name} behind which a choice leads here",
        sketch(
            "-> ask -> some -> [n > 0] h -> which -> [m > 0] gather -> z ->",
            "which -> y ->",
            "some -> [n > 1] b -> gather",
            "some -> c -> gather",
            has="m=1",
            ask=user("n"),
            h=made,
        ),
        f"""
        start: | ask
        ask n=2: some | b {waits}
        b: | {waits} join:gather
        {path}: h which gather | z
        z: | -
        """,
        ends="n=2 m=1",
        any_order=True,
    )


def _down() -> FakeHost:
    def close() -> None:
        raise ValueError("broke")

    return FakeHost(books_close=close)


def _long_row(steps: int) -> Scenario:
    return scenario(
        f"{steps} steps in a row",
        sketch("-> " + " -> ".join(f"s{number}" for number in range(steps)) + " ->", s1=script("n = 1")),
        "start: | s0\ns0: s1 | s2\ncancel: | -",
        ends="n=1",
    )


INNER = sketch("-> x ->", key="inner")

TRAPS: list[Trap] = [
    # -- elements and how they run (engine facts, 1)
    Trap(
        "parallel gateway: wrong in loops, old arrivals are counted",
        scenario(
            "a parallel join counts the arrivals of its own round, in every order",
            sketch(*ROUND, a=user("n"), b=user("m"), again=user("go")),
            """
            start: merge fork | a b
            a n=1: | b join:join
            b m=1: join | again
            again go=1: which merge fork | a b
            b m=2: | a join:join
            a n=2: join | again
            again go=1: which merge fork | a b
            a n=3: | b join:join
            b m=3: join | again
            again go=0: which | -
            """,
            ends="n=3 m=3 go=0",
            any_order=True,
        ),
    ),
    Trap(
        "inclusive gateway: the join fires early in round 2 of a loop",
        scenario(
            "an inclusive join waits in every round for what was taken in it",
            sketch(
                "-> merge -> ask -> some -> [n > 0] a -> gather -> again -> which -> [go > 0] merge",
                "some -> [n > 1] b -> gather",
                "some -> c -> gather",
                "which ->",
                ask=user("n"),
                again=user("go"),
            ),
            """
            start: merge | ask
            ask n=2: some | a b
            b: | a join:gather
            a: gather | again
            again go=1: which merge | ask
            ask n=2: some | a b
            a: | b join:gather
            b: gather | again
            again go=1: which merge | ask
            ask n=0: some | c
            c: gather | again
            again go=0: which | -
            """,
            ends="n=0 go=0",
            any_order=True,
        ),
    ),
    Trap(
        "inclusive gateway: the join fires early when another branch is inside a subprocess",
        _inclusive_beside("a subprocess", sub("-> x ->"), "x", "x"),
    ),
    Trap(
        "inclusive gateway: the join fires early when another branch is inside a call activity",
        _inclusive_beside("a called process", call(INNER), "h/x", "h/x"),
    ),
    Trap(
        "inclusive gateway: the join fires early when another branch is inside a multi-instance",
        _inclusive_beside("a multi-instance", multi(user(), times="1"), "h#0", "h#0"),
    ),
    Trap(
        "exclusive gateway: conditions are tried in order of the target shape's y in the diagram",
        scenario(
            "conditions are tried in the order of the file, wherever the shapes are drawn",
            _upside_down(),
            """
            start: | a
            a n=5: which | b
            b: | -
            """,
            ends="n=5",
        ),
    ),
    Trap(
        "exclusive gateway: no match and no default ends in an exception",
        scenario(
            "a gateway without a way is held, and can be left by hand",
            sketch("-> a -> which -> [n > 1] b ->", "which -> [n > 0] c ->", a=user("n")),
            """
            start: | a
            a n=0: | incident:which
            place which -> c: | c
            c: | -
            """,
            ends="n=0",
        ),
    ),
    Trap(
        "signal end event is parsed as plain end: no signal sent",
        scenario(
            "a signal end sends its signal",
            sketch("-> a -> stop", a=user("n"), stop=end("signal", "sale", n="n")),
            """
            start: | a
            a n=3: stop | -
            """,
            ends="n=3",
            sent="signal sale n=3",
        ),
    ),
    Trap(
        "compensation throw: silently ignored",
        refusal(
            "a compensation throw",
            sketch("-> a -> x ->", x=Made("intermediateThrowEvent", "<bpmn:compensateEventDefinition/>")),
            "unsupported_element",
            "x",
        ),
    ),
    Trap(
        "link events: silently ignored, the throw ends the process as completed",
        scenario(
            "what stands behind a link runs",
            sketch("-> a -> out", "into -> b ->", out=throw("link", "on"), into=catch("link", "on")),
            """
            start: | a
            a: out into | b
            b: | -
            """,
        ),
    ),
    Trap(
        "event subprocess: the interrupting flag is ignored",
        scenario(
            "one event subprocess interrupts and one does not",
            sketch(
                "-> a ->",
                stop=handler("message", "stop", "-> s ->"),
                tell=handler("message", "tell", "-> t ->", stays=True),
            ),
            """
            start: | a message:stop_start message:tell_start
            tell_start: | a message:stop_start message:tell_start t
            stop_start: | s
            s: stop | -
            """,
        ),
    ),
    Trap(
        "event subprocess: a timer one keeps the instance open after the main path ended",
        scenario(
            "a case does not wait for the timer of its event subprocess",
            sketch("-> a ->", w=handler("timer", "P1D", "-> t ->")),
            """
            start: | a timer:w_start
            a: | -
            """,
        ),
    ),
    Trap(
        "event subprocess: an error start is taken as plain start and runs at once",
        scenario(
            "an error event subprocess waits for its error",
            sketch(
                "-> a -> which -> [n > 0] stop",
                "which ->",
                a=user("n"),
                stop=end("error", "E"),
                w=handler("error", "E", "-> t ->"),
            ),
            """
            start: | a catcher:w_start
            a n=1: which stop | t
            t: w | -
            """,
            ends="n=1",
        ),
    ),
    Trap(
        "event subprocess: a message one, once fired, changes the cached specification",
        scenario(
            "a case on a definition on which others have run before",  # each scenario runs many times on one
            sketch("-> a -> b ->", w=handler("message", "news", "-> t ->", stays=True)),
            """
            start: | a message:w_start
            w_start: | a message:w_start t
            t: w | a message:w_start
            a: | b message:w_start
            w_start: | b message:w_start t
            b: | message:w_start t
            t: w | -
            """,
        ),
    ),
    Trap(
        "one conditional flow out of a task: condition ignored",
        refusal(
            "a condition on a flow out of a task",
            sketch("-> a -> [n > 0] b ->", a=user("n")),
            "conditional_flow_from_task",
            "a.b",
        ),
    ),
    Trap(
        "several flows out of a task: parse error",
        refusal(
            "two flows out of a task", sketch("-> a -> b ->", "a -> c ->"), "several_flows_from_task", "a"
        ),
    ),
    Trap(
        "ids Start, End and <process>.EndJoin collide",
        scenario(
            "an id may be any",
            sketch(
                "Start -> a -> process.EndJoin -> Root -> End", Start=Made("startEvent"), End=Made("endEvent")
            ),
            """
            start: Start | a
            a: | process.EndJoin
            process.EndJoin: | Root
            Root: End | -
            """,
        ),
    ),
    Trap(
        "service task: running it does nothing",
        scenario(
            "a service task calls its operation",
            sketch("-> close -> a ->", close=service("books.close")),
            """
            start: | incident:close
            skip close: close | a
            a: | -
            """,
            host=_down,
        ),
    ),
    Trap(
        "send and receive task without a message: both pass straight through",
        refusal(
            "a receive task without a message",
            sketch("-> x -> a ->", x=Made("receiveTask")),
            "event_without_name",
            "x",
        ),
    ),
    Trap(
        "business rule task: no matching rule is silence",
        scenario(
            "a table in which no rule matches holds the step",
            sketch("-> a -> rate -> b ->", a=user("n"), rate=rule("few", "terms")),
            """
            start: | a
            a n=50: | incident:rate
            place rate -> a: | a
            a n=5: rate | b
            b: | -
            """,
            ends='n=5 terms={"percent":1}',
            decisions={"few": table("few", "n", "percent", ("< 10", "1"))},
        ),
    ),
    Trap(
        "decision table: UNIQUE takes the first of several matches",
        scenario(
            "two rules that match hold the step",
            sketch("-> a -> rate -> b ->", a=user("n"), rate=rule("both", "terms")),
            """
            start: | a
            a n=7: | incident:rate
            place rate -> a: | a
            a n=5: rate | b
            b: | -
            """,
            ends='n=5 terms={"percent":1}',
            decisions={"both": table("both", "n", "percent", ("< 10", "1"), ("> 5", "2"))},
        ),
    ),
    Trap(
        "decision table: cells are Python, an interval is a syntax error",
        scenario(
            "an interval in a cell",
            sketch("-> a -> rate -> b ->", a=user("n"), rate=rule("range", "terms")),
            """
            start: | a
            a n=50: rate | b
            b: | -
            """,
            ends='n=50 terms={"percent":2}',
            decisions={
                "range": table("range", "n", "percent", ("< 10", "1"), ("[10..100]", "2"), ("> 100", "3"))
            },
        ),
    ),
    Trap(
        "event-based gateway: two timers share one due value",
        scenario(
            "the second of two timers of an event gateway",
            sketch(
                "-> race -> soon -> a ->",
                "race -> late -> b ->",
                soon=catch("timer", "PT1H"),
                late=catch("timer", "P9D"),
            ),
            """
            start: race | timer:late timer:soon
            late: | b
            b: | -
            """,
        ),
    ),
    Trap(
        "complex gateway: parse error",
        refusal(
            "a complex gateway", sketch("-> x -> a ->", x=Made("complexGateway")), "unsupported_element", "x"
        ),
    ),
    Trap(
        "timer: the text is a Python expression, an unquoted duration raises",
        scenario(
            "a timer is ISO 8601 or an expression of ours",
            sketch(
                "-> t1 -> t2 -> t3 ->",
                has="wait:text=P2D",
                t1=catch("timer", "PT1H"),
                t2=catch("timer", "wait"),
                t3=catch("timer", "2001-01-01"),
            ),
            """
            start: | timer:t1
            t1: | timer:t2
            t2: | timer:t3
            t3: | -
            """,
            ends="wait=P2D",
        ),
    ),
    Trap(
        "timer: missed cycles all fire in one burst after downtime",
        scenario(
            "a cycle has one round open at a time",
            sketch("-> a ->", "e -> r ->", e=on("a", "timer", "R3/PT1H", stays=True)),
            """
            start: | a timer:e
            e: | a r timer:e
            e: | a r r timer:e
            e: | a r r r
            a: | r r r
            r: | r r
            r: | r
            r: | -
            """,
        ),
    ),
    Trap(
        "an exception in a step is not a BPMN error, an error border does not catch it",
        scenario(
            "what breaks is held for an operator; only an error of the diagram goes to a border",
            sketch(
                "-> a -> close -> b ->",
                "e -> c ->",
                close=service("books.close"),
                e=on("close", "error", "broke"),
            ),
            """
            start: | a
            a: | catcher:e incident:close
            fail close broke: e | c
            c: | -
            """,
            host=_down,
        ),
    ),
    Trap(
        "conditional catch: another branch setting a variable never wakes it",
        scenario(
            "a variable set in another branch, inside a subprocess, wakes a condition",
            sketch(
                "-> fork -> wait -> join ->",
                "fork -> s -> join",
                has="n=0",
                wait=catch("condition", "n > 2"),
                s=sub("-> a -> set -> b ->", a=user(), set=script("n = 3")),
            ),
            """
            start: fork | a condition:wait
            a: set wait | b join:join
            b: s join | -
            """,
            ends="n=3",
        ),
    ),
    Trap(
        "subprocess: result data replaces the parent's data",
        scenario(
            "what other branches have set meanwhile stays",
            sketch(
                "-> fork -> s -> join -> c ->",
                "fork -> b -> join",
                has="n=1",
                s=sub("-> a ->", a=user("m")),
                b=user("n"),
            ),
            """
            start: fork | a b
            b n=5: | a join:join
            a m=2: s join | c
            c: | -
            """,
            ends="n=5 m=2",
            any_order=True,
        ),
    ),
    Trap(
        "a missing called process: parse error",
        refusal(
            "a call of nothing known",
            sketch("-> x ->", x=Made("callActivity", attributes={"calledElement": "nothing"})),
            "unknown_process",
            "x",
        ),
    ),
    Trap(
        "ad hoc subprocess: its conditional paths change the specification",
        refusal(
            "an ad hoc subprocess",
            sketch("-> x -> a ->", x=Made("adHocSubProcess")),
            "unsupported_element",
            "x",
        ),
    ),
    Trap(
        "data store: parse error",
        refusal("a data store", sketch("-> a ->", x=Made("dataStoreReference")), "unsupported_element", "x"),
    ),
    Trap(
        "data object: read from the branch's own data only",
        scenario(
            "a data object is a variable of its scope",
            sketch(
                "-> fork -> a -> join -> which -> [box > 1] b ->",
                "which ->",
                "fork -> c -> join",
                box=Made("dataObject", extensions='<flow:variable type="integer"/>'),
                a=user("box"),
            ),
            """
        start: fork | a c
        a box=2: | c join:join
        c: join which | b
        b: | -
        """,
            ends="box=2",
            any_order=True,
        ),
    ),
    Trap(
        "collaboration: all pools are put into one workflow",
        refusal(
            "two processes that both are to run",
            sketch("-> a ->")
            .xml()
            .replace(
                "</bpmn:definitions>", '\n<bpmn:process id="other" isExecutable="true"/></bpmn:definitions>'
            )
            .encode(),
            "several_processes",
            "",
        ),
    ),
    Trap(
        "unreachable elements are never parsed, so never reported",
        refusal("an element nothing leads to", sketch("-> a ->", "x -> b ->"), "unreachable", "x"),
    ),
    Trap("parser recursion: 1,000 tasks in a row die", _long_row(1000)),
    Trap(
        "parallel join fed by its own downstream works only with full prediction",
        refusal(
            "a parallel join fed by its own downstream",
            sketch(
                "-> fork -> a -> join -> b -> which -> [n > 0] join",
                "fork -> c -> join",
                "which ->",
                a=user("n"),
            ),
            "join_never_fires",
            "join",
        ),
    ),
    Trap(
        "several starts: the plain one always wins",
        scenario(
            "a case begins at the start that was triggered",
            sketch(
                "-> a ->",
                "begin -> b ->",
                begin=Made(
                    "startEvent", catch("message", "order").inner, roots=catch("message", "order").roots
                ),
            ),
            """
        start at=begin: begin | b
        b: | -
        """,
        ),
    ),
    # -- failures, data, messages (engine facts, 7)
    Trap(
        "failure in a script: data written by earlier lines stays",
        scenario(
            "a script that fails writes nothing",
            sketch("-> a -> sum -> b ->", has="k=1", a=user("n"), sum=script("k = 2", "m = 1 / n")),
            """
            start: | a
            a n=0: | incident:sum
            place sum -> a: | a
            a n=4: sum | b
            b: | -
            """,
            ends='n=4 k=2 m="0.25"',
        ),
    ),
    Trap(
        "failure in a timer text surfaces inside the completion of the previous task",
        scenario(
            "what fails at the door is held there, and the step before stays done",
            sketch("-> a -> t -> b ->", a=user("wait:text"), t=catch("timer", "wait")),
            """
            start: | a
            a wait="tomorrow": | incident:t
            place t -> a: | a
            a wait="P1D": | timer:t
            t: | b
            b: | -
            """,
            ends="wait=P1D",
        ),
    ),
    Trap(
        "failure in a data input leaves the next step never begun",
        scenario(
            "a multi-instance over a bad number is held at its door and can be tried again",
            sketch(
                "-> fork -> a -> m -> join -> b ->",
                "fork -> c -> join",
                has="n=0",
                a=user("n"),
                c=user("k"),
                m=multi(user(), times="n - 1"),
            ),
            """
            start: fork | a c
            a n=0: | c incident:m
            c k=1: | incident:m join:join
            skip m: m join | b
            b: | -
            """,
            ends="n=0 k=1",
        ),
    ),
    Trap(
        "rewind: resetting one branch after its join leaves both sides ready",
        scenario(
            "going back before a fork takes everything of it",
            sketch("-> a -> fork -> b -> join -> d ->", "fork -> c -> join"),
            """
            start: | a
            a: fork | b c
            b: | c join:join
            place c join -> a: | a
            a: fork | b c
            b: | c join:join
            c: join | d
            d: | -
            """,
        ),
    ),
    Trap(
        "cancel: success is false and completed is true",
        scenario(
            "a cancelled case waits for nothing",
            sketch(
                "-> s ->",
                "e -> c ->",
                s=sub("-> m ->", m=multi(user(), times="2"), w=handler("timer", "P1D", "-> h ->")),
                e=on("s", "timer"),
            ),
            """
            start: | m#0 m#1 timer:e timer:w_start
            cancel: | -
            """,
        ),
    ),
    Trap(
        "nested values are shared by reference between branches",
        scenario(
            "a field set through one name is not seen through another",
            sketch(
                "-> set -> fork -> one -> join -> a ->",
                "fork -> two -> join",
                set=script("r.x = 1", "q = r"),
                one=script("r.x = 2"),
                two=script("k = q.x"),
            ),
            """
            start: set fork one two join | a
            a: | -
            """,
            ends='r={"x":2} q={"x":1} k=1',
        ),
    ),
    Trap(
        "two branches write one key: the last writer wins",
        refusal(
            "two branches that write one variable",
            sketch("-> fork -> a -> join ->", "fork -> x -> join", a=user("n"), x=script("n = 1")),
            "parallel_write",
            "x",
        ),
    ),
    Trap(
        "join: list merge loses items",
        scenario(
            "a list set in one branch is whole behind the join",
            sketch(
                "-> fork -> a -> join -> c ->",
                "fork -> b -> put -> join",
                has="xs:list[integer] ys:list[integer]",
                a=user("k"),
                put=script("xs = ys"),
            ),
            """
            start xs=[1,2,3] ys=[1,9]: fork | a b
            b: put | a join:join
            a k=1: join | c
            c: | -
            """,
            ends="xs=[1,9] ys=[1,9] k=1",
            any_order=True,
        ),
    ),
    Trap(
        "default throw sends all task data as payload and the catch merges all of it",
        scenario(
            "a message carries what is declared",
            sketch(
                "-> a -> tell -> wait -> b ->",
                a=user("n secret"),
                tell=throw("message", "order", n="n"),
                wait=catch("message", "answer", fields="m"),
            ),
            """
            start: | a
            a n=1 secret=9: tell | message:wait
            wait m=2: | b
            b: | -
            """,
            ends="n=1 secret=9 m=2",
            sent="message order n=1",
        ),
    ),
    # -- seen later (engine facts, 9)
    Trap(
        "a parallel join loses data: a branch's stale copy wins",
        scenario(
            "what one branch has set is there after the other has ended last",
            sketch("-> fork -> a -> join -> c ->", "fork -> b -> join", has="x=1", a=user("x")),
            """
            start: fork | a b
            a x=2: | b join:join
            b: join | c
            c: | -
            """,
            ends="x=2",
            any_order=True,
        ),
    ),
    Trap(
        "timers use the local clock: completing an item fired another branch's due timer",
        scenario(
            "a timer of long ago waits until it is fired",
            sketch(
                "-> fork -> a -> b -> join ->",
                "fork -> t -> join",
                t=catch("timer", "2001-01-01T00:00:00+08:00"),
            ),
            """
            start: fork | a timer:t
            a: | b timer:t
            b: | join:join timer:t
            t: join | -
            """,
            any_order=True,
        ),
    ),
    Trap(
        "a number typed as text compares with a number only at run time",
        refusal(
            "a text compared with a number",
            sketch("-> a -> which -> [who > 5] b ->", "which ->", a=user("who:text")),
            "cannot_compare",
            "which.b",
        ),
    ),
    Trap(
        "forks inside loops differ from a token game: the early join",
        scenario(
            "two forks in each other, in a loop",
            sketch(
                "-> merge -> fork -> fork2 -> a -> join2 -> join -> again -> which -> [go > 0] merge",
                "fork2 -> b -> join2",
                "fork -> c -> join",
                "which ->",
                again=user("go"),
            ),
            """
            start: merge fork fork2 | a b c
            c: | a b join:join
            b: | a join:join join:join2
            a: join2 join | again
            again go=1: which merge fork fork2 | a b c
            a: | b c join:join2
            b: join2 | c join:join
            c: join | again
            again go=0: which | -
            """,
            ends="go=0",
            any_order=True,
        ),
    ),
]

SCENARIOS = [trap.answer for trap in TRAPS if isinstance(trap.answer, Scenario)]
REFUSALS = [trap.answer for trap in TRAPS if isinstance(trap.answer, Refusal)]
