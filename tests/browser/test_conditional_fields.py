"""Fields of a task come and go as one types, and nothing that was typed is lost."""

from playwright.sync_api import expect

from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations
from tests.workflows.engine.drawing import Drawing
from tests.workflows.engine.test_showing import field, form
from tests.workflows.running import FINANCE, Hand, publish_drawing, user
from workflows.models import ProcessInstance, WorkItem

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
