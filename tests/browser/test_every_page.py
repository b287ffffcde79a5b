"""Every page that somebody may open: no violation that axe knows, in light, dark and high contrast and in both
languages; nothing that the content security policy refuses; nothing wider than a phone of 360 pixels.

The pages are those of the table of rights, so a new page is looked at from its first day.
"""

import time
from dataclasses import dataclass, field

import pytest
from django.urls import reverse
from playwright.sync_api import Error, Page, Request, expect

from core import navigation
from tests.browser.chromium import PATIENCE, context_of
from tests.browser.conftest import session_of
from tests.browser.test_accessibility import AXE, RULES
from tests.permissions.line import Line
from tests.permissions.pages import LINES
from tests.permissions.people import create_asking
from tests.permissions.world import keys_of, world_of

GROUPS = 4
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}
HUGE = {"width": 2560, "height": 1300}
Appearances = list[tuple[str, str]]
APPEARANCES = [("light", "")]
OTHER_APPEARANCES = [("dark", ""), ("light", "more"), ("dark", "more")]
PAGES = [line for line in LINES if line.method == "GET" and line.expected("allowed") == 200]
# Sets the appearance as the person's choice would, without asking the server again.
APPEAR = """([theme, contrast]) => {
  const root = document.documentElement;
  root.dataset.bsTheme = theme;
  if (contrast) root.dataset.contrast = contrast; else delete root.dataset.contrast;
}"""
UNDRAWN = "[data-diagram]:visible:not([data-ready], [data-failed])"
NEXT_PICTURE = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
CHECK = """async rules => (await axe.run(document, {runOnly: rules})).violations.map(
  one => `${one.id} x${one.nodes.length}: ${one.nodes[0].target} ${one.nodes[0].html.slice(0, 160)}`)"""
# What sticks out, by the element that does.
TOO_WIDE = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  const out = [...document.querySelectorAll('body *')].filter(
    one => one.checkVisibility() && one.getBoundingClientRect().right > most + 1);
  return [`wider than ${most}: ${out.slice(0, 3).map(one => one.outerHTML.slice(0, 120)).join(' | ')}`];
}"""


@pytest.fixture
def world(browser, transactional_db, company):
    asking = create_asking()
    return {**world_of(company, asking), "asking": asking}


@dataclass
class Window:
    """A page, what it has complained of, and what it is still asking for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    loading: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        # Playwright takes no methods of built-in types.
        self.page.on("request", lambda asked: self.loading.add(asked))
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, lambda asked: self.loading.discard(asked))

    def goes_to(self, address: str) -> bool:
        """Open it; False for files and for pieces of pages for htmx."""
        self.loading.clear()
        try:
            answer = self.page.goto(address)
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            return False
        return answer.headers["content-type"].startswith("text/html") and b"<html" in answer.body()[:400]

    def settle(self) -> None:
        """Wait as `settled` does, but not for half a second in which nothing happens."""
        self.page.wait_for_load_state("load")
        self._hear_all()
        expect(self.page.locator(UNDRAWN)).to_have_count(0)
        self._hear_all()

    def _hear_all(self) -> None:
        """What scripts ask for as soon as they run, they have asked for when the next picture is drawn."""
        begun = time.monotonic()
        self.page.evaluate(NEXT_PICTURE)
        while self.loading:
            assert time.monotonic() - begun < PATIENCE / 1000, self.loading
            self.page.evaluate(NEXT_PICTURE)


@pytest.fixture
def window(browser, live_server, world):
    """window(language) -> a window of somebody who may do everything."""
    contexts = []

    def open_in(language: str) -> Window:
        context = context_of(browser, language=language)
        contexts.append(context)
        context.add_init_script(
            "window.__breaches = []; document.addEventListener('securitypolicyviolation',"
            " event => window.__breaches.push(event.effectiveDirective + ' ' + event.blockedURI));"
        )
        context.add_cookies([{**session_of(world["asking"]["allowed"], language), "url": live_server.url}])
        return Window(context.new_page())

    yield open_in
    for context in contexts:
        context.close()


def faults(page: Page, appearances: Appearances) -> list[str]:
    """What is wrong with the page that is open."""
    found = []
    page.evaluate(AXE.read_text())
    for theme, contrast in appearances:
        page.evaluate(APPEAR, [theme, contrast])
        # What does not hang on colours is the same in every appearance.
        rules = RULES if (theme, contrast) == ("light", "") else ["color-contrast"]
        found += [f"{theme} {contrast}: {one}" for one in page.evaluate(CHECK, rules)]
    page.evaluate(APPEAR, ["light", ""])
    for size in (NARROW, HUGE):
        page.set_viewport_size(size)
        found += page.evaluate(TOO_WIDE)
    page.set_viewport_size(WIDE)
    return found + [f"refused: {one}" for one in page.evaluate("window.__breaches")]


def look_at(
    pages: list[Line], window: Window, base: str, world: dict, appearances: Appearances = APPEARANCES
) -> dict[str, list[str]]:
    """What is wrong with each of these pages."""
    found = {}
    for line in pages:
        address = reverse(line.name, kwargs=keys_of(line, world, "allowed")) + line.query
        if not window.goes_to(base + address):
            continue
        window.settle()
        if wrong := faults(window.page, appearances):
            found[line.told] = wrong
    return found


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_page_is_in_order(window, live_server, world, group):
    opened = window("zh")
    assert look_at(PAGES[group::GROUPS], opened, live_server.url, world) == {}
    assert opened.complaints == []


@pytest.mark.long
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_page_is_in_order_in_every_appearance(window, live_server, world, group):
    opened = window("zh")
    assert look_at(PAGES[group::GROUPS], opened, live_server.url, world, OTHER_APPEARANCES) == {}
    assert opened.complaints == []


@pytest.mark.long
def test_every_page_of_the_navigation_is_in_order_in_english(window, live_server, world):
    opened = window("en")
    pages = [line for line in PAGES if line.name in {entry.url_name for entry in navigation.entries()}]
    assert len(pages) > 20
    assert look_at(pages, opened, live_server.url, world) == {}
    assert opened.complaints == []


@pytest.mark.long
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_page_is_in_order_in_english(window, live_server, world, group):
    opened = window("en")
    assert look_at(PAGES[group::GROUPS], opened, live_server.url, world) == {}
    assert opened.complaints == []
