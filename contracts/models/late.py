"""What a contract says about money that comes late, and the rates that such a clause may rest on."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LateTerms(models.Model):
    """The clause on late payment (domain.md 4D). Without one there is no interest.

    ``late_daily_rate`` is what is owed of the unpaid amount for each day; ``lpr_markup`` is by how many percent
    the one-year loan prime rate is exceeded. Days count from the day after the due day, or after the days of grace.
    """

    class LateRule(models.TextChoices):
        NONE = "none", _("No interest")
        DAILY = "daily", _("A rate for each day")
        LPR_PLUS = "lpr_plus", _("Loan prime rate and a markup")

    class AllocationOrder(models.TextChoices):
        PRINCIPAL_FIRST = "principal_first", _("Principal first, then interest")
        INTEREST_FIRST = "interest_first", _("Interest first, then principal")

    class DayBase(models.IntegerChoices):
        DAYS_360 = 360, _("360 days")
        DAYS_365 = 365, _("365 days")

    late_rule = models.CharField(_("lateness"), max_length=10, choices=LateRule, default=LateRule.NONE)
    late_daily_rate = models.DecimalField(
        _("daily rate"), max_digits=9, decimal_places=8, null=True, blank=True
    )
    lpr_markup = models.DecimalField(
        _("markup on the loan prime rate %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    day_base = models.PositiveSmallIntegerField(
        _("days of a year"), choices=DayBase, default=DayBase.DAYS_365
    )
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    allocation_order = models.CharField(
        _("order of settling"),
        max_length=20,
        choices=AllocationOrder,
        default=AllocationOrder.PRINCIPAL_FIRST,
    )

    class Meta:
        abstract = True

    @property
    def bears_interest(self) -> bool:
        return self.late_rule != self.LateRule.NONE


LATE_TERMS_HOLD = [
    models.CheckConstraint(
        condition=Q(late_rule="none", late_daily_rate__isnull=True, lpr_markup__isnull=True)
        | Q(
            late_rule="daily",
            late_daily_rate__gt=0,
            late_daily_rate__lte=Decimal("0.01"),
            late_daily_rate__isnull=False,
            lpr_markup__isnull=True,
        )
        | Q(
            late_rule="lpr_plus",
            lpr_markup__gte=0,
            lpr_markup__lte=400,
            lpr_markup__isnull=False,
            late_daily_rate__isnull=True,
        ),
        name="late_payment_clause_names_its_rate",
    ),
    models.CheckConstraint(condition=Q(day_base__in=[360, 365]), name="year_of_interest_has_360_or_365_days"),
    models.CheckConstraint(condition=Q(grace_days__lte=90), name="days_of_grace_are_90_at_most"),
]


class LprRate(models.Model):
    """The one-year loan prime rate in percent, as published on a day; it holds until the next."""

    on = models.DateField(_("published on"), unique=True)
    one_year = models.DecimalField(_("one-year rate %"), max_digits=5, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["-on"]
        verbose_name = _("loan prime rate")
        verbose_name_plural = _("loan prime rates")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(one_year__gt=0, one_year__lt=100), name="loan_prime_rate_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.one_year}%"
