"""A case refuses what does not fit, holds what fails, and can be told to go on."""

import pytest

from tests.workflows.engine.drawing import VOCABULARY, Drawing, FakeHost, Refused
from tests.workflows.engine.playing import Play
from workflows.engine import Case, FieldErrors, NotWaiting, StateError, compile_definition
from workflows.engine.case import MAX_STEPS

FIELDS = (
    '<flow:form><flow:field id="amount" type="decimal" required="true" min="0.01" max="1000"/>'
    '<flow:field id="count" type="integer"/><flow:field id="agreed" type="boolean"/>'
    '<flow:field id="on" type="date" min="2026-01-01" max="2026-12-31"/><flow:field id="at" type="datetime"/>'
    '<flow:field id="note" type="text" minLength="2" maxLength="5"/>'
    '<flow:field id="level" type="choice"><flow:choice value="low"/><flow:choice value="high"/></flow:field></flow:form>'
)
OUTCOMES = '<flow:outcome code="approve"/><flow:outcome code="reject" comment="required"/>'


def filled(extensions=FIELDS):
    return (
        Drawing()
        .start()
        .user("w", extensions=extensions)
        .user("next")
        .end()
        .chain("start", "w", "next", "end")
    )


class TestFields:
    @pytest.mark.parametrize(
        ("data", "name", "code"),
        [
            ({}, "amount", "required"),
            ({"amount": None}, "amount", "required"),
            ({"amount": "  "}, "amount", "required"),
            ({"amount": "abc"}, "amount", "not_a_number"),
            ({"amount": "1e5"}, "amount", "not_a_number"),
            ({"amount": "NaN"}, "amount", "not_a_number"),
            ({"amount": float("inf")}, "amount", "not_a_number"),
            ({"amount": True}, "amount", "not_a_number"),
            ({"amount": "0"}, "amount", "too_small"),
            ({"amount": "1000.01"}, "amount", "too_large"),
            ({"amount": "1" * 30}, "amount", "not_a_number"),
            ({"count": 1.5}, "count", "not_an_integer"),
            ({"count": "x"}, "count", "not_an_integer"),
            ({"count": 10**18}, "count", "number_too_big"),
            ({"count": True}, "count", "not_an_integer"),
            ({"agreed": "yes"}, "agreed", "not_yes_or_no"),
            ({"agreed": 1}, "agreed", "not_yes_or_no"),
            ({"on": "2026-02-30"}, "on", "not_a_date"),
            ({"on": "20.12.2026"}, "on", "not_a_date"),
            ({"on": "2025-12-31"}, "on", "too_early"),
            ({"on": "2027-01-01"}, "on", "too_late"),
            ({"at": "2026-12-20T10:00:00"}, "at", "not_a_moment"),
            ({"note": "a"}, "note", "too_short"),
            ({"note": "abcdef"}, "note", "too_long"),
            ({"note": 5}, "note", "not_text"),
            ({"note": "a\x00b"}, "note", "bad_character"),
            ({"note": "a\ud800b"}, "note", "bad_character"),
            ({"level": "middle"}, "level", "not_a_choice"),
            ({"level": ["low"]}, "level", "not_text"),
            ({"other": 1}, "other", "unknown_data"),
            ({"_secret": 1}, "_secret", "unknown_data"),
            ({"starter": "boss"}, "starter", "unknown_data"),
            ({"w": {"outcome": "approve"}}, "w", "unknown_data"),
            ({"outcome": "approve"}, "outcome", "unknown_outcome"),
        ],
    )  # fmt: skip
    def test_refuses_and_changes_nothing(self, data, name, code):
        play = Play(filled())
        before = play.case.state()
        with pytest.raises(FieldErrors) as caught:
            play.case.complete(play.token("w"), {"amount": "5", **data} if name != "amount" else data)
        assert caught.value.fields[name][0] == code
        assert list(caught.value.fields) == [name]
        assert caught.value.messages("zh-hans")[name] not in ("", code)
        assert caught.value.messages("en")[name] not in ("", code)
        assert play.case.state() == before
        assert play.case.events == []

    def test_names_every_bad_field_at_once(self):
        play = Play(filled(FIELDS + OUTCOMES))
        with pytest.raises(FieldErrors) as caught:
            play.complete("w", {"amount": "x", "count": "y", "what": 1})
        assert set(caught.value.fields) == {"amount", "count", "what", "outcome"}

    def test_what_is_only_shown_cannot_be_changed(self):
        shown = '<flow:form><flow:field id="amount" type="decimal" readonly="true" required="true"/><flow:field id="note"/></flow:form>'
        drawing = (
            Drawing()
            .start()
            .user("ask", extensions=FIELDS)
            .user("look", extensions=shown)
            .end()
            .chain("start", "ask", "look", "end")
        )
        play = Play(drawing).complete("ask", {"amount": "5.00"})
        with pytest.raises(FieldErrors) as caught:
            play.complete("look", {"amount": "6.00"})
        assert caught.value.fields == {"amount": ("read_only", {})}
        assert play.complete("look", {"amount": "5.00", "note": "seen"}).variables["amount"] == "5.00"

    def test_stores_what_was_meant(self):
        play = Play(filled()).complete(
            "w",
            {
                "amount": 12.5,
                "count": "7",
                "agreed": False,
                "on": "2026-12-20",
                "at": "2026-12-20T10:00:00Z",
                "level": "low",
            },
        )
        kept = {name: play.variables.get(name) for name in ("amount", "count", "agreed", "on", "at", "level")}
        assert kept == {
            "amount": "12.5", "count": 7, "agreed": False, "on": "2026-12-20", "at": "2026-12-20T10:00:00+00:00", "level": "low",
        }  # fmt: skip

    def test_keeps_the_digits_of_an_amount(self):
        assert Play(filled()).complete("w", {"amount": "128.40"}).variables["amount"] == "128.40"

    def test_an_outcome_is_needed_where_there_are_some(self):
        play = Play(filled(OUTCOMES))
        with pytest.raises(FieldErrors) as caught:
            play.complete("w", {})
        assert caught.value.fields == {"outcome": ("outcome_required", {"choices": ["approve", "reject"]})}

    def test_a_rejection_needs_its_reason(self):
        play = Play(filled(OUTCOMES))
        with pytest.raises(FieldErrors) as caught:
            play.complete("w", outcome="reject", comment="  ")
        assert list(caught.value.fields) == ["comment"]
        play.complete("w", outcome="reject", comment="too dear", by="boss")
        assert play.variables["w"] == {"outcome": "reject", "comment": "too dear", "by": "boss"}

    def test_a_field_may_be_called_comment(self):
        play = Play(filled('<flow:form><flow:field id="comment"/></flow:form>')).complete(
            "w", {"comment": "of the form"}, comment="of the step"
        )
        assert play.variables["comment"] == "of the form"
        assert play.variables["w"]["comment"] == "of the step"


class TestStarting:
    DRAWING = (
        Drawing(extensions='<flow:variable name="reason"/><flow:variable name="times" type="integer" required="true"/>'
                '<flow:variable name="level" type="choice" default="low"><flow:choice value="low"/><flow:choice value="high"/></flow:variable>')
        .start(extensions='<flow:form><flow:field id="title" required="true"/></flow:form>').user("w").end().chain("start", "w", "end")
    )  # fmt: skip

    def test_takes_declared_data_only(self):
        with pytest.raises(FieldErrors) as caught:
            Play(self.DRAWING, data={"times": "x", "colour": "red", "w": 1})
        assert {name: code for name, (code, _) in caught.value.fields.items()} == {
            "times": "not_an_integer", "colour": "unknown_data", "title": "required", "w": "unknown_data",
        }  # fmt: skip

    def test_records_and_lists_keep_their_types(self):
        drawing = Drawing(extensions='<flow:variable name="address" type="record"><flow:field name="city" type="text"/>'
                          '<flow:field name="since" type="date"/></flow:variable><flow:variable name="sums" type="list" item="decimal"/>'
                          '<flow:variable name="more" type="record"/>')  # fmt: skip
        drawing.start().script("s", "total = sum(sums)", "late = address.since < today()").user(
            "w"
        ).end().chain("start", "s", "w", "end")
        data = {
            "address": {"city": "上海", "since": "2026-01-01"},
            "sums": ["1.10", 2.2],
            "more": {"a": [1, {"b": None}]},
        }
        assert Play(drawing, data=data).variables["total"] == "3.30"
        assert Play(drawing, data=data).variables["late"] is True
        bad = {"address": {"town": 1}, "sums": [True], "more": {"_x": 1}}
        with pytest.raises(FieldErrors) as caught:
            Play(drawing, data=bad)
        assert {name: code for name, (code, _) in caught.value.fields.items()} == {
            "address": "unknown_record_field", "sums": "not_a_number", "more": "bad_key",
        }  # fmt: skip

    def test_begins_with_the_data_and_the_person(self):
        play = Play(self.DRAWING, data={"times": 3, "title": "Renewal"}, by="rep2")
        assert play.variables == {"times": 3, "title": "Renewal", "level": "low", "starter": "rep2"}


class TestTokens:
    def test_a_step_can_be_finished_once(self):
        play = Play(filled())
        token = play.token("w")
        play.complete("w", {"amount": "5"})
        with pytest.raises(NotWaiting) as caught:
            play.case.complete(token, {"amount": "5"})
        assert caught.value.message("zh-hans") == "该环节已不在办理中。"

    @pytest.mark.parametrize("token", ["0", "99", "-1", "x", "", "1; drop", "٣", None])
    def test_a_token_that_never_was_is_refused(self, token):
        with pytest.raises(NotWaiting):
            Play(filled()).case.complete(token, {"amount": "5"})

    def test_numbers_are_never_given_twice(self):
        play = Play(filled())
        first = play.token("w")
        assert play.complete("w", {"amount": "5"}).token("next") != first

    def test_a_join_cannot_be_completed(self):
        drawing = (
            Drawing()
            .start()
            .parallel("p", "j")
            .user("a", "b")
            .end()
            .chain("start", "p", "a", "j", "end")
            .chain("p", "b", "j")
        )
        play = Play(drawing).complete("a")
        join = next(w.token for w in play.case.waiting() if w.kind == "join")
        with pytest.raises(NotWaiting):
            play.case.complete(join)

    def test_a_cancelled_case_is_over(self):
        play = Play(filled())
        play.case.cancel()
        assert play.case.is_completed
        assert play.case.is_cancelled
        assert play.case.waiting() == []
        with pytest.raises(NotWaiting):
            play.case.cancel()
        assert Case.load(play.definition, play.case.state(), play.host).is_cancelled


def called(**operations):
    drawing = (
        Drawing().start().user("w").script("before", "step = 1").service("call", "books.enter", result="entry", amount="5")
        .script("after", "step = 2").user("look").end().chain("start", "w", "before", "call", "after", "look", "end")
    )  # fmt: skip
    return Play(drawing, FakeHost(**operations))


class TestFailures:
    def test_a_failing_operation_is_held_and_what_came_before_stays(self):
        def fail(amount):
            raise ConnectionError("line 1\nline 2")

        play = called(books_enter=fail).complete("w", by="rep1")
        (waiting,) = play.case.waiting()
        assert (waiting.kind, waiting.element.id) == ("incident", "call")
        assert (waiting.error.type, waiting.error.text) == ("ConnectionError", "line 1\nline 2")
        assert play.variables["step"] == 1
        assert play.variables["w"]["by"] == "rep1"
        assert play.host.log == []  # the guard took it back
        assert [e.kind for e in play.events][-1] == "failed"

    def test_a_retry_goes_on_from_there(self):
        tries = []

        def flaky(amount):
            tries.append(amount)
            if len(tries) < 3:
                raise RuntimeError("not yet")
            return {"number": "1"}

        play = called(books_enter=flaky).complete("w")
        play.retry("call")
        assert play.at("incident") == ["call"]
        play.retry("call")
        assert play.at() == ["look"]
        assert play.variables["step"] == 2

    def test_only_a_held_step_can_be_retried(self):
        play = Play(filled())
        with pytest.raises(NotWaiting):
            play.case.retry(play.token("w"))

    def test_a_refusal_comes_out_whole(self):
        def refuse(amount):
            raise Refused("the customer is blocked")

        play = called(books_enter=refuse)
        before = play.case.state()
        with pytest.raises(Refused, match="blocked"):
            Case.load(play.definition, before, play.host).complete(play.token("w"))
        assert play.at() == ["w"]

    def test_one_failure_does_not_stop_the_other_branch(self):
        def fail(amount):
            raise ValueError

        drawing = (
            Drawing().start().user("w").parallel("p", "j").service("call", "books.enter", amount="5").user("b").end()
            .chain("start", "w", "p", "call", "j", "end").chain("p", "b", "j")
        )  # fmt: skip
        play = Play(drawing, FakeHost(books_enter=fail)).complete("w").complete("b")
        assert (play.at("incident"), play.at("join"), play.is_over) == (["call"], ["j"], False)
        play.host.operations["books_enter"] = lambda amount: None
        assert play.retry("call").is_over

    def test_no_condition_and_no_default_is_held_with_the_reason(self):
        drawing = (
            Drawing().start().user("w", extensions='<flow:form><flow:field id="n" type="integer"/></flow:form>').choice("g").end("a", "b")
            .chain("start", "w", "g").flow("g", "a", "n == 1").flow("g", "b", "n == 2")
        )  # fmt: skip
        play = Play(drawing).complete("w", {"n": 3})
        (waiting,) = play.case.waiting()
        assert waiting.error.code == "no_condition_holds"
        assert "默认流向" in waiting.error.message("zh-hans")
        assert next(e for e in play.events if e.kind == "failed").reads == {"n": 3}

    def test_a_missing_value_is_held_with_the_reason(self):
        drawing = (
            Drawing().start().user("w", extensions='<flow:form><flow:field id="n" type="integer"/></flow:form>').script("s", "a = 1", "m = n + 1")
            .user("x").end().chain("start", "w", "s", "x", "end")
        )  # fmt: skip
        play = Play(drawing).complete("w", {})
        assert play.case.waiting()[0].error.code == "no_value"
        assert "a" not in play.variables  # the first line of the failed script left nothing behind

    def test_an_undeclared_answer_is_a_failure_and_undone(self):
        play = called(books_enter=lambda amount: {"number": "1", "extra": 2}).complete("w")
        assert play.case.waiting()[0].error.code == "operation_result"
        assert play.host.log == []

    def test_an_answer_of_another_type_is_a_failure(self):
        play = called(books_enter=lambda amount: {"number": 5}).complete("w")
        assert play.at("incident") == ["call"]

    def test_a_required_parameter_without_a_value_is_a_failure(self):
        drawing = (
            Drawing()
            .start()
            .user("w", extensions='<flow:form><flow:field id="amount" type="decimal"/></flow:form>')
        )
        drawing.service("call", "books.enter", amount="amount").end().chain("start", "w", "call", "end")
        play = Play(drawing, FakeHost()).complete("w", {})
        assert play.case.waiting()[0].error.code == "param_empty"
        assert "amount" in play.case.waiting()[0].error.message("zh-hans")

    def test_parameters_come_in_their_declared_type(self):
        from datetime import date

        drawing = (
            Drawing()
            .start()
            .service("call", "books.count", n="2", on="'2026-12-20'")
            .end()
            .chain("start", "call", "end")
        )
        host = FakeHost(books_count=lambda n, on: {"total": n})
        Play(drawing, host)
        assert host.log == [("books.count", {"n": 2, "on": date(2026, 12, 20)})]

    def test_a_failure_of_reading_the_subject_is_held(self):
        drawing = (
            Drawing().start().user("w").choice("g", "d").end("a", "b").chain("start", "w", "g")
            .flow("g", "a", "subject.amount > 5").flow("g", "b", id="d")
        )  # fmt: skip
        play = Play(drawing, FakeHost()).complete("w")  # the host knows no amount
        assert play.case.waiting()[0].error.type == "KeyError"


class TestBudget:
    def test_a_long_automatic_row_goes_on_in_pieces(self):
        names = [f"s{number}" for number in range(700)]
        drawing = Drawing().start().user("w").end()
        for number, name in enumerate(names):
            drawing.script(name, f"n{number} = {number}")
        play = Play(drawing.chain("start", "w", *names, "end")).complete("w")
        pieces = 1
        while play.at("continuation"):
            assert len(play.case.waiting()) == 1
            play.go_on()
            pieces += 1
        assert play.is_over
        assert pieces == 3
        assert play.trace == ["start", "w", *names, "end"]


class TestState:
    def test_refuses_another_format(self):
        play = Play(filled())
        for state in ({}, {"v": 99}, [], None):
            with pytest.raises(StateError):
                Case.load(play.definition, state, play.host)

    def test_refuses_a_state_that_stands_at_an_element_that_is_gone(self):
        state = Play(filled()).case.state()
        other = compile_definition(
            Drawing().start().user("x").end().chain("start", "x", "end").bytes(), VOCABULARY
        )
        with pytest.raises(StateError) as caught:
            Case.load(other, state, FakeHost())
        assert caught.value.params == {"name": "w"}

    def test_holds_no_history_and_does_not_grow(self):
        drawing = (
            Drawing().start().choice("m").user("w", extensions=OUTCOMES).choice("g", "on").end().chain("start", "m", "w", "g")
            .flow("g", "m", 'w.outcome == "reject"').flow("g", "end", id="on")
        )  # fmt: skip
        play = Play(drawing)
        sizes = set()
        for _ in range(50):
            play.complete("w", outcome="reject", comment="again")
            sizes.add(len(play.case.state()["tokens"]))
        assert sizes == {1}


@pytest.mark.parametrize("length", range(MAX_STEPS - 4, MAX_STEPS + 3))
def test_a_join_is_not_forgotten_where_the_budget_of_a_run_ends(length):
    scripts = [f"s{number}" for number in range(length)]
    drawing = Drawing(extensions='<flow:variable name="n" type="integer" default="0"/>').start().end()
    drawing.element("inclusiveGateway", "split", default="direct").element("inclusiveGateway", "join")
    for script in scripts:
        drawing.script(script, "n = n + 1")
    drawing.flow("start", "split").flow("split", "join", id="direct").flow("split", "s0", "n == 0")
    drawing.chain(*scripts, "join", "end")
    play = Play(drawing)
    while play.at("continuation"):
        play.go_on()
    assert play.is_over
    assert play.variables["n"] == length


def test_assignments_are_evaluated_by_the_case():
    drawing = (
        Drawing()
        .start()
        .user("w", extensions='<flow:assign person="coalesce(subject.owner, starter)"/>')
        .end()
        .chain("start", "w", "end")
    )
    play = Play(drawing, FakeHost({"owner": None}), by="rep2")
    (waiting,) = play.case.waiting()
    assert play.case.evaluate(waiting.element.assign.person) == "rep2"


PANEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:tests">
<decision id="panel" name="Panel"><decisionTable hitPolicy="COLLECT"><input label="who"><inputExpression>
<text>starter</text></inputExpression></input><output name="role"/><output name="about"/>
<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>"finance"</text></outputEntry>
<outputEntry><text>1</text></outputEntry></rule>
<rule><inputEntry><text>"rep1"</text></inputEntry><outputEntry><text>"manager"</text></outputEntry>
<outputEntry><text>2</text></outputEntry></rule></decisionTable></decision></definitions>"""


def test_each_row_of_a_table_may_name_the_role_of_its_element():
    marker = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<flow:each in="members" as="member"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
    )
    drawing = Drawing().start().end()
    drawing.element("businessRuleTask", "table", extensions='<flow:decision ref="panel" result="members"/>')
    drawing.element("userTask", "work", marker, extensions='<flow:assign roleFrom="member.role"/>')
    drawing.chain("start", "table", "work", "end")
    definition = compile_definition(drawing.bytes(), VOCABULARY, decisions={"panel": PANEL})
    case = Case.start(definition, FakeHost(), by="rep1")
    found = [
        (case.evaluate(one.element.assign.role_from, one.token), one.indices)
        for one in case.waiting()
        if one.kind == "work_item"
    ]
    assert found == [("finance", (0,)), ("manager", (1,))]


def test_one_definition_serves_many_threads():
    from concurrent.futures import ThreadPoolExecutor

    drawing = (
        Drawing()
        .start()
        .parallel("p", "j")
        .user("a", "b")
        .end()
        .chain("start", "p", "a", "j", "end")
        .chain("p", "b", "j")
    )
    definition = compile_definition(drawing.bytes(), VOCABULARY)

    def run(number):
        case = Case.start(definition, FakeHost(), by=f"user{number}")
        for _ in range(2):
            case.complete(
                case.waiting()[0].token
                if number % 2
                else next(w for w in reversed(case.waiting()) if w.kind == "work_item").token
            )
        return case.is_completed and case.variables["starter"] == f"user{number}"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(200)))


def test_a_condition_over_a_variable_without_a_value_waits_for_it():
    """`n > 2` cannot be said before n has a value: that is no failure, it does not hold yet."""
    event = "<bpmn:conditionalEventDefinition><bpmn:condition>n &gt; 2</bpmn:condition></bpmn:conditionalEventDefinition>"
    drawing = Drawing().start().parallel("p", "j").end()
    drawing.element("intermediateCatchEvent", "enough", event).user(
        "count", extensions='<flow:form><flow:field id="n" type="integer"/></flow:form>'
    )
    drawing.chain("start", "p", "enough", "j", "end").chain("p", "count", "j")
    play = Play(drawing)
    assert play.at("condition") == ["enough"]
    assert play.at("incident") == []
    assert play.complete("count", {"n": 3}).is_over
