"""The page of a step's form: fields, what the lint says of them, the preview, saving, and two people at it."""

import re

import pytest
from django.urls import reverse

from tests.pages.test_table_editor import Desk
from tests.workflows.test_decision_tables import GOOD, save, selling
from workflows import services
from workflows.engine.drawing_forms import FieldSheet, step_forms
from workflows.engine.formwriting import written_form
from workflows.models import ProcessDraft

pytestmark = pytest.mark.django_db


class FormDesk(Desk):
    def __init__(self, client, step: str) -> None:
        self.client = client
        self.url = reverse("workflows:draft-form", args=["selling", step])

    def read(self, answer):
        self.text = answer.content.decode().replace('id="form-editor"', 'id="table-editor"')
        answer._container = [self.text.encode()]
        fields = super().read(answer)
        boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*name="(f\d[^"]*)"[^>]*?( checked)?>', self.text)
        for name, checked in boxes:
            if not checked:
                fields.pop(name, None)
        for name, inner in re.findall(
            r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', self.text, re.DOTALL
        ):
            fields[name] = inner.strip()
        return fields


@pytest.fixture
def desk(cast, signed_in) -> FormDesk:
    services.import_bpmn(bpmn=selling().bytes(), actor=cast.admin)
    save(ProcessDraft.objects.get(), cast.admin, discount=GOOD)
    return FormDesk(signed_in(cast.admin), "ask")


def fields(step: str = "ask") -> list[FieldSheet]:
    (found,) = [one for one in step_forms(ProcessDraft.objects.get().bpmn, "selling") if one.id == step]
    return found.fields


def test_the_list_names_steps_and_fields(desk):
    text = desk.client.get(reverse("workflows:draft-forms", args=["selling"])).content.decode()
    assert "下单" in text
    assert ">amount<" in text
    assert reverse("workflows:draft-form", args=["selling", "look"]) in text


def test_what_was_not_changed_is_not_written(desk):
    before = ProcessDraft.objects.get()
    desk.press(desk.open(), "save")
    assert desk.answer.status_code == 302
    after = ProcessDraft.objects.get()
    assert (after.bpmn, after.revision, after.decisions) == (before.bpmn, before.revision, before.decisions)


def test_fields_are_added_filled_moved_copied_and_taken_away(desk):
    typed = desk.press(desk.open(), "add")
    typed = desk.press(
        typed, "check", **{"f1-label": "级别", "f1-id": "level", "f1-type": "choice", "f1-required": "1"}
    )
    typed = desk.press(typed, "up.1", **{"f1-choices": "gold | 金牌 | Gold\nother"})
    typed = desk.press(typed, "copy.0")
    typed = desk.press(typed, "drop.2")
    assert fields()[0].id == "amount", "nothing is written yet"
    typed = desk.press(typed, "undo")
    desk.press(typed, "save")
    assert [(one.id, one.type) for one in fields()] == [
        ("level", "choice"),
        ("level_2", "choice"),
        ("amount", "integer"),
    ]
    level = fields()[0]
    assert (level.label, level.required, [(c.value, c.english) for c in level.choices]) == (
        "级别",
        True,
        [("gold", "Gold"), ("other", "")],
    )


def test_what_belongs_to_a_type_is_kept_while_another_is_tried_and_not_saved_with_it(desk):
    typed = desk.press(desk.open(), "check", **{"f0-minimum": "5", "f0-type": "choice"})
    typed = desk.press(typed, "check", **{"f0-choices": "gold | 金牌 | Gold\nother"})
    typed = desk.press(typed, "check", **{"f0-type": "text", "f0-multiline": "1"})
    assert 'aria-invalid="true"' not in desk.text
    typed = desk.press(typed, "check", **{"f0-type": "integer"})
    assert typed["f0-minimum"] == "5"
    typed = desk.press(typed, "check", **{"f0-type": "choice"})
    assert typed["f0-choices"] == "gold | 金牌 | Gold\nother"
    desk.press(typed, "save", **{"f0-type": "date"})
    (field,) = fields()
    assert (field.type, field.choices, field.minimum, field.multiline) == ("date", [], "5", False)


def test_the_preview_is_drawn_like_a_task(desk):
    desk.press(desk.open(), "live", **{"f0-label": "订货量", "f0-minimum": "5"})
    preview = desk.text.partition("</section>")[0].rpartition("<section")[2]
    assert "订货量" in preview
    assert 'name="preview-amount"' in preview
    assert 'min="5"' in preview


def test_two_fields_of_one_name_are_refused_beside_the_second(desk):
    typed = desk.press(desk.open(), "add")
    before = ProcessDraft.objects.get().revision
    desk.press(typed, "save", **{"f1-id": "amount"})
    assert desk.answer.status_code == 400
    assert 'aria-invalid="true"' in desk.text.partition('id="f1-id"')[2].partition(">")[0]
    assert ProcessDraft.objects.get().revision == before


@pytest.mark.parametrize("name", ["", "two words", "1st", "and"])
def test_a_name_that_no_formula_can_say_is_refused(desk, name):
    desk.press(desk.open(), "save", **{"f0-id": name})
    assert desk.answer.status_code == 400
    assert fields()[0].id == "amount"


def test_the_lint_says_where_a_type_conflicts_with_another_step(desk):
    other = FormDesk(desk.client, "look")
    typed = other.press(other.open(), "add")
    other.press(typed, "live", **{"f0-id": "amount", "f0-type": "date"})
    assert "data-short=" in other.text


def test_what_somebody_else_saved_is_not_overwritten_and_nothing_is_lost(desk, cast):
    mine = desk.open()
    draft = ProcessDraft.objects.get()
    theirs = written_form(draft.bpmn, "ask", [*fields(), FieldSheet("note")])
    services.save_draft(
        definition_key="selling",
        bpmn=theirs,
        revision=draft.revision,
        actor=cast.admin,
        decisions=draft.decisions,
        forms={},
    )
    typed = desk.press(mine, "save", **{"f0-label": "我的"})
    assert desk.answer.status_code == 409
    assert "贺明" in desk.text
    assert (len(fields()), typed["f0-label"]) == (2, "我的")
    over = re.search(r'name="over" value="(\w+)"', desk.text).group(1)
    desk.press(typed, "", over=over)
    assert [(one.id, one.label) for one in fields()] == [("amount", "我的")]


@pytest.mark.parametrize("undo", ["x", "{}", "[]", '{"at": 0, "field": {"id": 1}}', '{"at": "z"}'])
def test_undoing_nothing_changes_nothing(desk, undo):
    desk.press(desk.press(desk.open(), "undo", undo=undo), "save")
    assert [one.id for one in fields()] == ["amount"]


class TestConditions:
    """A field is shown only if: three parts, or an expression."""

    @pytest.fixture
    def typed(self, desk):
        typed = desk.press(desk.open(), "add")
        return desk.press(typed, "check", **{"f1-id": "reason", "f1-label": "原因"})

    def test_it_is_said_in_three_parts(self, desk, typed):
        assert typed["f1-shown_path"] == ""
        assert ">显示条件</legend>" in desk.text
        typed = desk.press(typed, "", **{"f1-shown_path": "amount"})
        assert (typed["f1-shown_test"], typed["f1-shown_value"]) == ("gt", "0")
        typed = desk.press(typed, "", **{"f1-shown_test": "ge", "f1-shown_value": "1,000"})
        assert typed["f1-shown_value"] == "1000"
        desk.press(typed, "save")
        assert fields()[1].shown_if == "amount >= 1000"
        before = ProcessDraft.objects.get().bpmn
        desk.press(desk.open(), "save")
        assert ProcessDraft.objects.get().bpmn == before
        desk.press(desk.open(), "save", **{"f1-shown_path": ""})
        assert fields()[1].shown_if == ""

    def test_a_choice_is_compared_with_its_values_and_a_text_with_none(self, desk, typed):
        typed = desk.press(typed, "", **{"f0-type": "choice"})
        typed = desk.press(typed, "", **{"f0-choices": "big | 大 | Big\nsmall"})
        typed = desk.press(typed, "", **{"f1-shown_path": "amount"})
        assert (typed["f1-shown_test"], typed["f1-shown_value"]) == ("eq", "big")
        assert '<option value="big" selected>大</option>' in desk.text
        typed = desk.press(typed, "", **{"f0-shown_path": "reason", "f1-shown_path": ""})
        assert (typed["f0-shown_test"], "f0-shown_value" in typed) == ("filled", False)
        typed = desk.press(typed, "", **{"f0-shown_test": "ne"})
        desk.press(typed, "save", **{"f0-shown_value": 'say "so" \\ no'})
        assert fields()[0].shown_if == r'reason != "say \"so\" \\ no"'

    def test_what_it_cannot_say_is_an_expression(self, desk, typed):
        typed = desk.press(typed, "", **{"f1-shown_path": "amount"})
        typed = desk.press(typed, "", **{"f1-shown_path": "="})
        assert (typed["f1-shown_path"], typed["f1-shown_if"]) == ("=", "amount > 0")
        desk.press(typed, "save", **{"f1-shown_if": "amount > 5 or amount == 2"})
        assert fields()[1].shown_if == "amount > 5 or amount == 2"
        assert desk.open()["f1-shown_path"] == "="

    def test_what_is_written_otherwise_stays_as_it_is_written(self, desk, typed):
        desk.press(typed, "save", **{"f1-shown_path": "=", "f1-shown_if": "${ amount  gt 5 }"})
        assert fields()[1].shown_if == "${ amount  gt 5 }"
        typed = desk.open()
        assert (typed["f1-shown_path"], typed["f1-shown_value"]) == ("amount", "5")
        desk.press(typed, "save", **{"f0-label": "金额"})
        assert fields()[1].shown_if == "${ amount  gt 5 }"

    def test_another_name_is_another_name_everywhere_on_the_page(self, desk, typed):
        typed = desk.press(typed, "", **{"f1-shown_path": "amount"})
        desk.press(typed, "save", **{"f0-id": "sum"})
        assert [(one.id, one.shown_if) for one in fields()] == [("sum", ""), ("reason", "sum > 0")]

    @pytest.mark.parametrize(
        ("text", "said"), [("reason == null", "它自己"), ("nobody > 1", "nobody"), ("amount + 1", "不是条件")]
    )
    def test_what_is_wrong_with_it_stands_at_the_field(self, desk, typed, text, said):
        desk.press(typed, "live", **{"f1-shown_path": "=", "f1-shown_if": text})
        [error] = re.findall(r'data-at="f1" data-short="([^"]*)"', desk.text)
        assert said in error

    def test_what_the_case_knows_by_then_can_be_read(self, desk):
        other = FormDesk(desk.client, "look")
        other.press(other.open(), "add")
        names = dict(
            re.findall(r'<option value="([^"]+)">([^<]*)</option>', other.text.partition("</fieldset>")[0])
        )
        assert {"amount", "terms.rate", "ask.by", "starter"} <= names.keys()
        assert not any(name.startswith("look.") for name in names), "its own decision is made later"
        desk.press(desk.open(), "add")
        assert 'value="terms.rate"' not in desk.text, "not known yet"

    def test_the_preview_comes_and_goes_and_keeps_what_is_typed(self, desk, typed):
        typed = desk.press(typed, "", **{"f1-shown_path": "amount", "f0-default": "7"})
        assert typed["preview-amount"] == "7"
        assert 'data-field="preview-reason" data-conditional>' in desk.text
        typed = desk.press(typed, "live", **{"f0-default": "8", "preview-reason": "so"})
        assert (typed["preview-amount"], typed["preview-reason"]) == ("8", "so")
        typed = desk.press(typed, "live", **{"preview-amount": "-1"})
        assert 'data-field="preview-reason" data-conditional data-unshown>' in desk.text
        answer = desk.client.post(desk.url, {**typed, "preview-amount": "3"}, headers={"X-Shown": "1"})
        assert answer.json()["hidden"] == []
        assert len(fields()) == 1, "nothing is written"

    def test_a_preview_without_a_case_shows_what_depends_on_it(self, desk):
        other = FormDesk(desk.client, "look")
        typed = other.press(other.open(), "add")
        other.press(typed, "", **{"f0-shown_path": "terms.rate"})
        assert "data-conditional" not in other.text
        assert "是否显示取决于流程数据。" in other.text
