"""Boundary events beside, behind and on others."""

from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.scenarios.tasks import broken_once
from tests.conformance.sketch import catch, loop, on, receive, service, sketch, sub, throw, user

PAIRS: list[Pair] = [
    pair(
        "interrupting border",
        "beside",
        "border that stays",
        "disarms the other; what that has started goes on",
        sketch(
            "-> a -> b ->",
            "news -> c ->",
            "late -> d ->",
            news=on("a", "message", "news", stays=True),
            late=on("a", "timer"),
        ),
        """
        start: | a message:news timer:late
        news: | a c message:news timer:late
        late: | c d
        c: | d
        d: | -""",
    ),
    pair(
        "border that stays",
        "beside",
        "border that stays",
        "neither disarms the other",
        sketch(
            "-> a -> b ->",
            "news -> c ->",
            "late -> d ->",
            news=on("a", "message", "news", stays=True),
            late=on("a", "timer", stays=True),
        ),
        """
        start: | a message:news timer:late
        late: | a d message:news
        news: | a c d message:news
        a: | b c d
        b: | c d
        c: | d
        d: | -""",
    ),
    pair(
        "border",
        "behind",
        "border",
        "is armed when its step begins",
        sketch(
            "-> a -> z ->",
            "late -> b -> z2 ->",
            "later -> c ->",
            late=on("a", "timer"),
            later=on("b", "timer", "P2D"),
        ),
        """
        start: | a timer:late
        late: | b timer:later
        later: | c
        c: | -""",
    ),
    pair(
        "border",
        "leading back to",
        "its own step",
        "is armed anew in every round",
        sketch("-> merge -> a -> z ->", "late -> b -> merge", late=on("a", "timer")),
        """
        start: merge | a timer:late
        late: | b
        b: merge | a timer:late
        late: | b
        b: merge | a timer:late
        a: | z
        z: | -""",
    ),
    pair(
        "interrupting border",
        "on",
        "subprocess with a side path of its own",
        "takes the side path with it",
        sketch(
            "-> s -> z ->",
            "off -> y ->",
            s=sub("-> a ->", "news -> b ->", news=on("a", "message", "news", stays=True)),
            off=on("s", "signal", "off"),
        ),
        """
        start: | a message:news signal:off
        news: | a b message:news signal:off
        off: | y
        y: | -""",
    ),
    pair(
        "border",
        "on",
        "standard loop",
        "stays armed over the rounds and breaks off any of them",
        sketch("-> m -> z ->", "late -> y ->", m=loop(user(), most=3), late=on("m", "timer")),
        """
        start: | m timer:late
        m: | m timer:late
        late: | y
        y: | -""",
    ),
    pair(
        "escalation",
        "in every round of",
        "standard loop",
        "starts the side path every time",
        sketch(
            "-> m -> z ->",
            "up -> y ->",
            m=loop(sub("-> a -> tell ->", tell=throw("escalation", "high")), most=2),
            up=on("m", "escalation", "high", stays=True),
        ),
        """
        start: | a catcher:up
        a: tell up m | a catcher:up y
        a: tell up m m | y y z
        y: | y z
        y: | z
        z: | -""",
    ),
    pair(
        "conditional border",
        "beside",
        "branch that sets its variable",
        "woken by the other branch",
        sketch(
            "-> fork -> a -> z ->",
            "full -> c ->",
            "fork -> b ->",
            has="n=0",
            b=user("n"),
            full=on("a", "condition", "n > 2"),
        ),
        """
        start: fork | a b condition:full
        b n=3: full | c
        c: | -""",
        ends="n=3",
    ),
    pair(
        "conditional border",
        "beside",
        "conditional catch",
        "one change wakes both",
        sketch(
            "-> fork -> a -> z ->",
            "full -> c ->",
            "fork -> b ->",
            "fork -> wait -> d ->",
            has="n=0",
            b=user("n"),
            full=on("a", "condition", "n > 2", stays=True),
            wait=catch("condition", "n > 1"),
        ),
        """
        start: fork | a b condition:full condition:wait
        b n=3: full wait | a c condition:full d
        a: | c d z
        z: | c d
        c: | d
        d: | -""",
        ends="n=3",
    ),
    pair(
        "conditional border that stays",
        "on",
        "subprocess that changes its variable",
        "comes again only after it was false",
        sketch(
            "-> s -> z ->",
            "full -> c ->",
            has="n=0",
            s=sub("-> a -> b -> d -> e ->", a=user("n"), b=user("n"), d=user("n")),
            full=on("s", "condition", "n > 2", stays=True),
        ),
        """
        start: | a condition:full
        a n=3: full | b c condition:full
        b n=0: | c condition:full d
        d n=4: full | c c condition:full e
        c: | c condition:full e
        e: s | c z
        z: | c
        c: | -""",
        ends="n=4",
    ),
    pair(
        "timer border",
        "on",
        "step that is held",
        "fires and takes the failure with it",
        sketch(
            "-> a -> close -> b ->", "late -> c ->", close=service("books.close"), late=on("close", "timer")
        ),
        """
        start: | a
        a: | incident:close timer:late
        late: | c
        c: | -""",
        host=broken_once,
    ),
    pair(
        "timer border",
        "on",
        "receive task",
        "the message is no longer waited for",
        sketch("-> wait -> b ->", "late -> c ->", wait=receive("paid"), late=on("wait", "timer")),
        """
        start: | message:wait timer:late
        late: | c
        c: | -""",
    ),
    pair(
        "message",
        "comes before",
        "timer border of its receive task",
        "the timer is gone",
        sketch("-> wait -> b ->", "late -> c ->", wait=receive("paid"), late=on("wait", "timer")),
        """
        start: | message:wait timer:late
        wait: | b
        b: | -""",
    ),
    pair(
        "parallel section",
        "twice behind",
        "border that stays",
        "a join counts what has come by each flow, and keeps what is too much for the next round",
        sketch(
            "-> h -> z ->",
            "news -> fork -> a -> join -> d ->",
            "fork -> b -> join",
            news=on("h", "message", "news", stays=True),
        ),
        """
        start: | h message:news
        news: fork | a b h message:news
        news: fork | a a b b h message:news
        a: | a b b h join:join message:news
        a: | b b h join:join message:news
        b: join | b d h join:join message:news
        d: | b h join:join message:news
        b: join | d h message:news
        d: | h message:news
        h: | z
        z: | -
        """,
    ),
]
