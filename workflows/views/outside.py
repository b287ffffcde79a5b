"""Systems outside that diagrams may call: where they are, how we prove who we are, whether they answer."""

from django import forms
from django.contrib import messages
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.generic import Action, ActionView, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.generic.tables import Column, NameColumn, NumberColumn, Table
from workflows.models import OutsideService, ProcessDefinition
from workflows.services.outside_services import (
    MANAGE,
    change_outside_service,
    create_outside_service,
    switch_outside_service,
    try_outside_service,
)

LIST = Crumb(_("External systems"), reverse_lazy("workflows:outside-service-list"))
FIELDS = (
    "name_zh", "name_en", "base_url", "header_name", "timeout", "rate_per_minute", "allow_private",
)  # fmt: skip


class OutsideServiceForm(forms.Form):
    """The service checks all of it once more."""

    code = forms.CharField(
        label=_("Code"), max_length=50, help_text=_("Diagrams name the system by it. It cannot be changed.")
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60)
    base_url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Diagrams call paths below it, nothing beside it."),
    )
    header_name = forms.CharField(
        label=_("Header that proves who we are"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "Authorization", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("What stands in it"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"placeholder": "Bearer …", "autocomplete": "new-password"}),
        help_text=_("Kept encrypted and never shown again."),
    )
    timeout = forms.IntegerField(label=_("Seconds to wait for an answer"), min_value=1, max_value=60)
    rate_per_minute = forms.IntegerField(
        label=_("Calls a minute at most"), min_value=1, max_value=1000, required=False
    )
    allow_private = forms.BooleanField(
        label=_("May lie in a private network"),
        required=False,
        help_text=_("The answers of that machine then become data of cases."),
    )

    def __init__(self, *args, user, known=None, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.is_superuser:
            del self.fields["allow_private"]
        if known is not None:
            del self.fields["code"]
            if known.secret:
                self.fields["secret"].help_text = _("Empty: as it is. It is kept encrypted and never shown.")


class OutsideServiceTable(Table):
    code = NameColumn(verbose_name=_("Code"))
    name = Column(accessor="name", verbose_name=_("Name"))
    base_url = Column(verbose_name=_("Address"), phone=False)
    is_active = Column(verbose_name=_("State"), tight=True)
    rate_per_minute = NumberColumn(verbose_name=_("Calls a minute at most"), phone=False)

    class Meta(Table.Meta):
        model = OutsideService
        fields = ("code", "name", "base_url", "is_active", "rate_per_minute")

    def render_base_url(self, value):
        return value if len(value) <= 60 else f"{value[:59]}…"

    def render_is_active(self, value):
        return format_html(
            '<span class="tag{}">{}</span>', " tag-green" if value else " tag-amber", state_word(value)
        )


def state_word(is_active: bool) -> str:
    return pgettext("system", "on") if is_active else pgettext("system", "off: calls wait")


class OutsideServiceList(ListPage):
    """Every system that can be granted to processes."""

    title = _("External systems")
    permission = MANAGE
    table_class = OutsideServiceTable
    orders = {"code": ("code", "pk")}
    order = "code"
    exportable = False
    empty_title = _("No external systems yet")
    empty_text = _(
        "A system that automatic steps may call, such as your bookkeeping. Each process is granted each system "
        "by itself."
    )

    def get_queryset(self):
        return OutsideService.objects.visible_to(self.request.user)

    def actions(self):
        url = reverse("workflows:outside-service-create")
        return [Action(_("New external system"), url, "plus", MANAGE, "primary")]


class OneService:
    """A page about one of the systems that the person may manage."""

    permission = MANAGE

    def get_queryset(self):
        return OutsideService.objects.visible_to(self.request.user)

    def crumbs(self):
        return [LIST, Crumb(self.object.name, self.object.get_absolute_url())]


class OutsideServiceDetail(OneService, DetailPage):
    """What is known of a system, and which processes may call it."""

    def crumbs(self):
        return [LIST]

    def tabs(self):
        return [Tab("overview", _("Overview"), "workflows/outside_service.html")]

    def tab_overview(self):
        grant = f"workflows.call_service:{self.object.code}"
        return {
            "grant": grant,
            "state": state_word(self.object.is_active),
            "granted": ProcessDefinition.objects.filter(allowed_operations__contains=[grant]).order_by("key"),
        }

    def actions(self):
        def link(name):
            return reverse(f"workflows:outside-service-{name}", args=[self.object.pk])

        on = self.object.is_active
        return [
            Action(_("Test the connection"), link("try"), "send", in_dialog=True),
            Action(_("Edit"), link("edit"), "pencil"),
            Action(_("Switch off"), link("switch-off"), "ban", in_dialog=True, in_menu=True)
            if on
            else Action(_("Switch on"), link("switch-on"), "circle-play", style="primary", in_dialog=True),
        ]


class OutsideServiceCreate(FormPage):
    title = _("New external system")
    permission = MANAGE
    form_class = OutsideServiceForm

    def crumbs(self):
        return [LIST]

    def cancel_url(self):
        return reverse("workflows:outside-service-list")

    def initial(self):
        return {"timeout": 10}

    def form_options(self):
        return {"user": self.request.user}

    def save(self, form):
        return create_outside_service(fields=form.cleaned_data, actor=self.request.user)


class OutsideServiceEdit(OneService, FormPage):
    title = _("Edit external system")
    form_class = OutsideServiceForm
    version_field = "revision"

    def initial(self):
        return {name: getattr(self.object, name) for name in FIELDS}

    def form_options(self):
        return {"user": self.request.user, "known": self.object}

    def save(self, form):
        return change_outside_service(
            service_id=self.object.pk,
            changes=form.cleaned_data,
            revision=self.object.revision,
            actor=self.request.user,
        )


class OutsideServiceTry(OneService, ActionView):
    title = _("Test the connection")
    question = _("Its address is asked once, with our header. Nothing is changed there.")
    submit_label = _("Test")
    done_message = ""

    def run(self, form):
        found = try_outside_service(service_id=self.object.pk, actor=self.request.user)
        if found.is_fine:
            text = _now("It answers (%(status)s).") % {"status": found.status}
            messages.success(self.request, text)
        elif found.status is not None:
            text = _now("It answers, but with %(status)s: look at the address and the header.")
            messages.warning(self.request, text % {"status": found.status})
        else:
            messages.error(self.request, found.reason)


class OutsideServiceSwitchOff(OneService, ActionView):
    title = _("Switch off")
    question = _("Steps that call it wait until it is switched on again, for three days at most.")
    submit_label = _("Switch off")
    style = "danger"
    done_message = _("Switched off.")

    def run(self, form):
        switch_outside_service(service_id=self.object.pk, on=False, actor=self.request.user)


class OutsideServiceSwitchOn(OneService, ActionView):
    title = _("Switch on")
    question = _("Steps that waited for it go on within minutes.")
    submit_label = _("Switch on")
    done_message = _("Switched on.")

    def run(self, form):
        switch_outside_service(service_id=self.object.pk, on=True, actor=self.request.user)
