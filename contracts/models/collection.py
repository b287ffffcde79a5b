"""What was agreed with a customer who pays late: calls, promises, disputes, and how far the demand has gone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models.plan import PaymentPlanLine
from core.rights import ScopedQuerySet

PERSON = settings.AUTH_USER_MODEL
# The last level hands the papers to counsel; what stands below it are reminders and letters.
COUNSEL = 4


class PromiseQuerySet(ScopedQuerySet["PromiseToPay"]):
    """Promises of the customers a person may see."""

    view_permission = "contracts.view_payment"
    owner_field = "customer__owner"
    department_path_field = "customer__department_path"


class PromiseToPay(models.Model):
    """The customer said when how much would come. A customer has one open promise; a new one replaces it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("promise", "Open")
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Broken")
        REPLACED = "replaced", _("Replaced by another")

    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="promises", verbose_name=_("customer")
    )
    plan_line = models.ForeignKey(
        PaymentPlanLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
        verbose_name=_("instalment"),
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    promised_on = models.DateField(_("promised for"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    recorded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, editable=False)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("promise to pay")
        verbose_name_plural = _("promises to pay")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state="open"), name="customer_has_one_open_promise"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="promised_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="settled_promise_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.promised_on:%Y-%m-%d}"


class DisputeHold(models.Model):
    """The customer disputes an instalment: it is not asked for until somebody has looked into it.

    ``until`` is empty as long as nobody has decided; whoever upholds the dispute says until when it holds.
    """

    plan_line = models.ForeignKey(
        PaymentPlanLine, on_delete=models.PROTECT, related_name="holds", verbose_name=_("instalment")
    )
    reason = models.CharField(_("reason"), max_length=300)
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    until = models.DateField(_("on hold until"), null=True, blank=True)
    released_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan_line"],
                condition=Q(released_at__isnull=True),
                name="instalment_has_one_open_hold",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="dispute_has_a_reason"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="released_hold_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_line}: {self.reason}"


class CollectionLevel(models.Model):
    """An instalment has reached a level of demand: each level once. Its letter is named when it is printed."""

    customer = models.ForeignKey("crm.Customer", on_delete=models.PROTECT, related_name="collection_levels")
    plan_line = models.ForeignKey(PaymentPlanLine, on_delete=models.PROTECT, related_name="levels")
    level = models.PositiveSmallIntegerField(_("level"))
    reached_at = models.DateTimeField(_("reached"))
    approved_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    notice = models.ForeignKey(
        "contracts.DunningNotice", on_delete=models.PROTECT, null=True, related_name="levels"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("dunning level")
        verbose_name_plural = _("dunning levels")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan_line", "level"], name="instalment_reaches_a_level_once"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=COUNSEL), name="dunning_level_is_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_line}: {self.level}"


class PaymentChase(models.Model):
    """Somebody reminded the customer, or called for money, and what came of it. Only ever added."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder before due")
        CALL = "call", _("Call for money")

    class Outcome(models.TextChoices):
        TOLD = "told", _("Reached, told")
        PROMISED = "promised", _("Promised to pay")
        DISPUTED = "disputed", _("Disputes it")
        NO_ANSWER = "no_answer", _("Not reached")

    customer = models.ForeignKey("crm.Customer", on_delete=models.PROTECT, related_name="payment_chases")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.CharField(_("note"), max_length=500, blank=True)
    chased_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    chased_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("chasing call")
        verbose_name_plural = _("chasing calls")

    def __str__(self) -> str:
        return f"{self.customer}: {self.get_outcome_display()}"
