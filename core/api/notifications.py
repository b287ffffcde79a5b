"""What the caller was told, and how they want to hear of what."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core import notifications
from core.api.views import ApiView, ApiViewSet
from core.models import Notification, NotificationPreference
from core.notifications import Choice
from core.services.notification_choices import choices_of, choose


class NotificationSerializer(serializers.Serializer):
    id = serializers.CharField(source="row.pk")
    kind = serializers.CharField(source="row.kind")
    title = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(source="row.url")
    created_at = serializers.DateTimeField(source="row.created_at")
    read_at = serializers.DateTimeField(source="row.read_at", allow_null=True)


class NotificationPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = NotificationSerializer(many=True)


class NotificationsReadSerializer(serializers.Serializer):
    until = serializers.IntegerField(help_text="The newest id that was seen: later ones stay unread.")


class NotificationsReadAnswerSerializer(serializers.Serializer):
    read = serializers.IntegerField(help_text="How many were unread.")


class NotificationChoiceSerializer(serializers.Serializer):
    kind = serializers.CharField(source="kind.code")
    name = serializers.CharField(source="kind.name", read_only=True)
    in_page = serializers.BooleanField(source="choice.in_page")
    mail = serializers.ChoiceField(NotificationPreference.Mail.choices, source="choice.mail")


class NotificationChoicesSerializer(serializers.Serializer):
    results = NotificationChoiceSerializer(many=True)


class NotificationViewSet(ApiViewSet):
    """The caller's own notifications, newest first."""

    queryset = Notification.objects.none()

    @extend_schema(
        operation_id="notifications_list",
        tags=["notifications"],
        parameters=[OpenApiParameter("unread", bool, description="Only those not read yet.")],
        responses=NotificationPageSerializer,
    )
    def list(self, request) -> Response:
        rows = Notification.objects.filter(person=request.user.pk, in_page=True)
        if request.query_params.get("unread", "") in ("1", "true"):
            rows = rows.filter(read_at=None)
        page = self.paginate_queryset(rows.order_by("-pk"))
        told = NotificationSerializer(notifications.shown(page), many=True)
        return self.get_paginated_response(told.data)

    @extend_schema(
        operation_id="notifications_read",
        tags=["notifications"],
        request=NotificationsReadSerializer,
        responses=NotificationsReadAnswerSerializer,
    )
    @action(detail=False, methods=["post"])
    def read(self, request) -> Response:
        given = NotificationsReadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        count = notifications.mark_all_read(person=request.user, seen_until=given.validated_data["until"])
        return Response({"read": count})


class NotificationChoicesView(ApiView):
    """How the caller hears of each kind: behind the bell, and by mail at once, once a day or not."""

    @extend_schema(
        operation_id="notification_choices", tags=["notifications"], responses=NotificationChoicesSerializer
    )
    def get(self, request) -> Response:
        return Response(NotificationChoicesSerializer({"results": choices_of(request.user)}).data)

    @extend_schema(
        operation_id="notification_choose",
        tags=["notifications"],
        request=NotificationChoicesSerializer,
        responses=NotificationChoicesSerializer,
    )
    def put(self, request) -> Response:
        given = NotificationChoicesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        choose(
            person=request.user,
            choices={
                one["kind"]["code"]: Choice(one["choice"]["in_page"], one["choice"]["mail"])
                for one in given.validated_data["results"]
            },
        )
        return self.get(request)
