"""Each accepted element, alone and in combination: diagram, inputs, expected trace.

Every scenario runs twice: in one breath, and saved and loaded between any two steps."""

import pytest

from tests.workflows.engine.drawing import Drawing, FakeHost, approval
from tests.workflows.engine.playing import Play

FORK = "p"


def form(*fields):
    return (
        "<flow:form>"
        + "".join(f'<flow:field id="{id}" type="{type}"/>' for id, type in fields)
        + "</flow:form>"
    )


OUTCOMES = '<flow:outcome code="approve"/><flow:outcome code="reject"/>'


def fork(*branches, joined=True):
    """start -> p -> branches of user tasks -> j -> end"""
    drawing = Drawing().start().parallel("p").end().flow("start", "p")
    if joined:
        drawing.parallel("j").flow("j", "end")
    for branch in branches:
        drawing.user(*branch).chain("p", *branch, "j" if joined else "end")
    return drawing


def gateway(*conditions, default=True):
    """w -> g -> end1, end2, ... by conditions, in the order given."""
    drawing = Drawing().start().user("w", extensions=form(("n", "integer"), ("amount", "decimal")) + OUTCOMES)
    drawing.choice("g", "d" if default else None).chain("start", "w", "g")
    for number, condition in enumerate(conditions, 1):
        drawing.end(f"end{number}").flow("g", f"end{number}", condition)
    return drawing.end("other").flow("g", "other", id="d") if default else drawing


LOOP = (
    Drawing().start().choice("again").user("draft", "review", extensions=OUTCOMES).choice("g", "on").end()
    .chain("start", "again", "draft", "review", "g").flow("g", "again", 'review.outcome == "reject"').flow("g", "end", id="on")
)  # fmt: skip
LOOPED_FORK = (
    Drawing().start().choice("again").parallel("p", "j").user("a", "b", "check", extensions=OUTCOMES).choice("g", "on").end()
    .chain("start", "again", "p", "a", "j", "check", "g").chain("p", "b", "j")
    .flow("g", "again", 'check.outcome == "reject"').flow("g", "end", id="on")
)  # fmt: skip
RAGGED = (  # one branch goes round while the other waits at the join
    Drawing().start().parallel("p", "j").choice("m").user("a", "b", extensions=OUTCOMES).choice("g", "on").end()
    .chain("start", "p", "m", "a", "g").flow("g", "m", 'a.outcome == "reject"').flow("g", "j", id="on")
    .chain("p", "b", "j", "end")
)  # fmt: skip
FORK_IN_FORK = (
    Drawing().start().parallel("p", "q", "qj", "j").user("a", "b", "c").end()
    .chain("start", "p", "a", "j", "end").chain("p", "q", "b", "qj", "j").chain("q", "c", "qj")
)  # fmt: skip
STRAIGHT_INTO_THE_JOIN = (
    Drawing()
    .start()
    .parallel("p", "j")
    .user("a")
    .end()
    .chain("start", "p", "a", "j", "end")
    .flow("p", "j")
    .flow("p", "j")
)
FORK_AND_JOIN_IN_ONE = (
    Drawing().start().parallel("p", "x", "j").user("a", "b", "c", "d").end()
    .chain("start", "p", "a", "x", "c", "j", "end").chain("p", "b", "x", "d", "j")
)  # fmt: skip
SCRIPTED = (
    Drawing(extensions='<flow:variable name="rate" type="decimal" default="0.06"/>').start()
    .user("w", extensions=form(("amount", "decimal")))
    .script("s", "tax = amount * rate", "", "# with tax", "total = round(amount + tax, 2)", "note.text = text(total)", "note.big = total > 1000")
    .user("look").end().chain("start", "w", "s", "look", "end")
)  # fmt: skip
SERVED = (
    Drawing().start().user("w", extensions=form(("amount", "decimal")))
    .service("enter", "books.enter", result="entry", amount="amount + subject.amount").service("close", "books.close")
    .user("look").end().chain("start", "w", "enter", "close", "look", "end")
)  # fmt: skip

# name -> (diagram, [(element, data, what is open afterwards)], everything that was completed)
SCENARIOS = {
    "nothing but a start and an end": (Drawing().start().end().flow("start", "end"), [], "start end"),
    "one step": (Drawing().start().user("w").end().chain("start", "w", "end"), [("w", {}, "")], "start w end"),
    "steps in a row": (
        Drawing().start().user("a", "b", "c").end().chain("start", "a", "b", "c", "end"),
        [("a", {}, "b"), ("b", {}, "c"), ("c", {}, "")],
        "start a b c end",
    ),
    "first condition": (gateway("n == 1", "n >= 1"), [("w", {"n": 1, "outcome": "approve"}, "")], "start w g end1"),
    "second condition": (gateway("n == 1", "n >= 1"), [("w", {"n": 2, "outcome": "approve"}, "")], "start w g end2"),
    "the order of the file decides": (gateway("n >= 1", "n == 1"), [("w", {"n": 1, "outcome": "approve"}, "")], "start w g end1"),
    "default": (gateway("n == 1"), [("w", {"n": 5, "outcome": "approve"}, "")], "start w g other"),
    "default that stands first in the file": (
        Drawing().start().user("w", extensions=form(("n", "integer"))).choice("g", "d").end("a", "b").chain("start", "w", "g")
        .flow("g", "a", id="d").flow("g", "b", "n == 1"),
        [("w", {"n": 1}, "")],
        "start w g b",
    ),
    "by outcome": (gateway('w.outcome == "reject"'), [("w", {"outcome": "reject"}, "")], "start w g end1"),
    "by amount, exactly": (gateway("amount > 0.3"), [("w", {"amount": "0.30", "outcome": "approve"}, "")], "start w g other"),
    "camunda's way of writing": (gateway("${n eq 1 && w.outcome == 'approve'}"), [("w", {"n": 1, "outcome": "approve"}, "")], "start w g end1"),
    "by who it was": (gateway('w.by == "boss" and starter == "rep1"'), [("w", {"by": "boss", "outcome": "approve"}, "")], "start w g end1"),
    "a gateway that only passes on": (
        Drawing().start().choice("g").user("w").parallel("p").end().chain("start", "g", "w", "p", "end"),
        [("w", {}, "")],
        "start g w p end",
    ),
    "two branches, one then the other": (fork(["a"], ["b"]), [("a", {}, "b"), ("b", {}, "")], "start p a b j end"),
    "two branches, the other first": (fork(["a"], ["b"]), [("b", {}, "a"), ("a", {}, "")], "start p b a j end"),
    "branches of different length": (
        fork(["a", "a2"], ["b"], ["c"]),
        [("c", {}, "a b"), ("a", {}, "b a2"), ("b", {}, "a2"), ("a2", {}, "")],
        "start p c a b a2 j end",
    ),
    "branches that end apart": (fork(["a"], ["b"], joined=False), [("b", {}, "a"), ("a", {}, "")], "start p b end a end"),
    "a branch with nothing in it": (STRAIGHT_INTO_THE_JOIN, [("a", {}, "")], "start p a j end"),
    "a section in a section": (FORK_IN_FORK, [("a", {}, "b c"), ("c", {}, "b"), ("b", {}, "")], "start p q a c b qj j end"),
    "a gateway that joins and forks": (
        FORK_AND_JOIN_IN_ONE,
        [("b", {}, "a"), ("a", {}, "c d"), ("d", {}, "c"), ("c", {}, "")],
        "start p b a x d c j end",
    ),
    "back for rework": (
        LOOP,
        [("draft", {"outcome": "approve"}, "review"), ("review", {"outcome": "reject"}, "draft"),
         ("draft", {"outcome": "approve"}, "review"), ("review", {"outcome": "approve"}, "")],
        "start again draft review g again draft review g end",
    ),
    "a parallel section in a loop, three rounds": (
        LOOPED_FORK,
        [("a", {"outcome": "approve"}, "b"), ("b", {"outcome": "approve"}, "check"), ("check", {"outcome": "reject"}, "a b"),
         ("b", {"outcome": "approve"}, "a"), ("a", {"outcome": "approve"}, "check"), ("check", {"outcome": "reject"}, "a b"),
         ("a", {"outcome": "approve"}, "b"), ("b", {"outcome": "approve"}, "check"), ("check", {"outcome": "approve"}, "")],
        "start again p a b j check g again p b a j check g again p a b j check g end",
    ),
    "a loop in one branch while the other waits": (
        RAGGED,
        [("b", {"outcome": "approve"}, "a"), ("a", {"outcome": "reject"}, "a"), ("a", {"outcome": "reject"}, "a"), ("a", {"outcome": "approve"}, "")],
        "start p m b a g m a g m a g j end",
    ),
    "scripts": (SCRIPTED, [("w", {"amount": "1000.00"}, "look"), ("look", {}, "")], "start w s look end"),
    "services": (SERVED, [("w", {"amount": "1"}, "look"), ("look", {}, "")], "start w enter close look end"),
    "an approval, approved": (
        approval(3),
        [("step1", {"outcome": "approve"}, "step2"), ("step2", {"outcome": "approve"}, "step3"), ("step3", {"outcome": "approve"}, "")],
        "start step1 gate1 step2 gate2 step3 gate3 done",
    ),
    "an approval, rejected on the way": (
        approval(3),
        [("step1", {"outcome": "approve"}, "step2"), ("step2", {"outcome": "reject", "comment": "too dear"}, "")],
        "start step1 gate1 step2 gate2 rejected",
    ),
}  # fmt: skip


@pytest.mark.parametrize("sleeps", [False, True], ids=["awake", "sleeping"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_runs(name, sleeps):
    drawing, steps, trace = SCENARIOS[name]
    host = FakeHost({"amount": "99"}, books_enter=lambda amount: {"number": "7"}, books_close=lambda: None)
    play = Play(drawing, host, sleeps=sleeps)
    for element, data, after in steps:
        assert not play.is_over
        play.complete(element, data)
        assert play.at() == after.split()
    assert play.is_over
    assert play.case.state()["tokens"] == []
    assert play.trace == trace.split()


@pytest.mark.parametrize("sleeps", [False, True], ids=["awake", "sleeping"])
class TestData:
    def test_a_join_loses_nothing(self, sleeps):
        """x is 1 before the fork, branch a sets it to 2, branch b ends last: it stays 2, in both orders."""
        for order in (["a", "b"], ["b", "a"]):
            drawing = (
                Drawing().start().script("one", "x = 1").parallel("p", "j").user("a", "b").script("two", "x = 2").user("look").end()
                .chain("start", "one", "p", "a", "two", "j", "look", "end").chain("p", "b", "j")
            )  # fmt: skip
            play = Play(drawing, sleeps=sleeps)
            for element in order:
                play.complete(element)
            assert play.at() == ["look"]
            assert play.variables["x"] == 2

    def test_values_of_all_branches_stay(self, sleeps):
        drawing = (
            Drawing()
            .start()
            .parallel("p", "j")
            .user("a", extensions=form(("x", "integer")))
            .user("b", extensions=form(("y", "date")))
        )
        drawing.user("look").end().chain("start", "p", "a", "j", "look", "end").chain("p", "b", "j")
        play = Play(drawing, sleeps=sleeps).complete("b", {"y": "2026-12-20"}).complete("a", {"x": 5})
        assert (play.variables["x"], play.variables["y"]) == (5, "2026-12-20")

    def test_scripts_calculate_exactly(self, sleeps):
        play = Play(SCRIPTED, sleeps=sleeps, data={}).complete("w", {"amount": "1000.10"})
        assert play.variables["tax"] == "60.0060"
        assert play.variables["total"] == "1060.11"
        assert play.variables["note"] == {"text": "1060.11", "big": True}

    def test_a_sum_that_begins_whole_may_become_exact(self, sleeps):
        drawing = (
            Drawing()
            .start()
            .user("w", extensions=form(("amount", "decimal")))
            .script("s", "total = 0", "double = total", "total = total + amount")
        )
        play = Play(drawing.user("x").end().chain("start", "w", "s", "x", "end"), sleeps=sleeps).complete(
            "w", {"amount": "0.10"}
        )
        assert (play.variables["total"], play.variables["double"]) == ("0.10", "0")

    def test_services_get_python_values_and_give_a_record(self, sleeps):
        from decimal import Decimal

        host = FakeHost(
            {"amount": "99.50"}, books_enter=lambda amount: {"number": str(amount)}, books_close=dict
        )
        play = Play(SERVED, host, sleeps=sleeps).complete("w", {"amount": "0.50"})
        assert host.log == [("books.enter", {"amount": Decimal("100.00")}), ("books.close", {})]
        assert play.variables["entry"] == {"number": "100.00"}

    def test_the_subject_is_read_fresh_after_a_call(self, sleeps):
        host = FakeHost({"status": "draft"})
        host.operations["books_close"] = lambda: host.values.update(status="closed")
        drawing = (
            Drawing().start().user("w").choice("g1", "d1").service("close", "books.close").choice("g2", "d2").end("bad", "good")
            .chain("start", "w", "g1").flow("g1", "bad", 'subject.status == "closed"').flow("g1", "close", id="d1")
            .flow("close", "g2").flow("g2", "good", 'subject.status == "closed"').flow("g2", "bad", id="d2")
        )  # fmt: skip
        play = Play(drawing, host, sleeps=sleeps).complete("w")
        assert play.trace[-1] == "good"
        assert host.asked == ["status", "status"]

    def test_the_subject_is_read_once_a_step(self, sleeps):
        host = FakeHost({"amount": "5"})
        drawing = (
            Drawing().start().user("w").choice("g1", "d1").choice("g2", "d2").end("a", "b").chain("start", "w", "g1")
            .flow("g1", "a", "subject.amount > 10").flow("g1", "g2", id="d1").flow("g2", "a", "subject.amount > 9").flow("g2", "b", id="d2")
        )  # fmt: skip
        Play(drawing, host, sleeps=sleeps).complete("w")
        assert host.asked == ["amount"]

    def test_a_choice_keeps_what_it_read(self, sleeps):
        play = Play(gateway('n == 1 and w.outcome == "approve"'), sleeps=sleeps).complete(
            "w", {"n": 1}, outcome="approve"
        )
        chosen = next(e for e in play.events if e.kind == "completed" and e.element.id == "g")
        assert chosen.reads == {"n": 1, "w.outcome": "approve"}
        assert [e.flow for e in play.events if e.kind == "taken"] == ["f2", "f3"]

    def test_today_is_the_day_in_the_office(self, sleeps):
        drawing = (
            Drawing()
            .start()
            .script("s", "day = today()", "moment = now()")
            .user("w")
            .end()
            .chain("start", "s", "w", "end")
        )
        play = Play(drawing, sleeps=sleeps)  # 17:30 UTC is 01:30 of the next day in Shanghai
        assert play.variables["day"] == "2026-12-21"
        assert play.variables["moment"] == "2026-12-21T01:30:00+08:00"


def test_a_waiting_join_shows_itself():
    play = Play(fork(["a"], ["b"])).complete("a")
    assert play.at("join") == ["j"]
    assert play.at() == ["b"]


def test_events_tell_the_whole_story():
    play = Play(Drawing().start().user("w").end().chain("start", "w", "end"))
    assert [(e.kind, e.element and e.element.id, e.flow) for e in play.events] == [
        ("started", None, None), ("entered", "start", None), ("completed", "start", None), ("taken", "start", "f1"), ("entered", "w", None),
    ]  # fmt: skip
    play.complete("w", by="rep1")
    assert [(e.kind, e.element and e.element.id) for e in play.events] == [
        ("completed", "w"), ("taken", "w"), ("entered", "end"), ("completed", "end"), ("ended", None),
    ]  # fmt: skip
    assert play.events[0].detail == {"outcome": None, "by": "rep1", "fields": []}
