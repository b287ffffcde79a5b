"""What the workers do after the sale, without being asked."""

from __future__ import annotations

from celery import shared_task

from service.services.cohorts import freeze_due_months


@shared_task(name="service.freeze_cohorts")
def freeze_cohorts() -> int:
    return freeze_due_months()
