"""What a company sets for itself, and the rules by which its documents are numbered."""

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from core import clock, configuration
from core.api.fields import IdField, required, row_id
from core.api.views import ApiViewSet
from core.errors import ApplicationError
from core.models import NumberRule, Setting
from core.numbers import numbered_by, peek
from core.permissions import MANAGE_NUMBERS, MANAGE_SETTINGS
from core.rights import require
from core.services import numbers

# How many numbers a preview shows.
FOLLOWING = 3


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}], "nullable": True}
)
class SettingValue(serializers.Field):
    """Text, number or yes and no, as the setting asks."""

    default_error_messages = {"invalid": serializers.CharField.default_error_messages["invalid"]}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (str, int, float, bool)) and not hasattr(data, "quantize"):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value if isinstance(value, (bool, int, float)) else str(value)


class SettingRow(serializers.Serializer):
    code = serializers.CharField()
    group = serializers.CharField()
    label = serializers.CharField()
    help_text = serializers.CharField()
    value = SettingValue(allow_null=True)
    default = SettingValue(allow_null=True, help_text="What holds as long as nobody sets it.")
    is_default = serializers.BooleanField()
    changed_by = serializers.CharField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)


class SettingPage(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = SettingRow(many=True)


class SettingInput(serializers.Serializer):
    value = SettingValue()


@extend_schema(tags=["settings"])
class SettingViewSet(ApiViewSet):
    """Every setting of the company with what holds now."""

    queryset = Setting.objects.none()
    pagination_class = None
    lookup_url_kwarg = "code"

    @extend_schema(operation_id="settings_list", responses=forced_singular_serializer(SettingPage))
    def list(self, request) -> Response:
        require(request.user, MANAGE_SETTINGS)
        page = {"next": None, "previous": None, "results": _settings()}
        return Response(SettingPage(page).data)

    @extend_schema(operation_id="settings_retrieve", responses=SettingRow)
    def retrieve(self, request, code: str) -> Response:
        require(request.user, MANAGE_SETTINGS)
        return Response(SettingRow(_setting(code)).data)

    @extend_schema(operation_id="settings_update", request=SettingInput, responses=SettingRow)
    def update(self, request, code: str) -> Response:
        """Set one of them."""
        require(request.user, MANAGE_SETTINGS)
        before = _setting(code)
        value = self.checked(SettingInput, request)["value"]
        if isinstance(before["default"], bool) and not isinstance(value, bool):
            raise ValidationError({"value": [serializers.BooleanField.default_error_messages["invalid"]]})
        self._change(request, code, value)
        return self.retrieve(request, code)

    @extend_schema(operation_id="settings_default", request=None, responses=SettingRow)
    @action(detail=True, methods=["post"])
    def default(self, request, code: str) -> Response:
        """Back to what holds as long as nobody sets it."""
        require(request.user, MANAGE_SETTINGS)
        self._change(request, code, _setting(code)["default"])
        return self.retrieve(request, code)

    @staticmethod
    def _change(request, code: str, value: Any) -> None:
        try:
            configuration.change(actor=request.user, changes={code: value})
        except ApplicationError as refusal:
            # On the page the field has the setting's name; here it is the value.
            refusal.errors = {"value": refusal.errors.get(code, [])}
            raise


class NumberRuleRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    label = serializers.SerializerMethodField()
    next = serializers.SerializerMethodField()

    class Meta:
        model = NumberRule
        fields = ("id", "code", "label", "pattern", "reset", "next")

    def get_label(self, row: NumberRule) -> str:
        """The documents that it numbers."""
        known = numbered_by(row.code)
        return str(known.label) if known else row.code

    def get_next(self, row: NumberRule) -> str:
        """The number that the next document gets."""
        return peek(row, on=clock.today())


class NumberRuleWanted(serializers.Serializer):
    pattern = serializers.CharField(
        max_length=60, required=False, help_text="{YYYY} {YY} {MM} {DD} are the day, {SEQ:4} counts."
    )
    reset = serializers.ChoiceField(
        choices=NumberRule.Reset.choices, required=False, help_text="When it begins again."
    )
    next_value = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=numbers.LARGEST, help_text="It can be raised."
    )


class NumberRuleChanges(NumberRuleWanted):
    next = serializers.CharField(
        max_length=60, help_text="As it was read: where somebody took that number meanwhile, 409."
    )


class NumbersFollowing(serializers.Serializer):
    following = serializers.ListField(child=serializers.CharField(), help_text="The numbers it would give.")


@extend_schema(tags=["number-rules"])
class NumberRuleViewSet(ApiViewSet):
    """The rules by which documents get their numbers; there is one for each kind."""

    queryset = NumberRule.objects.none()
    serializer_class = NumberRuleRow
    orders = {"code": ("code",), "id": ("pk",)}
    default_order = "code"

    @extend_schema(responses=NumberRuleRow(many=True))
    def list(self, request) -> Response:
        return self.page(self._rows(), NumberRuleRow)

    @extend_schema(responses=NumberRuleRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(NumberRuleRow(self._rows().get(pk=row_id(pk))).data)

    @extend_schema(request=NumberRuleChanges(partial=True), responses=NumberRuleRow)
    def partial_update(self, request, pk: str) -> Response:
        """Change a rule. Numbers that were given stay, and none is ever given twice."""
        rule = self._rows().get(pk=row_id(pk))
        given = self.checked(NumberRuleChanges, request, partial=True)
        seen = required(given, "next")
        numbers.change_rule(rule_id=rule.pk, seen=seen, **_wanted(rule, given), actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(request=NumberRuleWanted, responses=NumbersFollowing)
    @action(detail=True, methods=["post"])
    def preview(self, request, pk: str) -> Response:
        """The next numbers of such a rule. Nothing is changed."""
        rule = self._rows().get(pk=row_id(pk))
        rule = numbers.as_changed(rule, **_wanted(rule, self.checked(NumberRuleWanted, request)))
        following = []
        for _number in range(FOLLOWING):
            following.append(peek(rule, on=clock.today()))
            rule.last_value += 1
        return Response(NumbersFollowing({"following": following}).data)

    def _rows(self):
        require(self.request.user, MANAGE_NUMBERS)
        return NumberRule.objects.all()


def _wanted(rule: NumberRule, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "pattern": given.get("pattern", rule.pattern),
        "reset": given.get("reset", rule.reset),
        "next_value": given.get("next_value"),
    }


def _settings() -> list[dict[str, Any]]:
    held, rows = configuration.values(), configuration.rows()
    found = []
    for kind in configuration.kinds():
        row = rows.get(kind.code)
        found.append(
            {
                "code": kind.code,
                "group": kind.group,
                "label": kind.label,
                "help_text": kind.help_text,
                "value": held[kind.code],
                "default": kind.default,
                "is_default": row is None,
                "changed_by": row.changed_by.username if row and row.changed_by else None,
                "changed_at": row.changed_at if row else None,
            }
        )
    return found


def _setting(code: str) -> dict[str, Any]:
    found = next((one for one in _settings() if one["code"] == code), None)
    if found is None:
        raise Setting.DoesNotExist(code)
    return found
