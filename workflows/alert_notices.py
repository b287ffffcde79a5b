"""What administrators are told of the background, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.enumeration import in_one
from core.notifications import Kind, Params, People, Said, moment, register
from core.templatetags.ui import moment as written

KIND = "operations.alert"
# So many are told one by one; the page has the others.
MOST_TOLD = 10


def _say(params: Params, people: People) -> Said:
    """One in the title; of several their number, and each in a line."""
    told = params["alerts"]
    is_over = all(one["what"] == "over" for one in told)
    lines = [_line(one) for one in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        lines.append(_("and %(count)s more") % {"count": len(told) - MOST_TOLD})
    return Said(_title(told, is_over=is_over), "\n\n".join(lines))


def _title(told: list[Mapping[str, Any]], *, is_over: bool) -> str:
    if len(told) > 1:
        text = (
            ngettext("%(count)s alert is over", "%(count)s alerts are over", len(told))
            if is_over
            else ngettext("%(count)s alert", "%(count)s alerts", len(told))
        )
        return text % {"count": len(told)}
    words = {"what": _sentence(told[0]).rstrip(".。")}
    return {
        "opened": _("Alert: %(what)s"),
        "raised": _("Alert, now serious: %(what)s"),
        "again": _("Still: %(what)s"),
        "over": _("Over: %(what)s"),
    }[told[0]["what"]] % words


def _line(one: Mapping[str, Any]) -> str:
    """What, since when, what to do."""
    from workflows.views.alert_words import advice

    opened, closed = moment(one, "opened_at"), moment(one, "closed_at")
    if closed is not None:
        since = _("From %(start)s until %(end)s.") % {"start": written(opened), "end": written(closed)}
        return in_one(_sentence(one), since)
    since = (
        _("Since %(start)s, and nobody has taken it yet.")
        if one["what"] == "again"
        else _("Since %(start)s.")
    )
    return "\n".join([in_one(_sentence(one), since % {"start": written(opened)}), advice(one)])


def _sentence(one: Mapping[str, Any]) -> str:
    # The pages know the words; they import the services, and these this.
    from workflows.views.alert_words import sentence

    return sentence(one)


register(
    Kind(
        KIND,
        "triangle-alert",
        _say,
        by_mail=True,
        name=gettext_lazy("Something is wrong in the background (for administrators)"),
    )
)
