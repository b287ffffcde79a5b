"""Failures and breaches as the API reads and writes them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import IdField
from workflows.definitions import definition_of
from workflows.models import HistoryEvent, Incident
from workflows.services.breaches import repeated_events
from workflows.services.incident_groups import MOST_AT_ONCE, RIGHTS
from workflows.services.incidents import Ways, ways_out

ACTIONS = tuple(RIGHTS)


class IncidentRow(serializers.ModelSerializer):
    """A step that failed, or a case whose rows disagree. ``message`` is what the program says of it."""

    id = IdField(read_only=True)
    instance = IdField(source="instance_id")
    definition = serializers.CharField(source="instance.definition.key")
    title = serializers.CharField(source="instance.__str__")
    element_name = serializers.SerializerMethodField(help_text="In the caller's language.")
    closed_by = serializers.CharField(source="closed_by.username", default=None, allow_null=True)

    class Meta:
        model = Incident
        fields = (
            "id",
            "kind",
            "instance",
            "definition",
            "title",
            "element",
            "element_name",
            "part",
            "status",
            "error_type",
            "message",
            "group_key",
            "attempts",
            "opened_at",
            "last_failed_at",
            "closed_at",
            "closed_by",
        )

    def get_element_name(self, row: Incident) -> str:
        return _name(row.instance.version_id, row.element)


class EditableValue(serializers.Serializer):
    """Data of the case as the held step sees it."""

    name = serializers.CharField()
    type = serializers.CharField(
        help_text="text, integer, decimal, boolean, date, datetime, choice, list, list[...] or record."
    )
    choices = serializers.ListField(child=serializers.CharField(), allow_null=True)
    value = serializers.JSONField(allow_null=True)


class IncidentWays(serializers.Serializer):
    """What the caller may do about it now; the services ask again."""

    retry = serializers.BooleanField()
    edit = serializers.BooleanField()
    skip = serializers.BooleanField()
    fail = serializers.BooleanField()
    mend = serializers.BooleanField()


class RepeatedStep(serializers.Serializer):
    """A step that is done again after an older state is mended."""

    element = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()


class IncidentDetail(IncidentRow):
    ways = serializers.SerializerMethodField()
    codes = serializers.SerializerMethodField(
        help_text="Errors that the diagram catches at this step: with one of them it may be let fail."
    )
    any_code = serializers.SerializerMethodField(help_text="Whether an error of any code is caught.")
    values = serializers.SerializerMethodField()
    repeats = serializers.SerializerMethodField(
        help_text="An older state was put back: what was done since, and is done again after mending."
    )

    class Meta(IncidentRow.Meta):
        fields = (*IncidentRow.Meta.fields, "ways", "codes", "any_code", "values", "repeats")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ways: Ways | None = None

    def _out(self, row: Incident) -> Ways:
        if self._ways is None:
            self._ways = ways_out(row, row.instance)
        return self._ways

    @extend_schema_field(IncidentWays)
    def get_ways(self, row: Incident) -> dict[str, bool]:
        may = self.context["request"].user.may
        is_open = row.status == Incident.Status.OPEN
        is_held = is_open and row.kind == Incident.Kind.FAILURE
        out = self._out(row)
        return {
            "retry": is_held and may(RIGHTS["retry"]),
            "edit": is_held and bool(out.values) and may(RIGHTS["edit"]),
            "skip": is_held and out.may_skip and may(RIGHTS["skip"]),
            "fail": is_held and bool(out.codes) and may(RIGHTS["fail"]),
            "mend": is_open and not is_held and may(RIGHTS["mend"]),
        }

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_codes(self, row: Incident) -> list[str]:
        return [code for code in self._out(row).codes if code is not None]

    def get_any_code(self, row: Incident) -> bool:
        return None in self._out(row).codes

    @extend_schema_field(EditableValue(many=True))
    def get_values(self, row: Incident) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "type": str(type_),
                "choices": list(type_.choices) if type_.choices is not None else None,
                "value": value,
            }
            for name, (type_, value) in self._out(row).values.items()
        ]

    @extend_schema_field(RepeatedStep(many=True))
    def get_repeats(self, row: Incident) -> list[dict[str, Any]]:
        if row.kind != Incident.Kind.BREACH or row.status != Incident.Status.OPEN:
            return []
        events: list[HistoryEvent] = list(repeated_events(row.instance))
        return RepeatedStep(
            [
                {"element": one.element, "name": _name(row.instance.version_id, one.element), "at": one.at}
                for one in events
            ],
            many=True,
        ).data


class IncidentQuery(serializers.Serializer):
    status = serializers.ChoiceField(choices=Incident.Status, required=False)
    kind = serializers.ChoiceField(choices=Incident.Kind, required=False)
    instance = IdField(required=False)
    definition = serializers.CharField(required=False, max_length=80)
    group_key = serializers.CharField(required=False, max_length=64)


class Why(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


class FailInput(Why):
    code = serializers.CharField(max_length=80, help_text="One of the codes that the diagram catches there.")


class EditInput(Why):
    values = serializers.DictField(help_text="The names to change, with their new values.")


class IncidentBulkInput(serializers.Serializer):
    """One action for many: those named by ``ids``, or all open ones of a ``group`` (its ``group_key``)."""

    ids = serializers.ListField(child=IdField(), min_length=1, max_length=MOST_AT_ONCE, required=False)
    group = serializers.CharField(max_length=64, required=False)
    action = serializers.ChoiceField(choices=ACTIONS)
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    code = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    values = serializers.DictField(required=False, default=dict)
    after = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("group" in attrs):
            raise serializers.ValidationError({"ids": [_("Give either ids or a group.")]})
        return attrs


class IncidentBulkRow(serializers.Serializer):
    id = IdField()
    ok = serializers.BooleanField(
        help_text="Whether it was done; the step may have failed again all the same."
    )
    incident = IncidentRow(allow_null=True)
    problem = serializers.DictField(allow_null=True, help_text="As the single call would have answered.")


class IncidentBulkResult(serializers.Serializer):
    results = IncidentBulkRow(many=True)
    after = IdField(allow_null=True, help_text="There are more: call again with this.")


def _name(version_id: int, element: str) -> str:
    found = definition_of(version_id).find(element) if element else None
    return found.label(get_language() or "zh-hans") if found is not None else element
