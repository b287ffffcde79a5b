"""Chromium, a running site with an office in it, and windows of people who are signed in."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.browser.chromium import chromium, context_of
from tests.browser.scene import Office, office_of

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's own loop runs in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with chromium() as running:
            yield running
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        if before is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def office(browser: Browser, transactional_db, company) -> Office:
    """The people, with contracts at every step. Needs the browser first, for the thread's sake."""
    return office_of(company)


@pytest.fixture
def complaints() -> list[str]:
    """What browsers complained of: errors of scripts and breaches of the content security policy."""
    return []


@pytest.fixture
def open_window(browser: Browser, live_server, office, complaints) -> Iterator[Callable[..., Page]]:
    """open_window("manager1", language="en", phone=True) -> the inbox of a signed-in person."""
    contexts = []

    def open_for(username: str, *, language: str = "zh", **options) -> Page:
        context = context_of(browser, language=language, **options)
        context.add_init_script(
            "window.__breaches = [];"
            "document.addEventListener('securitypolicyviolation',"
            " event => window.__breaches.push(event.effectiveDirective + ' ' + event.blockedURI));"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if _is_breach(said) else None)
        context.add_cookies(
            [{**session_of(getattr(office.people, username), language), "url": live_server.url}]
        )
        page.goto(f"{live_server.url}/inbox/")
        return page

    yield open_for
    for context in contexts:
        context.close()


@pytest.fixture
def open_editor(open_window, office) -> Callable[..., Page]:
    """open_editor("en", "manager1", phone=True) -> the editor of the contract process, ready."""

    def open_it(language: str = "zh", username: str = "admin", **options) -> Page:
        page = open_window(username, language=language, **options)
        page.goto(page.url.replace("/inbox/", "/processes/contract_lifecycle/edit/"))
        page.wait_for_selector("[data-editor][data-ready]")
        return page

    return open_it


def session_of(person, language: str) -> dict[str, str]:
    """The cookie of somebody who has signed in: the sign-in page has a test of its own."""
    person.language = "en" if language == "en" else "zh-hans"
    person.save(update_fields=["language"])
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def _is_breach(said) -> bool:
    return said.type == "error" and "Content Security Policy" in said.text
