"""Starts, ends, catches and throws: every kind of event at every place in the flow."""

from tests.conformance.scenario import scenario
from tests.conformance.sketch import (
    catch,
    end,
    on,
    receive,
    script,
    sketch,
    start,
    sub,
    throw,
    transaction,
    user,
)

STARTS = {
    "timer": start("timer", "R/P1D"),
    "message": start("message", "order", fields="n"),
    "signal": start("signal", "sale", fields="n"),
}

SCENARIOS = [
    scenario(
        "a plain start with data",
        sketch("-> a ->", has="n"),
        """
        start n=5: | a
        a: | -
        """,
        shows="startEvent/none endEvent/none",
        ends="n=5",
    ),
    *(
        scenario(
            f"a case begins at its {kind} start, and at no other",
            sketch("-> merge -> a ->", "begin -> b -> merge", begin=made),
            f"""
            start at=begin{"" if kind == "timer" else " n=5"}: begin | b
            b: merge | a
            a: | -
            """,
            shows=f"startEvent/{kind}",
            ends="" if kind == "timer" else "n=5",
        )
        for kind, made in STARTS.items()
    ),
    scenario(
        "a process whose only start has a trigger",
        sketch("begin -> a ->", begin=start("message", "order", fields="n")),
        """
        start at=begin n=2: begin | a
        a: | -
        """,
        shows="startEvent/message",
        ends="n=2",
    ),
    # -- catch
    scenario(
        "a timer catch waits until it is fired",
        sketch("-> wait -> a ->", wait=catch("timer", "2001-01-01T00:00:00+08:00")),
        """
        start: | timer:wait
        wait: | a
        a: | -
        """,
        shows="intermediateCatchEvent/timer",
    ),
    scenario(
        "a message catch takes the declared payload",
        sketch("-> wait -> a ->", wait=catch("message", "paid", fields="n")),
        """
        start: | message:wait
        wait n=3: | a
        a: | -
        """,
        shows="intermediateCatchEvent/message",
        ends="n=3",
    ),
    scenario(
        "a signal catch",
        sketch("-> wait -> a ->", wait=catch("signal", "sale", fields="n")),
        """
        start: | signal:wait
        wait n=3: | a
        a: | -
        """,
        shows="intermediateCatchEvent/signal",
        ends="n=3",
    ),
    scenario(
        "a condition is woken by another branch",
        sketch(
            "-> fork -> wait -> b -> join ->",
            "fork -> a -> join",
            has="n=0",
            wait=catch("condition", "n > 2"),
            a=user("n"),
        ),
        """
        start: fork | a condition:wait
        a n=3: wait | b join:join
        b: join | -
        """,
        shows="intermediateCatchEvent/condition",
        ends="n=3",
    ),
    scenario(
        "a condition that holds already does not wait",
        sketch("-> a -> wait -> b ->", wait=catch("condition", "n > 2"), a=user("n")),
        """
        start: | a
        a n=3: wait | b
        b: | -
        """,
        shows="intermediateCatchEvent/condition",
        ends="n=3",
    ),
    scenario(
        "a link is one flow",
        sketch("-> a -> out", "into -> b ->", out=throw("link", "on"), into=catch("link", "on")),
        """
        start: | a
        a: out into | b
        b: | -
        """,
        shows="intermediateThrowEvent/link intermediateCatchEvent/link",
    ),
    scenario(
        "two throws lead to one link",
        sketch(
            "-> a -> which -> [n > 0] out1",
            "which -> b -> out2",
            "into -> c ->",
            a=user("n"),
            out1=throw("link", "on"),
            out2=throw("link", "on"),
            into=catch("link", "on"),
        ),
        """
        start: | a
        a n=0: which | b
        b: out2 into | c
        c: | -
        """,
        shows="intermediateThrowEvent/link intermediateCatchEvent/link",
        ends="n=0",
    ),
    # -- throw
    scenario(
        "a throw event without a trigger is passed",
        sketch("-> a -> mark -> b ->", mark=throw()),
        """
        start: | a
        a: mark | b
        b: | -
        """,
        shows="intermediateThrowEvent/none",
    ),
    scenario(
        "a message throw",
        sketch("-> a -> tell -> b ->", a=user("n"), tell=throw("message", "order", key="n", twice="n * 2")),
        """
        start: | a
        a n=4: tell | b
        b: | -
        """,
        shows="intermediateThrowEvent/message",
        ends="n=4",
        sent="message order [4] twice=8",
    ),
    scenario(
        "a signal throw",
        sketch("-> a -> tell -> b ->", a=user("n"), tell=throw("signal", "sale", n="n")),
        """
        start: | a
        a n=4: tell | b
        b: | -
        """,
        shows="intermediateThrowEvent/signal",
        ends="n=4",
        sent="signal sale n=4",
    ),
    scenario(
        "an escalation throw goes on beside what it has started",
        sketch(
            "-> s -> c ->",
            "up -> b ->",
            s=sub("-> a -> tell -> d ->", tell=throw("escalation", "high")),
            up=on("s", "escalation", "high", stays=True),
        ),
        """
        start: | a catcher:up
        a: tell up | b catcher:up d
        d: s | b c
        b: | c
        c: | -
        """,
        shows="intermediateThrowEvent/escalation boundaryEvent/escalation/stays",
    ),
    scenario(
        "an escalation nobody catches is passed",
        sketch("-> a -> tell -> b ->", tell=throw("escalation", "high")),
        """
        start: | a
        a: tell | b
        b: | -
        """,
        shows="intermediateThrowEvent/escalation",
    ),
    # -- end
    scenario(
        "a message end sends",
        sketch("-> a -> end", a=user("n"), end=end("message", "order", key="n", n="n")),
        """
        start: | a
        a n=4: end | -
        """,
        shows="endEvent/message",
        ends="n=4",
        sent="message order [4] n=4",
    ),
    scenario(
        "a signal end sends",
        sketch("-> a -> end", end=end("signal", "sale")),
        """
        start: | a
        a: end | -
        """,
        shows="endEvent/signal",
        sent="signal sale",
    ),
    scenario(
        "an error end is caught at the border",
        sketch(
            "-> s -> c ->",
            "bad -> b ->",
            s=sub("-> fork -> a -> end", "fork -> d ->", end=end("error", "E1")),
            bad=on("s", "error", "E1"),
        ),
        """
        start: fork | a catcher:bad d
        a: end bad | b
        b: | -
        """,
        shows="endEvent/error boundaryEvent/error",
    ),
    scenario(
        "an error end nobody catches is held",
        sketch("-> a -> end", end=end("error", "E1")),
        """
        start: | a
        a: | incident:end
        skip end: end | -
        """,
        shows="endEvent/error",
    ),
    scenario(
        "the specific code wins over the one that catches all",
        sketch(
            "-> s -> c ->",
            "any -> b ->",
            "one -> d ->",
            s=sub("-> a -> end", end=end("error", "E1")),
            any=on("s", "error"),
            one=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:any catcher:one
        a: end one | d
        d: | -
        """,
        shows="boundaryEvent/error",
    ),
    scenario(
        "an error of another code goes to the one that catches all",
        sketch(
            "-> s -> c ->",
            "any -> b ->",
            "one -> d ->",
            s=sub("-> a -> end", end=end("error", "E2")),
            any=on("s", "error"),
            one=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:any catcher:one
        a: end any | b
        b: | -
        """,
        shows="boundaryEvent/error",
    ),
    scenario(
        "an escalation end that interrupts",
        sketch(
            "-> s -> c ->",
            "up -> b ->",
            s=sub("-> fork -> a -> end", "fork -> d ->", end=end("escalation", "high")),
            up=on("s", "escalation", "high"),
        ),
        """
        start: fork | a catcher:up d
        a: end up | b
        b: | -
        """,
        shows="endEvent/escalation boundaryEvent/escalation",
    ),
    scenario(
        "a cancel end leaves its transaction",
        sketch(
            "-> s -> c ->",
            "off -> b ->",
            s=transaction("-> fork -> a -> end", "fork -> d ->", end=end("cancel")),
            off=on("s", "cancel"),
        ),
        """
        start: fork | a catcher:off d
        a: end off | b
        b: | -
        """,
        shows="endEvent/cancel boundaryEvent/cancel",
    ),
    scenario(
        "a terminate end breaks off everything else in the process",
        sketch("-> fork -> a -> end", "fork -> b -> c ->", end=end("terminate")),
        """
        start: fork | a b
        b: | a c
        a: end | -
        """,
        shows="endEvent/terminate",
    ),
    scenario(
        "a terminate end in a subprocess ends only that",
        sketch(
            "-> fork -> s -> join -> e ->",
            "fork -> x -> join",
            s=sub("-> fork2 -> a -> stop", "fork2 -> b ->", stop=end("terminate")),
        ),
        """
        start: fork fork2 | a b x
        a: stop s | join:join x
        x: join | e
        e: | -
        """,
        shows="endEvent/terminate subProcess",
    ),
    scenario(
        "several ends: the case is over with the last token",
        sketch("-> fork -> a -> end1", "fork -> b -> end2", a=user("n"), b=user("m")),
        """
        start: fork | a b
        b m=1: end2 | a
        a n=1: end1 | -
        """,
        shows="endEvent/none parallelGateway",
        ends="n=1 m=1",
        any_order=True,
    ),
    scenario(
        "a receive task and a script behind a start with a form",
        sketch(
            "begin -> sum -> wait ->", begin=start(fields="n"), sum=script("m = n + 1"), wait=receive("paid")
        ),
        """
        start n=1: begin sum | message:wait
        wait: | -
        """,
        shows="startEvent/none receiveTask",
        ends="n=1 m=2",
    ),
]
