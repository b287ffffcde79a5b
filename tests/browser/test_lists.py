"""A manager's list by mouse and by keyboard: narrowed, kept as a view, its columns ordered, several rows handed over."""

import re

import pytest
from playwright.sync_api import expect

from core.models import ListLayout, SavedView
from crm.models import Customer
from tests.browser.chromium import settled
from tests.contracts.factory import customer_of


@pytest.fixture
def people(office):
    company = office.people
    for number in range(3):
        customer_of(company.rep1, name=f"第{number}机械有限公司")
    Customer.objects.filter(name__startswith="第0").update(status="signed")
    return company


def test_a_list_is_narrowed_kept_ordered_and_worked_through(open_window, live_server, people, complaints):
    page = open_window("manager1")
    page.goto(f"{live_server.url}/customers/?q=机械有限公司")
    settled(page)
    page.select_option("[name=status]", "interested")
    expect(page.locator("tbody tr")).to_have_count(2)
    # What is kept is what the list shows now, though the page was opened without it.
    page.get_by_role("link", name="存为视图").click()
    page.fill("#dialog-content [name=name]", "意向客户")
    page.locator("#dialog-content .btn-primary").click()
    expect(page.locator(".view-chips [aria-current]")).to_have_text("意向客户")
    assert SavedView.objects.get().query == {"q": ["机械有限公司"], "status": ["interested"]}

    page.get_by_role("link", name="列", exact=True).click()
    expect(page.locator(".column-ticks")).to_be_visible()
    page.locator(".column-ticks input[value=no]").uncheck()
    page.locator(".column-ticks li", has=page.locator("input[value=owner]")).locator("[data-move=up]").press(
        "Enter"
    )
    page.locator("#dialog-content .btn-primary").click()
    expect(page.get_by_role("columnheader", name="编号")).to_have_count(0)
    chosen = ListLayout.objects.get().columns
    assert "no" not in chosen
    assert chosen[-1] != "owner"

    bar = page.locator(".bulk-bar")
    expect(bar).to_be_hidden()
    page.locator("[data-all]").press("Space")
    expect(bar).to_contain_text("2")
    bar.get_by_role("button", name="移交").click()
    expect(page.locator(".bulk-names li")).to_have_count(2)
    page.select_option("[name=owner]", str(people.rep2.pk))
    page.locator(".bar .btn-primary").click()
    expect(page.locator(".tag-green")).to_have_count(2)
    assert Customer.objects.filter(owner=people.rep2).count() == 2
    page.get_by_role("link", name="返回列表").click()
    expect(page).to_have_url(re.compile("/customers/"))
    assert complaints == []
