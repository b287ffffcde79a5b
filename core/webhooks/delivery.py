"""What a worker does with a delivery: call the receiver, write down what it said, decide when to try again.

A worker that dies between the call and its record calls once more; the receiver knows the id already.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, clock, outbound
from core.actors import SystemActor
from core.jobs import JobRun, Later, Rate, handler
from core.jobs.registry import SLOW
from core.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from core.outbound import Answer, NoAnswerError
from core.webhooks.secrets import UnreadableSecretError
from core.webhooks.sending import KIND, LONGEST
from core.webhooks.signing import body_of, headers_of

Status = WebhookDelivery.Status
Outcome = Answer | NoAnswerError | UnreadableSecretError
TIMEOUT = 10.0
# After the first try, the second ...: about three days in all.
PAUSES = [
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    *[timedelta(hours=8)] * 8,
]
LONGEST_RETRY_AFTER = timedelta(days=1)
ASKS_FOR_PATIENCE = (429, 503)
GONE = 410
LONGEST_RESPONSE = 1000
# So many failures in a row, and the receiver is asked only now and then.
PATIENCE = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
ACTOR = SystemActor("core.webhooks")


@handler(
    KIND,
    lease=timedelta(seconds=60),
    longest_pause=timedelta(minutes=5),
    rate=Rate(30, timedelta(seconds=1)),
    queue=SLOW,
    name=_("Webhook"),
)
def deliver(job: JobRun) -> Mapping[str, Any] | None:
    """One try. Ends the job when the receiver has it or nothing more will be tried."""
    delivery = (
        WebhookDelivery.objects.select_related("endpoint")
        .filter(pk=job.payload["delivery"], round=job.payload["round"], status=Status.PENDING)
        .first()
    )
    if delivery is None:
        return {"status": "no longer wanted"}
    now = clock.now()
    endpoint = delivery.endpoint
    if endpoint.is_active and (until := _paused_until(delivery, now)):
        WebhookDelivery.objects.filter(pk=delivery.pk, round=delivery.round, status=Status.PENDING).update(
            next_try_at=until
        )
        raise Later((until - now).total_seconds())
    answer = _call(delivery, now) if endpoint.is_active else None
    pause = _record(delivery, answer, now)
    if pause is not None:
        raise Later(pause.total_seconds())
    return {"status": delivery.status}


def _call(delivery: WebhookDelivery, now: datetime) -> Outcome:
    body = body_of(delivery)
    endpoint = delivery.endpoint
    try:
        headers = headers_of(delivery, body, now=now)
        return outbound.post(
            endpoint.url, headers, body, timeout=TIMEOUT, allow_private=endpoint.allow_private
        )
    except (NoAnswerError, UnreadableSecretError) as error:
        return error


@transaction.atomic
def _record(delivery: WebhookDelivery, answer: Outcome | None, began: datetime) -> timedelta | None:
    """Write the attempt and what follows from it; the pause until the next one, if there is to be one."""
    locked = WebhookDelivery.objects.select_for_update(no_key=True).filter(pk=delivery.pk).first()
    if locked is None:
        return None  # deleted with its endpoint meanwhile
    now = clock.now()
    pause: timedelta | None = None
    fields = ["tries", "last_code", "status", "next_try_at", "closed_at"]
    if answer is not None:
        _note(locked, answer, began)
        _learn(delivery.endpoint, answer, now)
    if locked.round != delivery.round or not locked.is_pending:
        # Replayed or closed meanwhile: the try is on record, the rest is the other one's.
        WebhookDelivery.objects.filter(pk=locked.pk).update(last_code=locked.last_code)
        return None
    if answer is None:
        locked.close(Status.DISABLED, now)
    else:
        locked.tries += 1
        if isinstance(answer, Answer) and answer.is_success:
            locked.close(Status.DELIVERED, now)
        else:
            pause = _pause(locked, answer, now)
            if pause is None:
                locked.close(Status.FAILED, now)
            else:
                locked.next_try_at = now + pause
    locked.save(update_fields=fields)
    delivery.status = locked.status
    return pause


def _note(delivery: WebhookDelivery, answer: Outcome, at: datetime) -> None:
    attempt = WebhookAttempt(delivery=delivery, number=delivery.attempts.count() + 1, at=at, seconds=0.0)
    if isinstance(answer, Answer):
        attempt.code, attempt.seconds = answer.status, answer.seconds
        attempt.response = answer.text(LONGEST_RESPONSE)
    elif isinstance(answer, NoAnswerError):
        attempt.failure, attempt.seconds = answer.reason, answer.seconds
        attempt.detail = answer.detail[:200]
    else:
        attempt.failure = WebhookAttempt.UNREADABLE
    attempt.save(force_insert=True)
    delivery.last_code = attempt.code


def _pause(delivery: WebhookDelivery, answer: Outcome, now: datetime) -> timedelta | None:
    """How long until the next try; None if there is none."""
    if isinstance(answer, UnreadableSecretError) or delivery.tries > len(PAUSES):
        return None
    if isinstance(answer, NoAnswerError) and answer.is_refused_by_us:
        return None
    pause = PAUSES[delivery.tries - 1] * (1 + random.random() / 10)  # noqa: S311  spreads, guards nothing
    if isinstance(answer, Answer):
        if answer.status == GONE:
            return None
        if answer.status in ASKS_FOR_PATIENCE:
            pause = max(pause, retry_after(answer.headers.get("retry-after", ""), now))
    return pause if now + pause < delivery.round_began_at + LONGEST else None


def retry_after(text: str, now: datetime) -> timedelta:
    """The header as seconds or as a date (RFC 9110, 10.2.3); nothing for what is neither."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return timedelta(0)
    if moment.tzinfo is None:
        return timedelta(0)
    return min(max(moment - now, timedelta(0)), LONGEST_RETRY_AFTER)


def _paused_until(delivery: WebhookDelivery, now: datetime) -> datetime | None:
    """The end of the receiver's rest. Whoever has waited for days already does not wait for that."""
    until = delivery.endpoint.paused_until
    return until if until and now < until and now < delivery.round_began_at + LONGEST else None


def _learn(endpoint: WebhookEndpoint, answer: Outcome, now: datetime) -> None:
    """What the answer says about the receiver as a whole."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if isinstance(answer, Answer) and answer.is_success:
        if endpoint.failures:
            rows.update(failures=0, paused_until=None)
        return
    if isinstance(answer, Answer) and answer.status == GONE:
        if rows.filter(is_active=True).update(
            is_active=False, off_reason=WebhookEndpoint.OffReason.GONE, failures=0, paused_until=None
        ):
            audit.record(ACTOR, "core.webhook_gone", endpoint, after={"is_active": False})
        return
    failures = endpoint.failures + 1
    pause = None
    if failures >= PATIENCE:
        pause = now + min(FIRST_PAUSE * 2 ** min(failures - PATIENCE, 10), LONGEST_PAUSE)
    rows.update(failures=failures, paused_until=pause)
