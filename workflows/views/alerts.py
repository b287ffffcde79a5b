"""Alerts: the list of open and past ones, and who looks after which."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django_filters import ChoiceFilter, FilterSet

from core.enumeration import in_one
from core.generic import Action, ActionView, ListPage
from core.generic.arrivals import FromDay, ToDay
from core.generic.base import Crumb
from core.generic.tables import Column, MomentColumn, Table, TagColumn
from core.permissions import MANAGE_SETTINGS
from core.views.jobs import dialog_button
from workflows import services
from workflows.models import Alert
from workflows.selectors.alerts import alerts
from workflows.selectors.incidents import DEAL_WITH
from workflows.selectors.operations_status import may_watch
from workflows.views import alert_words

State = Alert.State
# On the page Operations; the list has the others.
MOST_SHOWN = 20


class AlertFilter(FilterSet):
    state = ChoiceFilter(
        choices=[(one.value, one.label) for one in (State.OPEN, State.CLOSED)],
        empty_label=pgettext_lazy("alert", "Open and over"),
        label=_("State"),
    )
    code = ChoiceFilter(choices=Alert.Code.choices, empty_label=_("Every kind"), label=_("Kind"))
    level = ChoiceFilter(choices=Alert.Level.choices, empty_label=_("Every level"), label=_("Level"))
    opened_from = FromDay("opened_at", moments=True, label=_("Since, from"))
    opened_to = ToDay("opened_at", moments=True, label=_("Since, until"))

    class Meta:
        model = Alert
        fields = ("state", "code", "level")


class AlertTable(Table):
    what = Column(accessor="pk", verbose_name=_("What"), attrs={"td": {"class": "name"}})
    level = TagColumn(colours={"red": "red", "amber": "amber"}, verbose_name=_("Level"))
    state = TagColumn(colours={"closed": "green"}, verbose_name=_("State"))
    opened_at = MomentColumn(verbose_name=_("Since"))
    closed_at = MomentColumn(verbose_name=_("Over since"), phone=False)
    taken_by = Column(accessor="pk", verbose_name=_("Looked after by"), attrs={"td": {"class": "wide-m"}})
    note = Column(accessor="note", verbose_name=_("Note"), default="", attrs={"td": {"class": "wide-m"}})

    class Meta(Table.Meta):
        model = Alert
        fields = ("what", "level", "state", "opened_at", "closed_at", "taken_by", "note")

    def render_what(self, record):
        return format_html(
            '<a href="{}">{}</a>',
            alert_words.place_of(record, self.request.user),
            alert_words.sentence(alert_words.about(record)),
        )

    def value_what(self, record):
        return alert_words.sentence(alert_words.about(record))

    def render_taken_by(self, record):
        if record.taken_by is None and record.state == State.OPEN:
            return dialog_button(reverse("workflows:alert-take", args=[record.pk]), _now("I look after it"))
        return self.value_taken_by(record)

    def value_taken_by(self, record):
        return record.taken_by.name if record.taken_by is not None else ""


class AlertList(ListPage):
    """What was wrong in the background, and is; each line leads to where it is mended."""

    title = _("Alerts")
    table_class = AlertTable
    filter_class = AlertFilter
    orders = {"opened_at": ("opened_at", "pk"), "level": ("level", "opened_at", "pk")}
    order = "-opened_at"
    empty_title = _("No alerts")
    empty_text = _("What is wrong in the background for longer than a moment stands here.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not may_watch(request.user):
            raise PermissionDenied(DEAL_WITH)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        return alerts(self.request.user)

    def crumbs(self):
        return [Crumb(_("Operations"), reverse("workflows:operations"))]

    def actions(self):
        return [
            Action(_("How alerts work"), reverse("help-topic", args=["alerts"]), "circle-help"),
            Action(_("Settings"), reverse("settings"), "settings", MANAGE_SETTINGS),
        ]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you know or do; everybody who sees alerts reads it."),
    )


class AlertDeed(ActionView):
    form_class = NoteForm
    consequence: Promise

    def get_queryset(self):
        return alerts(self.request.user)

    def crumbs(self):
        return [Crumb(_("Operations"), reverse("workflows:operations"))]

    def get_question(self):
        return in_one(alert_words.sentence(alert_words.about(self.object)), str(self.consequence))

    def initial(self):
        return {"note": self.object.note}

    def done_url(self):
        # Without the place on the page: whoever asked from there would stay on it, with the dialog still open.
        return reverse("workflows:operations")


class AlertTake(AlertDeed):
    title = _("I look after it")
    consequence = _(
        "Everybody sees that you are at it, and nobody is told again that it lasts. It is over by itself once what is"
        " wrong has gone."
    )
    submit_label = _("I look after it")
    done_message = _("You look after it now. Nobody is told again that it lasts.")

    def run(self, form):
        services.take_alert(alert_id=self.object.pk, actor=self.request.user, note=form.cleaned_data["note"])


class AlertRelease(AlertDeed):
    title = pgettext_lazy("alert", "Give back")
    consequence = _("Nobody is at it then, and administrators are told again while it lasts.")
    submit_label = pgettext_lazy("alert", "Give back")
    done_message = _("Nobody looks after it now.")

    def run(self, form):
        services.release_alert(
            alert_id=self.object.pk, actor=self.request.user, note=form.cleaned_data["note"]
        )


def open_alerts(person):
    """For the page Operations: what is open, the most serious and the oldest first; one statement."""
    rows = alerts(person).filter(state=State.OPEN).order_by("-level", "opened_at", "pk")
    return [
        {
            "row": row,
            "text": alert_words.sentence(alert_words.about(row)),
            "url": alert_words.place_of(row, person),
            "holder": row.taken_by.name if row.taken_by is not None else "",
            "deed": pgettext("alert", "Give back") if row.taken_by is not None else _now("I look after it"),
            "deed_url": reverse(
                "workflows:alert-release" if row.taken_by is not None else "workflows:alert-take",
                args=[row.pk],
            ),
        }
        for row in rows[:MOST_SHOWN]
    ]
