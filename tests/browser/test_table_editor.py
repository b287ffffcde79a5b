"""A threshold is changed by keyboard: the gap is seen and mended, a row tried, the table saved; then a form."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from workflows.engine.decisions.sheets import read_sheet
from workflows.models import ProcessDraft
from workflows.services import publish_shipped

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_threshold_is_changed_by_keyboard(open_window, office, complaints):
    publish_shipped(only={"complaint"})
    page = open_window("admin", language="en")
    home = page.url.replace("/inbox/", "/processes/complaint/draft/")
    page.goto(f"{home}tables/complaint_sla/")
    expect(page.locator("[data-findings] .said")).to_have_count(0)

    # From severity 4 on becomes from severity 6 on: nothing is said of 4 and 5 any more.
    page.focus("[name='r3-i0-a']")
    page.keyboard.press("Control+a")
    page.keyboard.type("6")
    page.keyboard.press("Tab")
    mend = page.locator("[value='mend_gap.0']")
    expect(mend).to_be_visible()
    expect(page.locator("[data-findings]")).to_contain_text("no rule matches")
    assert violations(page) == []
    mend.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name='r4-i0-b']")).to_have_value("5")
    expect(page.locator("[name='r4-o0-v']")).to_be_focused()
    expect(page.locator("[data-findings] .said")).to_have_count(0)
    page.keyboard.press("Control+a")
    page.keyboard.type("PT8H")

    page.focus("[name='try-0']")
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    expect(page.locator("[data-tried]")).to_contain_text("PT8H")
    page.focus("[value='save']")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.locator("[name='r4-o0-v']")).to_have_value("PT8H")
    saved = read_sheet(ProcessDraft.objects.get(definition__key="complaint").decisions["complaint_sla"], "t")
    assert [row.conditions[0] for row in saved.rows] == ["1", "2", "3", ">= 6", "[4..5]"]

    page.goto(f"{home}forms/")
    page.locator("tbody a").first.click()
    page.click("[value='add']")
    page.fill("[name='f0-english']", "Level")
    page.select_option("[name='f0-type']", "choice")
    page.fill("[name='f0-choices']", "gold | 金牌 | Gold")
    page.keyboard.press("Tab")
    expect(page.locator("#findings option[value='gold']")).to_have_text("Gold")
    assert violations(page) == []
    assert complaints == []
