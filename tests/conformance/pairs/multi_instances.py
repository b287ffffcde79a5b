"""Multi-instances and what stands in, on and beside them."""

from tests.conformance.pairs.called import ANSWER, FAILS, NUMBERS, ORDERS
from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.scenarios.tasks import DISCOUNT, broken_once
from tests.conformance.sketch import (
    call,
    catch,
    data,
    end,
    handler,
    multi,
    on,
    receive,
    rule,
    script,
    service,
    sketch,
    sub,
    throw,
    transaction,
    user,
)

PAIRS: list[Pair] = [
    pair(
        "event subprocess",
        "inside",
        "parallel multi-instance of a subprocess",
        "each element has a trigger of its own",
        sketch("-> m -> b ->", m=multi(sub("-> a ->", w=handler("message", "news", "-> h ->")), times="2")),
        """
        start: | a#0 a#1 message:w_start#0 message:w_start#1
        w_start#1: | a#0 h#1 message:w_start#0
        a#0: m | h#1
        h#1: w m m | b
        b: | -""",
    ),
    pair(
        "error end",
        "inside a call inside",
        "parallel multi-instance",
        "caught at the outside, all elements are gone",
        sketch("-> m -> b ->", "bad -> c ->", m=multi(call(FAILS), times="3"), bad=on("m", "error", "E1")),
        """
        start: | catcher:bad m/x#0 m/x#1 m/x#2
        m/x#1: m/stop bad | c
        c: | -""",
    ),
    pair(
        "error event subprocess",
        "inside",
        "parallel multi-instance of a subprocess",
        "the other elements go on",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub("-> a -> stop", stop=end("error", "E"), w=handler("error", "E", "-> h ->")), times="2"
            ),
        ),
        """
        start: | a#0 a#1 catcher:w_start#0 catcher:w_start#1
        a#0: stop | a#1 catcher:w_start#1 h#0
        h#0: w m | a#1 catcher:w_start#1
        a#1: stop | h#1
        h#1: w m m | b
        b: | -""",
    ),
    pair(
        "terminate end",
        "inside",
        "parallel multi-instance of a subprocess",
        "ends its own element only",
        sketch(
            "-> m -> b ->",
            m=multi(sub("-> fork -> a -> stop", "fork -> c ->", stop=end("terminate")), times="2"),
        ),
        """
        start: fork fork | a#0 a#1 c#0 c#1
        a#0: stop m | a#1 c#1
        c#1: | a#1
        a#1: stop m m | b
        b: | -""",
    ),
    pair(
        "escalation",
        "inside",
        "parallel multi-instance with a border that stays",
        "each element starts the side path once",
        sketch(
            "-> m -> b ->",
            "up -> c ->",
            m=multi(sub("-> a -> tell ->", tell=throw("escalation", "high")), times="2"),
            up=on("m", "escalation", "high", stays=True),
        ),
        """
        start: | a#0 a#1 catcher:up
        a#0: tell up m | a#1 c catcher:up
        a#1: tell up m m | b c c
        b: | c c
        c: | c
        c: | -""",
    ),
    pair(
        "escalation",
        "inside",
        "parallel multi-instance with an interrupting border",
        "the other elements are gone",
        sketch(
            "-> m -> b ->",
            "up -> c ->",
            m=multi(sub("-> a -> tell ->", tell=throw("escalation", "high")), times="2"),
            up=on("m", "escalation", "high"),
        ),
        """
        start: | a#0 a#1 catcher:up
        a#0: tell up | c
        c: | -""",
    ),
    pair(
        "interrupting timer border",
        "on",
        "parallel multi-instance",
        "all elements are gone, also when some are done",
        sketch("-> m -> b ->", "late -> c ->", m=multi(user(), times="3"), late=on("m", "timer")),
        """
        start: | m#0 m#1 m#2 timer:late
        m#1: | m#0 m#2 timer:late
        late: | c
        c: | -""",
    ),
    pair(
        "message border that stays",
        "on",
        "sequential multi-instance",
        "is armed once and stays so between the elements",
        sketch(
            "-> m -> b ->",
            "news -> c ->",
            m=multi(user(), times="2", sequential=True),
            news=on("m", "message", "news", stays=True),
        ),
        """
        start: | m#0 message:news
        news: | c m#0 message:news
        m#0: | c m#1 message:news
        c: | m#1 message:news
        m#1: m | b
        b: | -""",
    ),
    pair(
        "completion condition",
        "of a multi-instance with",
        "subprocesses with timers",
        "the timers of the rest are gone",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub("-> a ->", "late -> c ->", late=on("a", "timer", stays=True)),
                times="3",
                until="nrOfCompletedInstances == 1",
            ),
        ),
        """
        start: | a#0 a#1 a#2 timer:late#0 timer:late#1 timer:late#2
        late#0: | a#0 a#1 a#2 c#0 timer:late#1 timer:late#2
        a#1: m m | b
        b: | -""",
    ),
    pair(
        "parallel multi-instance",
        "inside",
        "parallel multi-instance",
        "results are lists of lists, in their order",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub("-> i ->", i=multi(user("n"), times="2", value="n", into="part")),
                times="2",
                value="part",
                into="all",
            ),
        ),
        """
        start: | i#0.0 i#0.1 i#1.0 i#1.1
        i#1.1 n=11: | i#0.0 i#0.1 i#1.0
        i#0.0 n=0: | i#0.1 i#1.0
        i#1.0 n=10: i m | i#0.1
        i#0.1 n=1: i m m | b
        b: | -""",
        ends="all=[[0,1],[10,11]]",
    ),
    pair(
        "sequential multi-instance",
        "inside",
        "parallel multi-instance",
        "each outer element has its own place in the row",
        sketch(
            "-> m -> b ->", m=multi(sub("-> i ->", i=multi(user(), times="2", sequential=True)), times="2")
        ),
        """
        start: | i#0.0 i#1.0
        i#0.0: | i#0.1 i#1.0
        i#0.1: i m | i#1.0
        i#1.0: | i#1.1
        i#1.1: i m m | b
        b: | -""",
    ),
    pair(
        "call activity",
        "as",
        "parallel multi-instance over a list",
        "each call is given its item, results in the order of the list",
        sketch(
            "-> m -> b ->",
            has=NUMBERS,
            m=multi(
                call(ANSWER, ins={"k": "line"}, outs={"back": "r"}),
                over="lines",
                item="line",
                value="back",
                into="out",
            ),
        ),
        """
        start lines=[100,200]: | m/x#0 m/x#1
        m/x#1 n=2: m/reply m | m/x#0
        m/x#0 n=1: m/reply m m | b
        b: | -""",
        ends="lines=[100,200] out=[101,202]",
        any_order=True,
    ),
    pair(
        "call activity",
        "as",
        "sequential multi-instance",
        "what one call has set is not seen by the next",
        sketch(
            "-> m -> b ->",
            m=multi(call(ANSWER, outs={"back": "r"}), times="2", value="back", into="out", sequential=True),
        ),
        """
        start: | m/x#0
        m/x#0 n=5: m/reply m | m/x#1
        m/x#1 n=7: m/reply m m | b
        b: | -""",
        ends="out=[5,7]",
    ),
    pair(
        "parallel multi-instance",
        "straight before",
        "parallel join",
        "arrives once",
        sketch("-> fork -> m -> join -> b ->", "fork -> a -> join", m=multi(user(), times="2")),
        """
        start: fork | a m#0 m#1
        m#0: | a m#1
        m#1: m | a join:join
        a: join | b
        b: | -""",
        any_order=True,
    ),
    pair(
        "parallel multi-instance",
        "straight before",
        "inclusive join",
        "the join waits until the last element is done",
        sketch(
            "-> some -> [1 > 0] m -> gather -> b ->",
            "some -> [2 > 0] a -> gather",
            m=multi(user(), times="2"),
        ),
        """
        start: some | a m#0 m#1
        a: | join:gather m#0 m#1
        m#0: | join:gather m#1
        m#1: m gather | b
        b: | -""",
        any_order=True,
    ),
    pair(
        "data object",
        "inside a subprocess inside",
        "parallel multi-instance",
        "each element has its own",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub("-> a -> add ->", box=data(default="100"), a=user("n"), add=script("box = box + n")),
                times="2",
                value="n",
                into="out",
            ),
        ),
        """
        start: | a#0 a#1
        a#1 n=2: add m | a#0
        a#0 n=1: add m m | b
        b: | -""",
        ends="out=[1,2]",
        any_order=True,
    ),
    pair(
        "variable of a subprocess",
        "gathered by",
        "parallel multi-instance",
        "an element's own variable is not the outer one",
        sketch(
            "-> m -> b ->", has="n=7", m=multi(sub("-> a ->", a=user("n")), times="2", value="n", into="out")
        ),
        """
        start: | a#0 a#1
        a#0 n=1: m | a#1
        a#1 n=2: m m | b
        b: | -""",
        ends="n=7 out=[1,2]",
        any_order=True,
    ),
    pair(
        "outcomes",
        "gathered by",
        "parallel multi-instance",
        "each decision under its place in the list",
        sketch(
            "-> m -> which -> [len(out) > 1] b ->",
            "which ->",
            m=multi(user(outcomes="approve reject"), times="2", value="m.outcome", into="out"),
        ),
        """
        start: | m#0 m#1
        m#1 outcome=reject: | m#0
        m#0 outcome=approve: m which | b
        b: | -""",
        ends='out=["approve","reject"]',
        any_order=True,
    ),
    pair(
        "business rule task",
        "as",
        "parallel multi-instance over a list",
        "the table is asked once for each item",
        sketch(
            "-> m -> b ->",
            has=NUMBERS,
            m=multi(
                sub("-> set -> rate ->", set=script("n = line"), rate=rule("discount", "terms")),
                over="lines",
                item="line",
                value="terms.percent",
                into="out",
            ),
        ),
        """
        start lines=[5,50]: set set rate rate m m m | b
        b: | -""",
        ends="lines=[5,50] out=[0,5]",
        decisions=DISCOUNT,
    ),
    pair(
        "message throw",
        "inside a call inside",
        "parallel multi-instance",
        "each sends its own",
        sketch(
            "-> m -> b ->", has=NUMBERS, m=multi(call(ORDERS, ins={"k": "line"}), over="lines", item="line")
        ),
        """
        start lines=[1,2]: m/tell m/tell m m m | b
        b: | -""",
        ends="lines=[1,2]",
        sent="message order [1] k=1\nmessage order [2] k=2",
    ),
    pair(
        "message key",
        "from the item of",
        "parallel multi-instance",
        "each waits with its own key",
        sketch(
            "-> m -> b ->",
            has=NUMBERS,
            m=multi(
                receive("paid", key="line", fields="n"), over="lines", item="line", value="n", into="out"
            ),
        ),
        """
        start lines=[4,5]: | message:m#0 message:m#1
        m#1 n=50: | message:m#0
        m#0 n=40: m | b
        b: | -""",
        ends="lines=[4,5] out=[40,50]",
        any_order=True,
    ),
    pair(
        "timer expression",
        "over a variable of",
        "sequential multi-instance",
        "each element settles its own",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub("-> a -> wait ->", a=user("for_:text"), wait=catch("timer", "for_")),
                times="2",
                sequential=True,
            ),
        ),
        """
        start: | a#0
        a#0 for_="P1D": | timer:wait#0
        wait#0: m | a#1
        a#1 for_="P2D": | timer:wait#1
        wait#1: m m | b
        b: | -""",
    ),
    pair(
        "failure",
        "inside",
        "parallel multi-instance",
        "holds its element; the others go on; retrying ends it",
        sketch("-> m -> b ->", m=multi(sub("-> a -> close ->", close=service("books.close")), times="2")),
        """
        start: | a#0 a#1
        a#1: | a#0 incident:close#1
        a#0: close m | incident:close#1
        retry close#1: close m m | b
        b: | -""",
        host=broken_once,
    ),
    pair(
        "multi-instance that cannot begin",
        "with",
        "timer border",
        "held at the door, with nothing armed; skipped as a whole",
        sketch("-> m -> b ->", "late -> c ->", m=multi(user(), times="0 - 1"), late=on("m", "timer")),
        """
        start: | incident:m
        skip m: m | b
        b: | -""",
    ),
    pair(
        "multi-instance of nothing",
        "with",
        "timer border",
        "passed, and the timer with it",
        sketch("-> m -> b ->", "late -> c ->", m=multi(user(), times="0"), late=on("m", "timer")),
        """
        start: m | b
        b: | -""",
    ),
    pair(
        "conditional border",
        "on",
        "parallel multi-instance",
        "woken by another branch, all elements are gone",
        sketch(
            "-> fork -> m -> b ->",
            "fork -> a ->",
            "full -> c ->",
            has="n=0",
            m=multi(user(), times="2"),
            a=user("n"),
            full=on("m", "condition", "n > 2"),
        ),
        """
        start: fork | a condition:full m#0 m#1
        m#0: | a condition:full m#1
        a n=3: full | c
        c: | -""",
        ends="n=3",
    ),
    pair(
        "event gateway",
        "inside",
        "parallel multi-instance of a subprocess",
        "each element races by itself",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub(
                    "-> race -> yes -> merge ->",
                    "race -> late -> merge",
                    yes=catch("message", "yes"),
                    late=catch("timer"),
                ),
                times="2",
            ),
        ),
        """
        start: race race | message:yes#0 message:yes#1 timer:late#0 timer:late#1
        late#0: merge m | message:yes#1 timer:late#1
        yes#1: merge m m | b
        b: | -""",
    ),
    pair(
        "link",
        "inside",
        "parallel multi-instance of a subprocess",
        "leads on in its own element",
        sketch(
            "-> m -> b ->",
            m=multi(
                sub("-> a -> out", "into -> c ->", out=throw("link", "on"), into=catch("link", "on")),
                times="2",
            ),
        ),
        """
        start: | a#0 a#1
        a#1: out into | a#0 c#1
        a#0: out into | c#0 c#1
        c#1: m | c#0
        c#0: m m | b
        b: | -""",
    ),
    pair(
        "inclusive section",
        "inside",
        "parallel multi-instance of a subprocess",
        "its join does not wait for other elements",
        sketch(
            "-> m -> b ->",
            m=multi(sub("-> some -> [1 > 0] a -> gather -> d ->", "some -> [2 > 0] c -> gather"), times="2"),
        ),
        """
        start: some some | a#0 a#1 c#0 c#1
        a#0: | a#1 c#0 c#1 join:gather#0
        c#0: gather | a#1 c#1 d#0
        c#1: | a#1 d#0 join:gather#1
        d#0: m | a#1 join:gather#1
        a#1: gather | d#1
        d#1: m m | b
        b: | -""",
    ),
    pair(
        "transaction",
        "as",
        "parallel multi-instance with a cancel border",
        "one that is cancelled takes the others with it",
        sketch(
            "-> m -> b ->",
            "off -> c ->",
            m=multi(
                transaction("-> a -> which -> [n > 0] stop", "which ->", a=user("n"), stop=end("cancel")),
                times="2",
            ),
            off=on("m", "cancel"),
        ),
        """
        start: | a#0 a#1 catcher:off
        a#0 n=0: which m | a#1 catcher:off
        a#1 n=1: which stop off | c
        c: | -""",
    ),
]
