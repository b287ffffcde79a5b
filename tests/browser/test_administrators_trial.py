"""A process administrator comes to a system in which six kinds of things have gone wrong: each is found on the page
Operations or in the list of cases, understood from what stands there, and mended from the console alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect

from core import presence
from core.jobs import enqueue
from core.jobs.runner import run_background_job
from core.models import BackgroundJob
from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations
from tests.core import job_kinds  # noqa: F401  registers the kinds
from tests.workflows.outside_operations import POST, Caller, posting
from tests.workflows.posts import begin, message, post, put_up, telling, waiting_for
from tests.workflows.running import OPERATIONS, Hand, publish_drawing
from tests.workflows.test_incident_actions import charging
from workflows import services
from workflows.audit import audit
from workflows.models import Incident, ProcessInstance

pytestmark = pytest.mark.long

# Looked at by people, not by the test.
PICTURES = Path(__file__).parents[2] / "shots" / "administrator"
WHY = {"zh": "巡检时发现", "en": "Found on the daily round"}


class Trial:
    """What is planted, and the person who goes round."""

    def __init__(self, page: Page, people, language: str) -> None:
        self.page, self.language, self.people = page, language, people
        self.base = page.url.split("/inbox")[0]
        publish_drawing(charging(extensions=""), operations=OPERATIONS)
        self.charged = [
            Hand.start("charging", people.rep1).do("ask", people.rep1, account="broken", amount="1.50")
            for _number in range(3)
        ]
        self.asks = Hand.start("charging", people.rep1)
        drawing = posting(do="what", words='<flow:variable name="what" type="text" required="true"/>')
        publish_drawing(drawing.chain("start", "call", "end"), operations=(POST,))
        self.calls = Caller.start("posting", people.admin, data={"what": "give up"})
        self.calls.call()
        put_up(waiting_for(message("paid")))
        self.waits = begin("waits", people.admin)
        self.lost = begin(telling(message("news")), people.admin)
        # Somebody deleted a task by hand: the audit finds it.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM workflows_workitem WHERE instance_id = %s", [self.lost.instance.pk])
        services.note_breaches({one.instance_id for one in audit(deep="all")})
        job = enqueue(
            "tests.work", {"do": "give up"}, key="trial", title="Yearly list", created_by=people.rep1
        )
        run_background_job(job.pk)
        self.job = job

    def open(self, url: str, name: str = "") -> None:
        self.page.goto(self.base + url)
        settled(self.page)
        if name:
            self.picture(name)

    def picture(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True, parents=True)
        self.page.screenshot(path=f"{PICTURES}/{name}-{self.language}.png", full_page=True)

    def operations(self) -> None:
        # Every program runs.
        presence.note(presence.expected())
        self.open(reverse("workflows:operations"))

    def case(self, hand: Hand) -> str:
        return reverse("workflows:case-detail", args=[hand.instance.pk])

    def confirm(self) -> None:
        self.page.fill("[name=reason]", WHY[self.language])
        dialog = self.page.locator("#dialog-content form")
        place = dialog if dialog.count() else self.page.locator("main form")
        place.locator("button.btn-primary, button.btn-danger").last.click()
        if dialog.count():
            expect(self.page.locator(".toast-note").first).to_be_visible()

    def down_to(self, deed: str) -> None:
        """From a list of causes to that of its cases, to the one failure that offers this."""
        for _page in range(2):
            if self.page.locator(deed).count():
                return
            self.page.locator("main table a[href*='/incidents/']").first.click()
            settled(self.page)

    def cause(self, text: str) -> None:
        """From Operations by the cause, as it is told there."""
        self.operations()
        self.page.locator("a[id^=cause-]", has_text=text).first.click()
        settled(self.page)


@pytest.fixture(params=["zh", "en"])
def trial(request, open_window, office, own_marks):
    return Trial(open_window("admin", language=request.param), office.people, request.param)


def open_failures(hand: Hand) -> int:
    return Incident.objects.filter(instance=hand.instance.pk, status="open").count()


def test_six_failures_are_found_understood_and_mended_from_the_console(trial, complaints):
    page = trial.page
    trial.operations()
    trial.picture("operations")
    assert violations(page) == []
    expect(page.locator(".note-red .troubles li")).to_have_count(3)

    # One: wrong data in three cases of one cause, changed for all of them at once.
    trial.cause("broken")
    trial.picture("cause")
    page.click(".all-of-them button[formaction*=edit]")
    page.fill("[name=value_account]", "good")
    trial.confirm()
    expect(page.locator("#outcomes li")).to_have_count(3)
    assert [one.names for one in trial.charged] == [["check"]] * 3

    # Two: another system has refused for good; the case says why, what was asked is put right, and it is asked again.
    trial.cause("There is no such account")
    trial.down_to(".title-row a[href$='/edit/']")
    trial.picture("outside")
    page.click(".title-row a[href$='/edit/']")
    page.fill("[name=value_what]", "answer")
    trial.confirm()
    settled(page)
    assert open_failures(trial.calls) == 0
    services.run_job(job_id=trial.calls.job.pk)
    trial.calls.instance.refresh_from_db()
    assert trial.calls.status == "completed"

    # Three: rows and case disagree, since somebody deleted a task; the page says which, and makes it anew.
    trial.operations()
    page.locator(".troubles li.is-red a").first.click()
    settled(page)
    trial.down_to("a[href$='/mend/']")
    trial.picture("breach")
    page.click("a[href$='/mend/']")
    trial.confirm()
    settled(page)
    assert (trial.lost.names, open_failures(trial.lost)) == (["say"], 0)

    # Four: a message that never came; the case says what it waits for, and it is sent by hand.
    trial.open(trial.case(trial.waits), "waits")
    expect(page.locator(".panel").first).to_contain_text("paid")
    trial.open(reverse("workflows:message-send"))
    page.fill("[name=name]", "paid")
    page.locator("main form button.btn-primary").last.click()
    expect(page.locator(".toast-note").first).to_be_visible()
    post()
    assert trial.waits.names == ["work"]

    # Five: a case at the wrong step is moved; what comes of it is seen first.
    trial.open(reverse("workflows:case-move", args=[trial.asks.instance.pk]))
    page.locator("[name=cancel]").first.check()
    page.locator("[name=at][value=check]").check()
    page.click("[name=deed][value=look]")
    expect(page.locator(".note-green")).to_be_visible()
    trial.picture("move")
    page.fill("[name=reason]", WHY[trial.language])
    page.click("[name=deed][value=move]")
    expect(page.locator(".toast-note").first).to_be_visible()
    assert trial.asks.names == ["check"]

    # Six: background work that was given up; its page says why, and it is tried again.
    trial.operations()
    page.locator("a[id^='background-'][id$='-failed']").first.click()
    settled(page)
    trial.picture("background")
    BackgroundJob.objects.filter(pk=trial.job.pk).update(payload={"do": ""})
    page.locator(f"a[href='{reverse('job-retry', args=[trial.job.pk])}']").first.click()
    page.locator("#dialog-content .btn-primary").click()
    expect(page.locator(".toast-note").first).to_be_visible()
    assert BackgroundJob.objects.get(pk=trial.job.pk).status == "open"
    run_background_job(trial.job.pk)

    trial.operations()
    trial.picture("operations-after")
    assert Incident.objects.filter(status="open").count() == 0
    assert BackgroundJob.objects.filter(status="failed").count() == 0
    assert audit(deep="all") == []
    assert ProcessInstance.objects.filter(status="waiting_incident").count() == 0
    assert complaints == []
