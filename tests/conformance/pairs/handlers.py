"""Event subprocesses beside and inside each other."""

from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.sketch import handler, sketch, start, user

PAIRS: list[Pair] = [
    pair(
        "interrupting event subprocess",
        "beside",
        "event subprocess that runs",
        "takes it with it",
        sketch(
            "-> a ->",
            w=handler("message", "news", "-> h ->", stays=True),
            v=handler("signal", "off", "-> g ->"),
        ),
        """
        start: | a message:w_start signal:v_start
        w_start: | a h message:w_start signal:v_start
        v_start: | g
        g: v | -""",
    ),
    pair(
        "event subprocess",
        "inside",
        "event subprocess",
        "waits as long as the outer one runs",
        sketch(
            "-> a ->",
            w=handler("message", "news", "-> h ->", stays=True, v=handler("signal", "off", "-> g ->")),
        ),
        """
        start: | a message:w_start
        w_start: | a h message:w_start signal:v_start
        v_start: | a g message:w_start
        g: v w | a message:w_start
        a: | -""",
    ),
    pair(
        "conditional event subprocess",
        "in a scope with",
        "parallel branches",
        "whichever branch makes it true, all are gone",
        sketch(
            "-> fork -> a -> join -> z ->",
            "fork -> b -> join",
            has="n=0 m=0",
            a=user("n"),
            b=user("m"),
            w=handler("condition", "n + m > 4", "-> h ->"),
        ),
        """
        start: fork | a b condition:w_start
        a n=3: | b condition:w_start join:join
        b m=3: join | h
        h: w | -""",
        ends="n=3 m=3",
    ),
    pair(
        "typed start",
        "of a process with",
        "event subprocess",
        "the event subprocess is armed",
        sketch(
            "-> a ->", "begin -> b ->", begin=start("message", "order"), w=handler("timer", "P1D", "-> h ->")
        ),
        """
        start at=begin: begin | b timer:w_start
        w_start: | h
        h: w | -""",
    ),
]
