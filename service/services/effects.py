"""What a membership brought its customer, in figures (F87): told by the platform, read when the renewal begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import ApplicationError
from crm.models import MemberAccount
from service.models import MemberMetricDaily

NAMES: Mapping[str, str | Promise] = {
    "shop_clicks": gettext_lazy("Shop visits"),
    "contact_views": gettext_lazy("Contact views"),
    "ad_clicks": gettext_lazy("Advertisement clicks"),
    "messages": gettext_lazy("Messages"),
    "inquiries": gettext_lazy("Product inquiries"),
}
MOST = 2_000_000_000


def effect_figures(customer_id: int, first: date, last: date) -> dict[str, int]:
    """The sums over all accounts of a customer in the days of a term, both included."""
    accounts = MemberAccount.objects.filter(customer=customer_id)
    days = MemberMetricDaily.objects.filter(member__in=accounts, day__gte=first, day__lte=last)
    sums = days.aggregate(**{name: Sum(name) for name in NAMES})
    return {name: int(sums[name] or 0) for name in NAMES}


def take_figures(account: MemberAccount, data: Mapping[str, Any]) -> MemberMetricDaily:
    """The figures of one day as the platform counts them; told again they replace what was told before.

    Raises ApplicationError for a day that is none or lies ahead.
    """
    day = _day(data.get("day"))
    if day is None or day > clock.today():
        text = _("Name the day as YYYY-MM-DD, not later than today.")
        raise ApplicationError(text, code="invalid", errors={"data": [text]})
    figures = {name: _count(data.get(name)) for name in NAMES}
    found, _created = MemberMetricDaily.objects.update_or_create(member=account, day=day, defaults=figures)
    return found


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _count(value: Any) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), MOST) if is_number else 0
