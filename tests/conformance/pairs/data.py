"""Variables of scopes beside and inside each other."""

from tests.conformance.pairs.called import NUMBERS
from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.scenarios.tasks import counting
from tests.conformance.sketch import call, catch, end, loop, multi, script, service, sketch, sub, user

PAIRS: list[Pair] = [
    pair(
        "subprocess",
        "beside",
        "subprocess with a variable of the same name",
        "each has its own",
        sketch(
            "-> fork -> s -> join -> z ->",
            "fork -> t -> join",
            s=sub("-> a -> one ->", has="own=1", a=user(), one=script("own = own + 1", "k = own")),
            t=sub("-> b -> two ->", has="own=10", b=user(), two=script("own = own + 1", "m = own")),
        ),
        """
        start: fork | a b
        b: two t | a join:join
        a: one s join | z
        z: | -""",
        ends="k=2 m=11",
        any_order=True,
    ),
    pair(
        "script",
        "inside a subprocess inside",
        "standard loop",
        "writes outside, round after round",
        sketch(
            "-> m -> z ->",
            has="sum=0",
            m=loop(sub("-> a -> add ->", a=user("n"), add=script("sum = sum + n")), most=3),
        ),
        """
        start: | a
        a n=1: add m | a
        a n=2: add m | a
        a n=3: add m m | z
        z: | -""",
        ends="n=3 sum=6",
        any_order=True,
    ),
    pair(
        "service task",
        "inside",
        "sequential multi-instance of a subprocess",
        "its result stays in the element and is gathered",
        sketch(
            "-> m -> z ->",
            has=NUMBERS,
            m=multi(
                sub("-> count ->", count=service("books.count", "r", n="line")),
                over="lines",
                item="line",
                value="r.total",
                into="out",
                sequential=True,
            ),
        ),
        """
        start lines=[1,2,3]: count m count m count m m | z
        z: | -""",
        ends="lines=[1,2,3] out=[2,3,4]",
        host=counting,
    ),
    pair(
        "payload of a message",
        "into a variable of",
        "subprocess",
        "stays in the subprocess",
        sketch(
            "-> s -> z ->",
            has="k=1",
            s=sub(
                "-> wait -> copy ->",
                has="n=0",
                wait=catch("message", "news", fields="n"),
                copy=script("k = n"),
            ),
        ),
        """
        start: | message:wait
        wait n=5: copy s | z
        z: | -""",
        ends="k=5",
    ),
    pair(
        "signal end",
        "inside a subprocess inside",
        "called process",
        "really sends, once",
        sketch(
            "-> c -> z ->",
            c=call(sketch("-> s ->", key="sells", s=sub("-> x -> stop", stop=end("signal", "sale")))),
        ),
        """
        start: | c/x
        c/x: c/stop c/s c | z
        z: | -""",
        sent="signal sale",
    ),
]
