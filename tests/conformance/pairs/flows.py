"""Gateways, loops and links in each other."""

from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.sketch import catch, sketch, sub, throw, user

PAIRS: list[Pair] = [
    pair(
        "event gateway",
        "inside",
        "loop of flows",
        "waits anew in every round",
        sketch(
            "-> merge -> race -> no -> merge",
            "race -> yes -> z ->",
            no=catch("message", "no"),
            yes=catch("message", "yes"),
        ),
        """
        start: merge race | message:no message:yes
        no: merge race | message:no message:yes
        no: merge race | message:no message:yes
        yes: | z
        z: | -""",
    ),
    pair(
        "event gateway",
        "behind a branch of",
        "event gateway",
        "waits when the first is decided",
        sketch(
            "-> race -> a1 -> race2 -> b1 -> z ->",
            "race -> a2 -> y ->",
            "race2 -> b2 -> x ->",
            a1=catch("message", "a"),
            a2=catch("timer"),
            b1=catch("message", "b"),
            b2=catch("timer"),
        ),
        """
        start: race | message:a1 timer:a2
        a1: race2 | message:b1 timer:b2
        b2: | x
        x: | -""",
    ),
    pair(
        "event gateway",
        "beside",
        "event gateway",
        "one does not decide the other",
        sketch(
            "-> fork -> race -> a1 -> merge -> join ->",
            "race -> a2 -> merge",
            "fork -> race2 -> b1 -> merge2 -> join",
            "race2 -> b2 -> merge2",
            a1=catch("message", "a"),
            a2=catch("timer"),
            b1=catch("message", "a"),
            b2=catch("timer"),
        ),
        """
        start: fork race race2 | message:a1 message:b1 timer:a2 timer:b2
        a1: merge | join:join message:b1 timer:b2
        b2: merge2 join | -""",
    ),
    pair(
        "link",
        "as",
        "loop",
        "leads back to before",
        sketch(
            "-> merge -> a -> which -> [go > 0] out",
            "into -> merge",
            "which -> z ->",
            a=user("go"),
            out=throw("link", "again"),
            into=catch("link", "again"),
        ),
        """
        start: merge | a
        a go=1: which out into merge | a
        a go=0: which | z
        z: | -""",
        ends="go=0",
    ),
    pair(
        "link",
        "inside",
        "subprocess beside a link of the same name",
        "leads on in its own scope",
        sketch(
            "-> s -> out",
            "into -> z ->",
            out=throw("link", "on"),
            into=catch("link", "on"),
            s=sub("-> a -> out2", "into2 -> b ->", out2=throw("link", "on"), into2=catch("link", "on")),
        ),
        """
        start: | a
        a: out2 into2 | b
        b: s out into | z
        z: | -""",
    ),
    pair(
        "link",
        "into",
        "parallel join",
        "is one of its arrivals",
        sketch(
            "-> fork -> a -> out",
            "into -> join -> z ->",
            "fork -> b -> join",
            out=throw("link", "on"),
            into=catch("link", "on"),
        ),
        """
        start: fork | a b
        a: out into | b join:join
        b: join | z
        z: | -""",
        any_order=True,
    ),
    pair(
        "parallel section",
        "inside",
        "parallel section",
        "each join waits for its own",
        sketch(
            "-> fork -> fork2 -> a -> join2 -> d -> join -> z ->", "fork2 -> b -> join2", "fork -> c -> join"
        ),
        """
        start: fork fork2 | a b c
        a: | b c join:join2
        c: | b join:join join:join2
        b: join2 | d join:join
        d: join | z
        z: | -""",
        any_order=True,
    ),
    pair(
        "two flows",
        "from one fork straight into",
        "parallel join",
        "count as two",
        sketch("-> fork -> join -> z ->", "fork -> join", "fork -> a -> join"),
        """
        start: fork | a join:join
        a: join | z
        z: | -""",
    ),
    pair(
        "subprocess",
        "inside",
        "loop of flows",
        "begins anew in every round",
        sketch(
            "-> merge -> s -> a -> which -> [go > 0] merge",
            "which ->",
            s=sub("-> fork -> b -> join ->", "fork -> c -> join"),
            a=user("go"),
        ),
        """
        start: merge fork | b c
        c: | b join:join
        b: join s | a
        a go=1: which merge fork | b c
        b: | c join:join
        c: join s | a
        a go=0: which | -""",
        ends="go=0",
        any_order=True,
    ),
]
