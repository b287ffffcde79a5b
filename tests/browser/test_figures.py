"""The figures of a process in Chromium: colours and numbers on the diagram, another measure, one way marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core import clock
from tests.browser.scene import move
from tests.browser.test_accessibility import violations
from workflows.services import roll_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
FIGURES = "/processes/contract_lifecycle/?tab=figures"


@pytest.fixture
def counted(office) -> None:
    """One of the contracts is turned down, so that a case has come to its end."""
    move(office.with_manager, "manager_review", office.people.manager1, "reject", "不做了")
    with clock.travel(timedelta(minutes=1)):
        roll_up()


@pytest.mark.parametrize(
    ("language", "options"), [("zh", {}), ("en", {"theme": "dark"}), ("en", {"phone": True})]
)
def test_the_diagram_is_coloured_by_what_is_chosen_and_shows_a_way(
    open_window, counted, complaints, language, options
):
    page = open_window("admin", language=language, **options)
    page.goto(page.url.replace("/inbox/", FIGURES))
    ready = page.locator("[data-diagram][data-ready]")
    expect(ready).to_be_visible()
    expect(page.locator(".djs-element.heat-4").first).to_be_attached()
    assert violations(page) == []
    page.locator(".heat-modes a").nth(1).click()
    expect(page.locator(".heat-modes a").nth(1)).to_have_attribute("aria-current", "true")
    expect(ready).to_be_visible()
    drawn = page.locator("[data-container-id='draft_contract'] .dia-figure")
    expect(drawn).to_have_text("5")
    page.locator(".ways a.btn").first.click()
    expect(page.locator(".ways li[aria-current]")).to_have_count(1)
    expect(page.locator(".djs-connection.is-way").first).to_be_attached()
    expect(page.locator(".djs-element.is-future").first).to_be_attached()
    assert violations(page) == []
    assert page.evaluate("window.__breaches") == []
    assert complaints == []
