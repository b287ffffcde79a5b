"""Boundary events of every kind on every activity on which they can happen."""

from tests.conformance.scenario import Scenario, scenario
from tests.conformance.scenarios.tasks import refusing
from tests.conformance.sketch import call, end, on, receive, service, sketch, sub, throw, transaction, user
from workflows.engine.support import ACTIVITIES

INNER = sketch("-> x ->", key="inner")
FAILING = sketch("-> x -> stop", key="failing", stop=end("error", "E1"))
TELLING = sketch("-> x -> tell ->", key="telling", tell=throw("escalation", "high"))

# An activity h in which somebody or something is waited for, and what waits.
WAITING = {
    "userTask": (user(), "h"),
    "manualTask": (user(tag="manualTask"), "h"),
    "task": (user(tag="task"), "h"),
    "receiveTask": (receive("paid"), "message:h"),
    "subProcess": (sub("-> x ->"), "x"),
    "transaction": (transaction("-> x ->"), "x"),
    "callActivity": (call(INNER), "h/x"),
}
# Those that never wait: an event on one of them can only be an error of what it calls.
AUTOMATIC = ACTIVITIES - WAITING.keys()
FROM_OUTSIDE = {"timer": "PT1H", "message": "news", "signal": "alarm"}


def _outside(tag: str, kind: str, *, stays: bool) -> Scenario:
    made, waits = WAITING[tag]
    drawn = sketch("-> h -> b ->", "e -> c ->", h=made, e=on("h", kind, FROM_OUTSIDE[kind], stays=stays))
    again = "" if kind == "timer" else f" {kind}:e"  # a duration comes once
    done = waits.rpartition(":")[2]
    inner = "" if done == "h" else "h"
    if stays:
        play = f"""
            start: | {waits} {kind}:e
            e: | c {waits}{again}
            {done}: {inner} | b c
            c: | b
            b: | -
            """
    else:
        play = f"""
            start: | {waits} {kind}:e
            e: | c
            c: | -
            """
    name = f"{kind} on {tag}" + (" beside it" if stays else "")
    return scenario(name, drawn, play, shows=_row(kind, tag, stays))


def _row(kind: str, tag: str, stays: bool = False) -> str:
    more = "/stays" if stays else ""
    return f"boundaryEvent/{kind}{more} boundaryEvent/{kind}{more}@{tag}"


def _condition(tag: str, *, stays: bool) -> Scenario:
    """Another branch makes the condition true."""
    made, waits = WAITING[tag]
    drawn = sketch(
        "-> fork -> h -> b ->",
        "fork -> a ->",
        "e -> c ->",
        has="n=0",
        h=made,
        a=user("n"),
        e=on("h", "condition", "n > 2", stays=stays),
    )
    done = waits.rpartition(":")[2]
    inner = "" if done == "h" else "h"
    if stays:
        play = f"""
            start: fork | a {waits} condition:e
            a n=3: e | c {waits} condition:e
            {done}: {inner} | b c
            c: | b
            b: | -
            """
    else:
        play = f"""
            start: fork | a {waits} condition:e
            a n=3: e | c
            c: | -
            """
    name = f"condition on {tag}" + (" beside it" if stays else "")
    return scenario(name, drawn, play, shows=_row("condition", tag, stays), ends="n=3")


def _error(tag: str) -> Scenario:
    """Somebody outside says that it has failed: the application, for a step that waits."""
    made, waits = WAITING[tag]
    done = waits.rpartition(":")[2]
    return scenario(
        f"error on {tag}",
        sketch("-> h -> b ->", "e -> c ->", h=made, e=on("h", "error", "E1")),
        f"""
        start: | {waits} catcher:e
        fail {done} E1: e | c
        c: | -
        """,
        shows=_row("error", tag),
    )


def _escalation(tag: str, *, stays: bool) -> Scenario:
    made = {
        "subProcess": sub("-> x -> tell ->", tell=throw("escalation", "high")),
        "transaction": transaction("-> x -> tell ->", tell=throw("escalation", "high")),
        "callActivity": call(TELLING),
    }[tag]
    path = "h/" if tag == "callActivity" else ""
    drawn = sketch("-> h -> b ->", "e -> c ->", h=made, e=on("h", "escalation", "high", stays=stays))
    if stays:
        play = f"""
            start: | {path}x catcher:e
            {path}x: {path}tell e h | b c
            c: | b
            b: | -
            """
    else:
        play = f"""
            start: | {path}x catcher:e
            {path}x: {path}tell e | c
            c: | -
            """
    name = f"escalation on {tag}" + (" beside it" if stays else "")
    return scenario(name, drawn, play, shows=_row("escalation", tag, stays))


SCENARIOS = [
    *(
        _outside(tag, kind, stays=stays)
        for tag in WAITING
        for kind in FROM_OUTSIDE
        for stays in (False, True)
    ),
    *(_condition(tag, stays=stays) for tag in WAITING for stays in (False, True)),
    *(_error(tag) for tag in WAITING),
    *(
        _escalation(tag, stays=stays)
        for tag in ("subProcess", "transaction", "callActivity")
        for stays in (False, True)
    ),
    scenario(
        "error on serviceTask",
        sketch("-> a -> h -> b ->", "e -> c ->", h=service("books.close"), e=on("h", "error", "broke")),
        """
        start: | a
        a: e | c
        c: | -
        """,
        shows=_row("error", "serviceTask"),
        host=refusing(),
    ),
    scenario(
        "an error of another code than the border's is held",
        sketch("-> a -> h -> b ->", "e -> c ->", h=service("books.close"), e=on("h", "error", "broke")),
        """
        start: | a
        a: | catcher:e incident:h
        skip h: h | b
        b: | -
        """,
        host=refusing("other"),
    ),
    scenario(
        "cancel on transaction",
        sketch(
            "-> h -> b ->",
            "e -> c ->",
            h=transaction("-> x -> stop", stop=end("cancel")),
            e=on("h", "cancel"),
        ),
        """
        start: | x catcher:e
        x: stop e | c
        c: | -
        """,
        shows=_row("cancel", "transaction"),
    ),
    scenario(
        "a cycle on a border reminds again and again while the step is open",
        sketch("-> h -> b ->", "e -> c ->", h=user(), e=on("h", "timer", "R/P1D", stays=True)),
        """
        start: | h timer:e
        e: | c h timer:e
        e: | c c h timer:e
        c: | c h timer:e
        h: | b c
        c: | b
        b: | -
        """,
        shows="boundaryEvent/timer/stays",
    ),
    scenario(
        "what a message at the border brings is kept",
        sketch(
            "-> h -> b ->",
            "e -> c ->",
            has="k=7",
            h=user(),
            e=on("h", "message", "news", fields="n", key="k"),
        ),
        """
        start: | h message:e
        e n=5: | c
        c: | -
        """,
        ends="n=5 k=7",
    ),
]
