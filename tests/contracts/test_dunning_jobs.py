"""Many notices are printed by a worker: numbered, laid out and filed in one transaction, exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from contracts import services
from contracts.models import DunningNotice, DunningRun
from core import clock
from core.errors import ApplicationError, Conflict
from core.jobs import leases
from core.jobs.runner import run_background_job
from core.models import BackgroundJob, Document, NumberRule, User
from core.services.jobs import withdraw_job
from crm.models import CustomerAddress
from tests.chaos.killing import FINISHED, run_and_kill
from tests.contracts.factory import customer_of
from tests.contracts.test_payments import active_contract


def overdue(company, count: int) -> list[int]:
    """Customers who owe."""
    return [active_contract(company, customer_of(company.rep1)).customer_id for _number in range(count)]


def wish(company, keys: list[int]) -> BackgroundJob:
    return services.print_dunning_later(customer_ids=keys, actor=company.finance)


def run(job: BackgroundJob) -> BackgroundJob:
    run_background_job(job.pk)
    return BackgroundJob.objects.get(pk=job.pk)


def nothing_printed() -> bool:
    return not (
        DunningNotice.objects.exists()
        or DunningRun.objects.exists()
        or Document.objects.filter(kind__startswith="dunning").exists()
        or NumberRule.objects.get(code="dunning").last_value
    )


@pytest.mark.django_db
class TestPrintLater:
    def test_prints_all_of_them_and_says_where_they_are(self, company):
        keys = overdue(company, 2)
        job = run(wish(company, keys))
        assert (job.status, job.progress_done, job.progress_total) == ("done", 2, 2)
        assert "2" in job.title
        made = DunningRun.objects.get()
        assert (made.notice_count, made.created_by) == (2, company.finance)
        assert job.result == {"run": made.pk, "url": f"/receivables/runs/{made.pk}/"}
        assert sorted(made.notices.values_list("customer", flat=True)) == sorted(keys)

    def test_what_stands_in_the_way_is_said_before(self, company):
        keys = overdue(company, 2)
        CustomerAddress.objects.filter(customer=keys[0]).exclude(kind="registered").delete()
        with pytest.raises(ApplicationError) as refusal:
            wish(company, keys)
        assert refusal.value.code == "address_missing"
        for person in (company.rep1, company.director):
            with pytest.raises(PermissionDenied):
                services.print_dunning_later(customer_ids=keys[1:], actor=person)
        assert not BackgroundJob.objects.exists()

    def test_a_second_click_is_the_same_wish_and_a_late_one_hears_that_they_are_printed(self, company):
        keys = overdue(company, 2)
        job = wish(company, keys)
        assert wish(company, keys[::-1]) == job
        run(job)
        with pytest.raises(Conflict) as refusal:
            wish(company, keys)
        assert refusal.value.code == "printed_already"
        assert DunningRun.objects.count() == 1

    def test_what_somebody_else_has_printed_meanwhile_is_not_printed_again(self, company):
        keys = overdue(company, 2)
        job = wish(company, keys)
        services.print_dunning(customer_ids=keys, actor=company.finance2)
        job = run(job)
        assert (job.status, job.error_type) == ("failed", "GiveUp")
        assert DunningNotice.objects.count() == 2

    def test_a_withdrawn_run_prints_nothing(self, company, monkeypatch):
        job = wish(company, overdue(company, 2))
        finish = leases.finish

        def withdrawn_first(lease, **kwargs):
            BackgroundJob.objects.filter(pk=job.pk).update(fence=99)
            finish(lease, **kwargs)

        monkeypatch.setattr(leases, "finish", withdrawn_first)
        assert not run_background_job(job.pk)
        assert nothing_printed()
        withdraw_job(job_id=job.pk, actor=company.finance)
        assert not run_background_job(job.pk)

    def test_somebody_who_left_prints_nothing(self, company):
        job = wish(company, overdue(company, 1))
        User.objects.filter(pk=company.finance.pk).update(is_active=False)
        assert run(job).status == "failed"
        assert nothing_printed()


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize(("count", "where"), [(3, "/receivables/runs/"), (4, "/background/")])
    def test_few_are_printed_at_once_many_in_the_background(self, company, signed_in, count, where):
        keys = overdue(company, count)
        answer = signed_in(company.finance).post("/receivables/notices/preview/", {"customer": keys})
        assert answer.status_code == 302
        assert answer.url.startswith(where)

    def test_a_refusal_stays_on_the_page(self, company, signed_in):
        keys = overdue(company, 4)
        CustomerAddress.objects.filter(customer=keys[0]).exclude(kind="registered").delete()
        answer = signed_in(company.finance).post("/receivables/notices/preview/", {"customer": keys})
        assert answer.status_code == 400
        assert not BackgroundJob.objects.exists()


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
class TestKilled:
    # Moments of its talk with the database, from taking the job to the last commit; each statement has three.
    MOMENTS = (2, 9, 40, 80, 104, 105, 106, 107)

    @pytest.mark.parametrize("at", MOMENTS)
    def test_whoever_dies_when_they_are_printed_once(self, company, at):
        keys = overdue(company, 2)
        job = wish(company, keys)
        outcome = run_and_kill(lambda: run_background_job(job.pk), at=at)
        assert nothing_printed() or DunningRun.objects.count() == 1
        if outcome != FINISHED:
            with clock.travel(leases.LEASE + timedelta(seconds=1)):
                run_background_job(job.pk)
        job.refresh_from_db()
        assert job.status == "done"
        assert DunningRun.objects.get().notice_count == 2
        assert sorted(DunningNotice.objects.values_list("customer", flat=True)) == sorted(keys)
        assert NumberRule.objects.get(code="dunning").last_value == 2
        assert Document.objects.filter(kind="dunning_notice").count() == 2
