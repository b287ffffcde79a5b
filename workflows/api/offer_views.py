"""A newer diagram that came with the program: looked at, made the draft, or declined."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api.views import ApiView
from workflows import services
from workflows.api.definition_serializers import DraftRow
from workflows.api.offer_serializers import DeclineInput, OfferRow, TakeInput
from workflows.models import ProcessDefinition, ShippedOffer
from workflows.services.drawing_rights import require_seeing_draft


@extend_schema(tags=["process definitions"])
class OfferView(ApiView):
    """What the program offers for a process that the company has made its own; 404 where it offers nothing."""

    @extend_schema(operation_id="process_definitions_offer", responses=OfferRow)
    def get(self, request, key: str) -> Response:
        definition = ProcessDefinition.objects.visible_to(request.user).get(key=key)
        require_seeing_draft(definition, request.user)
        offer = ShippedOffer.objects.select_related("decided_by").get(definition=definition)
        return Response(OfferRow(offer).data)


@extend_schema(tags=["process definitions"])
class TakeOfferView(ApiView):
    """The offered diagram becomes the draft; nothing is published."""

    @extend_schema(operation_id="process_definitions_offer_take", request=TakeInput, responses=DraftRow)
    def post(self, request, key: str) -> Response:
        """409 where the offer has been decided, the draft has changed, or work of others would be replaced."""
        fields = self.checked(TakeInput, request)
        draft = services.take_offer(definition_key=key, actor=request.user, **fields)
        return Response(DraftRow(draft).data)


@extend_schema(tags=["process definitions"])
class DeclineOfferView(ApiView):
    """The offer is not wanted now; the next newer one is offered again."""

    @extend_schema(operation_id="process_definitions_offer_decline", request=DeclineInput, responses=OfferRow)
    def post(self, request, key: str) -> Response:
        """409 where it has been decided meanwhile, or a newer one has come."""
        fields = self.checked(DeclineInput, request)
        offer = services.decline_offer(definition_key=key, actor=request.user, **fields)
        return Response(OfferRow(offer).data)
