"""People of a story at their own windows: what ``test_story`` is told with.

Each picture stands in ``shots/story/<language>-<screen>``, in the order of the story.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from config.platform_fake import Platform, sign
from config.platform_fake.server import DEMO_SECRET
from core import clock
from tests.browser.chromium import context_of, settled
from tests.browser.conftest import session_of
from tests.processes.days import Days, settle
from tests.processes.onboarding_walk import photo
from workflows.models import Job, WorkItem
from workflows.services import run_job

PICTURES = settings.BASE_DIR / "shots" / "story"
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Story(Days):
    """Windows of people in one language and on one kind of screen; the days; the platform."""

    def __init__(
        self, browser: Browser, base: str, company: Any, outside: Platform, *, language: str, phone: bool
    ) -> None:
        super().__init__()
        self.browser, self.base, self.company, self.outside = browser, base, company, outside
        self.language, self.phone = language, phone
        self.folder: Path = PICTURES / f"{language}-{'phone' if phone else 'wide'}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._count = self._told = 0

    # Windows -----------------------------------------------------------------------------------------

    @contextmanager
    def window(self, username: str, path: str = "") -> Iterator[Page]:
        """The person's browser, at a page; nothing on it may break."""
        context = context_of(self.browser, language=self.language, phone=self.phone)
        person = getattr(self.company, username)
        context.add_cookies([{**session_of(person, self.language), "url": self.base}])
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        if path:
            self.go(page, path)
        yield page
        context.close()
        assert problems == []

    def go(self, page: Page, path: str) -> None:
        answer = page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, path
        settled(page)

    def look(self, page: Page, name: str) -> None:
        """Keep a picture; nothing is wider than the screen."""
        settled(page)
        self._count += 1
        page.screenshot(path=self.folder / f"{self._count:02}-{name}.png", full_page=True)
        spare = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert spare <= 0, f"{name} is {spare} pixels too wide"

    def fill(self, area: Locator, values: dict[str, Any]) -> None:
        """Fill in fields by name, whatever their kind; a form's own fields carry a prefix."""
        for name, value in values.items():
            field = area.locator(f"[name='{name}'], [name='f-{name}']")
            kind = field.first.evaluate("element => element.type")
            if kind == "file":
                field.set_input_files(value)
            elif kind == "select-one":
                field.select_option(value)
            elif kind == "radio":
                field.and_(area.locator(f"[value='{value}']")).check()
            elif kind == "checkbox":
                field.set_checked(value)
            else:
                field.fill(value)

    def task(
        self,
        username: str,
        element: str,
        outcome: str = "",
        comment: str = "",
        picture: bool = True,
        **fields: Any,
    ) -> None:
        """The open step as it lies in the person's own inbox: opened, filled in, decided, sent."""
        item = WorkItem.objects.open().filter(element=element).get()
        box = "mine" if item.assignee_id else "queue"
        with self.window(username, f"/inbox/?box={box}") as page:
            page.locator(f"a.task[href*='/{item.pk}/']").click()
            page.wait_for_selector("#task-form")
            assert page.locator("input[name=outcome]:checked").count() == 0
            if comment:
                fields["comment"] = comment
            self.fill(page.locator("#task-form"), fields)
            if outcome:
                page.check(f"input[name=outcome][value={outcome}]")
            if picture:
                self.look(page, f"{username}-{element}")
            page.locator(".bar[data-panel=work] .btn-primary").click()
            expect(page.locator(".toast-note").first).to_be_visible()
        item.refresh_from_db()
        assert item.status == "completed"
        settle()

    def deed(self, page: Page, address: str, /, *, picture: str = "", **fields: Any) -> None:
        """A button of the page, perhaps behind the three dots, and the dialog that it opens."""
        self.button(page, address).click()
        dialog = page.locator("dialog[open]")
        dialog.locator("form").wait_for()
        self.fill(dialog, fields)
        if picture:
            self.look(page, picture)
        dialog.locator(".actions button:not([data-close])").click()
        expect(page.locator(".toast-note").first).to_be_visible()
        settled(page)

    def button(self, page: Page, address: str) -> Locator:
        found = page.locator(f"main a[href*='{address}']").first
        if not found.is_visible():
            page.locator("main .head-actions details.menu > summary").click()
        return found

    def pdf(self, page: Page, path: str, name: str) -> list[str]:
        """The text of each page of a paper that this person may open, without blanks; the file is kept."""
        answer = page.request.get(self.base + path)
        assert answer.status == 200
        (self.folder / f"{name}.pdf").write_bytes(answer.body())
        pages = PdfReader(io.BytesIO(answer.body())).pages
        return ["".join(one.extract_text().split()) for one in pages]

    # The platform ---------------------------------------------------------------------------------------

    def platform_tells(self) -> list[int]:
        """What the platform has told since, carried to our door as it was written, signed by it."""
        answers = []
        for told in self.outside.teller.events[self._told :]:
            seconds = int(clock.now().timestamp())
            headers = {
                "webhook-id": told.event_id,
                "webhook-timestamp": str(seconds),
                "webhook-signature": sign(DEMO_SECRET, told.event_id, seconds, told.body),
            }
            answer = Client().post(
                "/api/v1/member-events/", told.body, content_type="application/json", headers=headers
            )
            answers.append(answer.status_code)
        self._told = len(self.outside.teller.events)
        settle()
        return answers

    def workers_call(self) -> int:
        """The calls to the outside that are due are done; how many there were."""
        jobs = list(Job.objects.filter(status="open").order_by("pk"))
        for job in jobs:
            run_job(job_id=job.pk)
        settle()
        return len(jobs)


def photos(*colours: str) -> list[dict[str, Any]]:
    """Pictures as the browser takes them."""
    return [
        {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": photo(colour).read()}
        for colour in colours
    ]
