"""Subprocesses, transactions and event subprocesses."""

from tests.conformance.scenario import scenario
from tests.conformance.sketch import catch, end, handler, on, script, sketch, sub, throw, transaction, user

# What the trigger of an event subprocess waits for, and how it is called while it waits.
TRIGGERS = {"timer": "PT1H", "message": "news", "signal": "alarm"}


def watched(kind, ref, *, stays, fields="", has="", body="-> h ->", **elements):
    """A user task beside an event subprocess with a user task."""
    return sketch(
        "-> a -> b ->", has=has, watch=handler(kind, ref, body, stays=stays, fields=fields), **elements
    )


SCENARIOS = [
    scenario(
        "a subprocess ends when nothing in it is left to do",
        sketch("-> s -> c ->", s=sub("-> fork -> a ->", "fork -> b -> end1", a=user("n"), b=user("m"))),
        """
        start: fork | a b
        a n=1: | b
        b m=2: end1 s | c
        c: | -
        """,
        shows="subProcess",
        ends="n=1 m=2",
        any_order=True,
    ),
    scenario(
        "subprocesses in each other",
        sketch("-> s -> c ->", s=sub("-> t -> b ->", t=sub("-> a ->", a=user("n")))),
        """
        start: | a
        a n=1: t | b
        b: s | c
        c: | -
        """,
        shows="subProcess",
        ends="n=1",
    ),
    scenario(
        "a subprocess in which nobody waits",
        sketch("-> s -> c ->", s=sub("-> one ->", one=script("n = 1"))),
        """
        start: one s | c
        c: | -
        """,
        shows="subProcess",
        ends="n=1",
    ),
    scenario(
        "a transaction that is not cancelled goes on behind it",
        sketch(
            "-> s -> c ->",
            "off -> d ->",
            s=transaction("-> a -> which -> [n > 0] stop", "which -> b ->", a=user("n"), stop=end("cancel")),
            off=on("s", "cancel"),
        ),
        """
        start: | a catcher:off
        a n=0: which | b catcher:off
        b: s | c
        c: | -
        """,
        shows="transaction",
        ends="n=0",
    ),
    # -- event subprocesses
    *(
        scenario(
            f"a {kind} event subprocess that interrupts ends its scope",
            watched(kind, ref, stays=False),
            f"""
            start: | a {kind}:watch_start
            a: | b {kind}:watch_start
            watch_start: | h
            h: watch | -
            """,
            shows=f"eventSubprocess/{kind}",
        )
        for kind, ref in TRIGGERS.items()
    ),
    *(
        scenario(
            f"a {kind} event subprocess beside its scope, twice",
            watched(kind, ref, stays=True),
            f"""
            start: | a {kind}:watch_start
            watch_start: | a h {kind}:watch_start
            watch_start: | a h h {kind}:watch_start
            h: watch | a h {kind}:watch_start
            a: | b h {kind}:watch_start
            b: | h {kind}:watch_start
            h: watch | -
            """,
            shows=f"eventSubprocess/{kind}/stays",
        )
        for kind, ref in TRIGGERS.items()
        if kind != "timer"
    ),
    scenario(
        "a timer event subprocess beside its scope comes once",
        watched("timer", "PT1H", stays=True),
        """
        start: | a timer:watch_start
        watch_start: | a h
        a: | b h
        b: | h
        h: watch | -
        """,
        shows="eventSubprocess/timer/stays",
    ),
    scenario(
        "a cycle comes as often as it says",
        watched("timer", "R2/PT1H", stays=True),
        """
        start: | a timer:watch_start
        watch_start: | a h timer:watch_start
        h: watch | a timer:watch_start
        watch_start: | a h
        h: watch | a
        a: | b
        b: | -
        """,
        shows="eventSubprocess/timer/stays",
    ),
    scenario(
        "an event subprocess that never starts keeps nothing open",
        watched("message", "news", stays=False),
        """
        start: | a message:watch_start
        a: | b message:watch_start
        b: | -
        """,
    ),
    scenario(
        "a message brings its payload into the scope around",
        watched("message", "news", stays=False, fields="n"),
        """
        start: | a message:watch_start
        watch_start n=7: | h
        h: watch | -
        """,
        shows="eventSubprocess/message",
        ends="n=7",
    ),
    scenario(
        "a conditional event subprocess that interrupts",
        watched("condition", "n > 2", stays=False, has="n=0", a=user("n")),
        """
        start: | a condition:watch_start
        a n=3: | h
        h: watch | -
        """,
        shows="eventSubprocess/condition",
        ends="n=3",
    ),
    scenario(
        "a conditional event subprocess beside its scope waits until its condition was false again",
        watched("condition", "n > 2", stays=True, has="n=0", a=user("n"), b=user("n")),
        """
        start: | a condition:watch_start
        a n=3: | b condition:watch_start h
        b n=4: | condition:watch_start h
        h: watch | -
        """,
        shows="eventSubprocess/condition/stays",
        ends="n=4",
    ),
    scenario(
        "an error event subprocess catches before the border does",
        sketch(
            "-> s -> c ->",
            "bad -> d ->",
            s=sub("-> a -> stop", stop=end("error", "E1"), watch=handler("error", "E1", "-> h ->")),
            bad=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:bad catcher:watch_start
        a: stop | catcher:bad h
        h: watch s | c
        c: | -
        """,
        shows="eventSubprocess/error",
    ),
    scenario(
        "an error thrown in an event subprocess goes to the border, not back to itself",
        sketch(
            "-> s -> c ->",
            "bad -> d ->",
            s=sub(
                "-> a -> stop",
                stop=end("error", "E1"),
                watch=handler("error", "E1", "-> h -> again", again=end("error", "E1")),
            ),
            bad=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:bad catcher:watch_start
        a: stop | catcher:bad h
        h: again bad | d
        d: | -
        """,
        shows="eventSubprocess/error",
    ),
    scenario(
        "an escalation event subprocess that interrupts",
        sketch(
            "-> a -> tell -> b ->",
            tell=throw("escalation", "high"),
            watch=handler("escalation", "high", "-> h ->"),
        ),
        """
        start: | a catcher:watch_start
        a: tell | h
        h: watch | -
        """,
        shows="eventSubprocess/escalation",
    ),
    scenario(
        "an escalation event subprocess beside its scope",
        sketch(
            "-> a -> tell -> b ->",
            tell=throw("escalation", "high"),
            watch=handler("escalation", "high", "-> h ->", stays=True),
        ),
        """
        start: | a catcher:watch_start
        a: tell | b catcher:watch_start h
        b: | catcher:watch_start h
        h: watch | -
        """,
        shows="eventSubprocess/escalation/stays",
    ),
    scenario(
        "an event subprocess in a subprocess ends only that",
        sketch("-> s -> c ->", s=sub("-> a -> b ->", watch=handler("message", "news", "-> h ->"))),
        """
        start: | a message:watch_start
        watch_start: | h
        h: watch s | c
        c: | -
        """,
        shows="eventSubprocess/message",
    ),
    scenario(
        "an event subprocess waits only while its scope runs",
        sketch(
            "-> x -> s -> c ->", s=sub("-> a ->", watch=handler("message", "news", "-> h ->", stays=True))
        ),
        """
        start: | x
        x: | a message:watch_start
        a: s | c
        c: | -
        """,
    ),
    scenario(
        "events waited for inside an event subprocess",
        sketch(
            "-> a ->",
            watch=handler(
                "signal",
                "alarm",
                "-> race -> yes -> h ->",
                "race -> no -> g ->",
                stays=True,
                yes=catch("message", "yes"),
                no=catch("timer", "PT1H"),
            ),
        ),
        """
        start: | a signal:watch_start
        watch_start: race | a message:yes signal:watch_start timer:no
        no: | a g signal:watch_start
        a: | g signal:watch_start
        g: watch | -
        """,
        shows="eventSubprocess/signal/stays",
    ),
]
