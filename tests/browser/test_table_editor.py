"""A threshold is changed by keyboard: the gap is seen and mended, a row tried, the table saved; then a form."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_accessibility import violations
from workflows.engine.decisions.sheets import read_sheet
from workflows.models import ProcessDraft
from workflows.services import publish_shipped

pytestmark = pytest.mark.django_db(transaction=True)


class Held:
    """What the page asks the server waits until it is let go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        self.is_over = False

    def take(self, route: Route) -> None:
        if route.request.method == "POST" and not self.is_over:
            self.routes.append(route)
        else:
            route.continue_()

    def asked(self) -> None:
        while not self.routes:
            self.page.evaluate(NEXT_FRAME)

    def let_go(self) -> None:
        self.is_over = True
        for route in self.routes:
            with self.page.expect_request_finished(lambda one, route=route: one == route.request):
                route.continue_()
        for _frame in range(3):
            self.page.evaluate(NEXT_FRAME)


NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => done()))"


@contextmanager
def held(page: Page) -> Iterator[Held]:
    answer = Held(page)
    page.route("**/draft/**", answer.take)
    yield answer
    answer.let_go()
    page.unroute("**/draft/**", answer.take)


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
    page.keyboard.type("2")
    with held(page) as answer:
        page.keyboard.press("Tab")
        answer.asked()
        # Typed before the answer about 2 is there: it is the answer about 5 that counts.
        page.focus("[name='try-0']")
        page.keyboard.press("Control+a")
        page.keyboard.type("5")
    expect(page.locator("[name='try-0']")).to_have_value("5")
    page.keyboard.press("Tab")
    expect(page.locator("[data-tried]")).to_contain_text("PT8H")
    expect(page.locator("[name='try-0']")).to_have_value("5")
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
    with held(page) as answer:
        page.select_option("[name='f0-type']", "choice")
        answer.asked()
        page.focus("[name='f0-default']")
        page.keyboard.type("gold")
    page.fill("[name='f0-choices']", "gold | 金牌 | Gold")
    expect(page.locator("[name='f0-default']")).to_have_value("gold")
    page.keyboard.press("Tab")
    expect(page.locator("#findings option[value='gold']")).to_have_text("Gold")
    assert violations(page) == []
    assert complaints == []
