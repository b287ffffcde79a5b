"""The page of a decision table: typing, checking, mending, trying, saving, and two people at it."""

import re

import pytest
from django.urls import reverse

from tests.workflows.test_decision_tables import GOOD, save, selling, table
from workflows import services
from workflows.engine.decisions.sheets import read_sheet
from workflows.models import ProcessDraft

pytestmark = pytest.mark.django_db
GAPPY = table("<= 100 -> 0.01", "> 1000 -> 0.1")


@pytest.fixture
def draft(cast) -> ProcessDraft:
    services.import_bpmn(bpmn=selling().bytes(), actor=cast.admin)
    return save(ProcessDraft.objects.get(), cast.admin, discount=GOOD)


@pytest.fixture
def desk(cast, draft, signed_in):
    return Desk(signed_in(cast.admin))


class Desk:
    """Somebody at the page of a table: opens it, changes fields, presses buttons."""

    def __init__(self, client) -> None:
        self.client = client
        self.url = reverse("workflows:draft-table", args=["selling", "discount"])

    def open(self) -> dict[str, str]:
        answer = self.client.get(self.url)
        assert answer.status_code == 200
        return self.read(answer)

    def press(self, fields: dict[str, str], deed: str, **changes: str):
        data = {**fields, **{name.replace("__", "-"): value for name, value in changes.items()}}
        self.answer = self.client.post(self.url, {**data, "deed": deed})
        return self.read(self.answer)

    def read(self, answer) -> dict[str, str]:
        """Every field of the form, as a browser would send it."""
        self.text = answer.content.decode()
        form = self.text.partition('id="table-editor"')[2].partition("</form>")[0]
        fields: dict[str, str] = {}
        for tag in re.findall(r"<input[^>]*>", form):
            name = re.search(r' name="([^"]*)"', tag)
            if name is None or " disabled" in tag:
                continue
            value = re.search(r' value="([^"]*)"', tag)
            fields[name.group(1)] = _plain(value.group(1)) if value else ""
        for name, inner in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
            fields[name] = _plain(chosen.group(1)) if chosen else ""
        return fields


def _plain(text: str) -> str:
    from html import unescape

    return unescape(text)


def stored() -> str:
    return ProcessDraft.objects.get().decisions["discount"]


def cells() -> list[list[str]]:
    return [[*row.conditions, *row.results] for row in read_sheet(stored(), "discount").rows]


class TestEditing:
    def test_what_was_not_changed_is_not_written(self, desk):
        before = ProcessDraft.objects.get()
        desk.press(desk.open(), "save")
        assert desk.answer.status_code == 302
        assert (stored(), ProcessDraft.objects.get().revision) == (GOOD, before.revision)

    def test_a_threshold_is_changed_in_its_field(self, desk):
        fields = desk.open()
        assert (fields["r0-i0-t"], fields["r0-i0-a"], fields["r0-o0-v"]) == ("le", "100", "0.01")
        desk.press(fields, "save", **{"r0-i0-a": "150"})
        assert cells() == [["<= 150", "0.01"], ["(100..1000]", "0.05"], ["> 1000", "0.1"]]
        expected = GOOD.replace("&lt;= 100", "&lt;= 150")
        # The same file; only what may be written in two ways is.
        assert stored() == expected.replace("></output>", "/>").replace("<text>> ", "<text>&gt; ")

    def test_a_half_open_interval_stays_a_formula_and_as_it_is(self, desk):
        assert desk.open()["r1-i0-f"] == "(100..1000]"

    def test_rules_are_added_copied_moved_and_taken_away(self, desk):
        fields = desk.press(desk.open(), "copy_row.0")
        fields = desk.press(fields, "up_row.2", **{"r1-o0-v": "0.02"})
        fields = desk.press(fields, "drop_row.0")
        fields = desk.press(fields, "add_row")
        assert len(cells()) == 3, "nothing is written yet"
        desk.press(fields, "save", **{"r3-i0-t": "is", "r3-i0-a": "7", "r3-o0-v": "1"})
        assert cells() == [["(100..1000]", "0.05"], ["<= 100", "0.02"], ["> 1000", "0.1"], ["7", "1"]]

    def test_what_was_taken_away_comes_back(self, desk):
        fields = desk.press(desk.open(), "drop_row.1")
        assert len([name for name in fields if name.endswith("-origin") and name[0] == "r"]) == 2
        desk.press(desk.press(fields, "undo"), "save")
        assert stored() == GOOD

    @pytest.mark.parametrize("undo", ["", "x", "{}", '{"part": "row", "at": 0, "first": {}, "cells": []}', "[]",
        '{"part": "row", "at": 0, "first": {"conditions": "ab", "results": 3}, "cells": []}'])  # fmt: skip
    def test_undoing_nothing_changes_nothing(self, desk, undo):
        desk.press(desk.press(desk.open(), "undo", undo=undo), "save")
        assert stored() == GOOD

    def test_columns_are_added_and_taken_away(self, desk):
        fields = desk.press(desk.open(), "add_input")
        fields = desk.press(
            fields, "check", **{"i1-label": "谁", "i1-english": "Who", "i1-expression": "starter"}
        )
        assert fields["r0-i1-t"] == "any"
        desk.press(fields, "save", **{"r0-i1-t": "is", "r0-i1-a": "ann"})
        assert cells()[0] == ["<= 100", '"ann"', "0.01"]
        fields = desk.press(desk.open(), "drop_input.1")
        desk.press(fields, "save")
        assert cells()[0] == ["<= 100", "0.01"]

    def test_formulas_instead_of_fields_and_back(self, desk):
        fields = desk.press(desk.open(), "expert")
        assert fields["r0-i0-f"] == "<= 100"
        fields = desk.press(fields, "simple", **{"r0-i0-f": ">= 5"})
        assert (fields["r0-i0-t"], fields["r0-i0-a"]) == ("ge", "5")


class TestChecking:
    def test_a_mistake_stands_at_its_cell_in_the_words_of_the_engine_and_is_kept(self, desk):
        fields = desk.press(desk.open(), "live", **{"r0-i0-a": "lots"})
        assert fields["r0-i0-a"] == "lots"
        assert 'data-at="r0-i0"' in desk.text
        desk.press(fields, "save")
        assert cells()[0][0] == "<= lots", "a draft may be wrong"
        assert desk.open()["r0-i0-a"] == "lots"

    def test_a_gap_is_shown_and_mended(self, desk, draft, cast):
        save(ProcessDraft.objects.get(), cast.admin, discount=GAPPY)
        fields = desk.open()
        assert "mend_gap.0" in desk.text
        fields = desk.press(fields, "mend_gap.0")
        assert "mend_gap.0" not in desk.text
        desk.press(fields, "save", **{"r2-o0-v": "0.05"})
        assert cells()[2] == ["[101..1000]", "0.05"]

    def test_two_rules_that_overlap_are_shown_and_mended(self, desk):
        desk.press(desk.open(), "live", **{"r0-i0-a": "500"})
        assert "mend_first" in desk.text
        fields = desk.press(desk.open(), "mend_first")
        assert fields["policy"] == "FIRST"

    def test_a_rule_never_reached_is_shown_and_taken_away(self, desk):
        fields = desk.press(desk.open(), "mend_first")
        fields = desk.press(fields, "live", **{"r0-i0-a": "9999"})
        assert "drop_row.1" in desk.text.partition("data-findings")[2]

    @pytest.mark.parametrize(
        ("typed", "said"), [("50", "0.01"), ("500", "0.05"), ("1001", "0.1"), ("lots", "aria-invalid")]
    )
    def test_a_row_is_tried(self, desk, typed, said):
        desk.press(desk.open(), "live", **{"try-0": typed})
        assert said in desk.text.partition('name="try-0"')[2].partition("</section>")[0]


class TestTwoPeople:
    def test_what_somebody_else_saved_is_not_overwritten_and_nothing_is_lost(self, desk, cast):
        mine = desk.open()
        theirs = GOOD.replace("0.05", "0.07")
        save(ProcessDraft.objects.get(), cast.admin, discount=theirs)
        fields = desk.press(mine, "save", **{"r0-i0-a": "150"})
        assert desk.answer.status_code == 409
        assert "贺明" in desk.text
        assert (stored(), fields["r0-i0-a"]) == (theirs, "150")
        over = re.search(r'name="over" value="(\w+)"', desk.text).group(1)
        desk.press(fields, "", over=over)
        assert cells() == [["<= 150", "0.01"], ["(100..1000]", "0.05"], ["> 1000", "0.1"]]

    def test_another_part_that_was_saved_meanwhile_does_not_matter(self, desk, cast):
        mine = desk.open()
        save(ProcessDraft.objects.get(), cast.admin, discount=GOOD, other=GAPPY)
        desk.press(mine, "save", **{"r0-i0-a": "150"})
        assert desk.answer.status_code == 302
        assert ProcessDraft.objects.get().decisions["other"] == GAPPY


class TestList:
    def list(self, desk):
        return desk.client.get(reverse("workflows:draft-tables", args=["selling"])).content.decode()

    def test_it_names_the_steps_that_ask_and_deletes_only_what_none_asks(self, desk, cast):
        save(ProcessDraft.objects.get(), cast.admin, discount=GOOD, spare=GOOD)
        text = self.list(desk)
        assert "定折扣" in text
        assert re.findall(r'name="delete" value="(\w+)"', text) == ["spare"]
        url = reverse("workflows:draft-tables", args=["selling"])
        desk.client.post(url, {"delete": "discount"})
        desk.client.post(url, {"delete": "spare"})
        assert list(ProcessDraft.objects.get().decisions) == ["discount"]
        assert 'name="undo"' in self.list(desk)
        desk.client.post(url, {"undo": "1"})
        assert ProcessDraft.objects.get().decisions == {"discount": GOOD, "spare": GOOD}
        assert 'name="undo"' not in self.list(desk)

    def test_a_new_one_begins_with_a_blank_rule(self, desk):
        url = reverse("workflows:draft-table-new", args=["selling"])
        answer = desk.client.post(url, {"label": "新表", "name": "fresh"})
        assert answer.status_code == 302
        page = desk.client.get(answer.url)
        assert page.status_code == 200
        again = desk.client.post(url, {"label": "新表", "name": "fresh"})
        assert again.status_code == 400

    def test_a_file_that_no_page_can_hold_is_said_to_be_one(self, desk, cast):
        save(ProcessDraft.objects.get(), cast.admin, discount="<html/>")
        assert desk.client.get(desk.url).status_code == 200
        assert "DMN" in desk.client.get(desk.url).content.decode()
        assert desk.client.post(desk.url, {"deed": "save"}).status_code == 400
        assert stored() == "<html/>"
