"""Gateways, alone and in loops."""

from tests.conformance.scenario import scenario
from tests.conformance.sketch import catch, receive, script, sketch, user

SCENARIOS = [
    scenario(
        "an exclusive gateway takes the first flow that holds",
        sketch("-> a -> which -> [n > 1] b ->", "which -> [n > 0] c ->", "which -> d ->", a=user("n")),
        """
        start: | a
        a n=5: which | b
        b: | -
        """,
        shows="exclusiveGateway",
        ends="n=5",
    ),
    scenario(
        "an exclusive gateway falls back to its default",
        sketch("-> a -> which -> [n > 1] b ->", "which -> [n > 0] c ->", "which -> d ->", a=user("n")),
        """
        start: | a
        a n=0: which | d
        d: | -
        """,
        shows="exclusiveGateway",
        ends="n=0",
    ),
    scenario(
        "an exclusive gateway without a way is held",
        sketch("-> a -> which -> [n > 1] b ->", "which -> [n > 0] c ->", a=user("n")),
        """
        start: | a
        a n=0: | incident:which
        cancel: | -
        """,
        ends="n=0",
    ),
    scenario(
        "an exclusive gateway merges without waiting",
        sketch("-> a -> which -> [n > 1] b -> merge -> d ->", "which -> c -> merge", a=user("n")),
        """
        start: | a
        a n=5: which | b
        b: merge | d
        d: | -
        """,
        shows="exclusiveGateway",
        ends="n=5",
    ),
    scenario(
        "a parallel join waits for every branch, in any order",
        sketch(
            "-> fork -> a -> join -> d ->",
            "fork -> b -> join",
            "fork -> c -> join",
            a=user("n"),
            b=user("m"),
            c=user("k"),
        ),
        """
        start: fork | a b c
        b m=2: | a c join:join
        c k=3: | a join:join
        a n=1: join | d
        d: | -
        """,
        shows="parallelGateway",
        ends="n=1 m=2 k=3",
        any_order=True,
    ),
    scenario(
        "a parallel section in a loop joins in every round",
        sketch(
            "-> merge -> fork -> a -> join -> c -> which -> [again > 0] merge",
            "fork -> b -> join",
            "which ->",
            a=user("n"),
            b=user("m"),
            c=user("again"),
        ),
        """
        start: merge fork | a b
        b m=2: | a join:join
        a n=1: join | c
        c again=1: which merge fork | a b
        a n=3: | b join:join
        b m=4: join | c
        c again=0: which | -
        """,
        shows="parallelGateway",
        ends="n=3 m=4 again=0",
        any_order=True,
    ),
    scenario(
        "an inclusive gateway takes every flow that holds and its join waits for those",
        sketch(
            "-> a -> some -> [n > 0] b -> gather -> e ->",
            "some -> [n > 1] c -> gather",
            "some -> d -> gather",
            a=user("n"),
        ),
        """
        start: | a
        a n=5: some | b c
        c: | b join:gather
        b: gather | e
        e: | -
        """,
        shows="inclusiveGateway",
        ends="n=5",
        any_order=True,
    ),
    scenario(
        "an inclusive join does not wait for what was not taken",
        sketch(
            "-> a -> some -> [n > 0] b -> gather -> e ->",
            "some -> [n > 1] c -> gather",
            "some -> d -> gather",
            a=user("n"),
        ),
        """
        start: | a
        a n=1: some | b
        b: gather | e
        e: | -
        """,
        shows="inclusiveGateway",
        ends="n=1",
    ),
    scenario(
        "an inclusive gateway takes its default where nothing holds",
        sketch(
            "-> a -> some -> [n > 0] b -> gather -> e ->",
            "some -> [n > 1] c -> gather",
            "some -> d -> gather",
            a=user("n"),
        ),
        """
        start: | a
        a n=0: some | d
        d: gather | e
        e: | -
        """,
        shows="inclusiveGateway",
        ends="n=0",
    ),
    scenario(
        "an event gateway goes the way of what happens first",
        sketch(
            "-> race -> paid -> a ->",
            "race -> late -> b ->",
            paid=catch("message", "paid", fields="n"),
            late=catch("timer", "P3D"),
        ),
        """
        start: race | message:paid timer:late
        paid n=4: | a
        a: | -
        """,
        shows="eventBasedGateway intermediateCatchEvent/message",
        ends="n=4",
    ),
    scenario(
        "an event gateway over a receive task, a signal and a condition",
        sketch(
            "-> fork -> race -> got -> merge -> join ->",
            "race -> told -> merge",
            "race -> grown -> merge",
            "fork -> b -> join",
            has="n=0",
            got=receive("paid"),
            told=catch("signal", "sale"),
            grown=catch("condition", "n > 2"),
            b=user("n"),
        ),
        """
        start: fork race | b condition:grown message:got signal:told
        b n=3: grown merge join | -
        """,
        shows="eventBasedGateway intermediateCatchEvent/condition",
        ends="n=3",
    ),
    scenario(
        "work left over goes on in a run of its own",
        sketch(
            "-> " + " -> ".join(f"s{number}" for number in range(310)) + " -> a ->",
            has="n=0",
            **{f"s{number}": script("n = n + 1") for number in range(310)},
        ),
        f"""
        start: {" ".join(f"s{number}" for number in range(310))} | a
        a: | -
        """,
        shows="scriptTask",
        ends="n=310",
    ),
]
