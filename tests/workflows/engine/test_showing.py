"""Fields that are shown only on a condition: nothing is asked for them otherwise, and nothing is taken."""

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.engine.drawing import VOCABULARY, Drawing, FakeHost
from tests.workflows.engine.playing import Play
from workflows.engine import FieldErrors, Vocabulary, check_definition, compile_definition, offer_mends
from workflows.engine.differences import compare_versions
from workflows.engine.drawing_forms import FieldSheet, form_fields, step_forms
from workflows.engine.formwriting import written_form
from workflows.engine.mends import apply_mend
from workflows.engine.showing import shown_fields

KIND = '<flow:field id="kind" type="choice"><flow:choice value="travel"/><flow:choice value="meal"/></flow:field>'


def field(id, kind="text", shown_if="", **more):
    if shown_if:
        more["shownIf"] = shown_if
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in more.items())
    return f'<flow:field id="{id}" type="{kind}"{attributes}/>'


def form(*fields):
    return f"<flow:form>{''.join(fields)}</flow:form>"


SPENT = form(
    field("amount", "decimal"),
    field("reason", shown_if="amount > 1000", required="true", minLength="3"),
)


def asking(words, *, start="", more="", steps=("w",)):
    drawing = Drawing(extensions=more).start(extensions=start)
    for step in steps:
        drawing.user(step, extensions=words)
    return drawing.end().chain("start", *steps, "end")


def refused(play, step, data):
    with pytest.raises(FieldErrors) as caught:
        play.complete(step, data)
    return {name: code for name, (code, _params) in caught.value.fields.items()}


def codes(drawing, vocabulary=VOCABULARY):
    return [(one.code, one.params.get("name")) for one in check_definition(drawing.bytes(), vocabulary)
            if one.severity == "error"]  # fmt: skip


class TestTaking:
    def test_a_field_that_is_not_shown_is_neither_asked_for_nor_taken(self):
        play = Play(asking(SPENT)).complete("w", {"amount": "500", "reason": "x"})
        assert play.variables["amount"] == "500"
        assert "reason" not in play.variables

    def test_one_that_is_shown_is_as_any_other(self):
        play = Play(asking(SPENT))
        assert refused(play, "w", {"amount": "5000"}) == {"reason": "required"}
        assert refused(play, "w", {"amount": "5000", "reason": "x"}) == {"reason": "too_short"}
        assert play.complete("w", {"amount": "5000", "reason": "far"}).variables["reason"] == "far"

    def test_as_long_as_there_is_nothing_to_compare_it_is_not_shown(self):
        assert "reason" not in Play(asking(SPENT)).complete("w", {"reason": "why"}).variables

    def test_one_side_may_hold_while_the_other_is_still_empty(self):
        words = form(field("amount", "decimal"), KIND, field("a", shown_if='amount > 5 or kind == "travel"'),
                     field("b", shown_if="amount / 0 > 1 or true"))  # fmt: skip
        play = Play(asking(words))
        shown = {
            kind: play.case.shown_fields(play.token("w"), {"kind": kind, "a": "x"})
            for kind in ("travel", "meal", None)
        }
        assert {kind: "a" in of for kind, of in shown.items()} == {"travel": True, "meal": False, None: False}
        assert all("b" in of for of in shown.values())
        assert "b" not in play.case.shown_fields(play.token("w"), {"amount": "6"}), "that is a mistake"

    def test_what_was_known_before_stays(self):
        play = Play(asking(SPENT, steps=("w", "again"))).complete("w", {"amount": "5000", "reason": "far"})
        play.complete("again", {"amount": "1", "reason": "near"})
        assert (play.variables["amount"], play.variables["reason"]) == ("1", "far")

    def test_what_is_not_sent_counts_as_it_is_known(self):
        play = Play(asking(SPENT, steps=("w", "again"))).complete("w", {"amount": "5000", "reason": "far"})
        assert refused(play, "again", {}) == {"reason": "required"}
        assert play.complete("again", {"amount": None}).variables["amount"] is None

    def test_no_default_of_what_is_not_shown(self):
        words = form(field("big", "boolean"), field("note", shown_if="big", default="so it is"))
        assert "note" not in Play(asking(words)).complete("w", {"big": False}).variables
        assert Play(asking(words)).complete("w", {"big": True}).variables["note"] == "so it is"

    def test_a_default_counts_for_the_others(self):
        words = form(field("big", "boolean", default="true"), field("note", shown_if="big", required="true"))
        assert refused(Play(asking(words)), "w", {}) == {"note": "required"}

    def test_a_later_field_and_one_behind_another(self):
        words = form(
            field("third", shown_if='second == "yes"'),
            field("second", shown_if='kind == "travel"'),
            KIND,
        )
        given = {"kind": "travel", "second": "yes", "third": "here"}
        assert Play(asking(words)).complete("w", given).variables["third"] == "here"
        # What is hidden is empty for the others, whatever was typed into it.
        play = Play(asking(words)).complete("w", {**given, "kind": "meal"})
        assert not {"second", "third"} & play.variables.keys()

    def test_what_is_only_shown_counts_as_it_is(self):
        words = form(field("amount", "decimal", readonly="true"), field("reason", shown_if="amount > 5"))
        drawing = (
            Drawing()
            .start()
            .user("ask", extensions=form(field("amount", "decimal")))
            .user("w", extensions=words)
        )
        play = Play(drawing.end().chain("start", "ask", "w", "end")).complete("ask", {"amount": "6"})
        assert play.complete("w", {"reason": "more"}).variables["reason"] == "more"

    def test_reads_the_case_the_subject_and_the_clock(self):
        words = form(field("a", shown_if="limit > 5"), field("b", shown_if="subject.amount > 5"),
                     field("c", shown_if='today() > "2020-01-01"'), field("d", shown_if="starter == null"))  # fmt: skip
        more = '<flow:variable name="limit" type="integer" default="9"/>'
        play = Play(asking(words, more=more), FakeHost({"amount": 3}))
        given = dict.fromkeys("abcd", "here")
        assert play.case.shown_fields(play.token("w"), given) == {"a", "c"}
        play.complete("w", given)
        assert set("abcd") & play.variables.keys() == {"a", "c"}

    def test_in_each_element_of_a_repetition(self):
        marker = (
            '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:extensionElements>'
            '<flow:each in="people" as="one"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
        )
        drawing = Drawing(extensions='<flow:variable name="people" type="list" item="text"/>').start()
        drawing.element(
            "userTask", "w", marker, extensions=form(field("note", shown_if='one == "b"', required="true"))
        )
        play = Play(drawing.end().chain("start", "w", "end"), data={"people": ["a", "b"]})
        for name, shown in (("a", frozenset()), ("b", {"note"})):
            [open_one] = [one for one in play.case.waiting() if one.kind == "work_item"]
            assert play.case.shown_fields(open_one.token, {}) == shown, name
            play.case.complete(open_one.token, {"note": "here"})
        assert play.is_over

    def test_nothing_of_it_is_history(self):
        play = Play(asking(SPENT)).complete("w", {"amount": "5000", "reason": "far"})
        assert all("amount" not in event.reads for event in play.events)


class TestStarting:
    def test_the_start_form_among_its_fields(self):
        drawing = asking("", start=SPENT)
        assert "reason" not in Play(drawing, data={"amount": "5", "reason": "x"}).variables
        assert Play(drawing, data={"amount": "5000", "reason": "far"}).variables["reason"] == "far"
        with pytest.raises(FieldErrors) as caught:
            Play(drawing, data={"amount": "5000"})
        assert list(caught.value.fields) == ["reason"]

    def test_a_called_process_need_not_be_given_what_may_not_be_asked(self):
        called = asking("", start=SPENT)
        called.key = "called"
        known = {"called": compile_definition(called.bytes(), VOCABULARY)}
        words = Vocabulary(processes=known, roles=VOCABULARY.roles)
        drawing = Drawing().start().element(
            "callActivity", "call", extensions='<flow:in name="amount" value="5"/>', calledElement="called"
        ).end().chain("start", "call", "end")  # fmt: skip
        assert codes(drawing, words) == []
        assert Play(drawing, vocabulary=words).at() == ["w"]


class TestLint:
    @pytest.mark.parametrize(
        ("fields", "code", "name"),
        [
            ([field("a", shown_if="a == null")], "condition_of_itself", "a"),
            ([field("a", shown_if="b == null"), field("b", shown_if="a == null")], "conditions_in_circle", None),
            ([field("n", "integer"), field("a", shown_if="n + 1")], "field_condition_not_boolean", "a"),
            ([field("a", shown_if="nobody > 1")], "unknown_name", "nobody"),
            ([field("n", "integer"), field("a", shown_if='n == "x"')], "cannot_compare", None),
            ([field("n", "integer"), field("a", shown_if="n >")], "expression_ends_early", None),
            ([KIND, field("a", shown_if='kind == "trvel"')], "not_one_of_choices", None),
            ([field("a", shown_if='w.outcome == "yes"')], "condition_of_own_decision", "a"),
        ],
    )  # fmt: skip
    def test_refuses(self, fields, code, name):
        drawing = asking(form(*fields) + '<flow:outcome code="yes"/>')
        [found] = [one for one in check_definition(drawing.bytes(), VOCABULARY) if one.severity == "error"]
        assert found.code == code
        assert name in (None, found.params.get("name"))
        # The page of forms puts it beside the field.
        assert (found.params.get("field") or found.params.get("name")) in ("a", "b")

    def test_a_start_form_knows_its_fields_only(self):
        more = '<flow:variable name="limit" type="integer"/>'
        for condition in ("limit > 1", "subject.amount > 1"):
            drawing = asking("", start=form(field("a", shown_if=condition)), more=more)
            assert codes(drawing) == [("condition_at_start", "a")]

    def test_a_message_fills_in_no_form(self):
        drawing = asking(form(field("amount", "decimal"))).element(
            "boundaryEvent",
            "on",
            '<bpmn:signalEventDefinition signalRef="news"/>',
            extensions=form(field("late", shown_if="amount > 1")),
            attachedToRef="w",
        )
        data = drawing.flow("on", "end").bytes('<bpmn:signal id="news" name="news"/>')
        found = [one.code for one in check_definition(data, VOCABULARY) if one.severity == "error"]
        assert found == ["condition_without_person"]

    def test_a_misspelt_name_has_its_mend(self):
        words = form(field("amount", "decimal"), field("a", shown_if="amout > 5"))
        data = asking(words).bytes()
        [found] = offer_mends(data, check_definition(data, VOCABULARY), VOCABULARY)[:1]
        assert found.code == "unknown_name"
        assert b'shownIf="amount &gt; 5"' in apply_mend(data, found)

    def test_a_long_chain_is_no_matter_of_depth(self):
        chain = [field("f0", "boolean")]
        chain += [field(f"f{at}", "boolean", shown_if=f"f{at - 1}") for at in range(1, 1500)]
        compiled = compile_definition(asking(form(*reversed(chain))).bytes(), VOCABULARY)
        fields = compiled.elements["w"].form
        everything = {one.id: True for one in fields}
        assert len(shown_fields(fields, everything)) == 1500
        assert shown_fields(fields, {**everything, "f7": False}) == {f"f{at}" for at in range(8)}


class TestWords:
    def test_the_difference_says_when(self):
        one, other = (
            asking(form(field("amount", "decimal"), field("reason", shown_if=condition))).bytes().decode()
            for condition in ("", "amount > 100000")
        )
        third = other.replace("100000", "5")
        assert [change.text("zh-hans") for change in compare_versions(one, other).changes] == [
            "环节：字段“reason”：只在 amount > 100,000 时显示"
        ]
        assert [change.text("en") for change in compare_versions(other, third).changes] == [
            "step: Field “reason”: shown only if amount > 100,000 → amount > 5"
        ]
        assert [change.text("en") for change in compare_versions(other, one).changes] == [
            "step: Field “reason”: always shown, no longer only if amount > 100,000"
        ]
        bare = asking(form(field("amount", "decimal"))).bytes().decode()
        assert [change.text("en") for change in compare_versions(bare, other).changes] == [
            "step: Field “reason” added (shown only if amount > 100,000)"
        ]

    def test_what_is_filled_in_is_said_in_words(self):
        one, other = (
            asking(form(field("a"), field("b", shown_if=condition))).bytes().decode()
            for condition in ("empty(a)", "not empty(a)")
        )
        assert [change.text("zh-hans") for change in compare_versions(one, other).changes] == [
            "环节：字段“b”：显示条件 a 为空 → a 不为空"
        ]

    def test_the_page_keeps_it(self):
        bpmn = asking(form(field("amount", "decimal"), field("a", shown_if="amount > 5"))).bytes().decode()
        [sheets] = [one.fields for one in step_forms(bpmn, "process") if one.id == "w"]
        assert sheets[1].shown_if == "amount > 5"
        assert written_form(bpmn, "w", sheets) == bpmn
        sheets[1].shown_if = 'amount < 3 and "<" != "x"'
        changed = written_form(bpmn, "w", [*sheets, FieldSheet("b", shown_if="")])
        read = form_fields(changed, "w", VOCABULARY)
        assert [one.shown_if and one.shown_if.text for one in read] == [None, sheets[1].shown_if, None]
        sheets[1].shown_if = ""
        assert "shownIf" not in written_form(changed, "w", sheets)


# Any form -----------------------------------------------------------------------------------------

VALUES = {
    "boolean": st.sampled_from([True, False, None]),
    "integer": st.sampled_from([0, 5, 50, None, "x"]),
    "text": st.sampled_from(["", "a", "b", None]),
}
CONDITIONS = {
    "boolean": ["{}", "not {}", "{} == null"],
    "integer": ["{} > 4", "{} == null", "10 / {} > 1"],
    "text": ['{} == "a"', '{} != "b"', "not empty({})"],
}


@st.composite
def forms(draw):
    """Fields whose conditions read others, in any order but no circle; one of the case's variables, too."""
    kinds = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=5))
    rows = []
    for at, kind in enumerate(kinds):
        known = [(f"f{other}", kinds[other]) for other in range(at)] + [("before", "integer")]
        condition = ""
        for name, of in draw(st.lists(st.sampled_from(known), max_size=2)):
            part = draw(st.sampled_from(CONDITIONS[of])).format(name)
            condition = f"{condition} {draw(st.sampled_from(['and', 'or']))} {part}" if condition else part
        more = {"required": "true"} if draw(st.booleans()) else {}
        rows.append(field(f"f{at}", kind, condition, **more))
    data = {f"f{at}": draw(VALUES[kind]) for at, kind in enumerate(kinds) if draw(st.booleans())}
    return draw(st.permutations(rows)), data, draw(st.sampled_from([None, 3, 30]))


@given(forms())
@settings(max_examples=40, deadline=None)
def test_nothing_is_asked_of_or_taken_from_what_is_not_shown(drawn):
    check(*drawn)


@pytest.mark.long
@given(forms())
@settings(max_examples=500, deadline=None)
def test_nothing_of_what_is_not_shown_in_many_forms(drawn):
    check(*drawn)


def check(rows, data, before):
    more = '<flow:variable name="before" type="integer"/>'
    play = Play(asking(form(*rows), more=more), data={"before": before})
    shown = play.case.shown_fields(play.token("w"), data)
    everything = {one.id for one in play.definition.elements["w"].form}
    known = dict(play.variables)
    # Whatever stands in a hidden field decides nothing.
    assert play.case.shown_fields(play.token("w"), {n: v for n, v in data.items() if n in shown}) == shown
    assert play.case.shown_fields(play.token("w"), {**dict.fromkeys(everything - shown, "x"), **{n: v for n, v in data.items() if n in shown}}) == shown  # fmt: skip
    wrong = set()
    try:
        play.complete("w", data)
    except FieldErrors as errors:
        wrong = set(errors.fields)
    if wrong:
        assert wrong <= shown
        assert dict(play.variables) == known
    else:
        hidden = everything - shown
        assert {name: play.variables.get(name) for name in hidden} == dict.fromkeys(hidden)
        taken = {name for name in data if name in shown}
        assert taken <= play.variables.keys()


def test_what_was_taken_is_taken_again():
    """Who checks twice, as the service does before the engine, gets the same."""
    from workflows.engine.forms import check_fields

    fields = compile_definition(asking(SPENT).bytes(), VOCABULARY).elements["w"].form
    for data in ({"amount": "5", "reason": "x"}, {"amount": "5000", "reason": "far"}, {}):
        once = check_fields(fields, data, {}, {"amount": "7", "reason": "old"})
        assert check_fields(fields, once, {}, {"amount": "7", "reason": "old"}) == once
