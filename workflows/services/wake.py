"""Tell the workers, after the commit, what they may go on with. Only ids travel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from celery import current_app

from core.after_commit import after_commit

logger = logging.getLogger(__name__)

# Ids in one parcel: a worker delivers a message in a few milliseconds.
PARCEL = 20


# Calls outside wait for others and for nothing here: a queue of its own keeps them from holding up the rest.
OUTSIDE = "outside"


def wake_workers(job_ids: Sequence[int]) -> None:
    """Offer jobs to the workers once the transaction is committed."""
    if job_ids:
        after_commit(_offer, "workflows.run_job", list(job_ids))


def wake_callers(job_ids: Sequence[int]) -> None:
    """The same for jobs that call the outside."""
    if job_ids:
        after_commit(_offer, "workflows.run_job", list(job_ids), queue=OUTSIDE)


def wake_deliveries(delivery_ids: Sequence[int]) -> None:
    """Deliver a few messages right after the commit; the rest is for the workers."""
    if delivery_ids:
        after_commit(_deliver_soon, list(delivery_ids))


def offer_deliveries(delivery_ids: Sequence[int]) -> None:
    """Leave messages on their way to the workers."""
    _wake_in_parcels("workflows.deliver", delivery_ids)


def call_for_timers(asked_at: datetime, *, helpers: int) -> None:
    """Ask workers to fire what is due; each takes its timers itself, so no ids travel."""
    _offer("workflows.fire_due_timers", [asked_at.isoformat()] * helpers)


def _deliver_soon(delivery_ids: list[int]) -> None:
    # What is delivered moves cases, whose steps wake deliveries in turn.
    from workflows.services.delivery import deliver_soon

    deliver_soon(delivery_ids)


def _wake_in_parcels(task: str, ids: Sequence[int]) -> None:
    parcels = [list(ids[start : start + PARCEL]) for start in range(0, len(ids), PARCEL)]
    if parcels:
        after_commit(_offer, task, parcels)


def _offer(task: str, parcels: Sequence[int | str | list[int]], queue: str | None = None) -> None:
    for parcel in parcels:
        try:
            current_app.send_task(task, args=[parcel], queue=queue, retry=False)
        except Exception:
            # The row is the truth: a sweeper offers it again within seconds. A broker that is gone stays gone
            # for the rest of the parcels.
            logger.warning("%s %s could not be offered to the workers now.", task, parcel, exc_info=True)
            return
