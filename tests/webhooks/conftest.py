"""A receiver that listens for real, and workers that work when they are told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from core import clock
from core.jobs.runner import run_background_job
from core.models import BackgroundJob, WebhookDelivery, WebhookEndpoint
from core.webhooks.endpoints import create_endpoint
from tests.core.receiver import Received, receiving


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def subscribe(cast, receiver, settings) -> Callable[..., WebhookEndpoint]:
    """subscribe("customer.created") -> an endpoint at the receiver; its secret is endpoint.plain."""
    settings.WEBHOOK_ALLOWED_NETS = ["127.0.0.1/32"]

    def make(*events: str, name: str = "ERP", url: str = "", actor=None, **fields) -> WebhookEndpoint:
        endpoint, secret = create_endpoint(
            fields={"name": name, "url": url or receiver.url, "events": list(events), **fields},
            actor=actor or cast.admin,
        )
        endpoint.plain = secret
        return endpoint

    return make


def work() -> int:
    """Workers do everything that is due by now; how many jobs that were."""
    done = 0
    while due := list(
        BackgroundJob.objects.filter(kind="webhook", status="open", due_at__lte=clock.now()).values_list(
            "pk", flat=True
        )
    ):
        for pk in due:
            run_background_job(pk)
            done += 1
    return done


def only_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.select_related("endpoint").get()


def verified(received: Received, secret: str, *, tolerance: float = 300) -> SimpleNamespace:
    """What a receiver does, written from the published scheme and not from our code."""
    message_id, seconds = received.headers["webhook-id"], received.headers["webhook-timestamp"]
    assert abs(int(seconds) - clock.now().timestamp()) < tolerance
    key = base64.b64decode(secret[len("whsec_") :])
    expected = hmac.new(key, f"{message_id}.{seconds}.".encode() + received.body, hashlib.sha256).digest()
    given = [part.split(",", 1) for part in received.headers["webhook-signature"].split(" ")]
    assert any(
        version == "v1" and hmac.compare_digest(base64.b64decode(text), expected) for version, text in given
    ), "No signature is right."
    return SimpleNamespace(id=message_id, **json.loads(received.body))
