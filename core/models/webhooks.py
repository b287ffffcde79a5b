"""Programs that want to hear what happens here: where to tell them, what was told, and each try of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.outbound import Reason
from core.rights import ScopedQuerySet


class WebhookEndpointQuerySet(ScopedQuerySet["WebhookEndpoint"]):
    view_permission = "core.manage_webhooks"
    owner_field = "created_by"
    department_path_field = None

    def listening(self, names: set[str]) -> WebhookEndpointQuerySet:
        return self.filter(is_active=True, events__overlap=sorted(names))


class WebhookEndpoint(models.Model):
    """An address of another program, and the events it wants to hear of."""

    class OffReason(models.TextChoices):
        PERSON = "person", _("switched off")
        GONE = "gone", _("the receiver answered that it is gone (410)")

    name = models.CharField(_("name"), max_length=60)
    url = models.CharField(_("address"), max_length=2000)
    events = ArrayField(models.CharField(max_length=80), verbose_name=_("events"))
    # Encrypted; read only to sign (core.webhooks.secrets). While two are in force, both sign.
    secret = models.TextField()
    secret_made_at = models.DateTimeField(_("secret made"))
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    # Set by system administrators alone: the answers of machines inside are shown to whoever manages this.
    allow_private = models.BooleanField(_("may lie in a private network"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    off_reason = models.CharField(max_length=10, choices=OffReason, blank=True)
    # A receiver that fails again and again is left alone for a while, so that it holds up nobody else.
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["name"], name="webhook_name_once"),
            models.CheckConstraint(condition=~Q(secret=""), name="webhook_has_a_secret"),
            models.CheckConstraint(
                condition=Q(is_active=True) ^ ~Q(off_reason=""), name="webhook_off_says_why"
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_secret_until__isnull=True)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
                name="old_webhook_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhook-detail", args=[self.pk])


class WebhookDeliveryQuerySet(ScopedQuerySet["WebhookDelivery"]):
    view_permission = "core.manage_webhooks"
    owner_field = "endpoint__created_by"
    department_path_field = None


class WebhookDelivery(models.Model):
    """One event for one endpoint. It is written in the transaction of what happened and sent after it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        DISABLED = "disabled", _("not sent: switched off")

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, db_index=False, related_name="deliveries"
    )
    # What the receiver knows it by: the same for every try, every replay and every endpoint.
    event_id = models.UUIDField(default=uuid.uuid4)
    event = models.CharField(_("event"), max_length=80)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField(_("happened"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    # Each replay is a round of its own, with all its tries.
    round = models.PositiveIntegerField(default=1)
    round_began_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True)
    last_code = models.PositiveSmallIntegerField(_("answer"), null=True)
    closed_at = models.DateTimeField(null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["event_id", "endpoint"], name="webhook_event_once_per_endpoint"),
            models.CheckConstraint(
                condition=Q(status="pending", next_try_at__isnull=False, closed_at__isnull=True)
                | (~Q(status="pending") & Q(next_try_at__isnull=True, closed_at__isnull=False)),
                name="only_pending_delivery_has_a_next_try",
            ),
        ]
        indexes: ClassVar[Any] = [
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_by_endpoint"),
            models.Index(fields=["next_try_at"], condition=Q(status="pending"), name="webhook_delivery_due"),
            BrinIndex(fields=["closed_at"], autosummarize=True, name="webhook_delivery_ended"),
            models.Index(
                fields=["endpoint", "-id"],
                condition=Q(status__in=["failed", "disabled"]),
                name="webhook_delivery_to_replay",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    def get_absolute_url(self) -> str:
        return reverse("webhook-delivery", args=[self.pk])

    @property
    def message_id(self) -> str:
        """What the receiver sees as webhook-id."""
        return f"msg_{self.event_id.hex}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def job_key(self) -> str:
        return f"webhook:{self.pk}:{self.round}"

    def close(self, status: str, at: datetime) -> None:
        self.status, self.next_try_at, self.closed_at = status, None, at


class WebhookAttempt(models.Model):
    """One call of the receiver and what it said. Rows are only added."""

    # SECRET_KEY has changed since the secret was made.
    UNREADABLE = "unreadable_secret"
    FAILURES: ClassVar = [
        *Reason.choices,
        (UNREADABLE, _("the secret cannot be read any more: make a new one")),
    ]

    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, db_index=False, related_name="attempts"
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    # The HTTP status, or why there is none.
    code = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=20, choices=FAILURES, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    response = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["delivery_id", "number"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_number_once"),
            models.CheckConstraint(
                condition=Q(code__isnull=False, failure="") | (Q(code__isnull=True) & ~Q(failure="")),
                name="webhook_attempt_has_an_answer_or_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}.{self.number} {self.code or self.failure}"

    @property
    def milliseconds(self) -> int:
        return round(self.seconds * 1000)
