"""Activities, types and statuses as the API reads and writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import DayField, IdField
from core.models import User
from crm.models import Activity, ActivityType, Customer, CustomerStatus
from crm.services.activities import ACTIVITY_FIELDS
from crm.services.activity_types import TYPE_FIELDS
from crm.services.statuses import STATUS_FIELDS, ways_from

ACTIVITY_FILTERS = {
    "customer": "customer_id",
    "type": "type__code",
    "executor": "executors__username",
    "occurred_from": "occurred_on__gte",
    "occurred_to": "occurred_on__lte",
}


class ActivityRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    customer = IdField(source="customer_id", read_only=True)
    customer_name = serializers.CharField(source="customer.name", read_only=True)
    contact = IdField(source="contact_id", read_only=True, allow_null=True)
    type = serializers.CharField(source="type.code", read_only=True, help_text="Code of an activity type.")
    executors = serializers.SlugRelatedField(slug_field="username", many=True, read_only=True)
    recorded_by = serializers.CharField(
        source="recorded_by.username", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = Activity
        fields = (
            "id", "customer", "customer_name", "contact", "type", *ACTIVITY_FIELDS, "has_files",
            "executors", "recorded_by", "recorded_at",
        )  # fmt: skip
        read_only_fields = fields


class ActivityQuery(serializers.Serializer):
    """How the list is narrowed."""

    customer = IdField(required=False)
    type = serializers.CharField(required=False, max_length=30, help_text="Code of an activity type.")
    executor = serializers.CharField(required=False, max_length=150, help_text="User name.")
    occurred_from = DayField(required=False)
    occurred_to = DayField(required=False)


class ActivityChanges(serializers.ModelSerializer):
    """What may be corrected; the service checks it by the rules of the type."""

    type = serializers.CharField(max_length=30, help_text="Code of an activity type.")
    occurred_on = DayField(required=False)
    next_on = DayField(required=False, allow_null=True)
    executors = serializers.SlugRelatedField(
        slug_field="username",
        many=True,
        required=False,
        queryset=User.objects.filter(is_active=True),
        help_text="User names; nobody named: whoever records.",
    )

    class Meta:
        model = Activity
        fields = ("type", *ACTIVITY_FIELDS, "executors")


class ActivityInput(ActivityChanges):
    customer = IdField()
    contact = IdField(required=False, allow_null=True)

    class Meta(ActivityChanges.Meta):
        fields = ("customer", "contact", *ActivityChanges.Meta.fields)


class TypeRow(serializers.ModelSerializer):
    id = serializers.CharField(source="code", read_only=True, help_text="The code: it stays for good.")
    name = serializers.CharField(read_only=True, help_text="In the reader's language.")

    class Meta:
        model = ActivityType
        fields = ("id", "code", "name", *TYPE_FIELDS)
        read_only_fields = fields


class TypeChanges(serializers.ModelSerializer):
    class Meta:
        model = ActivityType
        fields = TYPE_FIELDS


class TypeInput(serializers.ModelSerializer):
    class Meta:
        model = ActivityType
        fields = ("code", *TYPE_FIELDS)
        # The service says that it is taken.
        extra_kwargs = {"code": {"validators": []}}


class WayRow(serializers.Serializer):
    to = serializers.CharField(source="to_status.code", max_length=20)
    needs_fact = serializers.BooleanField()


class WayInput(serializers.Serializer):
    to = serializers.CharField(max_length=20, help_text="Code of the status that the way leads to.")
    needs_fact = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # Inside a partial body nothing is required and nothing has its default by itself.
        if "to" not in attrs:
            raise serializers.ValidationError({"to": [self.fields["to"].error_messages["required"]]})
        return {"needs_fact": False, **attrs}


class StatusRow(serializers.ModelSerializer):
    id = serializers.CharField(source="code", read_only=True, help_text="The code: it stays for good.")
    name = serializers.CharField(read_only=True, help_text="In the reader's language.")
    ways = WayRow(many=True, read_only=True)

    class Meta:
        model = CustomerStatus
        fields = ("id", "code", "name", *STATUS_FIELDS, "ways")
        read_only_fields = fields


class StatusChanges(serializers.ModelSerializer):
    ways = WayInput(many=True, required=False, max_length=100)

    class Meta:
        model = CustomerStatus
        fields = (*STATUS_FIELDS, "ways")


class StatusInput(StatusChanges):
    ways = WayInput(many=True, required=False, default=list, max_length=100)

    class Meta(StatusChanges.Meta):
        fields = ("code", *STATUS_FIELDS, "ways")
        extra_kwargs = {"code": {"validators": []}}


def drawn(ways: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """Ways as the service takes them."""
    return {way["to"]: way["needs_fact"] for way in ways}


class StandingWay(serializers.Serializer):
    """A way that leads on, and what it needs."""

    to = serializers.CharField(source="to_status.code")
    name = serializers.CharField(source="to_status.name")
    kind = serializers.CharField(source="to_status.kind")
    needs_fact = serializers.BooleanField()
    needs_approval = serializers.BooleanField(source="to_status.needs_approval")


class CustomerStanding(serializers.ModelSerializer):
    """Where a customer stands, and where it can go from there."""

    customer = IdField(source="pk", read_only=True)
    status = serializers.CharField(read_only=True)
    ways = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = (
            "customer", "status", "status_since", "last_contact_on", "next_contact_on", "contact_count", "ways",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(StandingWay(many=True))
    def get_ways(self, customer: Customer) -> list[dict[str, Any]]:
        return list(StandingWay(ways_from(customer), many=True).data)


class StatusMove(serializers.Serializer):
    to = serializers.CharField(max_length=20, help_text="Code of the status.")
    facts = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    next_on = DayField(required=False, allow_null=True, default=None)
    override = serializers.BooleanField(
        required=False, default=False, help_text="A manager sets any status by hand and says why."
    )
