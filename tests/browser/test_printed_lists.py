"""Every list on paper: across the sheet, nothing cut off at its edge, nothing on it that only a screen needs."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import context_of, settled
from tests.browser.conftest import session_of
from tests.pages.every_list import address_of, lists
from tests.permissions.people import create_asking
from tests.permissions.world import world_of

# A4 across without its margins of 12 mm, in pixels of 96 to the inch.
SHEET = {"width": 1031, "height": 702}
CUT_OFF = """() => [...document.querySelectorAll('.grid :is(td, th)')].filter(
  one => one.checkVisibility() && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).map(one => one.outerHTML.slice(0, 120))"""
FOR_THE_SCREEN = """() => [...document.querySelectorAll('.toolbar, .head-actions, .bulk-bar, .pick, .more-line, .side')]
  .filter(one => one.checkVisibility()).map(one => one.className)"""


@pytest.fixture
def world(browser, transactional_db, company):
    asking = create_asking()
    return {**world_of(company, asking), "asking": asking}


@pytest.mark.long
def test_each_list_fits_the_sheet(browser, live_server, world):
    # The English heads are the longer ones.
    context = context_of(browser, language="en", viewport=SHEET)
    context.add_cookies([{**session_of(world["asking"]["allowed"], "en"), "url": live_server.url}])
    page = context.new_page()
    wrong = {}
    for line in lists():
        page.emulate_media(media="print")
        page.goto(live_server.url + address_of(line, world))
        settled(page)
        if found := page.evaluate(CUT_OFF) + page.evaluate(FOR_THE_SCREEN):
            wrong[line.name] = found
    # The sheet itself: width before height.
    page.goto(f"{live_server.url}/customers/")
    settled(page)
    width, height = re.search(
        rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True)
    ).groups()
    context.close()
    assert wrong == {}
    assert float(width) > float(height)


def test_paper_is_white_also_for_whoever_works_in_the_dark(browser, live_server, world):
    context = context_of(browser, theme="dark")
    context.add_cookies([{**session_of(world["asking"]["allowed"], "zh"), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/customers/")
    settled(page)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-bs-theme", "dark")
    page.evaluate("""addEventListener('afterprint', () => document.title = 'printed', {once: true});
        addEventListener('beforeprint', () => document.body.dataset.inked =
          `${document.documentElement.dataset.bsTheme} ${getComputedStyle(document.querySelector('.grid td')).color}`)""")
    page.pdf(prefer_css_page_size=True)
    expect(page).to_have_title("printed")
    expect(page.locator("body")).to_have_attribute("data-inked", re.compile(r"^light rgb\((\d|[1-9]\d), "))
    expect(theme).to_have_attribute("data-bs-theme", "dark")
    context.close()
