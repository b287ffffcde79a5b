"""What an inclusive join waits for, and what not."""

from tests.conformance.pairs.pair import Pair, pair
from tests.conformance.sketch import catch, handler, on, sketch, sub, user

PAIRS: list[Pair] = [
    pair(
        "inclusive join",
        "after",
        "subprocess",
        "waits while the subprocess runs",
        sketch(
            "-> some -> [1 > 0] s -> gather -> z ->", "some -> [2 > 0] b -> gather", s=sub("-> a -> c ->")
        ),
        """
        start: some | a b
        b: | a join:gather
        a: | c join:gather
        c: s gather | z
        z: | -""",
        any_order=True,
    ),
    pair(
        "inclusive join",
        "beside",
        "event subprocess that runs",
        "does not wait for it",
        sketch(
            "-> some -> [1 > 0] a -> gather -> z ->",
            "some -> [2 > 0] b -> gather",
            w=handler("message", "news", "-> h ->", stays=True),
        ),
        """
        start: some | a b message:w_start
        w_start: | a b h message:w_start
        a: | b h join:gather message:w_start
        b: gather | h message:w_start z
        z: | h message:w_start
        h: w | -""",
    ),
    pair(
        "inclusive join",
        "beside",
        "side path of a border",
        "does not wait for it",
        sketch(
            "-> some -> [1 > 0] a -> gather -> z ->",
            "some -> [2 > 0] b -> gather",
            "late -> c ->",
            late=on("a", "timer", stays=True),
        ),
        """
        start: some | a b timer:late
        late: | a b c
        a: | b c join:gather
        b: gather | c z
        z: | c
        c: | -""",
    ),
    pair(
        "inclusive join",
        "reached by",
        "interrupting border",
        "waits for what comes over the border",
        sketch(
            "-> some -> [1 > 0] a -> gather -> z ->",
            "some -> [2 > 0] b -> gather",
            "late -> c -> gather",
            late=on("a", "timer"),
        ),
        """
        start: some | a b timer:late
        b: | a join:gather timer:late
        late: | c join:gather
        c: gather | z
        z: | -""",
    ),
    pair(
        "inclusive join",
        "after",
        "branch that ends by itself",
        "does not wait for what is over",
        sketch(
            "-> ask -> some -> [1 > 0] a -> which -> [n > 0] gather -> z ->",
            "which -> end_early",
            "some -> [2 > 0] b -> gather",
            ask=user("n"),
        ),
        """
        start: | ask
        ask n=0: some | a b
        b: | a join:gather
        a: which end_early gather | z
        z: | -""",
        ends="n=0",
        any_order=True,
    ),
    pair(
        "inclusive section",
        "inside",
        "inclusive section",
        "each join waits for its own",
        sketch(
            "-> some -> [1 > 0] some2 -> [1 > 0] a -> gather2 -> d -> gather -> z ->",
            "some2 -> [2 > 0] b -> gather2",
            "some -> [2 > 0] c -> gather",
        ),
        """
        start: some some2 | a b c
        c: | a b join:gather
        a: | b join:gather join:gather2
        b: gather2 | d join:gather
        d: gather | z
        z: | -""",
        any_order=True,
    ),
    pair(
        "parallel section",
        "inside",
        "inclusive section",
        "the inclusive join waits for the parallel one",
        sketch(
            "-> some -> [1 > 0] fork -> a -> join -> gather -> z ->",
            "fork -> b -> join",
            "some -> [2 > 0] c -> gather",
        ),
        """
        start: some fork | a b c
        c: | a b join:gather
        a: | b join:gather join:join
        b: join gather | z
        z: | -""",
        any_order=True,
    ),
    pair(
        "event gateway",
        "inside",
        "inclusive section",
        "the join waits whichever event comes",
        sketch(
            "-> some -> [1 > 0] race -> yes -> merge -> gather -> z ->",
            "race -> late -> merge",
            "some -> [2 > 0] b -> gather",
            yes=catch("message", "yes"),
            late=catch("timer"),
        ),
        """
        start: some race | b message:yes timer:late
        b: | join:gather message:yes timer:late
        late: merge gather | z
        z: | -""",
    ),
    pair(
        "inclusive section",
        "inside",
        "parallel section",
        "the parallel join waits for the inclusive one",
        sketch(
            "-> fork -> some -> [1 > 0] a -> gather -> join -> z ->",
            "some -> [2 > 0] b -> gather",
            "fork -> c -> join",
        ),
        """
        start: fork some | a b c
        c: | a b join:join
        b: | a join:gather join:join
        a: gather join | z
        z: | -""",
        any_order=True,
    ),
]
