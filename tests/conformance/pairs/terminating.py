"""Terminate end events and what they take with them."""

from tests.conformance.pairs.called import STEP
from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.sketch import call, catch, end, handler, multi, on, receive, sketch, sub, user

PAIRS: list[Pair] = [
    pair(
        "terminate end",
        "beside",
        "everything that can run",
        "the whole case is over",
        sketch(
            "-> fork -> a -> stop",
            "fork -> s ->",
            "fork -> c ->",
            "fork -> m ->",
            "fork -> wait ->",
            "late -> y ->",
            "fork -> race -> t1 ->",
            "race -> t2 ->",
            stop=end("terminate"),
            s=sub("-> b ->", w=handler("signal", "off", "-> h ->")),
            c=call(STEP),
            m=multi(user(), times="2"),
            wait=receive("paid"),
            late=on("wait", "timer"),
            t1=catch("timer"),
            t2=catch("message", "m"),
        ),
        """
        start: fork race | a b c/x m#0 m#1 message:t2 message:wait signal:w_start timer:late timer:t1
        a: stop | -""",
    ),
    pair(
        "terminate end",
        "inside",
        "event subprocess that stays",
        "ends the event subprocess only",
        sketch(
            "-> a -> b ->",
            w=handler(
                "message", "news", "-> fork -> h -> stop", "fork -> g ->", stays=True, stop=end("terminate")
            ),
        ),
        """
        start: | a message:w_start
        w_start: fork | a g h message:w_start
        h: stop w | a message:w_start
        a: | b message:w_start
        b: | -""",
    ),
    pair(
        "terminate end",
        "in a scope with",
        "event subprocess that runs",
        "takes it with it",
        sketch("-> a -> stop", stop=end("terminate"), w=handler("message", "news", "-> h ->", stays=True)),
        """
        start: | a message:w_start
        w_start: | a h message:w_start
        a: stop | -""",
    ),
]
