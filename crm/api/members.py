"""Members of the platform: the accounts for whoever may see them, and the door through which the platform tells."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core.actors import SystemActor
from core.api.fields import IdField, row_id
from core.api.views import ApiView, ApiViewSet
from core.generic.keyset import or_never
from crm.member_signature import is_signed
from crm.models import MemberAccount, MemberEvent
from crm.services.members import take_event
from workflows.services.outside_services import shared_secret

PLATFORM = "platform"
ACTOR = SystemActor("member_events")
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


class MemberRow(serializers.Serializer):
    id = IdField()
    external_id = serializers.CharField()
    company = serializers.CharField()
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    contact_name = serializers.CharField()
    approved_at = serializers.DateTimeField(allow_null=True)
    registered_at = serializers.DateTimeField(allow_null=True)
    last_login_at = serializers.DateTimeField(allow_null=True)
    login_count = serializers.IntegerField()
    published = serializers.DictField(child=serializers.IntegerField())
    plan = serializers.CharField()
    paid_until = serializers.DateField(allow_null=True)
    profile_url = serializers.CharField()


class MemberQuery(serializers.Serializer):
    q = serializers.CharField(
        required=False, help_text="A piece of the firm's name, its number or its contact."
    )
    customer = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


class MemberEventInput(serializers.Serializer):
    event_id = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=MemberEvent.Kind.choices)
    external_id = serializers.CharField(max_length=60, allow_blank=True)
    at = serializers.DateTimeField()
    data = serializers.DictField(required=False, default=dict)


class MemberEventTaken(serializers.Serializer):
    event_id = serializers.CharField()
    is_new = serializers.BooleanField()


@extend_schema(tags=["members"])
class MemberAccountViewSet(ApiViewSet):
    """The accounts the caller may see; only the platform changes them."""

    queryset = MemberAccount.objects.none()
    serializer_class = MemberRow
    orders = {"id": ("pk",), "last_login_at": ("last_login_sort", "pk")}
    default_order = "-id"

    @extend_schema(parameters=[MemberQuery], responses=MemberRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(MemberQuery)
        rows = MemberAccount.objects.visible_to(request.user).search(asked.pop("q", ""))
        rows = rows.annotate(last_login_sort=or_never("last_login_at"))
        return self.page(rows.filter(**asked), MemberRow)

    @extend_schema(responses=MemberRow)
    def retrieve(self, request, pk: str) -> Response:
        found = MemberAccount.objects.visible_to(request.user).get(pk=row_id(pk))
        return Response(MemberRow(found).data)


class MemberEventView(ApiView):
    """What the platform tells. No session and no token: each event is signed with the secret of the external system
    ``platform``, over its bytes (Standard Webhooks).
    """

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="take_member_event",
        tags=["members"],
        request=MemberEventInput,
        responses={200: MemberEventTaken, 201: MemberEventTaken},
        parameters=[OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True) for name in SIGNED],
    )
    def post(self, request) -> Response:
        """Told once or often, in any order: 201 the first time, 200 from then on."""
        body = request._request.body
        headers = {name: request.headers.get(name, "") for name in SIGNED}
        if not is_signed(shared_secret(PLATFORM), headers, body):
            raise AuthenticationFailed(_("The signature does not fit."), code="wrong_signature")
        given = self.checked(MemberEventInput, request)
        if given["event_id"] != headers["webhook-id"]:
            raise AuthenticationFailed(_("The signature does not fit."), code="wrong_signature")
        event, is_new = take_event(**given, actor=ACTOR)
        answer = MemberEventTaken({"event_id": event.event_id, "is_new": is_new})
        return Response(answer.data, status=HTTP_201_CREATED if is_new else 200)

    def get_authenticate_header(self, request) -> str:
        return "Signature"
