"""Tokens placed into and out of what has an inside."""

from tests.conformance.pairs.called import TELLS
from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.sketch import call, catch, handler, on, sketch, sub

PAIRS: list[Pair] = [
    pair(
        "placing",
        "into",
        "subprocess with a border",
        "its border is armed",
        sketch("-> a -> s -> z ->", "late -> y ->", s=sub("-> b -> c ->"), late=on("s", "timer")),
        """
        start: | a
        place a -> c: | c timer:late
        late: | y
        y: | -""",
    ),
    pair(
        "placing",
        "into",
        "called process",
        "the call runs, its start is not passed again",
        sketch("-> a -> c -> z ->", c=call(TELLS)),
        """
        start: | a
        place a -> c/y: | c/y
        c/y: c | z
        z: | -""",
    ),
    pair(
        "placing",
        "out of",
        "subprocess",
        "the subprocess is gone with its last token",
        sketch("-> a -> s -> z ->", s=sub("-> b ->", w=handler("message", "news", "-> h ->"))),
        """
        start: | a
        a: | b message:w_start
        place b -> a: | a
        a: | b message:w_start
        b: s | z
        z: | -""",
    ),
    pair(
        "placing",
        "beside",
        "event subprocess that runs",
        "the event subprocess goes on",
        sketch("-> a -> b -> z ->", w=handler("message", "news", "-> h ->", stays=True)),
        """
        start: | a message:w_start
        w_start: | a h message:w_start
        place a -> z: | h message:w_start z
        z: | h message:w_start
        h: w | -""",
    ),
    pair(
        "placing",
        "out of",
        "event gateway",
        "all its branches are gone",
        sketch(
            "-> race -> yes -> merge -> z ->",
            "race -> late -> merge",
            yes=catch("message", "yes"),
            late=catch("timer"),
        ),
        """
        start: race | message:yes timer:late
        place yes -> z: | z
        z: | -""",
    ),
]
