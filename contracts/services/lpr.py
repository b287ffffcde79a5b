"""The one-year loan prime rate: published monthly, kept from the day on which it changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import LprRate
from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Text
from core.rights import require

PERMISSION = "contracts.manage_own_company"
# As published by the National Interbank Funding Centre; a company adds what comes after.
PUBLISHED = (
    ("2019-08-20", "4.25"),
    ("2019-09-20", "4.20"),
    ("2019-11-20", "4.15"),
    ("2020-02-20", "4.05"),
    ("2020-04-20", "3.85"),
    ("2021-12-20", "3.80"),
    ("2022-01-20", "3.70"),
    ("2022-08-22", "3.65"),
    ("2023-06-20", "3.55"),
    ("2023-08-21", "3.45"),
    ("2024-07-22", "3.35"),
    ("2024-10-21", "3.10"),
    ("2025-05-20", "3.00"),
)


def load_lpr_rates() -> None:
    """The rates known to the program, where none was ever entered."""
    if LprRate.objects.exists():
        return
    rows = [LprRate(on=date.fromisoformat(day), one_year=Decimal(rate)) for day, rate in PUBLISHED]
    LprRate.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def record_lpr_rate(*, on: date, one_year: Decimal, actor: Actor) -> LprRate:
    """Enter a rate that was published; letters that are printed keep the figures they were printed with."""
    require(actor, PERMISSION)
    errors: dict[str, list[Text]] = {}
    if on > clock.today():
        errors["on"] = [_("This day lies in the future.")]
    if LprRate.objects.filter(on=on).exists():
        errors["on"] = [_("The rate of this day is entered already.")]
    if not 0 < one_year < 100:
        errors["one_year"] = [_("Enter the rate in percent, such as 3.00.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    rate = LprRate.objects.create(on=on, one_year=one_year)
    audit.record(actor, "contracts.record_lpr_rate", rate, after={"on": on, "one_year": one_year})
    return rate
