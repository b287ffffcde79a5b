"""Webhooks: who is told, of what, and how each telling went."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.generic import Action, ActionView, FormPage, ListPage
from core.generic.base import Crumb
from core.models import WebhookDelivery, WebhookEndpoint
from core.permissions import MANAGE_WEBHOOKS
from core.views.webhook_forms import ReplayForm, SecretForm, WebhookForm
from core.views.webhook_tables import DeliveryFilter, DeliveryTable, WebhookTable
from core.webhooks.catalogue import label_of
from core.webhooks.endpoints import (
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    recreate_secret,
    switch_endpoint,
)
from core.webhooks.replaying import replay_failed, send_test

LIST = Crumb(_("Webhooks"), reverse_lazy("webhook-list"))
COLOURS = {"delivered": "green", "failed": "red", "pending": "brand", "disabled": "amber"}


class WebhookList(ListPage):
    """Every program that is told something."""

    title = _("Webhooks")
    permission = MANAGE_WEBHOOKS
    table_class = WebhookTable
    orders = {"name": ("name", "pk")}
    order = "name"
    exportable = False
    empty_title = _("No webhooks yet")
    empty_text = _(
        "A webhook tells another program, such as your bookkeeping, when a contract takes effect or a "
        "payment is confirmed."
    )

    def get_queryset(self):
        last = WebhookDelivery.objects.filter(endpoint=OuterRef("pk")).order_by("-pk")
        return WebhookEndpoint.objects.visible_to(self.request.user).annotate(
            last_status=Subquery(last.values("status")[:1]),
            last_occurred_at=Subquery(last.values("occurred_at")[:1]),
        )

    def actions(self):
        return [Action(_("New webhook"), reverse("webhook-create"), "plus", MANAGE_WEBHOOKS, "primary")]


# One endpoint ------------------------------------------------------------------------------------


class WebhookDetail(ListPage):
    """One endpoint: what it is, and the log of its deliveries, newest first."""

    template_name = "core/webhook_detail.html"
    permission = MANAGE_WEBHOOKS
    table_class = DeliveryTable
    filter_class = DeliveryFilter
    orders = {"occurred_at": ("pk",)}
    order = "-occurred_at"
    exportable = False
    empty_title = _("Nothing was sent yet")
    empty_text = _("Send a test event to see whether the receiver understands it.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = get_object_or_404(
                WebhookEndpoint.objects.visible_to(request.user).select_related("created_by"), pk=kwargs["pk"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        return WebhookDelivery.objects.filter(endpoint=self.object)

    def get_title(self):
        return self.object.name

    def crumbs(self):
        return [LIST]

    def actions(self):
        def link(name):
            return reverse(name, args=[self.object.pk])

        on = self.object.is_active
        switch = (
            Action(_("Switch off"), link("webhook-switch-off"), "ban", in_dialog=True, in_menu=True)
            if on
            else Action(
                _("Switch on"), link("webhook-switch-on"), "circle-play", style="primary", in_dialog=True
            )
        )
        sending = [
            Action(_("Send a test event"), link("webhook-test"), "send", in_dialog=True),
            Action(
                _("Send failed ones again"),
                link("webhook-replay"),
                "rotate-ccw",
                in_dialog=True,
                in_menu=True,
            ),
        ]
        return [
            *(sending if on else []),
            Action(_("Edit"), link("webhook-edit"), "pencil"),
            switch,
            Action(_("New secret"), link("webhook-secret"), "lock", in_menu=True),
            Action(
                _("Delete"), link("webhook-delete"), "trash-2", style="danger", in_dialog=True, in_menu=True
            ),
        ]

    def get_context_data(self, **kwargs):
        endpoint, now = self.object, clock.now()
        return super().get_context_data(
            object=endpoint,
            chosen=[(name, label_of(name)) for name in endpoint.events],
            two_secrets=endpoint.old_secret_until is not None and endpoint.old_secret_until > now,
            resting=endpoint.is_active and endpoint.paused_until is not None and endpoint.paused_until > now,
            **kwargs,
        )


class WebhookCreate(FormPage):
    title = _("New webhook")
    permission = MANAGE_WEBHOOKS
    form_class = WebhookForm
    done_message = _("The webhook is made.")

    def crumbs(self):
        return [LIST]

    def cancel_url(self):
        return reverse("webhook-list")

    def form_options(self):
        return {"user": self.request.user}

    def post(self, request, *args, **kwargs):
        self.secret = ""
        answer = super().post(request, *args, **kwargs)
        return shown_once(request, self.made, self.secret) if self.secret else answer

    def save(self, form):
        self.made, self.secret = create_endpoint(fields=form.cleaned_data, actor=self.request.user)
        return self.made


def shown_once(request, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    """The page with the secret. It is no address to come back to, and no cache keeps it."""
    context = {
        "object": endpoint,
        "secret": secret,
        "title": endpoint.name,
        "crumbs": [LIST],
        "width": "form-page",
    }
    answer = render(request, "core/webhook_secret.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


class OneWebhook:
    """A page about one of the endpoints that the person may manage."""

    permission = MANAGE_WEBHOOKS

    def get_queryset(self):
        return WebhookEndpoint.objects.visible_to(self.request.user)

    def crumbs(self):
        return [LIST, Crumb(self.object.name, self.object.get_absolute_url())]


class WebhookEdit(OneWebhook, FormPage):
    title = _("Edit webhook")
    form_class = WebhookForm
    version_field = "revision"

    def initial(self):
        return {name: getattr(self.object, name) for name in ("name", "url", "events", "allow_private")}

    def form_options(self):
        return {"user": self.request.user}

    def save(self, form):
        return change_endpoint(
            endpoint_id=self.object.pk,
            changes=form.cleaned_data,
            revision=self.object.revision,
            actor=self.request.user,
        )


class WebhookTest(OneWebhook, ActionView):
    title = _("Send a test event")
    question = _("A message that says it is a test is sent to the address, signed like any other.")
    submit_label = _("Send")
    done_message = _("The test is on its way.")

    def run(self, form):
        return send_test(endpoint_id=self.object.pk, actor=self.request.user).get_absolute_url()


class WebhookSwitchOff(OneWebhook, ActionView):
    title = _("Switch off")
    question = _("Nothing more is sent, and what happens meanwhile is not kept for this receiver.")
    submit_label = _("Switch off")
    style = "danger"
    done_message = _("Switched off.")

    def run(self, form):
        switch_endpoint(endpoint_id=self.object.pk, on=False, actor=self.request.user)


class WebhookSwitchOn(OneWebhook, ActionView):
    title = _("Switch on")
    question = _("From now on events are sent again. What was not sent can be sent again afterwards.")
    submit_label = _("Switch on")
    done_message = _("Switched on.")

    def run(self, form):
        switch_endpoint(endpoint_id=self.object.pk, on=True, actor=self.request.user)


class WebhookSecret(OneWebhook, ActionView):
    title = _("New secret")
    question = _("The receiver needs the new secret to check signatures. It is shown once.")
    form_class = SecretForm
    submit_label = _("Make a new secret")
    done_message = ""

    def run(self, form):
        overlap = timedelta(hours=int(form.cleaned_data["overlap_hours"]))
        endpoint, secret = recreate_secret(
            endpoint_id=self.object.pk, overlap=overlap, actor=self.request.user
        )
        return shown_once(self.request, endpoint, secret)


class WebhookReplay(OneWebhook, ActionView):
    title = _("Send failed ones again")
    question = _("What failed, or was not sent while this was switched off, is sent again under its old id.")
    form_class = ReplayForm
    submit_label = _("Send again")
    done_message = ""

    def initial(self):
        return {"since": clock.now() - timedelta(days=1)}

    def run(self, form):
        count = replay_failed(
            endpoint_id=self.object.pk, since=form.cleaned_data["since"], actor=self.request.user
        )
        text = ngettext("%(count)s delivery is sent again.", "%(count)s deliveries are sent again.", count)
        messages.success(self.request, text % {"count": count})


class WebhookDelete(OneWebhook, ActionView):
    title = _("Delete webhook")
    question = _("The webhook and the log of what it was sent are deleted. Nothing more is sent.")
    submit_label = _("Delete")
    style = "danger"
    done_message = _("Deleted.")

    def run(self, form):
        delete_endpoint(endpoint_id=self.object.pk, actor=self.request.user)
        return reverse("webhook-list")
