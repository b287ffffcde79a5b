"""Webhooks and their deliveries as lists show them."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from django_filters import ChoiceFilter, FilterSet

from core.generic.tables import Column, MomentColumn, NameColumn, NumberColumn, Table, TagColumn
from core.models import WebhookDelivery, WebhookEndpoint
from core.templatetags.ui import moment
from core.webhooks.catalogue import TEST, events, label_of

COLOURS = {"delivered": "green", "failed": "red", "pending": "brand", "disabled": "amber"}


class WebhookTable(Table):
    name = NameColumn(verbose_name=_("Name"))
    url = Column(verbose_name=_("Address"), phone=False)
    events = Column(verbose_name=_("Events"))
    is_active = Column(verbose_name=_("State"), tight=True)
    last_at = Column(verbose_name=_("Last delivery"), accessor="pk", tight=True)

    class Meta(Table.Meta):
        model = WebhookEndpoint
        fields = ("name", "url", "events", "is_active", "last_at")

    def render_url(self, value):
        return value if len(value) <= 60 else f"{value[:59]}…"

    def render_events(self, value):
        first = " · ".join(label_of(name) for name in value[:2])
        more = len(value) - 2
        if more <= 0:
            return first
        return first + " " + ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}

    def render_is_active(self, value, record):
        return format_html('<span class="tag{}">{}</span>', " tag-green" if value else "", state_of(record))

    def render_last_at(self, record):
        if record.last_status is None:
            return "—"
        return format_html(
            '<span class="tag tag-{}">{}</span> {}',
            COLOURS[record.last_status],
            WebhookDelivery.Status(record.last_status).label,
            moment(record.last_occurred_at),
        )


def state_of(endpoint: WebhookEndpoint):
    return pgettext("webhook", "on") if endpoint.is_active else pgettext("webhook", "off")


class DeliveryTable(Table):
    event = NameColumn(verbose_name=_("Event"))
    occurred_at = MomentColumn(verbose_name=_("Happened"))
    status = TagColumn(verbose_name=_("Status"), colours=COLOURS)
    last_code = Column(verbose_name=_("Answer"), tight=True, phone=False)
    tries = NumberColumn(verbose_name=_("Tries"), phone=False)
    next_try_at = MomentColumn(verbose_name=_("Next try"), phone=False)

    class Meta(Table.Meta):
        model = WebhookDelivery
        fields = ("event", "occurred_at", "status", "last_code", "tries", "next_try_at")

    def render_event(self, value):
        return label_of(value)


class DeliveryFilter(FilterSet):
    status = ChoiceFilter(
        choices=WebhookDelivery.Status.choices, empty_label=_("Every status"), label=_("Status")
    )
    event = ChoiceFilter(
        choices=lambda: [*((one.name, one.label) for one in events()), (TEST, label_of(TEST))],
        empty_label=_("Every event"),
        label=_("Event"),
    )

    class Meta:
        model = WebhookDelivery
        fields = ("status", "event")
