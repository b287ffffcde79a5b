"""Hand deliveries to the workers: new ones, those sent again, those whose job got lost; forget old ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from core import clock
from core.jobs import enqueue
from core.models import BackgroundJob, WebhookDelivery

KIND = "webhook"
# Nothing is tried for longer than this, whatever a receiver asks for.
LONGEST = timedelta(days=4)
# A delivery without a job for this long has lost it: jobs are written with their deliveries.
LOST_AFTER = timedelta(seconds=30)
MENDED_AT_ONCE = 200
FORGOTTEN_AT_ONCE = 1000


def send_out(rows: Iterable[WebhookDelivery]) -> None:
    """Write the rows with their jobs, in the caller's transaction."""
    for row in WebhookDelivery.objects.bulk_create(list(rows)):
        wish(row)


def send_again(rows: Iterable[WebhookDelivery]) -> int:
    """A new round of tries for these, which the caller has locked. The receiver sees the same id."""
    now = clock.now()
    again = list(rows)
    for row in again:
        row.status, row.closed_at = WebhookDelivery.Status.PENDING, None
        row.round, row.round_began_at = row.round + 1, now
        row.tries, row.next_try_at = 0, now
    fields = ["status", "closed_at", "round", "round_began_at", "tries", "next_try_at"]
    WebhookDelivery.objects.bulk_update(again, fields)
    for row in again:
        wish(row)
    return len(again)


def wish(row: WebhookDelivery) -> None:
    """The job carries no address, no payload and no secret: the worker reads them when it sends."""
    enqueue(
        KIND,
        {"delivery": row.pk, "round": row.round},
        key=row.job_key,
        title=f"{row.event} → {row.endpoint.name}",
        limited_by=f"webhook:{row.endpoint_id}",
        due_at=row.next_try_at,
    )


@transaction.atomic
def mend_lost_deliveries() -> int:
    """Give a job to every delivery on its way that has none (deleted by hand, or its workers all died)."""
    key = Concat(
        Value("webhook:"), Cast(OuterRef("pk"), CharField()), Value(":"), Cast(OuterRef("round"), CharField())
    )
    jobs = BackgroundJob.objects.filter(kind=KIND, status=BackgroundJob.Status.OPEN, key=key)
    lost = (
        WebhookDelivery.objects.filter(
            ~Exists(jobs), status=WebhookDelivery.Status.PENDING, next_try_at__lte=clock.now() - LOST_AFTER
        )
        .select_related("endpoint")
        .order_by("next_try_at")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))[:MENDED_AT_ONCE]
    )
    now = clock.now()
    rows = list(lost)
    for row in rows:
        if row.round_began_at + LONGEST > now:
            wish(row)
        else:
            row.close(WebhookDelivery.Status.FAILED, now)
            row.save(update_fields=["status", "next_try_at", "closed_at"])
    return len(rows)


def forget_old_deliveries() -> int:
    """Delete what was over long ago, with its tries: the log is for mending, not for keeping."""
    before = clock.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    # Rows stand in the order of time: a look at the first one mostly says that there is nothing to do.
    first = WebhookDelivery.objects.order_by("pk").values_list("occurred_at", flat=True).first()
    if first is None or first >= before:
        return 0
    old = WebhookDelivery.objects.filter(closed_at__lt=before).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    WebhookDelivery.objects.filter(pk__in=keys).delete()
    return len(keys)
