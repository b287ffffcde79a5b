"""Failures in the browser: a group dealt with in portions, data mended in a form, no rule of axe broken."""

import os
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import expect

from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations
from tests.workflows.running import OPERATIONS, Hand, publish_drawing
from tests.workflows.test_incident_actions import charging
from workflows import services
from workflows.models import Incident
from workflows.views import incident_many

# Where pictures go if somebody wants to look at them.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def held(office) -> list[Hand]:
    """Five cases of one cause, a breach, and data to mend."""
    people = office.people
    publish_drawing(charging(extensions=""), operations=OPERATIONS)
    hands = [
        Hand.start("charging", people.rep1).do("ask", people.rep1, account="broken", amount="1.50")
        for _ in range(6)
    ]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflows_incident WHERE instance_id = %s", [hands[5].instance.pk])
    services.note_breaches([hands[5].instance.pk])
    return hands


def picture(page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(exist_ok=True, parents=True)
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_a_group_is_dealt_with_in_portions_without_a_click(open_window, held, complaints, monkeypatch):
    monkeypatch.setattr(incident_many, "PORTION", 2)
    page = open_window("admin")
    base = page.url.split("/inbox")[0]
    page.goto(f"{base}/incidents/")
    page.click("td.name a >> nth=1")
    settled(page)
    picture(page, "group")
    page.click(".all-of-them button[formaction*=edit]")
    picture(page, "ask-many")
    page.fill("[name=value_account]", "good")
    page.fill("[name=reason]", "账号写错了")
    page.click(".bar .btn-primary")
    expect(page.locator("#portion [role=status]")).to_contain_text("已继续 5")
    expect(page.locator("#outcomes li")).to_have_count(5)
    picture(page, "many-done")
    assert Incident.objects.filter(kind="failure", status="open").count() == 0
    assert complaints == []


def test_some_are_ticked(open_window, held):
    page = open_window("admin")
    base = page.url.split("/inbox")[0]
    page.goto(f"{base}/incidents/cause/{Incident.objects.filter(kind='failure').first().group_key}/")
    button = page.locator("form[data-ticking] button[formaction*=skip]")
    expect(button).to_be_disabled()
    page.locator("input[data-one]").nth(0).check()
    page.locator("input[data-one]").nth(1).check()
    button.click()
    page.fill("[name=reason]", "线下处理")
    page.click(".bar .btn-danger")
    expect(page.locator("#portion [role=status]")).to_contain_text("2 / 2")
    assert Incident.objects.filter(kind="failure", status="open").count() == 3


def test_one_is_retried_in_a_dialog(open_window, held):
    failure = Incident.objects.filter(kind="failure").first()
    page = open_window("admin")
    base = page.url.split("/inbox")[0]
    page.goto(f"{base}/incidents/{failure.pk}/")
    settled(page)
    page.click(".title-row .btn-primary")
    expect(page.locator("#dialog-content")).to_contain_text("再执行一次")
    picture(page, "retry-dialog")
    page.click("#dialog-content .btn-primary")
    expect(page.locator(".toast-note").first).to_contain_text("再次失败")


@pytest.mark.long
@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)], ids=["wide", "phone"])
def test_the_pages_have_no_violation(open_window, held, language, phone):
    failure, breach = (Incident.objects.filter(kind=kind).first() for kind in ("failure", "breach"))
    page = open_window("admin", language=language, phone=phone)
    base = page.url.split("/inbox")[0]
    found = {}
    for name, address in {
        "list": "/incidents/",
        "all": "/incidents/all/",
        "group": f"/incidents/cause/{failure.group_key}/",
        "failure": f"/incidents/{failure.pk}/",
        "breach": f"/incidents/{breach.pk}/",
        "edit": f"/incidents/{failure.pk}/edit/",
        "skip": f"/incidents/{failure.pk}/skip/",
        "mend": f"/incidents/{breach.pk}/mend/",
        "case": f"/cases/{failure.instance_id}/",
    }.items():
        page.goto(base + address)
        settled(page)
        picture(page, f"{name}-{language}")
        found[name] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, name
    assert found == {name: [] for name in found}
