"""How Chromium is started, for tests and pictures alike."""

import os
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

EXECUTABLE = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PASSWORD = "xiaoliu"
# How long a slow machine may take, in milliseconds; nothing waits longer than it must.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium():
    """A browser that lives as long as the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


def context_of(
    browser: Browser, *, language: str = "zh", phone: bool = False, theme: str = "light", **options
) -> BrowserContext:
    """A window of its own: Chinese or English, desk or phone, light or dark."""
    options.setdefault("viewport", PHONE if phone else WIDE)
    context = browser.new_context(
        locale="en-US" if language == "en" else "zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme=theme,
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
        reduced_motion="reduce",
        **options,
    )
    slow_down(context)
    return context


def slow_down(context: BrowserContext) -> None:
    """THROTTLE=6 makes every page six times slower than the machine: what races on a slow one falls here."""
    rate = float(os.environ.get("THROTTLE", "1"))
    if rate <= 1:
        return

    def throttle(page: Page) -> None:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})

    context.on("page", throttle)


def sign_in(page: Page, base_url: str, username: str, *, language: str = "zh") -> Page:
    """Through the sign-in page, as a person does."""
    page.goto(f"{base_url}/account/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.click(".sheet form button.btn-primary")
    page.wait_for_url(lambda url: "/account/login/" not in url)
    switch_language(page, language)
    return page


def switch_language(page: Page, language: str) -> None:
    wanted = "en" if language == "en" else "zh-hans"
    if (page.evaluate("document.documentElement.lang") == "en") == (wanted == "en"):
        return
    page.click(".me > summary")
    page.click(f".me button[name=language][value={wanted}]")
    expect(page.locator("html")).to_have_attribute(
        "lang", "en" if wanted == "en" else "zh-CN", timeout=PATIENCE
    )


def settled(page: Page) -> None:
    """Nothing loads any more, and a diagram on the page is drawn."""
    # The network may fall idle before a slow machine has run the scripts; "load" comes after them.
    page.wait_for_load_state("load")
    page.wait_for_load_state("networkidle")
    # Not wait_for_function: from its second look on it evaluates inside the page, which the policy forbids.
    drawing = page.locator("[data-diagram]:visible:not([data-ready], [data-failed])")
    expect(drawing).to_have_count(0, timeout=PATIENCE)
