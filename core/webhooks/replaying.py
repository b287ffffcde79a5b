"""Send by hand: a test, one delivery again, everything that failed since a moment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import Conflict
from core.models import WebhookDelivery, WebhookEndpoint
from core.permissions import MANAGE_WEBHOOKS
from core.rights import require_on
from core.webhooks.announcing import delivery_of
from core.webhooks.catalogue import TEST, event
from core.webhooks.sending import send_again, send_out

# More than this is sent again in several goes.
MOST_AT_ONCE = 1000
REPLAYABLE = (WebhookDelivery.Status.FAILED, WebhookDelivery.Status.DISABLED)


@transaction.atomic
def send_test(*, endpoint_id: int, actor: Actor) -> WebhookDelivery:
    """A delivery like any other, with a payload that says it is a test."""
    require_on(actor, MANAGE_WEBHOOKS, WebhookEndpoint.objects.all(), endpoint_id)
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    _require_on(endpoint)
    delivery = delivery_of(endpoint, TEST, event(TEST).sample)
    send_out([delivery])
    audit.record(actor, "core.test_webhook", endpoint, after={"message": delivery.message_id})
    return delivery


@transaction.atomic
def replay_delivery(*, delivery_id: int, actor: Actor) -> WebhookDelivery:
    """Send it once more under its id, also after it was delivered. One on its way goes on by itself."""
    require_on(actor, MANAGE_WEBHOOKS, WebhookDelivery.objects.all(), delivery_id)
    delivery = (
        WebhookDelivery.objects.select_for_update(no_key=True, of=("self",))
        .select_related("endpoint")
        .get(pk=delivery_id)
    )
    _require_on(delivery.endpoint)
    if delivery.is_pending:
        raise Conflict(_("This delivery is on its way already."), code="on_its_way")
    send_again([delivery])
    audit.record(actor, "core.replay_webhook", delivery.endpoint, after={"message": delivery.message_id})
    return delivery


@transaction.atomic
def replay_failed(*, endpoint_id: int, since: datetime, actor: Actor) -> int:
    """Send again what failed, or was not sent while the endpoint was off; how many that are, oldest first."""
    require_on(actor, MANAGE_WEBHOOKS, WebhookEndpoint.objects.all(), endpoint_id)
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    _require_on(endpoint)
    failed = (
        WebhookDelivery.objects.filter(endpoint=endpoint, status__in=REPLAYABLE, occurred_at__gte=since)
        .select_related("endpoint")
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",), skip_locked=True)[:MOST_AT_ONCE]
    )
    count = send_again(failed)
    audit.record(actor, "core.replay_failed_webhooks", endpoint, after={"since": since, "count": count})
    return count


def _require_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_active:
        raise Conflict(_("This webhook is switched off. Switch it on first."), code="switched_off")
