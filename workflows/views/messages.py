"""Messages: what was told, to whom it went, what became of it; sending one; who may send which."""

from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import ChoiceFilter, FilterSet

from core.errors import ApplicationError
from core.generic import Action, FormPage, ListPage
from core.generic.base import Crumb, Page
from core.generic.tables import Column, MomentColumn, Table, TagColumn
from core.templatetags.ui import moment
from workflows import registry, services
from workflows.models import Delivery, Message, MessageGrant
from workflows.models.message import NAME_LENGTH
from workflows.selectors.messages import State, message_names, messages, refusal_text
from workflows.services.messages import SEND
from workflows.views.cases import case_name
from workflows.views.message_forms import MessageForm, RightsForm
from workflows.views.words import Roles, listed

LIST = Crumb(_("Messages"), reverse_lazy("workflows:message-list"))
COLOURS = {"delivered": "green", "kept": "brand", "expired": "amber", "refused": "red"}
CASES_SHOWN = 3


# The list -----------------------------------------------------------------------------------------


class MessageFilter(FilterSet):
    state = ChoiceFilter(choices=State.choices, empty_label=_("Every state"), label=_("State"))
    name = ChoiceFilter(
        choices=lambda: [(one, one) for one in sorted({known.name for known in message_names()})],
        empty_label=_("Every name"),
        label=_("Name"),
    )
    kind = ChoiceFilter(choices=Message.Kind.choices, empty_label=_("Every kind"), label=_("Kind"))

    class Meta:
        model = Message
        fields = ("state", "name", "kind")


class MessageTable(Table):
    name = Column(verbose_name=_("Name"), attrs={"td": {"class": "name"}})
    key = Column(verbose_name=_("Concerns"), empty_values=())
    sender_label = Column(verbose_name=_("Sent by"), phone=False)
    created_at = MomentColumn(verbose_name=_("Sent at"))
    receivers = Column(verbose_name=_("Receivers"), empty_values=())
    state = TagColumn(verbose_name=_("State"), colours=COLOURS)
    reason = Column(accessor="pk", verbose_name=_("Why"))

    class Meta(Table.Meta):
        model = Message
        fields = ("name", "key", "sender_label", "created_at", "receivers", "state", "reason")

    def render_name(self, record):
        declared = registry.events().get(record.name)
        title = declared.title if declared is not None else ""
        kind = record.get_kind_display() if record.kind == Message.Kind.SIGNAL else ""
        small = " · ".join(filter(None, [record.name if title else "", str(kind)]))
        if not small:
            return record.name
        return format_html('{}<br><small class="faint">{}</small>', title or record.name, small)

    def render_key(self, record):
        if record.subject_id:
            known = registry.subject_types().get(record.subject_type)
            kind = known.title_of_kind if known is not None else record.subject_type
            about = next((one.case.subject_title for one in record.went if one.case is not None), "")
            return f"{kind} {about or record.subject_id}"
        return record.key or "—"

    def render_sender_label(self, record):
        if record.sender is not None:
            return record.sender.name
        case = record.sent_by_case
        if case is None:
            return record.sender_label
        url = reverse("workflows:case-detail", args=[case])
        return format_html(
            '<a href="{}">#{}</a><br><small class="faint">{}</small>', url, case, record.sender_label
        )

    def render_receivers(self, record):
        cases = [(one.definition, one.case) for one in record.went if one.case is not None][:CASES_SHOWN]
        if not cases:
            return listed(sorted({one.definition.name for one in record.went})) or "—"
        links = [
            (
                reverse("workflows:case-detail", args=[case.pk]),
                case_name(case) if case.subject_title else f"{definition.name} #{case.pk}",
            )
            for definition, case in cases
        ]
        shown = format_html_join(listed(["", ""]), '<a href="{}">{}</a>', links)
        more = record.receivers - len(cases)
        if more <= 0:
            return shown
        return format_html(
            "{} {}", shown, ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
        )

    def render_state(self, record):
        return format_html(
            '<span class="tag{}">{}</span>',
            f" tag-{COLOURS[record.state]}" if record.state in COLOURS else "",
            State(record.state).label,
        )

    def render_reason(self, record):
        """Why not, until when, what failed."""
        if record.state == State.KEPT:
            return _now("kept until %(time)s") % {"time": moment(record.expires_at)}
        refused = [one for one in record.went if one.status == Delivery.Status.REFUSED]
        if refused:
            return format_html('<small class="faint">{}</small>', refusal_text(refused[0]))
        failed = next((one for one in record.went if one.status == Delivery.Status.OPEN and one.error), None)
        if failed is None:
            return ""
        told = _now("Failed %(count)s times, it is tried again: %(cause)s") % {
            "count": failed.attempts,
            "cause": failed.error[:200],
        }
        return format_html('<small class="faint">{}</small>', told)


class MessageList(ListPage):
    """Everything that was told, newest first."""

    title = _("Messages")
    permission = SEND
    table_class = MessageTable
    filter_class = MessageFilter
    orders = {"created_at": ("pk",)}
    order = "-created_at"
    exportable = False
    empty_title = _("No messages yet")
    empty_text = _(
        "Processes tell each other something by messages, and other programs tell them too. Each is shown here "
        "with what became of it."
    )

    def get_queryset(self):
        return messages()

    def actions(self):
        return [
            Action(_("Send a message"), reverse("workflows:message-send"), "send", SEND, "primary"),
            Action(_("Names and rights"), reverse("workflows:message-names"), "lock", SEND),
        ]


# Sending ------------------------------------------------------------------------------------------


class MessageSend(FormPage):
    """Tell cases something by hand, such as what an outside program failed to tell."""

    title = _("Send a message")
    permission = SEND
    template_name = "workflows/message_send.html"
    form_class = MessageForm
    submit_label = _("Send")

    def crumbs(self):
        return [LIST]

    def cancel_url(self):
        return reverse("workflows:message-list")

    def initial(self):
        return {"name": self.request.GET.get("name", ""), "kind": Message.Kind.MESSAGE, "kept_days": 30}

    def save(self, form):
        asked = form.cleaned_data
        is_signal = asked["kind"] == Message.Kind.SIGNAL
        try:
            sent = services.send_message(
                name=asked["name"],
                kind=asked["kind"],
                correlation=_correlation(asked),
                payload=asked["payload"],
                time_to_live=None if is_signal else timedelta(days=asked["kept_days"]),
                actor=self.request.user,
            )
        except ObjectDoesNotExist as error:
            text = _now("There is no such row.")
            raise ApplicationError(text, code="not_found", errors={"subject_id": [text]}) from error
        except ApplicationError as error:
            raise _beside_the_fields(error) from error
        reached = len(sent.deliveries)
        self.done_message = (
            ngettext("Sent to one receiver.", "Sent to %(count)s receivers.", reached) % {"count": reached}
            if reached
            else _("Nobody waits for it now.")
            if is_signal
            else _("Nobody waits for it yet. It is kept.")
        )
        return reverse("workflows:message-list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(names=message_names(), **kwargs)


def _correlation(asked):
    if asked["subject_id"]:
        return {"subject": {"type": asked["subject_type"], "id": asked["subject_id"]}}
    return {"value": asked["value"]} if asked["value"] else {}


def _beside_the_fields(error: ApplicationError) -> ApplicationError:
    """The form's fields have other names than the service's."""
    names = {"correlation": "value", "time_to_live": "kept_days"}
    errors: dict[str, list[str]] = {}
    for name, texts in error.errors.items():
        first, _dot, inner = name.partition(".")
        told = [f"{inner}: {text}" if inner else str(text) for text in texts]
        errors.setdefault(names.get(first, first), []).extend(told)
    return type(error)(error.message, code=error.code, errors=errors)


# Names and rights ---------------------------------------------------------------------------------


class MessageNames(Page):
    """Every name that the program and the current processes know, and who may send it from outside."""

    title = _("Names and rights")
    permission = SEND
    template_name = "workflows/message_names.html"

    def crumbs(self):
        return [LIST]

    def get_context_data(self, **kwargs):
        roles = Roles()
        rows = [
            {
                "name": one.name,
                "title": one.title,
                "kind": Message.Kind(one.kind).label,
                "is_declared": one.declared is not None,
                "told_by": listed(known.name for known in one.told_by),
                "heard_by": listed(known.name for known in one.heard_by),
                "roles": listed(roles[code] for code in one.roles),
            }
            for one in message_names()
        ]
        return super().get_context_data(rows=rows, **kwargs)


class MessageRights(FormPage):
    """Who may send messages of one name from outside, besides administrators."""

    permission = SEND
    form_class = RightsForm

    def get_title(self):
        return _now("Who may send “%(name)s”") % {"name": self.name}

    def crumbs(self):
        return [LIST, Crumb(_("Names and rights"), reverse("workflows:message-names"))]

    @property
    def name(self) -> str:
        name = self.request.GET.get("name", "")
        if not name or len(name) > NAME_LENGTH:
            raise Http404("No message is named.")
        return name

    def initial(self):
        return {"roles": list(MessageGrant.objects.filter(name=self.name).values_list("role", flat=True))}

    def cancel_url(self):
        return reverse("workflows:message-names")

    def save(self, form):
        services.set_message_roles(name=self.name, roles=form.cleaned_data["roles"], actor=self.request.user)
        return self.cancel_url()
