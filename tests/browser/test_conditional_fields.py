"""Fields of a task come and go as one types, and nothing that was typed is lost."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations
from tests.workflows.engine.drawing import Drawing
from tests.workflows.engine.test_showing import field, form
from tests.workflows.running import FINANCE, Hand, publish_drawing, user
from workflows import services
from workflows.engine.drawing_forms import step_forms
from workflows.models import ProcessDraft, ProcessInstance, WorkItem

SPENT = form(
    field("amount", "integer", required="true"),
    field("reason", shown_if="amount > 1000", required="true"),
    field("until", "date", shown_if="not empty(reason)"),
)


def test_fields_come_and_go_while_one_types(open_window, office, complaints):
    drawing = Drawing("spending", name="Spending").start().end()
    user(drawing, "tell", SPENT, FINANCE, name="Tell")
    publish_drawing(drawing.chain("start", "tell", "end"))
    case = Hand.start("spending", office.people.finance).instance
    item = WorkItem.objects.get(instance=case)
    page = open_window("finance", language="en")
    page.goto(page.url.replace("/inbox/", f"/inbox/{item.pk}/?box=queue"))
    settled(page)
    amount, reason, until = (page.locator(f"#id_f-{name}") for name in ("amount", "reason", "until"))
    expect(reason).to_be_hidden()

    amount.focus()
    page.keyboard.type("5000")
    expect(reason).to_be_visible()
    expect(amount).to_be_focused()
    expect(page.locator("[data-coming]")).to_have_text("Asked for now: reason")
    page.keyboard.press("Tab")
    expect(reason).to_be_focused()
    page.keyboard.type("far away")
    expect(until).to_be_visible()
    assert violations(page) == []

    amount.fill("50")
    for gone in (reason, until):
        expect(gone).to_be_hidden()
    amount.fill("7000")
    expect(reason).to_have_value("far away")
    expect(until).to_be_visible()
    amount.fill("60")
    expect(reason).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Submitted. The process is finished.")).to_be_visible()
    held = ProcessInstance.objects.get(pk=case.pk).state["vars"]
    assert held["amount"] == 60
    assert "reason" not in held
    assert complaints == []


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_condition_is_said_by_keyboard_and_tried_in_the_preview(open_window, office, complaints, language):
    drawing = Drawing("spending", name="Spending").start().end()
    user(drawing, "tell", form(field("amount", "integer"), field("reason")), FINANCE, name="Tell")
    text = drawing.chain("start", "tell", "end").bytes().decode()
    services.import_bpmn(bpmn=text.encode(), actor=office.people.admin)
    page = open_window("admin", language=language)
    address = reverse("workflows:draft-form", args=["spending", "tell"])
    page.goto(page.url.replace("/inbox/", address))
    settled(page)
    what, how, value = (page.locator(f"#f1-shown_{part}") for part in ("path", "test", "value"))
    what.focus()
    page.keyboard.press("ArrowDown")
    expect(what).to_have_value("amount")
    expect(how).to_have_value("gt")
    expect(what).to_be_focused()
    page.keyboard.press("Tab")
    expect(how).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(how).to_have_value("ge")
    expect(how).to_be_focused()
    value.fill("1000")
    preview = page.locator("#id_preview-reason")
    expect(preview).to_be_hidden()
    page.locator("#id_preview-amount").fill("1000")
    expect(preview).to_be_visible()
    page.locator("#id_preview-amount").fill("999")
    expect(preview).to_be_hidden()
    assert violations(page) == []
    page.keyboard.press("Control+s")
    expect(page.locator("#id_preview-amount")).to_have_value("")  # the saved form, drawn anew
    [held] = [one for one in step_forms(ProcessDraft.objects.get().bpmn, "spending") if one.id == "tell"]
    assert held.fields[1].shown_if == "amount >= 1000"
    assert complaints == []
