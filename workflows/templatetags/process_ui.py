"""Words of processes for templates."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from core import clock
from core.templatetags.ui import short_moment, weekday

register = template.Library()

# The colour a decision has wherever it is shown.
OUTCOME_COLOURS = {"approve": "green", "submit": "green", "reject": "red", "return": "amber"}
STATUS_COLOURS = {
    "active": "brand",
    "completed": "green",
    "cancelled": "",
    "suspended": "amber",
    "waiting_incident": "red",
}


@register.simple_tag
def querystring_of(asked: Any, **changed: str) -> str:
    """The address's question with some words changed; the page starts anew."""
    words = {**asked.words, **changed}
    return urlencode({name: value for name, value in words.items() if value})


@register.simple_tag
def without(asked: Any, name: str) -> str:
    """The address's question without one of its words."""
    return querystring_of(asked, **{name: ""})


@register.filter
def weekday_moment(value: datetime) -> str:
    """A moment to come, with the day of the week: 周五 11-27 09:00, today 14:05."""
    text = short_moment(value)
    if timezone.localtime(value, clock.COMPANY_ZONE).date() == clock.today():
        return text
    return f"{weekday(timezone.localtime(value, clock.COMPANY_ZONE))} {text}"


@register.filter
def role_name(roles: Any, code: str) -> str:
    return roles[code] if code else ""


@register.simple_tag
def offered_to(person: Any, definition: Any) -> Any:
    """The program's newer diagram of a process, while somebody who draws or publishes has to decide about it."""
    from workflows.models import ShippedOffer

    if not definition.shows_its_draft_to(person):
        return None
    return ShippedOffer.objects.filter(definition=definition, status=ShippedOffer.Status.OPEN).first()


@register.simple_tag
def outcome_tag(labels: Any, item: Any) -> SafeString | str:
    """The decision on a finished task as a small tag."""
    text = labels.outcome_of(item)
    return tag(text, OUTCOME_COLOURS.get(item.outcome, "")) if text else ""


@register.simple_tag
def status_tag(case: Any) -> SafeString:
    """How a case stands."""
    return tag(case.get_status_display(), STATUS_COLOURS.get(case.status, ""))


@register.filter
def behind(ahead: Any, token: str) -> Any:
    """What comes next behind an open place."""
    return ahead.deeds.get(token, [])


@register.simple_tag
def ahead_tag(deed: Any) -> SafeString:
    """A decision that may be made, as a small tag."""
    return tag(deed.label, deed.colour)


@register.simple_tag
def trigger_tag(trigger: Any) -> SafeString:
    """How something that starts cases stands; red where the last start did not work."""
    colours = {"open": "red" if trigger.attempts else "brand", "paused": "amber"}
    return tag(trigger.get_status_display(), colours.get(trigger.status, ""))


def tag(text: str, colour: str) -> SafeString:
    return format_html('<span class="tag{}">{}</span>', f" tag-{colour}" if colour else "", text)


@register.simple_tag
def entry_tag(entry: Any) -> SafeString:
    """The decision of a line of the history."""
    return tag(entry.outcome, OUTCOME_COLOURS.get(entry.outcome_code, ""))


@register.simple_tag
def step_state(row: Any) -> SafeString | str:
    """How a step of the table beside a diagram stands."""
    colours = {"done": "green", "active": "brand", "held": "red"}
    return tag(row.words, colours.get(row.state, "")) if row.words else ""


@register.simple_tag
def step_name(diagram: Any, element: str) -> str:
    return diagram.labels.step(diagram.definition, element)


@register.simple_tag
def json_for_viewer(data: Any) -> SafeString:
    """Data for a module: a script element that is not run, safe against closing it early."""
    return json_script(data)
