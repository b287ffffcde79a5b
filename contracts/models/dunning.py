"""Dunning notices and letters as they left the house, and how they got there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.rights import ScopedQuerySet
from core.search import query_tokens


class DunningKind(models.TextChoices):
    """By name: the 催款单 is a table, the 催款函 a letter."""

    NOTICE = "notice", _("Dunning notice")
    LETTER = "letter", _("Dunning letter")


class DunningRun(models.Model):
    """Notices printed together, with the one file that goes to the printer."""

    as_of = models.DateField(_("as of"))
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, related_name="+")
    notice_count = models.PositiveIntegerField(_("notices"))
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dunning run")
        verbose_name_plural = _("dunning runs")

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d} ({self.notice_count})"


class DunningNoticeQuerySet(ScopedQuerySet["DunningNotice"]):
    """Notices of the customers a person may see."""

    view_permission = "contracts.view_payment"
    owner_field = "customer__owner"
    department_path_field = "customer__department_path"

    def search(self, text: str) -> DunningNoticeQuerySet:
        """By number, or by any piece of the customer's name or number."""
        pieces = query_tokens(text)
        if not pieces:
            return self
        return self.filter(Q(customer__search_tokens__contains=pieces) | Q(no__icontains=text.strip()))


class DunningNotice(models.Model):
    """A printed 催款单 or 催款函: one customer, one day, never twice. The database refuses changes."""

    no = models.CharField(_("notice no."), max_length=30, unique=True)
    run = models.ForeignKey(DunningRun, on_delete=models.PROTECT, related_name="notices")
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="dunning_notices", verbose_name=_("customer")
    )
    own_company = models.ForeignKey("contracts.OwnCompany", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(_("as of"))
    kind = models.CharField(_("kind"), max_length=10, choices=DunningKind, default=DunningKind.NOTICE)
    # Which level of demand it is; 0 is the usual list of what is overdue.
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    # What the letter said: instalments with due date, amount, paid, outstanding, days overdue and interest.
    lines = models.JSONField(encoder=DjangoJSONEncoder)
    principal_total = models.DecimalField(_("principal"), max_digits=14, decimal_places=2)
    interest_total = models.DecimalField(_("interest"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total outstanding"), max_digits=14, decimal_places=2)
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, related_name="+")
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()

    objects = DunningNoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dunning notice")
        verbose_name_plural = _("dunning notices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "own_company", "as_of", "kind"], name="customer_gets_one_notice_a_day"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="notice_total_is_positive"),
            models.CheckConstraint(
                condition=Q(total=F("principal_total") + F("interest_total"), interest_total__gte=0),
                name="notice_total_is_principal_and_interest",
            ),
            models.CheckConstraint(
                condition=Q(kind="letter", level__gte=2) | Q(kind="notice", level__lte=1),
                name="letter_from_level_2",
            ),
        ]

    def __str__(self) -> str:
        return self.no


class DunningNoticeLine(models.Model):
    """An instalment was asked for at a level: each level once, whatever is printed by whom."""

    notice = models.ForeignKey(DunningNotice, on_delete=models.PROTECT, related_name="demands")
    plan_line = models.ForeignKey(
        "contracts.PaymentPlanLine", on_delete=models.PROTECT, related_name="demands"
    )
    level = models.PositiveSmallIntegerField(_("level"))
    principal = models.DecimalField(_("principal"), max_digits=14, decimal_places=2)
    interest = models.DecimalField(_("interest"), max_digits=14, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan_line", "level"], name="instalment_is_demanded_once_a_level"
            ),
            models.CheckConstraint(condition=Q(level__gte=1), name="demand_has_a_level"),
            models.CheckConstraint(
                condition=Q(principal__gt=0, interest__gte=0), name="demand_asks_for_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice}: {self.plan_line}"


class DunningDispatch(models.Model):
    """How a letter was sent, and how its arrival can be proven (Civil Code, article 195)."""

    class Channel(models.TextChoices):
        EMS = "ems", _("EMS")
        COURIER = "courier", _("Courier")
        REGISTERED = "registered", _("Registered mail")
        EMAIL = "email", _("E-mail")
        FAX = "fax", _("Fax")
        HAND = "hand", _("By hand")

    class Grade(models.TextChoices):
        SIGNED = "signed", _("Signed for")
        PRESUMED = "presumed", _("Ought to have arrived")
        ELECTRONIC = "electronic", _("Electronic")

    # These are followed by their number.
    TRACKED = (Channel.EMS, Channel.COURIER, Channel.REGISTERED)

    notice = models.OneToOneField(DunningNotice, on_delete=models.PROTECT, related_name="dispatch")
    channel = models.CharField(_("sent by"), max_length=12, choices=Channel)
    tracking_no = models.CharField(_("tracking no."), max_length=40, blank=True)
    sent_on = models.DateField(_("sent on"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    delivery_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    grade = models.CharField(_("evidence"), max_length=12, choices=Grade, blank=True)
    receipt = models.ForeignKey(
        "core.Document", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("receipt")
    )

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("sent_on")),
                name="letter_arrives_when_sent_or_later",
            ),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True, grade="", delivery_recorded_by__isnull=True)
                | (Q(delivered_on__isnull=False, delivery_recorded_by__isnull=False) & ~Q(grade="")),
                name="arrival_has_its_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice}: {self.tracking_no}"
