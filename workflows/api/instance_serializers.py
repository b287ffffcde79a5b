"""Cases, their history and their diagram as the API reads and writes them."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import clock
from core.api.fields import IdField, SearchField
from workflows.definitions import definition_of
from workflows.engine import Case
from workflows.models import ProcessInstance
from workflows.selectors import waits_of
from workflows.services.host import DomainHost


class Subject(serializers.Serializer):
    """The business row a case is about."""

    type = serializers.CharField(help_text="Such as contracts.contract.")
    id = serializers.CharField()
    title = serializers.CharField(allow_blank=True, read_only=True)


def subject_of(row: Any) -> dict[str, str] | None:
    """Of an instance or a work item."""
    if not row.subject_id:
        return None
    return {"type": row.subject_type, "id": row.subject_id, "title": row.subject_title}


class SubjectFilter(serializers.CharField):
    """A business row in an address: ``contracts.contract:12``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, help_text="Type and id: contracts.contract:12", **kwargs)

    def to_internal_value(self, data: Any) -> tuple[str, str]:
        kind, colon, pk = super().to_internal_value(data).rpartition(":")
        if not (kind and colon and pk):
            raise serializers.ValidationError(_("Write type and id: contracts.contract:12"))
        return kind, pk


class InstanceRow(serializers.ModelSerializer):
    """A case in a list."""

    id = IdField(read_only=True)
    definition = serializers.CharField(source="definition.key")
    definition_name = serializers.CharField(source="definition.name")
    version = serializers.IntegerField(source="version.number")
    subject = serializers.SerializerMethodField()
    title = serializers.CharField(source="__str__")
    starter = serializers.CharField(source="starter.username", default=None, allow_null=True)

    class Meta:
        model = ProcessInstance
        fields = (
            "id",
            "definition",
            "definition_name",
            "version",
            "status",
            "subject",
            "title",
            "business_key",
            "starter",
            "starter_label",
            "started_at",
            "ended_at",
        )

    @extend_schema_field(Subject(allow_null=True))
    def get_subject(self, row: ProcessInstance) -> dict[str, str] | None:
        return subject_of(row)


class WaitRow(serializers.Serializer):
    """A place where a case waits for something else than a person."""

    element = serializers.CharField()
    name = serializers.CharField(allow_blank=True, help_text="Of the event, in the caller's language.")
    kind = serializers.ChoiceField(
        ["timer", "message", "signal", "condition", "job"], help_text="job: an operation outside."
    )
    due_at = serializers.DateTimeField(allow_null=True, help_text="Of a timer; null if no round is left.")
    message = serializers.CharField(allow_blank=True, help_text="The name of the message or signal.")
    attempts = serializers.IntegerField(help_text="How often an operation outside was tried.")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried next.")
    since = serializers.DateTimeField()


class InstanceDetail(InstanceRow):
    variables = serializers.SerializerMethodField(help_text="The data of the process.")
    waiting = serializers.SerializerMethodField(help_text="What it waits for besides people.")

    compacted_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="Since then, of timers, messages and calls that were done, it is only kept where and how long it"
        " waited for them.",
    )

    class Meta(InstanceRow.Meta):
        fields = (*InstanceRow.Meta.fields, "variables", "waiting", "compacted_at")

    @extend_schema_field(WaitRow(many=True))
    def get_waiting(self, row: ProcessInstance) -> Any:
        return WaitRow(waits_of(row), many=True).data

    @extend_schema_field(serializers.DictField())
    def get_variables(self, row: ProcessInstance) -> dict[str, Any]:
        host = DomainHost(row, person=self.context["request"].user, now=clock.now())
        return Case.load(definition_of(row.version_id), row.state, host).variables


class InstanceQuery(serializers.Serializer):
    q = SearchField(help_text="Any piece of the business row, as the inbox finds it.")
    definition = serializers.CharField(required=False, max_length=80)
    status = serializers.ChoiceField(choices=ProcessInstance.Status, required=False)
    subject = SubjectFilter(required=False)


class SubjectInput(serializers.Serializer):
    type = serializers.CharField(max_length=60)
    id = IdField()


class StartInput(serializers.Serializer):
    definition = serializers.CharField(max_length=80, help_text="Its key.")
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    subject = SubjectInput(required=False, allow_null=True)
    data = serializers.DictField(required=False, default=dict, help_text="The variables its start declares.")


class ReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


class OptionalReason(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class HistoryRow(serializers.Serializer):
    """Something that happened in a case; words are in the caller's language, codes are stable."""

    seq = serializers.IntegerField(source="event.seq")
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    element = serializers.CharField(allow_blank=True)
    element_label = serializers.CharField(allow_blank=True)
    element_kind = serializers.CharField(allow_blank=True)
    actor = serializers.CharField(source="event.actor.username", default=None, allow_null=True)
    actor_name = serializers.CharField()
    by_system = serializers.BooleanField()
    on_behalf_of = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    outcome_label = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    part = serializers.CharField(
        allow_blank=True, help_text="Which element of a multi-instance: 2/3, with its item."
    )
    data = serializers.DictField(
        help_text="Answers, flows taken, values read; indices of multi-instances; is_whole where all their "
        "elements are done; the table and the numbers of the rules that decided."
    )
    at = serializers.DateTimeField()


class ElementState(serializers.Serializer):
    done = serializers.IntegerField(help_text="How often it was passed.")
    active = serializers.IntegerField(help_text="How many tokens stand there.")
    failed = serializers.IntegerField()
    assignees = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField(allow_null=True, help_text="Since when it waits.")


class Diagram(serializers.Serializer):
    """The picture, and where the case stands in it."""

    bpmn = serializers.CharField()
    elements = serializers.DictField(
        child=ElementState(),
        help_text="By id; what is in a called process by its path (check/assess), and at its call as well.",
    )
    flows = serializers.DictField(child=serializers.IntegerField(), help_text="How often each was taken.")
