"""Call activities: another process as part of the same case."""

from tests.conformance.scenario import scenario
from tests.conformance.scenarios.tasks import DISCOUNT
from tests.conformance.sketch import call, end, handler, on, rule, script, sketch, throw, user

CHECK = sketch("-> x -> double ->", key="check", has="k=0", x=user("n"), double=script("r = (n + k) * 2"))
DEEP = sketch(
    "-> c -> y ->", key="deep", has="k=0", c=call(CHECK, ins={"k": "k"}, outs={"answer": "r"}), y=user("m")
)
FAILS = sketch("-> x -> stop", key="fails", stop=end("error", "E1"))
TELLS = sketch("-> x -> tell -> y ->", key="tells", tell=throw("escalation", "high"))
RATED = sketch("-> rate ->", key="rated", has="n=0", rate=rule("discount", "terms"))

SCENARIOS = [
    scenario(
        "a called process sees what it is given, and gives what is asked",
        sketch("-> a -> c -> b ->", a=user("n"), c=call(CHECK, ins={"k": "n + 1"}, outs={"r": "r"})),
        """
        start: | a
        a n=4: | c/x
        c/x n=10: c/double c | b
        b: | -
        """,
        shows="callActivity",
        ends="n=4 r=30",
    ),
    scenario(
        "a process that calls one that calls one",
        sketch("-> c -> b ->", c=call(DEEP, ins={"k": "5"}, outs={"total": "answer + m"})),
        """
        start: | c/c/x
        c/c/x n=1: c/c/double c/c | c/y
        c/y m=3: c | b
        b: | -
        """,
        shows="callActivity",
        ends="total=15",
    ),
    scenario(
        "an error end of a called process is caught by its caller",
        sketch("-> c -> b ->", "bad -> d ->", c=call(FAILS), bad=on("c", "error", "E1")),
        """
        start: | c/x catcher:bad
        c/x: c/stop bad | d
        d: | -
        """,
        shows="boundaryEvent/error",
    ),
    scenario(
        "an escalation of a called process goes to its caller's event subprocess",
        sketch("-> c -> b ->", c=call(TELLS), watch=handler("escalation", "high", "-> h ->", stays=True)),
        """
        start: | c/x catcher:watch_start
        c/x: c/tell | c/y catcher:watch_start h
        c/y: c | b catcher:watch_start h
        h: watch | b catcher:watch_start
        b: | -
        """,
        shows="eventSubprocess/escalation/stays",
    ),
    scenario(
        "a called process asks a table",
        sketch(
            "-> a -> c -> b ->", a=user("n"), c=call(RATED, ins={"n": "n"}, outs={"percent": "terms.percent"})
        ),
        """
        start: | a
        a n=20: c/rate c | b
        b: | -
        """,
        shows="callActivity",
        ends="n=20 percent=5",
        decisions=DISCOUNT,
    ),
    scenario(
        "one process called twice at the same time",
        sketch(
            "-> fork -> c1 -> join -> b ->",
            "fork -> c2 -> join",
            c1=call(CHECK, ins={"k": "1"}, outs={"one": "r"}),
            c2=call(CHECK, ins={"k": "2"}, outs={"two": "r"}),
        ),
        """
        start: fork | c1/x c2/x
        c2/x n=1: c2/double c2 | c1/x join:join
        c1/x n=10: c1/double c1 join | b
        b: | -
        """,
        shows="callActivity",
        ends="one=22 two=6",
        any_order=True,
    ),
]
