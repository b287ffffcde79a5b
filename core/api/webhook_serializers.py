"""Webhooks as the API reads and writes them. A secret is in the answer that makes it, and nowhere else."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import IdField, MomentField
from core.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from core.webhooks.signing import message_of


class WebhookRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id",
            "name",
            "url",
            "events",
            "is_active",
            "off_reason",
            "allow_private",
            "failures",
            "paused_until",
            "secret_made_at",
            "old_secret_until",
            "revision",
            "created_by",
            "created_at",
        )


class NewWebhook(WebhookRow):
    """The answer to making one."""

    secret = serializers.CharField(help_text="whsec_ and base64. Shown this once.")

    class Meta(WebhookRow.Meta):
        fields = (*WebhookRow.Meta.fields, "secret")


class WebhookFields(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    url = serializers.CharField(max_length=2000, help_text="https:// or http://, to a public address.")
    events = serializers.ListField(
        child=serializers.CharField(max_length=80),
        allow_empty=False,
        max_length=200,
        help_text="See webhook-events/.",
    )
    allow_private = serializers.BooleanField(
        required=False, help_text="May lie in a private network; only system administrators say so."
    )


class WebhookChanges(WebhookFields):
    is_active = serializers.BooleanField(required=False, help_text="Switches it on or off.")
    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="As it was read: 409 if somebody was faster.",
    )


class SecretInput(serializers.Serializer):
    overlap_hours = serializers.IntegerField(
        required=False,
        default=24,
        min_value=0,
        max_value=720,
        help_text="How long the old secret signs as well; 0 for one that has leaked.",
    )


class ReplayInput(serializers.Serializer):
    since = MomentField(help_text="What happened from this moment on.")


class Count(serializers.Serializer):
    count = serializers.IntegerField()


class DeliveryQuery(serializers.Serializer):
    status = serializers.ChoiceField(choices=WebhookDelivery.Status, required=False)
    event = serializers.CharField(required=False, max_length=80)


class WebhookDeliveryRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    webhook = IdField(source="endpoint_id")
    message_id = serializers.CharField(help_text="The header webhook-id: the same for every try and replay.")

    class Meta:
        model = WebhookDelivery
        fields = (
            "id",
            "webhook",
            "message_id",
            "event",
            "occurred_at",
            "status",
            "tries",
            "last_code",
            "next_try_at",
            "closed_at",
        )


class AttemptRow(serializers.ModelSerializer):
    class Meta:
        model = WebhookAttempt
        fields = ("number", "at", "seconds", "code", "failure", "detail", "response")


class DeliveryDetail(WebhookDeliveryRow):
    message = serializers.SerializerMethodField(help_text="What is sent.")
    attempts = AttemptRow(many=True)

    class Meta(WebhookDeliveryRow.Meta):
        fields = (*WebhookDeliveryRow.Meta.fields, "message", "attempts")

    @extend_schema_field(serializers.DictField())
    def get_message(self, row: WebhookDelivery) -> dict[str, Any]:
        return message_of(row)


class EventRow(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField(help_text="In the caller's language.")
    sample = serializers.DictField(help_text="What data of the message looks like.")


class EventPage(serializers.Serializer):
    """All of them: there are no further pages."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventRow(many=True)
