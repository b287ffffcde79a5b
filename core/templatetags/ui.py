"""The small words of the templates: icons, money, dates, due times, people, form fields."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
)
from django.forms.widgets import SelectMultiple, Textarea
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core import clock

register = template.Library()

SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€"}
NOTHING = "—"


@register.filter
def breakable(code: str) -> SafeString:
    """A technical name that breaks between its words: contracts.<wbr>view_<wbr>payment."""
    return format_html_join("", "{}<wbr>", ((part,) for part in re.split(r"(?<=[._])", code)))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """{% icon "inbox" %} or {% icon "inbox" "sm" %}: a drawing that screen readers pass over."""
    class_ = f"i i-{size}" if size else "i"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', class_, static("icons.svg"), name
    )


@register.filter
def money(value: Any, currency: str = "CNY") -> str:
    """128400 becomes ¥128,400.00; nothing becomes a dash."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(value)
    sign = "-" if amount < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{abs(amount):,.2f}"


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-12-20, where the company is."""
    if value is None or value == "":
        return NOTHING
    local = timezone.localtime(value, clock.COMPANY_ZONE) if isinstance(value, datetime) else value
    return f"{local:%Y-%m-%d}"


@register.filter
def moment(value: datetime | None) -> str:
    """2026-12-20 14:05, where the company is."""
    if value is None or value == "":
        return NOTHING
    return f"{timezone.localtime(value, clock.COMPANY_ZONE):%Y-%m-%d %H:%M}"


@register.filter
def clock_time(value: datetime) -> str:
    """14:05, where the company is; under a heading that names the day."""
    return f"{timezone.localtime(value, clock.COMPANY_ZONE):%H:%M}"


@register.filter
def short_moment(value: datetime | None) -> str:
    """The moment without what goes without saying: 14:05 of today, 12-20 14:05 of this year."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value, clock.COMPANY_ZONE)
    today = clock.today()
    if local.date() == today:
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def weekday(value: date) -> str:
    """周四, Thu"""
    names = [
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    ]
    return names[value.weekday()]


def lasted(span: timedelta) -> str:
    """A duration by its largest word: 3 days, 4 hours, 5 minutes."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes >= 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", max(minutes, 1)) % {"count": max(minutes, 1)}


@register.filter
def dwell(since: datetime | None) -> str:
    """How long something has been standing, until now."""
    return NOTHING if since is None else lasted(clock.now() - since)


@register.filter
def due_words(due_at: datetime | None) -> str:
    """When something is due, as one says it: 逾期 1 天, 今天 17:00, 周四, 2026-12-20."""
    if due_at is None:
        return ""
    now = clock.now()
    if due_at < now:
        return _("overdue %(time)s") % {"time": lasted(now - due_at)}
    local = timezone.localtime(due_at, clock.COMPANY_ZONE)
    today = clock.today()
    if local.date() == today:
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": f"{local:%H:%M}"}
    end_of_week = today + timedelta(days=6 - today.weekday())
    return weekday(local) if local.date() <= end_of_week else f"{local:%Y-%m-%d}"


@register.filter
def overdue_by(due_at: datetime) -> str:
    """How long something has been overdue: 3 hours, 2 days."""
    return lasted(clock.now() - due_at)


@register.filter
def is_late(due_at: datetime | None) -> bool:
    return due_at is not None and due_at < clock.now()


@register.filter
def capped(count: int) -> str:
    """A count that nobody needs exactly: 12, 1000+."""
    return "1000+" if count > 1000 else str(count)


@register.filter
def iso(value: datetime | None) -> str:
    """For machines: the datetime attribute of <time>."""
    return "" if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


@register.simple_tag
def avatar(person: Any, size: str = "") -> SafeString:
    """A round sign with the first letter of a name, always in the same colour for the same person."""
    name = getattr(person, "name", "") or str(person or "")
    if not name:
        return SafeString("")
    colour = sum(name.encode()) % 5 + 1
    letter = name[0].upper()
    class_ = f"ava ava-{colour}" + (f" ava-{size}" if size else "")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', class_, letter)


@register.simple_tag
def role_names(person: Any) -> str:
    """What somebody does in the company: their roles, in the reader's language."""
    return " · ".join(str(role) for role in person.roles.all())


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value by a key that is itself a variable."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.simple_tag
def narrowings(request: Any, filterset: Any) -> list[Any]:
    """What a list is narrowed to by whoever led here."""
    from core.generic.arrivals import narrowings as in_force

    return in_force(request, filterset)


# Form fields --------------------------------------------------------------------------------------


def _control_class(widget: Any) -> str:
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return "form-check-input"
    if isinstance(widget, Select | SelectMultiple):
        return "form-select"
    return "form-control"


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The widget of a field in the house's look, told to screen readers as wrong when it is."""
    widget = bound.field.widget
    classes = [widget.attrs.get("class", ""), _control_class(widget)]
    if bound.errors:
        classes.append("is-invalid")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    if bound.errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{bound.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if isinstance(widget, Textarea):
        attrs.setdefault("rows", widget.attrs.get("rows", 3) if widget.attrs.get("rows") != "10" else 3)
    return bound.as_widget(attrs=attrs)


@register.simple_tag
def wrong_fields(*forms: BaseForm) -> SafeString:
    """What is wrong with each field, leading to the field: some lie below the fold."""
    wrong = [bound for form in forms for bound in form.visible_fields() if bound.errors]
    lines = format_html_join(
        "",
        '<li><a href="#{}">{}</a>: {}</li>',
        ((_first_control(one), one.label, " ".join(one.errors)) for one in wrong),
    )
    return format_html('<ul class="wrong-fields">{}</ul>', lines) if wrong else SafeString("")


def _first_control(bound: BoundField) -> str:
    # A group of radio buttons or boxes has no control with the id of the field itself.
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.simple_tag
def field(bound: BoundField, wide: bool = False) -> SafeString:
    """{% field form.name %}: label, control, help and errors of one field."""
    widget = bound.field.widget
    kind = "plain"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        kind = "group"
        # Its boxes are drawn one by one, not by ``control``.
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, CheckboxInput):
        kind = "check"
    spans = wide or kind == "group" or isinstance(widget, Textarea | FileInput)
    # A form may have fields that are shown only sometimes.
    comes_and_goes = bound.name in getattr(bound.form, "conditional", ())
    context = {
        "field": bound,
        "kind": kind,
        "wide": spans,
        "comes_and_goes": comes_and_goes,
        "is_unshown": comes_and_goes and bound.name in bound.form.hidden_names,
    }
    return render_to_string("components/field.html", context)
