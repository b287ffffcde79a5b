"""Whom to contact today: the rep's list for the phone, and the manager's look at the team (F45, F47)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core import clock
from core.generic import ListPage
from core.generic.tables import Column, NameColumn, Table
from core.models import User
from core.templatetags.ui import day
from crm import selectors
from crm.filters import TodayFilter
from crm.models import Activity, Customer
from crm.tables import NextContactColumn, StatusColumn
from crm.views.activities import TODAY
from crm.views.customers import PRIMARY

# So much of what was said last is enough to remember the talk.
REMEMBERED = 80


class TodayTable(Table):
    """A line to work through: whom to call at which number, what was said, and the button that records it."""

    name = NameColumn(verbose_name=_("Customer"), linkify=lambda record: _activities(record))
    status = StatusColumn(verbose_name=_("Status"), phone=False)
    phone = Column(accessor="pk", verbose_name=_("Call"))
    next_contact_on = NextContactColumn(verbose_name=_("Next contact"))
    last_talk = Column(accessor="pk", verbose_name=_("Last talk"), attrs={"td": {"class": "wide-m"}})
    next_text = Column(accessor="planned", verbose_name=_("What is next"), phone=False)
    owner = Column(verbose_name=_("Owner"), tight=True)
    log = Column(accessor="pk", verbose_name=_("Log"), exclude_from_export=True)

    class Meta(Table.Meta):
        model = Customer
        fields = ("name", "status", "phone", "next_contact_on", "last_talk", "next_text", "owner", "log")

    def render_phone(self, record):
        person = next(iter(record.primary_contacts), None)
        if person is None:
            return "—"
        if not person.best_number:
            return person.name
        return format_html(
            '{} <a class="nowrap" href="tel:{}">{}</a>', person.name, person.best_number, person.best_number
        )

    def value_phone(self, record):
        person = next(iter(record.primary_contacts), None)
        return f"{person.name} {person.best_number}".strip() if person else ""

    def render_last_talk(self, record):
        if record.talked_on is None:
            return "—"
        return format_html(
            '<span class="nowrap">{}</span> <span class="muted">{}</span>',
            day(record.talked_on),
            _shortened(record.talk or record.talk_subject),
        )

    def value_last_talk(self, record):
        return f"{day(record.talked_on)} {record.talk or record.talk_subject}" if record.talked_on else ""

    def render_log(self, record):
        url = f"{reverse('crm:activity-log', args=[record.pk])}?from={TODAY}"
        return format_html(
            '<a class="btn btn-quiet btn-sm nowrap" href="{}" hx-get="{}" hx-target="#dialog-content">{}'
            '<span class="visually-hidden"> {}</span></a>',
            url,
            url,
            _("Log"),
            record.name,
        )


class ContactToday(ListPage):
    title = _("Contact today")
    permission = "crm.edit_customer"
    template_name = "crm/contact_today.html"
    table_class, filter_class = TodayTable, TodayFilter
    orders = {
        "next_contact_on": ("next_contact_sort", "name_sort", "pk"),
        "name": ("name_sort", "pk"),
    }
    order = "next_contact_on"
    search_placeholder = _("Name, number, tax no., phone")
    empty_title = _("Nobody to contact today")
    empty_text = _("Whoever records a talk says when the next one is; on that day the customer stands here.")

    def get_queryset(self):
        last = Activity.objects.filter(customer=OuterRef("pk"), type__counts_as_contact=True)
        planned = Activity.objects.filter(customer=OuterRef("pk"), next_on=OuterRef("next_contact_on"))
        found = selectors.to_contact(self.request.user).select_related("owner").prefetch_related(PRIMARY)
        return found.defer("search_tokens", "introduction", "remark", "owner__search_tokens").annotate(
            next_contact_sort=Coalesce("next_contact_on", Value(date.max)),
            talked_on=Subquery(last.values("occurred_on")[:1]),
            talk=Subquery(last.values("description")[:1]),
            talk_subject=Subquery(last.values("subject")[:1]),
            planned=Subquery(planned.values("next_text")[:1]),
        )

    @property
    def optional_columns(self):
        # Whoever sees only their own customers needs no column of owners.
        return () if self.is_of_a_team() else ("owner",)

    def is_of_a_team(self) -> bool:
        return set(self.request.user.scopes_of("crm.edit_customer")) != {"own"}

    def get_context_data(self, **kwargs):
        if self.request.htmx:
            return super().get_context_data(**kwargs)
        return super().get_context_data(team=self.team() if self.is_of_a_team() else [], **kwargs)

    def team(self) -> list[dict[str, Any]]:
        """Per person how many are to be contacted, and how many of them are late; who is most behind first."""
        today = clock.today()
        rows = selectors.to_contact_today(self.request.user).order_by()
        counted = (
            rows.values("owner")
            .annotate(due=Count("pk"), late=Count("pk", filter=Q(next_contact_on__lt=today)))
            .order_by("-late", "-due", "owner")[:50]
        )
        people = User.objects.in_bulk([one["owner"] for one in counted])
        return [{**one, "name": people[one["owner"]].name} for one in counted]


def _activities(record: Customer) -> str:
    return f"{record.get_absolute_url()}?tab=activities"


def _shortened(text: str) -> str:
    return text if len(text) <= REMEMBERED else f"{text[: REMEMBERED - 1]}…"
