"""Where variables live."""

from tests.conformance.scenario import scenario
from tests.conformance.sketch import Made, data, multi, script, sketch, sub, user

SCENARIOS = [
    scenario(
        "a data object declares a variable",
        sketch("-> a -> sum -> b ->", total=data(default="5"), a=user("n"), sum=script("total = total + n")),
        """
        start: | a
        a n=2: sum | b
        b: | -
        """,
        shows="dataObject",
        ends="n=2 total=7",
    ),
    scenario(
        "a data object may have a variable of another name, and be drawn twice",
        sketch(
            "-> a -> sum -> b ->",
            box=data("total", default="1"),
            again=Made("dataObjectReference", attributes={"dataObjectRef": "box"}),
            a=user("n"),
            sum=script("total = total + n"),
        ),
        """
        start: | a
        a n=2: sum | b
        b: | -
        """,
        shows="dataObject dataObjectReference",
        ends="n=2 total=3",
    ),
    scenario(
        "a data object in a subprocess is gone with it",
        sketch(
            "-> s -> b ->",
            s=sub(
                "-> a -> sum ->", own=data(default="1"), a=user("n"), sum=script("own = own + n", "out = own")
            ),
        ),
        """
        start: | a
        a n=2: sum s | b
        b: | -
        """,
        shows="dataObject subProcess",
        ends="n=2 out=3",
    ),
    scenario(
        "only what is declared on a subprocess is its own",
        sketch(
            "-> s -> b ->",
            has="n=1 m=1",
            s=sub("-> a -> sum ->", has="own=10", a=user("n"), sum=script("own = own + n", "m = own")),
        ),
        """
        start: | a
        a n=2: sum s | b
        b: | -
        """,
        shows="subProcess",
        ends="n=2 m=12",
    ),
    scenario(
        "a subprocess begins with fresh variables in every round",
        sketch(
            "-> merge -> s -> which -> [again > 0] merge",
            "which ->",
            has="sum=0",
            s=sub(
                "-> a -> add ->",
                has="own=10",
                a=user("again"),
                add=script("own = own + 1", "sum = sum + own"),
            ),
        ),
        """
        start: merge | a
        a again=1: add s which merge | a
        a again=0: add s which | -
        """,
        ends="again=0 sum=22",
    ),
    scenario(
        "a name inside hides the one outside",
        sketch("-> s -> b ->", has="n=1", s=sub("-> a ->", has="n=5", a=user("n"))),
        """
        start: | a
        a n=9: s | b
        b: | -
        """,
        ends="n=1",
    ),
    scenario(
        "what is written in an element of a multi-instance stays in it",
        sketch("-> s -> b ->", has="n=1", s=multi(sub("-> a ->", a=user("n")), times="2")),
        """
        start: | a#0 a#1
        a#0 n=5: s | a#1
        a#1 n=6: s s | b
        b: | -
        """,
        ends="n=1",
    ),
    scenario(
        "a value replaced in one branch is kept at the join",
        sketch(
            "-> fork -> a -> set -> join -> b ->",
            "fork -> c -> join",
            has="n=1",
            a=user(),
            set=script("n = 2"),
        ),
        """
        start: fork | a c
        a: set | c join:join
        c: join | b
        b: | -
        """,
        ends="n=2",
        any_order=True,
    ),
]
