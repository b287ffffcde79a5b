"""How long something took, as a figure is written: 2.5 days, 40 minutes."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

MINUTE, HOUR, DAY = 60, 3600, 86400


def span_words(seconds: float | timedelta | None) -> str:
    """With one place behind the point where that says something; a dash where there is nothing."""
    if seconds is None:
        return "—"
    spent = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if spent < MINUTE:
        return _("under a minute")
    if spent < HOUR:
        return _("%(count)s min") % {"count": round(spent / MINUTE)}
    if spent < DAY:
        return _("%(count)s h") % {"count": _short(spent / HOUR)}
    return pgettext("how long", "%(count)s d") % {"count": _short(spent / DAY)}


def hours(seconds: float | timedelta | None) -> float | None:
    """For files, in which numbers are counted on with."""
    if seconds is None:
        return None
    spent = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    return round(spent / HOUR, 2)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < 100 else f"{number:.0f}"
