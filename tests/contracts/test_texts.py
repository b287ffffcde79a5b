"""Texts of contracts: what a paragraph may hold, what conditions and repeats do, and that nothing gets lost."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from contracts.texts.assembly import Choices, ClauseText, assembled, clauses_of
from contracts.texts.checking import faults_of_template
from contracts.texts.differences import differences
from contracts.texts.facts import FACTS, facts_of
from contracts.texts.paragraphs import LONGEST, MOST, Mark, Paragraph, read_paragraphs
from contracts.texts.placeholders import TABLES
from contracts.texts.sample import sample_content
from core.errors import ApplicationError
from core.pdf.placeholders import PLACEHOLDER, fill_runs
from core.redline import IN, KEPT, OUT, redline


def read(*data):
    return read_paragraphs(list(data), where="Price")


def clause(code="price", *texts, **more) -> ClauseText:
    paragraphs = more.pop("paragraphs", None) or tuple(Paragraph(text) for text in texts or ("甲方付款。",))
    return ClauseText(code=code, title=code, paragraphs=paragraphs, **more)


def content(**more):
    template = {"code": "x", "version": 1, "name": "x", "layout": "full", "texts": {"title": "合同"}}
    return {**sample_content(template, {"name": "我方", "bank": "b", "account": "1"}), **more}


class TestParagraphs:
    def test_what_is_read_is_what_was_stored(self):
        data = {
            "text": "甲方付{amount}。",
            "bold": True,
            "when": "amount > 100",
            "level": 1,
            "marks": [[2, 11, "strong"]],
        }
        (found,) = read(data)
        assert found.data() == {key: value for key, value in data.items() if key != "level"}
        assert read_paragraphs([found.data()], where="x") == (found,)

    def test_the_older_word_for_a_condition_is_understood(self):
        assert read({"text": "x", "only_with": "late_interest"})[0].when == "late_interest"

    @pytest.mark.parametrize(
        "data",
        [
            {"text": ""},
            {"text": "   "},
            {"text": "长" * (LONGEST + 1)},
            {"text": "a\x00b"},
            {"text": "付款\u202e给我"},
            {"text": "x", "script": "alert(1)"},
            {"text": "x", "style": "background:url(http://x/)"},
            {"text": "x", "bold": "yes"},
            {"text": "x", "bold": 1},
            {"text": "x", "table": "passwords"},
            {"text": "x", "each": "users"},
            {"text": "x", "each": "lines", "table": "lines"},
            {"text": "x", "level": 3},
            {"text": "x", "level": True},
            {"text": "x", "when": "amount >"},
            {"text": "x", "when": "amount"},
            {"text": "x", "when": "subject.owner.password == 'x'"},
            {"text": "x", "when": "__import__('os')"},
            {"text": "x", "when": ["amount > 1"]},
            {"text": "x", "marks": [[0, 9, "strong"]]},
            {"text": "xyz", "marks": [[0, 2, "strong"], [1, 3, "strong"]]},
            {"text": "{amount}", "marks": [[0, 3, "strong"]]},
            {"text": "x", "marks": [[0, 1, "script"]]},
            {"text": "x", "marks": "strong"},
            {"text": ["x"]},
            "x",
            None,
        ],
        ids=lambda data: str(data)[:40],
    )
    def test_what_cannot_stand_is_refused_with_its_place(self, data):
        with pytest.raises(ApplicationError) as refusal:
            read({"text": "ok"}, data)
        assert refusal.value.code == "bad_text"
        assert "Price" in str(refusal.value.message)
        assert "2" in str(refusal.value.message)

    @pytest.mark.parametrize("data", [[], "text", None, {"text": "x"}, [{"text": "x"}] * (MOST + 1)])
    def test_no_paragraphs_or_too_many_are_refused(self, data):
        with pytest.raises(ApplicationError, match="Price"):
            read_paragraphs(data, where="Price")

    def test_nothing_stands_under_nothing(self):
        with pytest.raises(ApplicationError):
            read({"text": "x", "level": 2})

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(
        st.sampled_from(["text", "bold", "table", "when", "each", "level", "marks", "x"]), one)))  # fmt: skip
    def test_whatever_is_sent_is_read_or_refused(self, data):
        try:
            found = read_paragraphs(data, where="x")
        except ApplicationError:
            return
        assert read_paragraphs([one.data() for one in found], where="x") == found


class TestStanding:
    template = (
        clause("services"),
        clause("invoice", kind="optional"),
        clause("secrecy", kind="optional", is_default=False),
        clause("court", kind="alternative", group="disputes"),
        clause("arbitration", kind="alternative", group="disputes", is_default=False),
        clause("general"),
    )

    def codes(self, **choices):
        return [one.code for one in clauses_of(self.template, Choices(**choices))]

    def test_the_usual_choices(self):
        assert self.codes() == ["services", "invoice", "court", "general"]

    def test_optional_ones_come_and_go(self):
        assert self.codes(left_out={"invoice"}, taken_in={"secrecy"}) == [
            "services",
            "secrecy",
            "court",
            "general",
        ]

    def test_one_of_the_alternatives_stands_always(self):
        assert self.codes(chosen={"arbitration"}) == ["services", "invoice", "arbitration", "general"]
        assert self.codes(chosen={"unheard-of"}, left_out={"court"})[2] == "court"

    def test_a_changed_clause_keeps_its_place_and_its_code(self):
        changed = clause("invoice", "乙方先开票。")
        found = clauses_of(self.template, Choices(changed={"invoice": changed}))
        assert (found[1].code, found[1].paragraphs, found[1].kind) == (
            "invoice",
            changed.paragraphs,
            "optional",
        )

    def test_added_ones_stand_where_they_were_put_or_before_the_last_one(self):
        free = clause("free-1")
        assert self.codes(added=[("services", free)])[1] == "free-1"
        assert self.codes(added=[("", free)])[-2:] == ["free-1", "general"]
        assert self.codes(added=[("gone", free)])[-2:] == ["free-1", "general"]
        # The clause after which it stood was left out: it stands at that place all the same.
        assert self.codes(added=[("invoice", free)], left_out={"invoice"})[1] == "free-1"


class TestAssembled:
    def assembled(self, *paragraphs, **more):
        found, values = assembled([clause("price", paragraphs=paragraphs)], content(**more))
        return [one.text for clause_ in found for one in clause_.paragraphs], values

    def test_a_paragraph_stands_where_its_condition_holds(self):
        interest = Paragraph("利息", when="late_interest")
        none = {"rule": "none", "grace_days": 0}
        assert self.assembled(Paragraph("价款"), interest)[0] == ["价款", "利息"]
        assert self.assembled(Paragraph("价款"), interest, late=none)[0] == ["价款"]

    def test_what_stands_under_a_paragraph_goes_with_it(self):
        under = (Paragraph("一", when="is_person"), Paragraph("其一", level=2), Paragraph("二"))
        assert self.assembled(*under)[0] == ["二"]

    def test_a_clause_of_which_nothing_holds_falls_away(self):
        assert self.assembled(Paragraph("个人", when="is_person")) == ([], {})

    def test_every_fact_can_be_asked_about_and_has_a_value_of_its_type(self):
        facts = facts_of(content())
        assert facts.keys() == FACTS.keys()
        kinds = {"decimal": "Decimal", "integer": "int", "boolean": "bool", "choice": "str"}
        assert {name: type(value).__name__ for name, value in facts.items()} == {
            name: kinds[fact.type.kind] for name, fact in FACTS.items()
        }

    def test_a_repeated_paragraph_stands_for_each_row_with_its_own_values(self):
        text = "{line_no}. {line_name}：{line_amount}，编号{number}"
        paragraph = Paragraph(text, each="lines", marks=(Mark(11, 22, "strong"), Mark(23, 36, "underline")))
        found, values = assembled([clause("price", paragraphs=(paragraph,))], content())
        first, second = found[0].paragraphs
        assert second.text == "{line_2_no}. {line_2_name}：{line_2_amount}，编号{number}"
        assert [fill_runs(one.text, [(m.start, m.end, m.kind) for m in one.marks], {**values, "number": "N"})
                for one in (first, second)] == [
            [("1. ", ""), ("高级会员（一年）", "strong"), ("：", ""), ("¥12,800.00", "underline"), ("，编号N", "")],
            [("2. ", ""), ("首页广告位（一季度）", "strong"), ("：", ""), ("¥9,000.00", "underline"), ("，编号N", "")],
        ]  # fmt: skip

    def test_braces_in_what_customers_are_called_stay_braces(self):
        lines = [{**content()["lines"][0], "name": "{payee_account}{number}"}]
        found, values = assembled(
            [clause("price", paragraphs=(Paragraph("{line_name}", each="lines"),))], content(lines=lines)
        )
        (one,) = found[0].paragraphs
        assert fill_runs(one.text, (), values) == [("{payee_account}{number}", "")]


class TestChecked:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    ready = (
        clause("services", paragraphs=(Paragraph("购买：", table="lines"),)),
        clause(
            "price", paragraphs=(Paragraph("付{amount}，逾期见{article:breach}。", table="payment_plan"),)
        ),
        clause("breach", "每日{late_rate}，{rebate}。"),
    )
    texts = {"title": "合同", "values": {"rebate": "九折"}}

    def faults(self, *clauses, **texts):
        return [(one.clause, one.text) for one in faults_of_template({**self.texts, **texts}, clauses)]

    def test_a_whole_template_has_none(self):
        assert self.faults(*self.ready) == []

    @pytest.mark.parametrize("table", ["lines", "payment_plan"])
    def test_products_and_instalments_stand_once_and_for_sure(self, table):
        holder = next(one for one in self.ready if one.paragraphs[0].table == table)
        rest = [one for one in self.ready if one is not holder]
        assert self.faults(*rest)
        assert self.faults(*self.ready, clause("again", paragraphs=holder.paragraphs))
        loose = clause(holder.code, paragraphs=holder.paragraphs, kind="optional")
        assert [where for where, _text in self.faults(*rest, loose)] == [holder.code]

    def test_names_nothing_that_is_not_filled_in(self):
        assert self.faults(*self.ready, values={}) == [
            ("breach", "Paragraph 1 names {rebate}, and nothing fills that in: add a value of this name.")
        ]
        assert "is not repeated" in self.faults(*self.ready, clause("x", "{line_name}"))[0][1]
        assert "no such clause" in self.faults(*self.ready, clause("x", "{article:gone}"))[0][1]

    def test_an_empty_value_is_the_drafters_or_a_fault(self):
        assert "is empty" in self.faults(*self.ready, values={"rebate": ""})[0][1]
        assert self.faults(*self.ready, values={"rebate": ""}, variables={"rebate": {"open": True}}) == []

    def test_alternatives_come_in_groups_with_one_usual_choice(self):
        court = clause("court", kind="alternative", group="disputes")
        other = clause("arbitration", kind="alternative", group="disputes", is_default=False)
        assert "only alternative" in self.faults(*self.ready, court)[0][1]
        assert (
            "exactly one"
            in self.faults(*self.ready, court, clause("b", kind="alternative", group="disputes"))[0][1]
        )
        assert self.faults(*self.ready, court, other, clause("x", "见{article:disputes}")) == []

    def test_nothing_refers_to_what_may_be_left_out(self):
        loose = clause("invoice", kind="optional")
        assert "may leave out" in self.faults(*self.ready, loose, clause("x", "见{article:invoice}"))[0][1]

    def test_two_clauses_of_one_code_are_found(self):
        assert "Two clauses" in self.faults(*self.ready, clause("breach"))[0][1]


words = st.text(alphabet="甲乙付款违约日{}ab。，", max_size=60)


class TestDifferences:
    @given(words, words)
    def test_the_pieces_are_both_texts(self, old, new):
        pieces = redline(old, new)
        assert "".join(one.text for one in pieces if one.kind in (KEPT, OUT)) == old
        assert "".join(one.text for one in pieces if one.kind in (KEPT, IN)) == new

    @given(st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(words.filter(bool), min_size=1, max_size=4)), max_size=6,
                    unique_by=lambda one: one[0]),
           st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(words.filter(bool), min_size=1, max_size=4)), max_size=6,
                    unique_by=lambda one: one[0]))  # fmt: skip
    def test_nothing_of_either_text_is_missing(self, old, new):
        before, after = ([_stored(*one) for one in those] for those in (old, new))
        found = differences(before, after)
        for stored, gone in ((before, IN), (after, OUT)):
            kept = [
                "".join(piece.text for piece in part.pieces if piece.kind != gone)
                for one in sorted(found, key=lambda one: [s["code"] for s in stored].index(one.code) if one.code in
                                  [s["code"] for s in stored] else 99)
                for part in one.paragraphs
            ]  # fmt: skip
            assert "".join(kept) == "".join(part["text"] for one in stored for part in one["paragraphs"])
        assert [one.code for one in found if one.kind != "out"] == [one["code"] for one in after]
        if before == after:
            assert {one.kind for one in found} <= {"same"}

    def test_one_that_changed_its_place_is_said_to_have_moved(self):
        old = [_stored(code, ["x"]) for code in "abcd"]
        new = [old[1], old[2], old[3], old[0]]
        assert {one.code: one.kind for one in differences(old, new)} == {
            "b": "same", "c": "same", "d": "same", "a": "moved",
        }  # fmt: skip

    def test_the_older_word_for_a_condition_is_no_difference(self):
        old = [{"code": "a", "title": "a", "paragraphs": [{"text": "利息。", "only_with": "late_interest"}]}]
        new = [{"code": "a", "title": "a", "paragraphs": [{"text": "利息。", "when": "late_interest"}]}]
        (found,) = differences(old, new)
        assert (found.kind, found.paragraphs[0].notes) == ("same", ())

    def test_a_flag_that_was_taken_away_is_noted(self):
        old = [{"code": "a", "title": "a", "paragraphs": [{"text": "乙方不承担责任。", "bold": True}]}]
        new = [{"code": "a", "title": "a", "paragraphs": [{"text": "乙方不承担责任。"}]}]
        (found,) = differences(old, new)
        assert (found.kind, found.paragraphs[0].notes) == ("changed", (("bold", True, None),))


def _stored(code, texts):
    return {"code": code, "title": code, "paragraphs": [{"text": text} for text in texts]}


@given(st.text(alphabet="付款{amount}number_1", max_size=40), st.data())
def test_marks_cut_a_text_into_pieces_and_lose_nothing(text, data):
    names = [match.span() for match in PLACEHOLDER.finditer(text)]
    places = [n for n in range(len(text) + 1) if not any(low < n < high for low, high in names)]
    chosen = sorted(data.draw(st.lists(st.sampled_from(places), unique=True, max_size=6)))
    marks = [(a, b, "strong") for a, b in list(pairwise(chosen))[::2]]
    values = dict.fromkeys(PLACEHOLDER.findall(text), "值")
    runs = fill_runs(text, marks, values)
    assert "".join(piece for piece, _kinds in runs) == PLACEHOLDER.sub("值", text)
    assert all(kinds in ("", "strong") for _piece, kinds in runs)


def test_every_table_that_a_paragraph_may_hold_is_printed():
    source = Path("templates/print/contract_table.html").read_text("utf-8")
    assert [table for table in TABLES if f'paragraph.table == "{table}"' not in source] == []
