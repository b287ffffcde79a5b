"""Tell the workers, after the commit, what they may take. Only ids travel."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import current_app

from core.after_commit import after_commit

logger = logging.getLogger(__name__)

# A connection that died since its last use is opened anew once; a broker that is down is not waited for.
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def wake_workers(task: str, job_ids: Iterable[int], *, queue: str | None = None) -> None:
    """Offer jobs to the workers once the transaction is committed."""
    after_commit(_offer, task, list(job_ids), queue)


def _offer(task: str, job_ids: list[int], queue: str | None) -> None:
    for job_id in job_ids:
        try:
            current_app.send_task(task, args=[job_id], queue=queue, retry_policy=ONCE_MORE)
        except Exception as error:
            # The row is the truth: the sweeper offers it again within seconds. The others would fail too.
            logger.warning(
                "Job %s could not be offered to the workers now (%s).", job_id, type(error).__name__
            )
            return
