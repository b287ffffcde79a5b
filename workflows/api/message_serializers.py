"""Messages as the API reads and writes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import IdField
from workflows.models import Message
from workflows.models.message import NAME_LENGTH
from workflows.selectors.messages import State, refusal_text
from workflows.services.message_checks import LONGEST_KEPT, LONGEST_UID
from workflows.services.messages import kept_until, uid_of


class MessageInput(serializers.Serializer):
    """What is told, and to whom."""

    name = serializers.CharField(max_length=NAME_LENGTH)
    correlation = serializers.DictField(
        required=False,
        help_text=(
            'Nothing, {"subject": {"type": "contracts.contract", "id": "42"}} for the cases about a business '
            'row, or one value that a step waits for: {"order": "17"}.'
        ),
    )
    payload = serializers.DictField(
        required=False, help_text="At most 64 kB. What a receiver's form does not declare is refused."
    )
    kind = serializers.ChoiceField(
        choices=Message.Kind.choices,
        required=False,
        help_text="A message (to one case of each process) if not given; a signal goes to all that wait now.",
    )
    uid = serializers.CharField(
        max_length=LONGEST_UID,
        required=False,
        help_text="Your id of the message: sent again under it, it is the same message and does nothing.",
    )
    time_to_live = serializers.IntegerField(
        min_value=0,
        max_value=int(LONGEST_KEPT.total_seconds()),
        required=False,
        help_text="Seconds for which it is kept for who does not wait for it yet; 30 days if not given.",
    )


class MessageQuery(serializers.Serializer):
    name = serializers.CharField(required=False, max_length=NAME_LENGTH)
    status = serializers.ChoiceField(required=False, choices=State.choices)
    kind = serializers.ChoiceField(required=False, choices=Message.Kind.choices)


class DeliveryRow(serializers.Serializer):
    """One receiver of a message."""

    definition = serializers.CharField(source="definition.key")
    instance = serializers.SerializerMethodField(help_text="The case that hears it, or that it has started.")
    status = serializers.CharField()
    reason = serializers.SerializerMethodField(help_text="Why it was refused.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_instance(self, delivery: Any) -> str | None:
        case = delivery.instance_id or (delivery.subscription.instance_id if delivery.subscription else None)
        return str(case) if case is not None else None

    def get_reason(self, delivery: Any) -> str:
        return refusal_text(delivery) if delivery.refusal else ""


class MessageRow(serializers.ModelSerializer):
    """A message in the list."""

    id = IdField(read_only=True)
    uid = serializers.SerializerMethodField()
    sender = serializers.CharField(source="sender.username", default=None, allow_null=True)
    status = serializers.ChoiceField(source="state", choices=State.choices)
    receivers = serializers.IntegerField(help_text="How many there are; the first 20 are listed.")
    deliveries = DeliveryRow(source="went", many=True)
    kept_until = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "id",
            "uid",
            "kind",
            "name",
            "key",
            "sender",
            "sender_label",
            "created_at",
            "kept_until",
            "status",
            "receivers",
            "deliveries",
        )

    def get_uid(self, message: Message) -> str:
        return uid_of(message)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_kept_until(self, message: Message) -> str | None:
        until = kept_until(message)
        return serializers.DateTimeField().to_representation(until) if until is not None else None


class Sent(serializers.Serializer):
    """What became of a message so far."""

    id = IdField(source="message.pk")
    uid = serializers.CharField()
    name = serializers.CharField(source="message.name")
    kind = serializers.CharField(source="message.kind")
    delivered_to = serializers.ListField(
        child=IdField(), help_text="The cases that hear it, or have been started by it."
    )
    deliveries = DeliveryRow(many=True)
    kept_until = serializers.DateTimeField(
        allow_null=True, help_text="A process that has not heard it may until then. Null for a signal."
    )
