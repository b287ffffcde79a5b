"""One delivery of a webhook: what was sent, what came back, and sending it again."""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.generic import Action, ActionView, DetailPage, Tab
from core.generic.base import Crumb
from core.models import WebhookDelivery
from core.permissions import MANAGE_WEBHOOKS
from core.views.webhook_tables import COLOURS
from core.views.webhooks import LIST
from core.webhooks.catalogue import label_of
from core.webhooks.replaying import REPLAYABLE, replay_delivery
from core.webhooks.signing import message_of


class OneDelivery:
    permission = MANAGE_WEBHOOKS

    def get_queryset(self):
        return WebhookDelivery.objects.visible_to(self.request.user).select_related("endpoint")

    def crumbs(self):
        endpoint = self.object.endpoint
        return [LIST, Crumb(endpoint.name, endpoint.get_absolute_url())]


class DeliveryDetail(OneDelivery, DetailPage):
    """What was sent, and what the receiver said to each try. Looks again by itself while it is on its way."""

    header_template = "core/webhook_delivery_header.html"

    def get_title(self):
        return label_of(self.object.event)

    def tabs(self):
        return [Tab("delivery", _("Delivery"), "core/webhook_delivery.html")]

    def tab_delivery(self):
        delivery = self.object
        body = json.dumps(message_of(delivery), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        return {
            "colour": COLOURS[delivery.status],
            "body": body,
            "attempts": [(one, pretty(one.response)) for one in delivery.attempts.order_by("-number")],
        }

    def actions(self):
        url = reverse("webhook-delivery-replay", args=[self.object.pk])
        if self.object.is_pending or not self.object.endpoint.is_active:
            return []
        style = "primary" if self.object.status in REPLAYABLE else "quiet"
        return [Action(_("Send again"), url, "rotate-ccw", style=style, in_dialog=True)]


def pretty(text: str) -> str:
    """JSON with its lines; anything else as it came."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


class DeliveryReplay(OneDelivery, ActionView):
    title = _("Send again")
    question = _("The same message goes to the receiver under the same id, so that it can tell a repetition.")
    submit_label = _("Send again")
    done_message = _("It is on its way again.")

    def run(self, form):
        replay_delivery(delivery_id=self.object.pk, actor=self.request.user)
