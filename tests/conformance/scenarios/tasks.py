"""Tasks: what a person does, and what runs by itself."""

from tests.conformance.scenario import scenario
from tests.conformance.sketch import receive, rule, script, send, service, sketch, table, user
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import BpmnError


def counting():
    """A host whose operation adds one."""
    return FakeHost(books_count=lambda n: {"total": n + 1})


def broken_once():
    """A host whose operation works from the second time on."""
    tries = []

    def close():
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("down")

    return FakeHost(books_close=close)


def refusing(code="broke"):
    def close():
        raise BpmnError(code)

    return lambda: FakeHost(books_close=close)


DISCOUNT = {"discount": table("discount", "n", "percent", ("< 10", "0"), (">= 10", "5"))}

SCENARIOS = [
    scenario(
        "a user task with a form and outcomes",
        sketch(
            "-> a -> which -> [a.outcome == 'approve'] b ->",
            "which -> c ->",
            a=user("n", outcomes="approve reject"),
        ),
        """
        start: | a
        a n=5 outcome=approve: which | b
        b: | -
        """,
        shows="userTask",
        ends="n=5",
    ),
    scenario(
        "a manual task",
        sketch("-> a -> b ->", a=user("n", tag="manualTask")),
        """
        start: | a
        a n=5: | b
        b: | -
        """,
        shows="manualTask",
        ends="n=5",
    ),
    scenario(
        "a task without a kind waits for a person",
        sketch("-> a -> b ->", a=user("n", tag="task")),
        """
        start: | a
        a n=5: | b
        b: | -
        """,
        shows="task",
        ends="n=5",
    ),
    scenario(
        "the lines of a script in their order",
        sketch("-> a -> sum -> b ->", a=user("n"), sum=script("m = n + 1", "n = m * 2")),
        """
        start: | a
        a n=5: sum | b
        b: | -
        """,
        shows="scriptTask",
        ends="n=12 m=6",
    ),
    scenario(
        "a script that fails has written nothing",
        sketch("-> a -> sum -> b ->", has="m", a=user("n"), sum=script("m = 1", "k = 1 / n")),
        """
        start: | a
        a n=0: | incident:sum
        skip sum: sum | b
        b: | -
        """,
        shows="scriptTask",
        ends="n=0",
    ),
    scenario(
        "a service task calls its operation",
        sketch(
            "-> a -> count -> which -> [r.total > 5] b ->",
            "which -> c ->",
            a=user("n"),
            count=service("books.count", "r", n="n"),
        ),
        """
        start: | a
        a n=5: count which | b
        b: | -
        """,
        shows="serviceTask",
        ends='n=5 r={"total":6}',
        host=counting,
    ),
    scenario(
        "a service task that fails is held and tried again",
        sketch("-> a -> close -> b ->", close=service("books.close")),
        """
        start: | a
        a: | incident:close
        retry close: close | b
        b: | -
        """,
        shows="serviceTask",
        host=broken_once,
    ),
    scenario(
        "a business rule task asks its table",
        sketch(
            "-> a -> rate -> which -> [terms.percent > 0] b ->",
            "which -> c ->",
            a=user("n"),
            rate=rule("discount", "terms"),
        ),
        """
        start: | a
        a n=10: rate which | b
        b: | -
        """,
        shows="businessRuleTask",
        ends='n=10 terms={"percent":5}',
        decisions=DISCOUNT,
    ),
    scenario(
        "a send task sends what is declared and nothing else",
        sketch("-> a -> tell -> b ->", a=user("n m"), tell=send("order", key="n", half="m + 1")),
        """
        start: | a
        a n=5 m=1: tell | b
        b: | -
        """,
        shows="sendTask",
        ends="n=5 m=1",
        sent="message order [5] half=2",
    ),
    scenario(
        "a receive task takes the declared payload",
        sketch("-> a -> wait -> b ->", a=user("n"), wait=receive("paid", fields="m", key="n")),
        """
        start: | a
        a n=5: | message:wait
        wait m=3: | b
        b: | -
        """,
        shows="receiveTask",
        ends="n=5 m=3",
    ),
]
