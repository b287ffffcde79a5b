"""What cases and programs tell each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from workflows.models.instance import ProcessInstance

KEY_LENGTH, NAME_LENGTH = 200, 120


class Subscription(models.Model):
    """A token that waits for a message, a signal or a condition.

    ``key`` is with what a message must come: the value of the step's correlation, else the case's business
    row (``contracts.contract:17``), else nothing. A condition is watched by its own case; its row only says
    that something waits there.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        SIGNAL = "signal", _("Signal")
        CONDITION = "condition", _("Condition")

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting")
        DONE = "done", _("Arrived")
        CANCELLED = "cancelled", _("Withdrawn")

    instance = models.ForeignKey("ProcessInstance", on_delete=models.PROTECT, related_name="subscriptions")
    definition = models.ForeignKey(
        "ProcessDefinition", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    element = models.CharField(max_length=1000)
    token = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    key = models.CharField(max_length=KEY_LENGTH, blank=True)
    # The place that waited here before and has heard something: what was on its way to that comes here.
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, db_index=False, related_name="followers"
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "token"],
                condition=Q(status="open"),
                name="one_open_subscription_per_token",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["done", "cancelled"], closed_at__isnull=False),
                name="closed_subscription_says_when",
            ),
            models.CheckConstraint(
                condition=Q(kind="condition") | ~Q(name=""), name="subscription_waits_for_a_name"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["name", "key", "kind", "id"], condition=Q(status="open"), name="subscription_open"
            ),
            models.Index(
                fields=["follows"], condition=Q(follows__isnull=False), name="subscription_by_follows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id} {self.element}: {self.name}"


class Message(models.Model):
    """Something that was told: to one case of each process (a message), or to all that wait (a signal).

    A message is kept until it expires for processes that have not heard it: a case of theirs that begins to
    wait for it gets it then. A signal is heard by who waits when it is given.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        SIGNAL = "signal", _("Signal")

    # Given by the sender: the same message sent twice is one.
    uid = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MESSAGE)
    name = models.CharField(_("message"), max_length=NAME_LENGTH)
    key = models.CharField(max_length=KEY_LENGTH, blank=True)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The business row it is about: a case that it starts is about the same.
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    sender_label = models.CharField(max_length=120)
    # Sent by a person or another program. What it carries is declared by nobody but the receivers.
    is_from_outside = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="message_has_a_name"),
            models.CheckConstraint(condition=~Q(uid=""), name="message_has_an_id"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["name", "key", "expires_at"], condition=Q(kind="message"), name="message_by_name"
            ),
            models.Index(fields=["expires_at"], name="message_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sent_by_case(self) -> int | None:
        """The case that has thrown it; its id begins with it."""
        source, _colon, rest = self.uid.partition(":")
        return int(rest.partition(":")[0]) if source == "case" else None


class Delivery(models.Model):
    """A message on its way to one case, or to a start of one: an outbox row of its sender's transaction."""

    class Status(models.TextChoices):
        OPEN = "open", _("On its way")
        DONE = "done", _("Delivered")
        # The other side stopped waiting before it arrived; the message may still find somebody else.
        VOID = "void", _("Nobody waited any more")
        # The case or the process said no, and says why.
        REFUSED = "refused", _("Refused")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    definition = models.ForeignKey(
        "ProcessDefinition", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, related_name="deliveries"
    )
    trigger = models.ForeignKey(
        "StartTrigger", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # The case it reached, or the one it started.
    instance = models.ForeignKey(
        "ProcessInstance", on_delete=models.PROTECT, null=True, related_name="deliveries"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # A message goes to one case of a process, a signal to all of them.
    is_single = models.BooleanField()
    attempts = models.PositiveIntegerField(default=0)
    try_at = models.DateTimeField()
    # What failed, as the program tells it; it is tried again.
    error = models.TextField(blank=True)
    # Why it was refused, in codes: {"code", "text"} or {"code": "invalid", "fields": {name: [code, params]}}.
    refusal = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(subscription__isnull=False, trigger__isnull=True)
                | Q(subscription__isnull=True, trigger__isnull=False),
                name="delivery_goes_to_a_case_or_starts_one",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["done", "void", "refused"], closed_at__isnull=False),
                name="closed_delivery_says_when",
            ),
            models.UniqueConstraint(fields=["message", "subscription"], name="message_once_to_a_place"),
            models.UniqueConstraint(
                fields=["message", "definition"],
                condition=Q(is_single=True) & ~Q(status="void"),
                name="message_once_to_a_process",
            ),
            models.UniqueConstraint(
                fields=["message", "trigger"],
                condition=Q(trigger__isnull=False),
                name="message_starts_one_case",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["try_at", "id"], condition=Q(status="open"), name="delivery_due"),
            BrinIndex(fields=["closed_at"], autosummarize=True, name="delivery_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} -> {self.instance_id or self.definition_id}"

    @property
    def case(self) -> ProcessInstance | None:
        """The case that hears it, or that it has started."""
        return self.instance or (self.subscription.instance if self.subscription is not None else None)


class MessageGrant(models.Model):
    """A role may send messages and signals of a name, from outside the diagrams."""

    name = models.CharField(_("message"), max_length=NAME_LENGTH)
    role = models.CharField(_("role"), max_length=30)

    class Meta:
        ordering: ClassVar = ["name", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "role"], name="message_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.name}"
