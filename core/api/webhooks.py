"""Webhooks: who is told of what, and the log of it. Services are the gate; the views only translate."""

from datetime import timedelta

from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from core.api import webhook_serializers as s
from core.api.fields import row_id
from core.api.views import ApiView, ApiViewSet
from core.models import WebhookDelivery, WebhookEndpoint
from core.permissions import MANAGE_WEBHOOKS
from core.rights import require
from core.webhooks import endpoints, events, replaying


@extend_schema(tags=["webhooks"])
class WebhookViewSet(ApiViewSet):
    """The webhooks the caller may manage."""

    queryset = WebhookEndpoint.objects.none()
    serializer_class = s.WebhookRow
    orders = {"id": ("pk",), "name": ("name", "pk")}
    default_order = "name"

    @property
    def keeps_answers(self) -> bool:
        """Those that hold a secret are not written down."""
        return self.action not in ("create", "secret")

    @extend_schema(responses=s.WebhookRow(many=True))
    def list(self, request) -> Response:
        require(request.user, MANAGE_WEBHOOKS)
        return self.page(self._rows(), s.WebhookRow)

    @extend_schema(responses=s.WebhookRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.WebhookRow(self._rows().get(pk=row_id(pk))).data)

    @extend_schema(request=s.WebhookFields, responses={201: s.NewWebhook})
    def create(self, request) -> Response:
        """Make a webhook, at work at once. Idempotency-Key is not heeded: the answer holds the secret."""
        fields = self.checked(s.WebhookFields, request)
        endpoint, secret = endpoints.create_endpoint(fields=fields, actor=request.user)
        endpoint.secret = secret
        return Response(s.NewWebhook(endpoint).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.WebhookChanges(partial=True), responses=s.WebhookRow)
    def partial_update(self, request, pk: str) -> Response:
        """Change it, or switch it on and off."""
        changes = self.checked(s.WebhookChanges, request, partial=True)
        on, revision = changes.pop("is_active", None), changes.pop("revision", None)
        with transaction.atomic():
            endpoints.change_endpoint(
                endpoint_id=row_id(pk), changes=changes, revision=revision, actor=request.user
            )
            if on is not None:
                endpoints.switch_endpoint(endpoint_id=row_id(pk), on=on, actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted with its log.")})
    def destroy(self, request, pk: str) -> Response:
        endpoints.delete_endpoint(endpoint_id=row_id(pk), actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={201: s.WebhookDeliveryRow})
    @action(detail=True, methods=["post"])
    def test(self, request, pk: str) -> Response:
        """Send a test event; the delivery in the answer says later how it went."""
        delivery = replaying.send_test(endpoint_id=row_id(pk), actor=request.user)
        return Response(s.WebhookDeliveryRow(delivery).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.SecretInput, responses=s.NewWebhook)
    @action(detail=True, methods=["post"])
    def secret(self, request, pk: str) -> Response:
        """Make a new secret. Idempotency-Key is not heeded: the answer holds it."""
        hours = self.checked(s.SecretInput, request)["overlap_hours"]
        endpoint, secret = endpoints.recreate_secret(
            endpoint_id=row_id(pk), overlap=timedelta(hours=hours), actor=request.user
        )
        endpoint.secret = secret
        return Response(s.NewWebhook(endpoint).data)

    @extend_schema(request=s.ReplayInput, responses=s.Count)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk: str) -> Response:
        """Send again what failed or was not sent since a moment, up to 1000 at once, oldest first."""
        since = self.checked(s.ReplayInput, request)["since"]
        count = replaying.replay_failed(endpoint_id=row_id(pk), since=since, actor=request.user)
        return Response({"count": count})

    @extend_schema(parameters=[s.DeliveryQuery], responses=s.WebhookDeliveryRow(many=True))
    @action(detail=True, methods=["get"], orders={"id": ("pk",)}, default_order="-id")
    def deliveries(self, request, pk: str) -> Response:
        """What it was sent, newest first."""
        endpoint = self._rows().get(pk=row_id(pk))
        rows = WebhookDelivery.objects.filter(endpoint=endpoint, **self.asked(s.DeliveryQuery))
        return self.page(rows, s.WebhookDeliveryRow)

    def _rows(self):
        return WebhookEndpoint.objects.visible_to(self.request.user).select_related("created_by")


@extend_schema(tags=["webhooks"])
class WebhookDeliveryViewSet(ApiViewSet):
    """What webhooks were sent, and what came back."""

    queryset = WebhookDelivery.objects.none()
    serializer_class = s.DeliveryDetail

    @extend_schema(responses=s.DeliveryDetail)
    def retrieve(self, request, pk: str) -> Response:
        rows = WebhookDelivery.objects.visible_to(request.user).prefetch_related("attempts")
        return Response(s.DeliveryDetail(rows.get(pk=row_id(pk))).data)

    @extend_schema(request=None, responses=s.DeliveryDetail)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk: str) -> Response:
        """Send it once more under the same id."""
        replaying.replay_delivery(delivery_id=row_id(pk), actor=request.user)
        return self.retrieve(request, pk)


class WebhookEventView(ApiView):
    """The events that can be subscribed to."""

    @extend_schema(operation_id="webhook_events", tags=["webhooks"], responses=s.EventPage)
    def get(self, request) -> Response:
        require(request.user, MANAGE_WEBHOOKS)
        return Response(s.EventPage({"next": None, "previous": None, "results": events()}).data)
