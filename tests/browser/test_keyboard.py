"""A manager's day of approvals by keyboard alone: from the sign-in page to the empty box, without a mouse."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from contracts import services
from tests.browser.chromium import PASSWORD, settled
from tests.browser.scene import move
from tests.contracts import factory
from workflows.models import WorkItem

MOST_STEPS = 60


def tab_to(page, selector: str, *, key: str = "Tab") -> None:
    """Press Tab until the focus stands there; giving up names where it got stuck."""
    for _ in range(MOST_STEPS):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press(key)
    pytest.fail(
        f"{selector} is not reached by {key}; the focus is at {page.evaluate('document.activeElement?.outerHTML')}"
    )


@pytest.fixture
def submitted(office):
    """Three more contracts wait for the manager."""
    for name in ("常州恒力机床有限公司", "扬州江都阀门有限公司", "镇江丹阳量具有限公司"):
        contract = services.start_contract(
            customer_id=factory.customer_of(office.people.rep1, name).pk,
            actor=office.people.rep1,
            fields=factory.term(),
            lines=[factory.membership("12800.00", "VIP-G")],
            plan=factory.instalments((10, str(Decimal("12800.00")))),
        )
        move(contract, "draft_contract", office.people.rep1, "submit")
    return office


def test_a_days_approvals_need_no_mouse(browser, live_server, submitted):
    manager = submitted.people.manager1
    mine = WorkItem.objects.open().filter(assignee=manager)
    waiting, before = list(mine.values_list("pk", flat=True)), mine.count()
    assert before >= 4
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live_server.url}/account/login/?next=/inbox/")
    settled(page)
    tab_to(page, "[name=login]")
    page.keyboard.type("manager1")
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^[^?]*/inbox/"))
    expect(page.locator("a.task").first).to_be_visible()
    settled(page)

    for left in range(before, 0, -1):
        # The first task of the list: j walks to it, Enter opens it.
        page.keyboard.press("j")
        expect(page.locator("a.task:focus")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("#detail h1")).to_be_focused()
        settled(page)
        tab_to(page, "input[name=outcome]")
        # Nothing is chosen beforehand: the arrow and the space bar choose.
        page.keyboard.press("Space")
        expect(page.locator("input[name=outcome]:checked")).to_have_value("approve")
        page.keyboard.press("Control+Enter")
        expect(page.locator("a.task")).to_have_count(left - 1)
        settled(page)

    assert not mine.exists()
    done = WorkItem.objects.filter(pk__in=waiting, completed_by=manager).values_list("outcome", flat=True)
    assert list(done) == ["approve"] * before
    context.close()
