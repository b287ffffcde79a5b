"""Work that takes longer than a request: asked for, waited for, fetched."""

import pytest

from contracts.models import DunningRun
from core.jobs.runner import run_background_job
from core.models import BackgroundJob
from tests.contracts.test_dunning_jobs import overdue

pytestmark = pytest.mark.django_db


def test_many_notices_are_printed_in_the_background(company, as_):
    finance, keys = as_("finance"), overdue(company, 4)
    answer = finance.send("POST", "dunning-runs/print/", {"customers": keys})
    assert answer.status_code == 202, answer.content.decode()
    job = answer.json()
    assert answer["Location"] == f"/api/v1/background-jobs/{job['id']}/"
    assert (job["status"], job["result"]) == ("open", None)
    again = finance.send("POST", "dunning-runs/print/", {"customers": keys[::-1]})
    assert again.json()["id"] == job["id"]
    run_background_job(BackgroundJob.objects.get().pk)
    job = finance.read(f"background-jobs/{job['id']}/").json()
    assert (job["status"], job["progress_done"], job["progress_total"]) == ("done", 4, 4)
    assert job["result"]["run"] == DunningRun.objects.get().pk
    assert finance.read(f"dunning-runs/{job['result']['run']}/pdf/").content.startswith(b"%PDF")


def test_a_refusal_is_answered_at_once(company, as_):
    answer = as_("finance").send("POST", "dunning-runs/print/", {"customers": [1, 2, 3, 4]})
    assert (answer.status_code, answer.json()["code"]) == (400, "nothing_overdue")
    assert not BackgroundJob.objects.exists()
