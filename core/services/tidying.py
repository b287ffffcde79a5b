"""What nobody asks for any more goes by itself: read notifications, finished background work, drafts of forms, rows of imports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from core import clock
from core.models import BackgroundJob, FormDraft, ImportRow, Notification

NOTIFICATIONS_FOR = timedelta(days=180)
JOBS_FOR = timedelta(days=90)
DRAFTS_FOR = timedelta(days=30)
# So long an import can be undone; the file and what came of it stay.
IMPORTED_ROWS_FOR = timedelta(days=180)
# At a time: a long statement would hold what others wait for.
BATCH = 5_000


def forget_old_rows() -> int:
    """Remove what is older than its time; gives how many rows. What is open, failed or unread stays."""
    now = clock.now()
    old: list[QuerySet[Any]] = [
        Notification.objects.filter(read_at__lt=now - NOTIFICATIONS_FOR, in_digest=False),
        # One that failed is somebody's to look at. A letter's key keeps it from being sent again: as long
        # as somebody could repeat it, which is far less than this.
        BackgroundJob.objects.filter(
            status__in=[BackgroundJob.Status.DONE, BackgroundJob.Status.CANCELLED],
            closed_at__lt=now - JOBS_FOR,
        ),
        FormDraft.objects.filter(saved_at__lt=now - DRAFTS_FOR),
        ImportRow.objects.filter(run__finished_at__lt=now - IMPORTED_ROWS_FOR),
    ]
    return sum(_remove(rows) for rows in old)


def _remove(rows: QuerySet[Any]) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    removed, _by_model = rows.model._default_manager.filter(pk__in=keys).delete()
    return int(removed)
