"""Tables as this house draws them: columns that know money, dates and the name of a row.

    class CustomerTable(Table):
        name = NameColumn()                                  # links to get_absolute_url
        status = TagColumn(colours={"signed": "green"})
        credit = MoneyColumn(verbose_name=_("Credit"))

        class Meta(Table.Meta):
            model = Customer
            fields = ("name", "status", "credit", "created_at")

On the phone a table becomes a stack of cards; ``attrs={"td": {"class": "hide-m"}}`` leaves a column out
there, and so does ``phone=False`` on our own columns.
"""

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html

from core.templatetags.ui import day, moment, money


def _cell(class_: str, phone: bool) -> dict:
    hidden = "" if phone else " hide-m"
    return {"td": {"class": class_ + hidden}, "th": {"class": class_ + hidden}}


class Table(tables.Table):
    """A table of rows; sorting and paging are the list page's."""

    class Meta:
        orderable = False
        attrs = {"class": "grid stacks"}
        empty_text = ""


class Column(tables.Column):
    """Plain text."""

    def __init__(self, *args, phone: bool = True, tight: bool = False, **kwargs):
        kwargs.setdefault("attrs", _cell("tight" if tight else "", phone))
        super().__init__(*args, **kwargs)


class NameColumn(tables.Column):
    """The name of a row, linking to its page; ``tight`` for one that is only a number."""

    def __init__(self, *args, tight: bool = False, **kwargs):
        kwargs.setdefault("linkify", True)
        kwargs.setdefault("attrs", {"td": {"class": "name tight" if tight else "name"}})
        super().__init__(*args, **kwargs)


class MoneyColumn(tables.Column):
    """¥128,400.00, at the right."""

    def __init__(self, *args, currency: str = "CNY", phone: bool = True, **kwargs):
        kwargs.setdefault("attrs", _cell("num", phone))
        super().__init__(*args, **kwargs)
        self.currency = currency

    def render(self, value):
        return money(value, self.currency)

    def value(self, value):
        return value


class NumberColumn(tables.Column):
    """A count or another figure, at the right. On a card of the phone it says what it counts."""

    def __init__(self, *args, phone: bool = True, **kwargs):
        attrs = _cell("num", phone)
        attrs["td"]["data-label"] = lambda bound_column: bound_column.header
        kwargs.setdefault("attrs", attrs)
        super().__init__(*args, **kwargs)


class DateColumn(tables.Column):
    """2026-12-20"""

    def __init__(self, *args, phone: bool = True, **kwargs):
        kwargs.setdefault("attrs", _cell("tight", phone))
        super().__init__(*args, **kwargs)

    def render(self, value):
        return day(value)

    def value(self, value):
        return value


class MomentColumn(DateColumn):
    """2026-12-20 14:05, in the company's time."""

    def render(self, value):
        return moment(value)

    def value(self, value):
        # Spreadsheets know no time zones.
        return timezone.localtime(value).replace(tzinfo=None)


class TagColumn(tables.Column):
    """A choice as a small tag; ``colours`` maps values to green, amber, red or brand."""

    def __init__(self, *args, colours: dict[str, str] | None = None, phone: bool = True, **kwargs):
        kwargs.setdefault("attrs", _cell("tight", phone))
        super().__init__(*args, **kwargs)
        self.colours = colours or {}

    def render(self, value, record, bound_column):
        raw = bound_column.accessor.resolve(record, quiet=True)
        colour = self.colours.get(raw, "")
        return format_html('<span class="tag{}">{}</span>', f" tag-{colour}" if colour else "", value)

    def value(self, value):
        return value
