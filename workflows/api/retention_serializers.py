"""Legal holds, purging and purged cases as the API reads and writes them."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import IdField, SearchField
from workflows.api.instance_serializers import Subject, SubjectFilter, subject_of
from workflows.models import LegalHold, PurgedCase
from workflows.services.purge_policy import why_not

MOST = 200


class HoldRow(serializers.ModelSerializer):
    """A hold: what it keeps, who placed it and why, and how it was lifted."""

    id = IdField(read_only=True)
    instance = IdField(source="instance_id", allow_null=True, read_only=True)
    subject = serializers.SerializerMethodField()
    definition = serializers.CharField(source="definition.key", default=None, allow_null=True)
    title = serializers.CharField(source="__str__")
    placed_by = serializers.CharField(source="placed_by.username", default=None, allow_null=True)
    lifted_by = serializers.CharField(source="lifted_by.username", default=None, allow_null=True)
    stands = serializers.BooleanField()

    class Meta:
        model = LegalHold
        fields = (
            "id",
            "target",
            "instance",
            "subject",
            "definition",
            "title",
            "reason",
            "placed_by",
            "placed_by_label",
            "placed_at",
            "stands",
            "lifted_by",
            "lifted_by_label",
            "lifted_at",
            "lift_reason",
        )

    @extend_schema_field(Subject(allow_null=True))
    def get_subject(self, row: LegalHold) -> dict[str, str] | None:
        if not row.subject_id:
            return None
        return {"type": row.subject_type, "id": row.subject_id, "title": row.title}


class HoldQuery(serializers.Serializer):
    target = serializers.ChoiceField(choices=LegalHold.Target, required=False)
    stands = serializers.BooleanField(required=False)
    instance = IdField(required=False)


class HoldSubject(serializers.Serializer):
    type = serializers.CharField(max_length=60)
    id = serializers.CharField(max_length=40)


class HoldInput(serializers.Serializer):
    """Exactly one of a case, a business row and a process."""

    instance = IdField(required=False)
    subject = HoldSubject(required=False)
    definition = serializers.CharField(max_length=80, required=False)
    reason = serializers.CharField(max_length=2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("instance", "subject", "definition")) != 1:
            raise serializers.ValidationError(_("Name one: a case, a business row or a process."))
        return attrs


class PurgedRow(serializers.ModelSerializer):
    """What is left of a case that was purged."""

    id = IdField(source="instance_id", read_only=True)
    definition = serializers.CharField(source="definition.key")
    version = serializers.IntegerField(source="version.number")
    subject = serializers.SerializerMethodField()
    title = serializers.CharField(source="__str__")
    starter = serializers.CharField(source="starter.username", default=None, allow_null=True)
    purged_by = serializers.CharField(source="purged_by.username", default=None, allow_null=True)

    class Meta:
        model = PurgedCase
        fields = (
            "id",
            "definition",
            "version",
            "status",
            "subject",
            "title",
            "business_key",
            "starter",
            "starter_label",
            "started_at",
            "ended_at",
            "events",
            "tasks",
            "way",
            "months",
            "reason",
            "purged_by",
            "purged_by_label",
            "purged_at",
        )

    @extend_schema_field(Subject(allow_null=True))
    def get_subject(self, row: PurgedCase) -> dict[str, str] | None:
        return subject_of(row)


class PurgedQuery(serializers.Serializer):
    definition = serializers.CharField(max_length=80, required=False)
    subject = SubjectFilter(required=False)
    way = serializers.ChoiceField(choices=PurgedCase.Way, required=False)
    q = SearchField()


class PurgeInput(serializers.Serializer):
    """Some cases by id; without ids, what the rules of company and processes say."""

    ids = serializers.ListField(child=IdField(), min_length=1, max_length=MOST, required=False)
    reason = serializers.CharField(max_length=2000, required=False)
    dry_run = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["dry_run"] and not attrs.get("reason"):
            raise serializers.ValidationError({"reason": [_("Please say why.")]})
        return attrs


class PurgeCaseResult(serializers.Serializer):
    id = IdField()
    purged = serializers.BooleanField(help_text="In a dry run: whether it would be.")
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)


class HeldBack(serializers.Serializer):
    why = serializers.CharField()
    count = serializers.IntegerField()


class PurgePreviewRow(serializers.Serializer):
    definition = serializers.CharField(source="rule.definition.key")
    months = serializers.IntegerField(source="rule.months")
    before = serializers.DateTimeField(source="rule.before")
    count = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    held_back = serializers.SerializerMethodField()
    is_more = serializers.BooleanField(help_text="There are more cases than were looked at.")

    @extend_schema_field(HeldBack(many=True))
    def get_held_back(self, row: Any) -> list[dict[str, Any]]:
        return [{"why": why_not(why), "count": count} for why, count in row.held_back]


class PurgeAnswer(serializers.Serializer):
    """Of cases that were named: ``results``. Of the rules: what they would purge, and the job that does it."""

    results = PurgeCaseResult(many=True)
    rules = PurgePreviewRow(many=True)
    job = IdField(allow_null=True)
