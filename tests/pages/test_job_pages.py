"""Background work as people see it: administrators all of it, everybody their own, strangers nothing."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import Conflict
from core.generic import exports
from core.jobs import enqueue, health, leases
from core.jobs.runner import remove_old_files, run_background_job
from core.models import AuditEntry, BackgroundJob, Grant, JobFile, User
from core.services.jobs import file_of, retry_job, withdraw_job
from crm.services import create_customer
from tests.core import job_kinds  # noqa: F401  registers the kinds


def job_of(person, do: str = "", key: str = "a") -> BackgroundJob:
    return enqueue("tests.work", {"do": do}, key=key, title="Yearly list", created_by=person)


def run(job: BackgroundJob) -> BackgroundJob:
    run_background_job(job.pk)
    return BackgroundJob.objects.get(pk=job.pk)


def row(job: BackgroundJob) -> dict[str, object]:
    return BackgroundJob.objects.values().get(pk=job.pk)


class TestRetry:
    def test_opens_a_failed_job_with_its_key(self, cast):
        failed = run(job_of(cast.rep1, "give up"))
        job = retry_job(job_id=failed.pk, actor=cast.admin)
        assert (job.status, job.key, job.attempts, job.closed_at) == ("open", failed.key, 0, None)
        assert AuditEntry.objects.get(action="core.retry_job").actor == cast.admin
        assert run(job).status == "failed"

    def test_refuses_what_has_not_failed_or_is_being_done_again(self, cast):
        done = run(job_of(cast.rep1))
        failed = run(job_of(cast.rep1, "give up"))
        job_of(cast.rep1)
        for job, code in ((done, "job_not_failed"), (failed, "job_open_already")):
            before = row(job)
            with pytest.raises(Conflict) as refusal:
                retry_job(job_id=job.pk, actor=cast.admin)
            assert refusal.value.code == code
            assert row(job) == before

    def test_is_for_whoever_manages_jobs(self, cast):
        failed = run(job_of(cast.rep1, "give up"))
        for person in (cast.rep1, cast.boss):
            with pytest.raises(PermissionDenied):
                retry_job(job_id=failed.pk, actor=person)
        assert BackgroundJob.objects.get(pk=failed.pk).status == "failed"


class TestWithdraw:
    def test_by_whoever_asked_or_manages(self, cast):
        for person in (cast.rep1, cast.admin):
            job = withdraw_job(job_id=job_of(cast.rep1).pk, actor=person)
            assert (job.status, job.leased_until) == ("cancelled", None)
            assert not run_background_job(job.pk)

    def test_the_worker_that_is_at_it_cannot_finish_it(self, cast):
        job = job_of(cast.rep1)
        lease = leases.take(BackgroundJob, job.pk)
        withdraw_job(job_id=job.pk, actor=cast.rep1)
        before = row(job)
        with pytest.raises(leases.LeaseLost):
            leases.finish(lease)
        assert row(job) == before

    def test_nobody_elses_and_nothing_that_has_ended(self, cast):
        job = job_of(cast.rep1)
        with pytest.raises(BackgroundJob.DoesNotExist):
            withdraw_job(job_id=job.pk, actor=cast.rep2)
        run(job)
        with pytest.raises(Conflict):
            withdraw_job(job_id=job.pk, actor=cast.rep1)
        assert BackgroundJob.objects.get(pk=job.pk).status == "done"


class TestPages:
    PAGES = ("", "retry/", "withdraw/", "file/")

    @pytest.fixture
    def job(self, cast):
        return run(
            enqueue("tests.work", {"do": "give up"}, key="x", title="Yearly list", created_by=cast.rep1)
        )

    def test_strangers_find_nothing(self, cast, signed_in, job):
        for page in self.PAGES:
            assert signed_in(cast.rep2).get(f"/background/{job.pk}/{page}").status_code == 404
            assert signed_in(cast.boss).post(f"/background/{job.pk}/{page}").status_code in (404, 405)

    def test_whoever_asked_sees_it_and_cannot_open_it_again(self, cast, signed_in, job):
        assert "不存在" not in signed_in(cast.rep1).get(f"/background/{job.pk}/").content.decode()
        assert signed_in(cast.rep1).post(f"/background/{job.pk}/retry/").status_code == 403
        assert BackgroundJob.objects.get(pk=job.pk).status == "failed"

    def test_the_list_is_for_administrators(self, cast, signed_in, job, django_assert_max_num_queries):
        assert signed_in(cast.rep1).get("/background/").status_code == 403
        client = signed_in(cast.admin)
        page = client.get("/background/").content.decode()
        assert "Yearly list" in page
        assert "GiveUp" in page
        assert "Yearly list" not in client.get("/background/?status=open").content.decode()
        assert "Yearly list" in client.get("/background/?status=failed&kind=tests.work").content.decode()
        assert "Yearly list" in client.get("/background/?q=yearly").content.decode()
        assert "Yearly list" not in client.get("/background/?q=monthly").content.decode()

    def test_an_administrator_tries_it_again_in_a_dialog(self, cast, signed_in, job):
        answer = signed_in(cast.admin).post(f"/background/{job.pk}/retry/", follow=True)
        assert answer.redirect_chain[-1][0] == f"/background/{job.pk}/"
        assert BackgroundJob.objects.get(pk=job.pk).is_open

    def test_everybody_has_a_list_of_their_own(self, cast, signed_in, job):
        assert "Yearly list" in signed_in(cast.rep1).get("/background/mine/").content.decode()
        assert "Yearly list" not in signed_in(cast.admin).get("/background/mine/").content.decode()

    @pytest.mark.parametrize("count", [1, 12])
    def test_lists_cost_the_same_however_long(self, cast, signed_in, count, django_assert_num_queries):
        for number in range(count):
            run(job_of(cast.rep1, key=str(number)))
        for person, url, queries in ((cast.admin, "/background/", 10), (cast.rep1, "/background/mine/", 9)):
            client = signed_in(person)
            client.get(url)
            with django_assert_num_queries(queries):
                client.get(url)

    def test_the_page_asks_until_the_job_has_ended_and_goes_to_its_result(self, cast, signed_in):
        job = job_of(cast.rep1)
        client, asking = signed_in(cast.rep1), {"HX-Request": "true", "HX-Target": "job"}
        assert 'hx-trigger="every 1s"' in client.get(f"/background/{job.pk}/").content.decode()
        run(job)
        assert "hx-trigger" not in client.get(f"/background/{job.pk}/", headers=asking).content.decode()
        BackgroundJob.objects.filter(pk=job.pk).update(result={"url": "/there/"})
        assert client.get(f"/background/{job.pk}/", headers=asking).headers["HX-Redirect"] == "/there/"
        assert (
            "HX-Redirect" not in signed_in(cast.admin).get(f"/background/{job.pk}/", headers=asking).headers
        )


class TestLongExports:
    @pytest.fixture
    def customers(self, company, monkeypatch):
        monkeypatch.setattr(exports, "DIRECT_ROWS", 2)
        return [
            create_customer(fields={"name": f"=公司{number}有限公司"}, actor=company.rep1)
            for number in range(3)
        ]

    def ask(self, client, what: str = "export=csv") -> BackgroundJob:
        answer = client.get(f"/customers/?{what}")
        assert answer.status_code == 302
        job = BackgroundJob.objects.get(kind="export")
        assert answer.url == f"/background/{job.pk}/"
        return job

    def test_is_written_in_the_background_and_fetched(self, customers, company, signed_in):
        client = signed_in(company.rep1)
        job = run(self.ask(client))
        assert job.status == "done"
        answer = client.get(f"/background/{job.pk}/file/")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == 4
        assert AuditEntry.objects.get(action="core.export_list").after["rows"] == 3

    def test_keeps_the_search_and_is_asked_for_once(self, customers, company, signed_in):
        client = signed_in(company.rep1)
        first = self.ask(client, "export=xlsx&order=-name")
        assert self.ask(client, "export=xlsx&order=-name") == first
        assert run(first).status == "done"
        assert client.get("/customers/?q=公司1&export=csv").status_code == 200, "few rows come at once"

    def test_the_file_is_for_whoever_asked_alone_and_for_a_week(self, customers, company, signed_in):
        job = run(self.ask(signed_in(company.rep1)))
        for person in (company.admin, company.rep2):
            assert signed_in(person).get(f"/background/{job.pk}/file/").status_code == 404
            with pytest.raises(JobFile.DoesNotExist):
                file_of(job_id=job.pk, actor=person)
        assert remove_old_files() == 0
        with clock.travel(timedelta(days=8)):
            with pytest.raises(JobFile.DoesNotExist):
                file_of(job_id=job.pk, actor=company.rep1)
            assert remove_old_files() == 1
        assert BackgroundJob.objects.get(pk=job.pk).status == "done"

    def test_a_right_that_is_gone_when_it_is_written_ends_it(self, customers, company, signed_in):
        job = self.ask(signed_in(company.rep1))
        Grant.objects.filter(permission="crm.view_customer").delete()
        job = run(job)
        assert (job.status, job.error_type) == ("failed", "GiveUp")
        assert not JobFile.objects.exists()
        assert not AuditEntry.objects.filter(action="core.export_list").exists()

    def test_somebody_who_left_gets_nothing(self, customers, company, signed_in):
        job = self.ask(signed_in(company.rep1))
        User.objects.filter(pk=company.rep1.pk).update(is_active=False)
        assert run(job).status == "failed"
        assert not JobFile.objects.exists()


class TestLateBackground:
    LATE = "后台处理延迟"

    def test_is_said_on_every_page_to_everybody_until_it_is_over(self, cast, signed_in):
        client = signed_in(cast.rep1)
        job = job_of(cast.rep1)
        health.show(None)
        assert self.LATE not in client.get("/inbox/").content.decode()
        with clock.travel(timedelta(minutes=2)):
            health.show(None)
            assert self.LATE in client.get("/inbox/").content.decode()
            run(job)
            assert self.LATE in client.get("/inbox/").content.decode(), "kept for some seconds"
            health.show(None)
            assert self.LATE not in client.get("/inbox/").content.decode()

    def test_a_job_in_a_workers_hands_is_not_late(self, cast):
        job = job_of(cast.rep1)
        with clock.travel(timedelta(minutes=2)):
            assert health.state_of_background().is_delayed
            leases.take(BackgroundJob, job.pk)
            assert not health.state_of_background().is_delayed
        with clock.travel(timedelta(minutes=4)):
            assert health.state_of_background().is_delayed

    def test_costs_one_query_and_pages_ask_hardly_ever(self, cast, django_assert_num_queries):
        clock.now()
        health.show(None)
        with django_assert_num_queries(1):
            health.shown_state()
            health.shown_state()

    def test_others_may_register_what_they_do(self, cast):
        health.watch("test clock", "SELECT %(now)s::timestamptz - interval '5 minutes'")
        try:
            assert health.state_of_background().what == "test clock"
        finally:
            del health._clocks["test clock"]
