"""A complaint: what a customer is not content with, and how far it has been dealt with (F93)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor, SystemActor
from core.rights import ScopedQuerySet
from core.search import query_tokens


class ComplaintQuerySet(ScopedQuerySet["Complaint"]):
    """Complaints a person may see: by their grants, and those that they handle."""

    view_permission = "service.view_complaint"
    owner_field = "customer__owner"

    def visible_to(self, actor: Actor) -> Self:
        return self._with_handled(super().visible_to(actor), actor, self.view_permission)

    def reachable_by(self, actor: Actor, permission: str) -> Self:
        return self._with_handled(super().reachable_by(actor, permission), actor, permission)

    def _with_handled(self, rows: Self, actor: Actor, permission: str) -> Self:
        """Whoever handles a complaint need not look after the customer."""
        if isinstance(actor, SystemActor) or not actor.may(permission):
            return rows
        return rows | self.filter(handler=actor.pk)

    def open(self) -> Self:
        return self.exclude(state__in=Complaint.ENDED)

    def search(self, text: str) -> ComplaintQuerySet:
        """By any piece of the number or the customer. What was said is not searched by."""
        pieces = query_tokens(text)
        return self.filter(search_tokens__contains=pieces) if pieces else self


class Complaint(models.Model):
    """What a customer complains of. Its process carries it; its texts stay on its page."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        MAIL = "mail", _("Mail")
        SITE = "site", _("Member site")
        REP = "rep", _("Through the sales rep")
        VISIT = "visit", _("Visit")
        WECHAT = "wechat", _("WeChat")

    class Category(models.TextChoices):
        SERVICE = "service", _("Service")
        PRODUCT = "product", _("Product and effect")
        CONTENT = "content", _("Shop and content")
        BILLING = "billing", _("Contract and fees")
        ATTITUDE = "attitude", _("Attitude")
        OTHER = "other", _("Other")

    class Severity(models.IntegerChoices):
        CRITICAL = 1, _("1 Critical")
        SERIOUS = 2, _("2 Serious")
        ORDINARY = 3, _("3 Ordinary")
        SLIGHT = 4, _("4 Slight")

    class State(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        RULING = "ruling", _("Responsibility ruling")
        HANDLING = "handling", _("Being handled")
        INSTRUCTING = "instructing", _("With the leader")
        SUMMING_UP = "summing_up", _("Being summed up")
        FOLLOWING_UP = "following_up", _("To be followed up")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ENDED = (State.CLOSED, State.WITHDRAWN)

    no = models.CharField(_("complaint no."), max_length=30, unique=True, editable=False)
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="complaints", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    contract = models.ForeignKey(
        "contracts.Contract",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("contract"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    category = models.CharField(_("category"), max_length=10, choices=Category, default=Category.SERVICE)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, default=Severity.ORDINARY)
    description = models.TextField(_("what the customer says"), max_length=4000)
    demand = models.CharField(_("what the customer asks for"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("registered at"), editable=False)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("received by"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.REGISTERED, editable=False
    )
    # Who carries out what the ruling asks for; never the person ruled responsible.
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("handler"),
    )
    is_justified = models.BooleanField(_("justified"), null=True, editable=False)
    respond_due_at = models.DateTimeField(_("first response due"), null=True, editable=False)
    responded_at = models.DateTimeField(_("first response"), null=True, editable=False)
    resolve_due_at = models.DateTimeField(_("solution due"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("solved"), null=True, editable=False)
    # Waiting for the customer: working time that the deadline does not count.
    paused_at = models.DateTimeField(_("waiting for the customer since"), null=True, editable=False)
    paused_minutes = models.PositiveIntegerField(_("minutes waited"), default=0, editable=False)
    reopen_count = models.PositiveSmallIntegerField(_("times reopened"), default=0, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    withdraw_reason = models.CharField(_("why withdrawn"), max_length=500, blank=True, editable=False)
    department_path = models.CharField(max_length=300, blank=True, db_index=True, editable=False)
    search_tokens = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "registered",
                        "ruling",
                        "handling",
                        "instructing",
                        "summing_up",
                        "following_up",
                        "closed",
                        "withdrawn",
                    ]
                ),
                name="complaint_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(severity__gte=1, severity__lte=4), name="complaint_severity_is_1_to_4"
            ),
            models.CheckConstraint(condition=~Q(description=""), name="complaint_says_something"),
            models.CheckConstraint(
                condition=Q(state__in=["registered", "withdrawn"]) | Q(responded_at__isnull=False),
                name="complaint_is_answered_before_it_is_ruled_on",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(state="handling"),
                name="complaint_waits_for_the_customer_in_handling_only",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handling", "instructing"])
                # No ruling is neither true nor false to the database, and would pass as unknown.
                | Q(is_justified__isnull=False) & (Q(is_justified=False) | Q(handler__isnull=False)),
                name="handled_complaint_has_a_ruling_and_a_handler",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="closed_complaint_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") & ~Q(withdraw_reason="")
                | (~Q(state="withdrawn") & Q(withdraw_reason="")),
                name="withdrawn_complaint_says_why",
            ),
            models.CheckConstraint(
                condition=Q(responded_at__isnull=True) | Q(responded_at__gte=F("received_at")),
                name="complaint_is_answered_after_it_came",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search_tokens"], name="complaint_search"),
            models.Index(fields=["state", "-id"], name="complaint_by_state"),
            models.Index(fields=["customer", "-id"], name="complaint_by_customer"),
        ]

    def __str__(self) -> str:
        return self.no

    def get_absolute_url(self) -> str:
        return reverse("service:complaint-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state not in self.ENDED

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class ComplaintAction(models.Model):
    """Something that was done about a complaint."""

    class Kind(models.TextChoices):
        RECTIFY = "rectify", _("Put right")
        COMPENSATE = "compensate", _("Compensation")
        APOLOGISE = "apologise", _("Apology")
        REPLACE = "replace", _("Replacement")
        EXPLAIN = "explain", _("Explanation")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    description = models.CharField(_("what was done"), max_length=1000)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, default=0)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("done by")
    )
    done_at = models.DateTimeField(_("done"))

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(description=""), name="complaint_action_says_what_was_done"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="complaint_action_cost_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint}: {self.get_kind_display()}"
