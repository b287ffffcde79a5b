"""What the workers do. Tasks carry ids only; the rows say what is due."""

from __future__ import annotations

import logging
from datetime import datetime

from celery import shared_task

from workflows import services
from workflows.audit import audit
from workflows.notices import settle_notices

logger = logging.getLogger(__name__)

# A whole table may be gone; the log need not tell it row by row.
TOLD_AT_ONCE = 50


@shared_task(name="workflows.run_job")
def run_job(job_id: int) -> bool:
    return services.run_job(job_id=job_id)


@shared_task(name="workflows.sweep_jobs")
def sweep_jobs() -> int:
    return services.sweep_jobs()


@shared_task(name="workflows.tick")
def tick() -> int:
    return services.offer_due_timers()


@shared_task(name="workflows.fire_due_timers")
def fire_due_timers(asked_at: str) -> int:
    return services.fire_due_timers(asked_at=datetime.fromisoformat(asked_at))


@shared_task(name="workflows.deliver")
def deliver(delivery_ids: list[int]) -> int:
    return sum(services.deliver(delivery_id=one) for one in delivery_ids)


@shared_task(name="workflows.sweep_deliveries")
def sweep_deliveries() -> int:
    return services.sweep_deliveries()


@shared_task(name="workflows.forget_messages")
def forget_messages() -> int:
    return services.forget_messages()


@shared_task(name="workflows.forget_old_snapshots")
def forget_old_snapshots() -> int:
    return services.forget_old_snapshots()


@shared_task(name="workflows.watch_over")
def watch_over() -> bool:
    """Look whether the background is well, and tell those who watch what is not."""
    return services.watch_over()


@shared_task(name="workflows.forget_old_alerts")
def forget_old_alerts() -> int:
    return services.forget_old_alerts()


@shared_task(name="workflows.alert_due")
def alert_due() -> int:
    """Who is late is told first: what comes back by that needs no second word."""
    return services.alert_due() + services.wake_due()


@shared_task(name="workflows.settle_notices")
def settle() -> int:
    return settle_notices()


@shared_task(name="workflows.reassign_orphans")
def reassign_orphans() -> int:
    return services.reassign_orphans()


@shared_task(name="workflows.publish_scheduled")
def publish_scheduled() -> int:
    return services.publish_scheduled()


@shared_task(name="workflows.roll_up")
def roll_up() -> int:
    return services.roll_up()


@shared_task(name="workflows.sweep_figures")
def sweep_figures() -> int:
    return services.sweep_figures()


@shared_task(name="workflows.purge_by_night")
def purge_by_night() -> bool:
    return services.purge_by_night()


@shared_task(name="workflows.compact_by_night")
def compact_by_night() -> bool:
    return services.compact_by_night()


@shared_task(name="workflows.audit_instances")
def audit_instances() -> int:
    """Every 50 seconds: the light audit of everything, the deep one of the next slice. What disagrees becomes an
    incident, what agrees again is closed."""
    breaches = audit(deep="slice")
    for breach in breaches[:TOLD_AT_ONCE]:
        logger.error("Audit: %s", breach)
    services.note_breaches({breach.instance_id for breach in breaches})
    return len(breaches)
