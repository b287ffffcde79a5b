"""Multi-instances and loops: each marker on each activity, and what only they can do."""

from dataclasses import replace

from tests.conformance.scenario import Scenario, scenario
from tests.conformance.scenarios.tasks import DISCOUNT, counting
from tests.conformance.sketch import (
    call,
    loop,
    multi,
    receive,
    rule,
    script,
    send,
    service,
    sketch,
    sub,
    transaction,
    user,
)
from workflows.engine.support import ACTIVITIES

INNER = sketch("-> x ->", key="inner")

# The activity; what waits in it, if anything; what else is completed with it.
BODIES = {
    "userTask": (user(), "{}", ""),
    "manualTask": (user(tag="manualTask"), "{}", ""),
    "task": (user(tag="task"), "{}", ""),
    "scriptTask": (script("k = n + 1"), "", ""),
    "serviceTask": (service("books.count", "r", n="n"), "", ""),
    "businessRuleTask": (rule("discount", "terms"), "", ""),
    "sendTask": (send("order"), "", ""),
    "receiveTask": (receive("paid"), "message:{}", ""),
    "subProcess": (sub("-> y ->"), "y", "m"),
    "transaction": (transaction("-> y ->"), "y", "m"),
    "callActivity": (call(INNER), "{}/x", "m"),
}
assert BODIES.keys() == ACTIVITIES


def _key(waits: str, index: int | None) -> str:
    return waits.format("m") + ("" if index is None else f"#{index}")


def _grid(tag: str, kind: str) -> Scenario:
    """Two elements or two rounds of an activity called m, then a user task."""
    made, waits, outer = BODIES[tag]
    made = loop(made, most=2) if kind == "loop" else multi(made, times="2", sequential=kind == "sequential")
    first, second = (None, None) if kind == "loop" else (0, 1)
    end_of_each = outer or ""
    if not waits:
        play = "start: m m m | b\nb: | -"
    else:
        one, two = _key(waits, first), _key(waits, second)
        begin = f"{one} {two}" if kind == "parallel" else one
        deed = [key.rpartition(":")[2] for key in (one, two)]
        play = f"start: | {begin}\n{deed[0]}: {end_of_each} | {two}\n{deed[1]}: {end_of_each} m | b\nb: | -"
    more = {}
    if tag == "serviceTask":
        more["host"] = counting
    if tag == "businessRuleTask":
        more["decisions"] = DISCOUNT
    found = scenario(
        f"{kind} {tag}",
        sketch("-> m -> b ->", has="n=1", m=made),
        play,
        shows=f"{tag}+{kind}",
        ends="n=1",
        **more,
    )
    if tag == "sendTask":
        found = replace(found, sent=("message order",) * 2)
    if kind == "loop":  # what is written in a round is written outside
        written = {
            "scriptTask": {"k": 2},
            "serviceTask": {"r": {"total": 2}},
            "businessRuleTask": {"terms": {"percent": 0}},
        }
        found = replace(found, ends={**found.ends, **written.get(tag, {})})
    return found


SCENARIOS = [
    *(_grid(tag, kind) for tag in sorted(ACTIVITIES) for kind in ("parallel", "sequential", "loop")),
    scenario(
        "results come in the order of the list",
        sketch(
            "-> m -> b ->",
            has="lines:list[integer]",
            m=multi(user("r"), over="lines", item="line", value="r + line", into="out"),
        ),
        """
        start lines=[10,20,30]: | m#0 m#1 m#2
        m#2 r=3: | m#0 m#1
        m#0 r=1: | m#1
        m#1 r=2: m | b
        b: | -
        """,
        ends="lines=[10,20,30] out=[11,22,33]",
        any_order=True,
    ),
    scenario(
        "a completion condition ends it early and cancels the rest",
        sketch(
            "-> m -> b ->",
            m=multi(user("r"), times="5", value="r", into="out", until="nrOfCompletedInstances >= 2"),
        ),
        """
        start: | m#0 m#1 m#2 m#3 m#4
        m#3 r=3: | m#0 m#1 m#2 m#4
        m#1 r=1: m | b
        b: | -
        """,
        ends="out=[1,3]",
    ),
    scenario(
        "a sequential one that has enough",
        sketch(
            "-> m -> b ->",
            has="lines:list[integer]",
            m=multi(
                user("r"),
                over="lines",
                item="line",
                value="line",
                into="out",
                until="nrOfCompletedInstances == 2",
                sequential=True,
            ),
        ),
        """
        start lines=[10,20,30]: | m#0
        m#0 r=1: | m#1
        m#1 r=1: m | b
        b: | -
        """,
        ends="lines=[10,20,30] out=[10,20]",
    ),
    scenario(
        "an empty list is passed",
        sketch(
            "-> m -> b ->",
            has="lines:list[integer]",
            m=multi(user("r"), over="lines", item="line", value="r", into="out"),
        ),
        """
        start lines=[]: m | b
        b: | -
        """,
        ends="lines=[] out=[]",
    ),
    scenario(
        "a list that is not there is passed",
        sketch("-> m -> b ->", has="lines:list[integer]", m=multi(user(), over="lines", item="line")),
        """
        start: m | b
        b: | -
        """,
    ),
    scenario(
        "more than 200 elements are held at the door, and begin when there are fewer",
        sketch("-> a -> m -> b ->", a=user("n"), m=multi(user(), times="n")),
        """
        start: | a
        a n=201: | incident:m
        place m -> a: | a
        a n=1: | m#0
        m#0: m | b
        b: | -
        """,
        ends="n=1",
    ),
    scenario(
        "a loop goes on while its condition holds",
        sketch("-> m -> b ->", m=loop(user("again"), go_on="again > 0")),
        """
        start: | m
        m again=1: | m
        m again=0: m | b
        b: | -
        """,
        ends="again=0",
        any_order=True,
    ),
    scenario(
        "a loop that looks first may not run at all",
        sketch("-> m -> b ->", has="again=0", m=loop(user("again"), go_on="again > 0", first=True)),
        """
        start: m | b
        b: | -
        """,
        ends="again=0",
    ),
    scenario(
        "a loop counts its rounds",
        sketch(
            "-> m -> b ->", has="n=0", m=loop(script("n = n + loopCounter"), go_on="loopCounter < 4", most=9)
        ),
        """
        start: m m m m m | b
        b: | -
        """,
        ends="n=6",
    ),
]
