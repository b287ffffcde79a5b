"""Files of lists and work in the background, as a person at a browser meets them."""

import re

import pytest
from playwright.sync_api import expect

from core import clock
from core.generic import exports
from core.jobs.runner import run_background_job
from core.models import BackgroundJob


@pytest.fixture
def base(live_server):
    return live_server.url


@pytest.fixture
def customers(open_window, base):
    """The list of customers in front of somebody who sells."""
    page = open_window("rep1")
    page.goto(f"{base}/customers/")
    return page


def ask_for(page, kind: str) -> None:
    page.click(".toolbar details:has(button[name=export]) > summary")
    page.click(f".toolbar button[value={kind}]")


def test_a_short_list_is_saved_and_the_page_stays(customers, base, complaints):
    before = customers.inner_text("#results")
    with customers.expect_download() as download:
        ask_for(customers, "xlsx")
    assert download.value.suggested_filename == f"客户-{clock.today():%Y-%m-%d}.xlsx"
    assert customers.url == f"{base}/customers/"
    assert customers.inner_text("#results") == before
    assert not complaints


def test_a_long_list_is_made_while_one_watches_and_then_fetched(customers, monkeypatch, complaints):
    monkeypatch.setattr(exports, "DIRECT_ROWS", 0)
    ask_for(customers, "csv")
    customers.wait_for_url(re.compile(r"/background/\d+/$"))
    expect(customers.locator("#job h2")).to_have_text("排队中")
    run_background_job(BackgroundJob.objects.get(kind="export").pk)
    expect(customers.locator("#job h2")).to_have_text("已完成")
    with customers.expect_download() as download:
        customers.click("#job .btn-primary")
    assert download.value.suggested_filename.endswith(".csv")
    assert not complaints


def test_it_can_be_withdrawn_while_it_waits(customers, monkeypatch):
    monkeypatch.setattr(exports, "DIRECT_ROWS", 0)
    ask_for(customers, "csv")
    customers.wait_for_url(re.compile(r"/background/\d+/$"))
    customers.click("#job a:has-text('撤销')")
    customers.click("#dialog[open] .btn-danger")
    expect(customers.locator("#job h2")).to_have_text("已撤销")
    assert BackgroundJob.objects.get(kind="export").status == "cancelled"


def test_whoever_waits_for_letters_is_taken_to_them(open_window, office, base):
    job = BackgroundJob.objects.create(
        kind="tests.letters",
        key="letters",
        title="催款单",
        due_at=clock.now(),
        created_at=clock.now(),
        created_by=office.people.finance,
    )
    page = open_window("finance")
    page.goto(f"{base}/background/{job.pk}/")
    BackgroundJob.objects.filter(pk=job.pk).update(
        status="done", closed_at=clock.now(), result={"url": "/receivables/notices/"}
    )
    page.wait_for_url(f"{base}/receivables/notices/")
