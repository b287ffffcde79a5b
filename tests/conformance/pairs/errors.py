"""Errors, escalations and cancels on their way to who catches them."""

from tests.conformance.pairs.called import STEP
from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.scenarios.tasks import refusing
from tests.conformance.sketch import (
    call,
    end,
    handler,
    multi,
    on,
    service,
    sketch,
    sub,
    throw,
    transaction,
    user,
)

PAIRS: list[Pair] = [
    pair(
        "error end",
        "inside two",
        "subprocesses in each other",
        "passes a border of another code",
        sketch(
            "-> s -> z ->",
            "bad -> y ->",
            s=sub(
                "-> t -> d ->",
                "other -> e ->",
                t=sub("-> a -> stop", stop=end("error", "E1")),
                other=on("t", "error", "E9"),
            ),
            bad=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:bad catcher:other
        a: stop bad | y
        y: | -""",
    ),
    pair(
        "error event subprocess",
        "of another code inside",
        "subprocess with an error border",
        "the border catches it",
        sketch(
            "-> s -> z ->",
            "bad -> y ->",
            s=sub("-> a -> stop", stop=end("error", "E1"), w=handler("error", "E9", "-> h ->")),
            bad=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:bad catcher:w_start
        a: stop bad | y
        y: | -""",
    ),
    pair(
        "catch-all event subprocess",
        "inside",
        "subprocess with a specific border",
        "the innermost wins",
        sketch(
            "-> s -> z ->",
            "bad -> y ->",
            s=sub("-> a -> stop", stop=end("error", "E1"), w=handler("error", "", "-> h ->")),
            bad=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:bad catcher:w_start
        a: stop | catcher:bad h
        h: w s | z
        z: | -""",
    ),
    pair(
        "error of an operation",
        "inside",
        "two subprocesses",
        "caught at the outer border",
        sketch(
            "-> s -> z ->",
            "bad -> y ->",
            s=sub("-> t ->", t=sub("-> a -> close ->", close=service("books.close"))),
            bad=on("s", "error", "broke"),
        ),
        """
        start: | a catcher:bad
        a: bad | y
        y: | -""",
        host=refusing(),
    ),
    pair(
        "cancel end",
        "inside a transaction inside",
        "parallel section",
        "the other branch goes on, the join waits for it",
        sketch(
            "-> fork -> t -> merge -> join -> z ->",
            "off -> y -> merge",
            "fork -> b -> join",
            t=transaction("-> a -> stop", stop=end("cancel")),
            off=on("t", "cancel"),
        ),
        """
        start: fork | a b catcher:off
        a: stop off | b y
        b: | join:join y
        y: merge join | z
        z: | -""",
        any_order=True,
    ),
    pair(
        "transaction",
        "inside",
        "transaction",
        "a cancel end leaves the innermost",
        sketch(
            "-> t -> z ->",
            "off -> y ->",
            t=transaction(
                "-> u -> d -> which -> [n > 0] stop",
                "which ->",
                "off2 -> e ->",
                u=transaction("-> a -> stop2", stop2=end("cancel")),
                d=user("n"),
                stop=end("cancel"),
                off2=on("u", "cancel"),
            ),
            off=on("t", "cancel"),
        ),
        """
        start: | a catcher:off catcher:off2
        a: stop2 off2 | catcher:off e
        e: t | z
        z: | -""",
    ),
    pair(
        "cancel end",
        "inside",
        "transaction with a multi-instance and a call",
        "all of them are gone",
        sketch(
            "-> t -> z ->",
            "off -> y ->",
            t=transaction(
                "-> fork -> a -> stop",
                "fork -> m ->",
                "fork -> c ->",
                stop=end("cancel"),
                m=multi(user(), times="2"),
                c=call(STEP),
            ),
            off=on("t", "cancel"),
        ),
        """
        start: fork | a c/x catcher:off m#0 m#1
        a: stop off | y
        y: | -""",
    ),
    pair(
        "error end",
        "inside",
        "transaction with a cancel border",
        "is no cancel: the error border catches it",
        sketch(
            "-> t -> z ->",
            "off -> y ->",
            "bad -> x ->",
            t=transaction(
                "-> a -> which -> [n > 0] stop",
                "which -> quit",
                a=user("n"),
                stop=end("cancel"),
                quit=end("error", "E1"),
            ),
            off=on("t", "cancel"),
            bad=on("t", "error", "E1"),
        ),
        """
        start: | a catcher:bad catcher:off
        a n=0: which quit bad | x
        x: | -""",
        ends="n=0",
    ),
    pair(
        "escalation",
        "thrown where",
        "an error of the same code is caught",
        "is not an error",
        sketch(
            "-> s -> z ->",
            "bad -> y ->",
            s=sub("-> a -> tell -> b ->", tell=throw("escalation", "E1")),
            bad=on("s", "error", "E1"),
        ),
        """
        start: | a catcher:bad
        a: tell | b catcher:bad
        b: s | z
        z: | -""",
    ),
]
