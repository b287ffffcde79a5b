"""Called processes: what comes out of them, and what reaches into them."""

from tests.conformance.pairs.called import ANSWER, FAILS, STOPS, TELLS, WATCHES
from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.scenarios.tasks import broken_once, refusing
from tests.conformance.sketch import call, catch, handler, loop, on, script, service, sketch, sub, user

PAIRS: list[Pair] = [
    pair(
        "interrupting timer border",
        "on",
        "call activity",
        "what the called process waits for is gone",
        sketch("-> c -> b ->", "late -> d ->", c=call(STOPS), late=on("c", "timer")),
        """
        start: c/fork | c/x c/y timer:late
        c/y: | c/x timer:late
        late: | d
        d: | -""",
    ),
    pair(
        "standard loop",
        "over",
        "call activity",
        "what comes back decides whether it is called again",
        sketch(
            "-> c -> b ->",
            has="back=0",
            c=loop(call(ANSWER, ins={"k": "back"}, outs={"back": "r"}), go_on="back < 10"),
        ),
        """
        start: | c/x
        c/x n=6: c/reply c | c/x
        c/x n=5: c/reply c c | b
        b: | -""",
        ends="back=11",
    ),
    pair(
        "escalation",
        "out of",
        "call activity with a border that stays",
        "both sides go on",
        sketch("-> c -> b ->", "up -> d ->", c=call(TELLS), up=on("c", "escalation", "high", stays=True)),
        """
        start: | c/x catcher:up
        c/x: c/tell up | c/y catcher:up d
        d: | c/y catcher:up
        c/y: c | b
        b: | -""",
    ),
    pair(
        "escalation nobody catches",
        "out of",
        "call activity",
        "is passed",
        sketch("-> c -> b ->", c=call(TELLS)),
        """
        start: | c/x
        c/x: c/tell | c/y
        c/y: c | b
        b: | -""",
    ),
    pair(
        "error end",
        "out of two",
        "call activities in each other",
        "the inner caller does not catch it, the outer does",
        sketch(
            "-> c -> b ->",
            "bad -> d ->",
            c=call(
                sketch("-> i ->", "other -> z ->", key="middle", i=call(FAILS), other=on("i", "error", "E9"))
            ),
            bad=on("c", "error", "E1"),
        ),
        """
        start: | c/i/x catcher:bad catcher:c/other
        c/i/x: c/i/stop bad | d
        d: | -""",
    ),
    pair(
        "terminate end",
        "inside",
        "call activity",
        "ends the called process, not its caller",
        sketch("-> fork -> c -> join -> b ->", "fork -> a -> join", c=call(STOPS)),
        """
        start: fork c/fork | a c/x c/y
        c/x: c/stop c | a join:join
        a: join | b
        b: | -""",
    ),
    pair(
        "event subprocess",
        "of",
        "called process",
        "ends the called process; its caller goes on",
        sketch("-> c -> b ->", c=call(WATCHES)),
        """
        start: | c/x message:c/w_start
        c/w_start: | c/h
        c/h: c/w c | b
        b: | -""",
    ),
    pair(
        "interrupting event subprocess",
        "around",
        "call activity",
        "takes the called process with it",
        sketch("-> c -> b ->", w=handler("message", "news", "-> h ->"), c=call(WATCHES)),
        """
        start: | c/x message:c/w_start message:w_start
        w_start: | h
        h: w | -""",
    ),
    pair(
        "who started",
        "is known in",
        "called process",
        "the same person",
        sketch(
            "-> c -> which -> [who == 'rep1'] b ->",
            "which ->",
            c=call(sketch("-> say ->", key="says", say=script("me = starter")), outs={"who": "me"}),
        ),
        """
        start: c/say c which | b
        b: | -""",
        ends="who=rep1",
    ),
    pair(
        "condition over a variable of its own",
        "inside",
        "called process",
        "reads the called process' own variables",
        sketch(
            "-> c -> b ->",
            has="n=9",
            c=call(
                sketch(
                    "-> fork -> wait -> join ->",
                    "fork -> x -> join",
                    key="waits",
                    has="n=0",
                    wait=catch("condition", "n > 2"),
                    x=user("n"),
                )
            ),
        ),
        """
        start: c/fork | c/x condition:c/wait
        c/x n=3: c/wait c/join c | b
        b: | -""",
        ends="n=9",
    ),
    pair(
        "failure",
        "inside a called process inside",
        "subprocess",
        "held there; skipped, all go on",
        sketch(
            "-> s -> b ->",
            s=sub("-> c ->", c=call(sketch("-> close ->", key="closes", close=service("books.close")))),
        ),
        """
        start: | incident:c/close
        skip c/close: c/close c s | b
        b: | -""",
        host=broken_once,
    ),
    pair(
        "error of an operation",
        "inside a called process caught by",
        "event subprocess",
        "the innermost that knows its code",
        sketch(
            "-> c -> b ->",
            w=handler("error", "broke", "-> h ->"),
            c=call(sketch("-> x -> close ->", key="closes", close=service("books.close"))),
        ),
        """
        start: | c/x catcher:w_start
        c/x: | h
        h: w | -""",
        host=refusing(),
    ),
    pair(
        "called process",
        "beside",
        "itself",
        "two calls of one process do not meet",
        sketch("-> fork -> c1 -> join ->", "fork -> c2 -> join", c1=call(STOPS), c2=call(STOPS)),
        """
        start: fork c1/fork c2/fork | c1/x c1/y c2/x c2/y
        c1/x: c1/stop c1 | c2/x c2/y join:join
        c2/y: | c2/x join:join
        c2/x: c2/stop c2 join | -""",
    ),
]
