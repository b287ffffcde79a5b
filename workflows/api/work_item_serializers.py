"""Work items and what is handed in with them, as the API reads and writes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import clock
from core.api.fields import IdField, MomentField, MoneyField, SearchField
from core.api.parsers import StrictJSONParser
from core.models import User
from workflows.api.instance_serializers import Subject, SubjectFilter, subject_of
from workflows.models import WorkItem
from workflows.selectors import BOXES


class WorkItemRow(serializers.ModelSerializer):
    """A step that waits for a person, or was done by one."""

    id = IdField(read_only=True)
    element = serializers.CharField(
        help_text="Its id in the diagram; for a step of a called process behind that of the call: check/assess."
    )
    indices = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Which element of the multi-instances around it, from 0, outermost first; empty without one.",
    )
    name = serializers.CharField(
        help_text="In the caller's language; which element of a multi-instance stands behind it: Review (2/3)."
    )
    instance = IdField(source="instance_id")
    definition = serializers.CharField(source="definition.key")
    version = serializers.IntegerField(source="instance.version.number")
    subject = serializers.SerializerMethodField()
    amount = MoneyField(allow_null=True)
    assignee = serializers.CharField(
        source="assignee.username",
        default=None,
        allow_null=True,
        help_text="User name; null while in a queue.",
    )
    assignee_name = serializers.CharField(source="assignee.name", default=None, allow_null=True)
    on_behalf_of = serializers.CharField(
        source="on_behalf_of.username",
        default=None,
        allow_null=True,
        help_text="User name of whom the assignee stands in for.",
    )
    completed_by = serializers.CharField(source="completed_by.username", default=None, allow_null=True)
    is_overdue = serializers.SerializerMethodField()
    snoozed_until = MomentField(
        allow_null=True,
        read_only=True,
        help_text="While its assignee has put it off: when it comes back into the box mine.",
    )

    class Meta:
        model = WorkItem
        fields = (
            "id",
            "element",
            "indices",
            "name",
            "instance",
            "definition",
            "version",
            "status",
            "assignee",
            "assignee_name",
            "on_behalf_of",
            "role",
            "priority",
            "due_at",
            "is_overdue",
            "handover_at",
            "snoozed_until",
            "created_at",
            "claimed_at",
            "subject",
            "amount",
            "outcome",
            "completed_by",
            "completed_at",
        )

    @extend_schema_field(Subject(allow_null=True))
    def get_subject(self, row: WorkItem) -> dict[str, str] | None:
        return subject_of(row)

    def get_is_overdue(self, row: WorkItem) -> bool:
        return row.is_open and row.due_at is not None and row.due_at < clock.now()


class WorkItemQuery(serializers.Serializer):
    box = serializers.ChoiceField(choices=list(BOXES), required=False, default="mine")
    instance = IdField(required=False)
    definition = serializers.CharField(required=False, max_length=80)
    element = serializers.CharField(required=False, max_length=1000)
    subject = SubjectFilter(required=False)
    due_before = MomentField(required=False)
    overdue = serializers.BooleanField(required=False, default=False)
    priority = serializers.IntegerField(required=False, min_value=-32768, max_value=32767)
    q = SearchField()


class JsonField(serializers.DictField):
    """A record; as text where the body is a form with files."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return super().to_internal_value(StrictJSONParser().of_text(data) if isinstance(data, str) else data)

    def get_value(self, dictionary: Any) -> Any:
        # A form is asked for the field itself, not for fields named data.something.
        return dictionary.get(self.field_name, serializers.empty)


class Completion(serializers.Serializer):
    """What finishes an item. ``data`` holds the fields of its form, no others."""

    outcome = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, allow_null=True
    )
    data = JsonField(required=False, default=dict)
    comment = serializers.CharField(
        max_length=5000, required=False, default="", allow_blank=True, allow_null=True, trim_whitespace=False
    )


class WorkItemTransfer(serializers.Serializer):
    """Who is to do it instead, and why."""

    to = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.all(), help_text="User name of somebody who can do it."
    )
    reason = serializers.CharField(max_length=1000)


class WorkItemSnooze(serializers.Serializer):
    """Until when it is put off."""

    until = MomentField(help_text="Still to come, and within 30 days.")


class SnoozedWorkItem(WorkItemRow):
    """An item that was put off, and what its assignee should know of its deadline."""

    warning = serializers.CharField(
        allow_blank=True,
        help_text="That it is due before then, or that its deadline brings it back earlier; else empty.",
    )

    class Meta(WorkItemRow.Meta):
        fields = (*WorkItemRow.Meta.fields, "warning")


class BulkInput(serializers.Serializer):
    """One action for many items.

    For ``complete``, ``data`` is what a single completion takes (``outcome``, ``data``, ``comment``); with
    any other name in it, it is the fields of the form. For ``transfer`` it is what a single transfer takes
    (``to``, ``reason``).
    """

    ids = serializers.ListField(child=IdField(), min_length=1, max_length=200)
    action = serializers.ChoiceField(choices=["claim", "release", "complete", "transfer"])
    data = serializers.DictField(required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = attrs["data"]
        if attrs["action"] == "transfer":
            asked = WorkItemTransfer(data=given)
            if not asked.is_valid():
                raise serializers.ValidationError({"data": asked.errors})
            return {**attrs, "data": asked.validated_data}
        body = given if set(given) <= {"outcome", "data", "comment"} else {"data": given}
        answers = Completion(data=body)
        if not answers.is_valid():
            raise serializers.ValidationError({"data": answers.errors})
        return {**attrs, "data": answers.validated_data}


class BulkRow(serializers.Serializer):
    id = IdField()
    ok = serializers.BooleanField()
    item = WorkItemRow(allow_null=True)
    problem = serializers.DictField(allow_null=True, help_text="As the single call would have answered.")


class BulkResult(serializers.Serializer):
    results = BulkRow(many=True)


class Choice(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()


class FieldRow(serializers.Serializer):
    """A field of a form."""

    id = serializers.CharField()
    type = serializers.CharField(
        help_text="text, integer, decimal, boolean, date, datetime, choice, list or file."
    )
    label = serializers.CharField()
    required = serializers.BooleanField()
    readonly = serializers.BooleanField()
    multiline = serializers.BooleanField()
    choices = Choice(many=True)
    minimum = serializers.CharField(allow_null=True)
    maximum = serializers.CharField(allow_null=True)
    min_length = serializers.IntegerField(allow_null=True)
    max_length = serializers.IntegerField(allow_null=True)
    default = serializers.JSONField(allow_null=True)
    shown_if = serializers.CharField(
        allow_null=True,
        help_text="An expression over the other fields and the data of the case. While it does not hold, the field "
        "is not asked for, and what is sent for it is ignored.",
    )
    shown = serializers.BooleanField(help_text="Whether it holds before anything is filled in.")


class OutcomeRow(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()
    comment_required = serializers.BooleanField()


class ItemRights(serializers.Serializer):
    claim = serializers.BooleanField()
    release = serializers.BooleanField()
    complete = serializers.BooleanField()
    transfer = serializers.BooleanField()
    snooze = serializers.BooleanField()
    wake = serializers.BooleanField()


class WorkItemForm(serializers.Serializer):
    """What finishing the item asks for."""

    item = IdField()
    work_form = serializers.CharField(
        allow_null=True, help_text="The Python form behind it, if there is one."
    )
    fields_ = FieldRow(many=True)
    outcomes = OutcomeRow(many=True)
    rights = ItemRights()

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a word of the framework, so the class cannot name its field so."""
        found = super().get_fields()
        return {("fields" if name == "fields_" else name): one for name, one in found.items()}
