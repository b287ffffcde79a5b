"""What the workers do. Tasks carry ids only; the rows say what is due."""

from __future__ import annotations

from celery import shared_task

from core.digests import send_digests
from core.jobs.runner import remove_old_files, run_background_job, sweep_background_jobs
from core.reports.mailing import send_due_reports
from core.services.coming_year import tend_calendar
from core.services.tidying import forget_old_rows
from core.webhooks.sending import forget_old_deliveries, mend_lost_deliveries


@shared_task(name="core.run_job")
def run_job(job_id: int) -> bool:
    return run_background_job(job_id)


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> int:
    return sweep_background_jobs()


@shared_task(name="core.tend_webhooks")
def tend_webhooks() -> int:
    forget_old_deliveries()
    return mend_lost_deliveries()


@shared_task(name="core.remove_old_files")
def remove_files() -> int:
    return remove_old_files()


@shared_task(name="core.send_digests")
def send_the_days_letters() -> int:
    return send_digests()


@shared_task(name="core.forget_old_rows")
def forget_rows() -> int:
    return forget_old_rows()


@shared_task(name="core.send_reports")
def send_reports() -> int:
    return send_due_reports()


@shared_task(name="core.tend_calendar")
def tend_the_calendar() -> bool:
    return tend_calendar()
