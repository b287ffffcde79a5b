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
