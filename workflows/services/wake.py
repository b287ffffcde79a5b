"""Tell the workers, after the commit, what they may go on with. Only ids travel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def wake_workers(job_ids: Sequence[int]) -> None:
    """Offer jobs to the workers once the transaction is committed."""
    transaction.on_commit(partial(_offer, list(job_ids)), robust=True)


def _offer(job_ids: list[int]) -> None:
    for job_id in job_ids:
        try:
            current_app.send_task("workflows.run_job", args=[job_id], retry=False)
        except Exception:
            # The row is the truth: the sweeper offers it again within seconds.
            logger.warning("Job %s could not be offered to the workers now.", job_id, exc_info=True)
