"""The strict content security policy holds on the pages as they are used, not only as they are loaded."""

from tests.browser.chromium import settled
from tests.browser.test_accessibility import addresses


def breaches(page) -> list[str]:
    return page.evaluate("window.__breaches")


def test_no_page_breaks_the_policy(open_window, office, complaints):
    page = open_window("manager1")
    base = page.url.split("/inbox")[0]
    found = {}
    for name, address in addresses(office).items():
        answer = page.goto(base + address)
        settled(page)
        assert "default-src 'none'" in answer.headers["content-security-policy"], name
        found[name] = breaches(page)
    assert found == {name: [] for name in found}
    assert complaints == []


def test_working_with_the_pages_breaks_nothing_either(open_window, office, complaints):
    page = open_window("manager1")
    page.click("a.task >> nth=0")
    page.wait_for_selector("#task-form")
    page.click("[data-tab=diagram]")
    settled(page)
    page.click("[data-zoom=in]")
    page.click("[data-zoom=fit]")
    page.click("[data-tab=history]")
    settled(page)
    page.click(".me > summary")
    page.click(".me button[name=theme][value=dark]")
    page.keyboard.press("Escape")
    page.fill("input[name=q]", "明远")
    settled(page)
    assert breaches(page) == []
    assert complaints == []
