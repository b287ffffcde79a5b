"""Telling cases something from outside, and what became of it."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED

from core.api.views import ApiViewSet
from core.rights import require
from workflows import services
from workflows.api import message_serializers as s
from workflows.models import Message
from workflows.selectors.messages import messages
from workflows.services.messages import SEND


@extend_schema(tags=["messages"])
class MessageViewSet(ApiViewSet):
    """Messages go to one case of each process that waits for them; signals to all that wait."""

    queryset = Message.objects.none()
    serializer_class = s.MessageRow
    orders = {"id": ("pk",)}
    default_order = "-id"

    @extend_schema(parameters=[s.MessageQuery], responses=s.MessageRow(many=True))
    def list(self, request) -> Response:
        """What was told, and what became of it; for administrators."""
        require(request.user, SEND)
        asked = self.asked(s.MessageQuery)
        asked["state"] = asked.pop("status", "")
        return self.page(messages(**asked), s.MessageRow)

    @extend_schema(request=s.MessageInput, responses={201: s.Sent, 200: s.Sent})
    def create(self, request) -> Response:
        """Tell something: 201, and whom it concerns; 200 if it was sent under this id before."""
        asked = self.checked(s.MessageInput, request)
        if (seconds := asked.pop("time_to_live", None)) is not None:
            asked["time_to_live"] = timedelta(seconds=seconds)
        sent = services.send_message(actor=request.user, **asked)
        status = HTTP_201_CREATED if sent.is_new else HTTP_200_OK
        return Response(s.Sent(sent).data, status=status)
