"""Definitions, drafts and versions as the API reads and writes them."""

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import SearchField
from workflows.engine import Problem
from workflows.models import ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.selectors import called_by


class MendRow(serializers.Serializer):
    """A small change of the diagram that makes a finding go away."""

    label = serializers.CharField(help_text="What it does, in the caller's language.")
    change = serializers.ListField(
        child=serializers.DictField(),
        help_text="Steps that an editor can apply by itself; draft/mend/ applies them too.",
    )


class ProblemRow(serializers.Serializer):
    """A finding of the lint."""

    severity = serializers.ChoiceField(choices=["error", "warning"])
    code = serializers.CharField()
    element = serializers.CharField(allow_null=True)
    line = serializers.IntegerField(allow_null=True, help_text="Of the diagram, or of the table.")
    table = serializers.CharField(allow_null=True, help_text="The decision table it is in.")
    message = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    mend = MendRow(allow_null=True)


class Problems(serializers.Serializer):
    problems = ProblemRow(many=True)


class Rights(serializers.Serializer):
    """What the caller may do with a definition."""

    start = serializers.BooleanField()
    draw = serializers.BooleanField()
    publish = serializers.BooleanField()
    set_operations = serializers.BooleanField()


class DefinitionRow(serializers.ModelSerializer):
    """A process by its key."""

    name = serializers.CharField(help_text="In the caller's language.")
    version = serializers.IntegerField(source="current_version.number", default=None, allow_null=True)
    has_draft = serializers.SerializerMethodField()
    is_favourite = serializers.BooleanField(help_text="Whether the caller has put a star on it.")
    rights = serializers.SerializerMethodField()

    class Meta:
        model = ProcessDefinition
        fields = (
            "key",
            "name",
            "name_zh",
            "name_en",
            "version",
            "subject_type",
            "is_shipped",
            "has_draft",
            "is_favourite",
            "allowed_operations",
            "start_roles",
            "draw_roles",
            "publish_roles",
            "rights",
            "created_at",
        )

    def get_has_draft(self, row: ProcessDefinition) -> bool:
        return hasattr(row, "draft")

    def get_rights(self, row: ProcessDefinition) -> Rights:
        person = self.context["request"].user
        return {
            "start": row.may_be_started_by(person),
            "draw": row.may_be_drawn_by(person),
            "publish": row.may_be_published_by(person),
            "set_operations": person.may("workflows.set_operations"),
        }


class DefinitionQuery(serializers.Serializer):
    q = SearchField(help_text="A piece of key or name.")


class VersionRow(serializers.ModelSerializer):
    """A published state; it never changes."""

    definition = serializers.CharField(source="definition.key")
    version = serializers.IntegerField(source="number")
    published_by = serializers.CharField(source="published_by.username", default=None, allow_null=True)

    class Meta:
        model = ProcessVersion
        fields = (
            "definition",
            "version",
            "checksum",
            "note",
            "published_by",
            "published_by_label",
            "published_at",
        )


class VersionDetail(VersionRow):
    calls = serializers.SerializerMethodField(
        help_text="The processes its call activities run, by key, each with its version."
    )

    class Meta(VersionRow.Meta):
        fields = (*VersionRow.Meta.fields, "bpmn", "decisions", "forms", "calls")

    def get_calls(self, row: ProcessVersion) -> dict[str, int]:
        return {key: called.number for key, called in called_by(row).items()}


class PublishingRequest(serializers.Serializer):
    """Somebody who drew asks those who may publish."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField(help_text="The one that is meant; the draft may have grown since.")


class SentBack(serializers.Serializer):
    """Somebody who might have published it says why not."""

    by = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class DraftRow(serializers.ModelSerializer):
    updated_by = serializers.CharField(source="updated_by.username", default=None, allow_null=True)
    publish_at = serializers.DateTimeField(
        allow_null=True, read_only=True, help_text="When it will be published by itself."
    )
    request = serializers.SerializerMethodField(help_text="Who asks for it to be published; null for nobody.")
    sent_back = serializers.SerializerMethodField(
        help_text="Why it was sent back, until somebody asks again; else null."
    )

    class Meta:
        model = ProcessDraft
        fields = (
            "bpmn",
            "decisions",
            "forms",
            "revision",
            "updated_by",
            "updated_at",
            "publish_at",
            "request",
            "sent_back",
        )

    @extend_schema_field(PublishingRequest(allow_null=True))
    def get_request(self, row: ProcessDraft) -> dict[str, object] | None:
        if not row.is_asked_for:
            return None
        return PublishingRequest(
            {
                "by": row.asked_by.username if row.asked_by is not None else "",
                "at": row.asked_at,
                "note": row.asked_note,
                "revision": row.asked_revision,
            }
        ).data

    @extend_schema_field(SentBack(allow_null=True))
    def get_sent_back(self, row: ProcessDraft) -> dict[str, object] | None:
        if not row.is_sent_back:
            return None
        by = row.sent_back_by.username if row.sent_back_by is not None else ""
        return SentBack({"by": by, "at": row.sent_back_at, "reason": row.sent_back_reason}).data


class DraftInput(serializers.Serializer):
    bpmn = serializers.CharField(trim_whitespace=False, help_text="BPMN 2.0 XML.")
    revision = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="As it was read; 0 where there was no draft."
    )
    decisions = serializers.DictField(
        child=serializers.CharField(trim_whitespace=False), required=False, default=dict
    )
    forms = serializers.DictField(required=False, default=dict)


class LintInput(serializers.Serializer):
    bpmn = serializers.CharField(
        trim_whitespace=False, required=False, help_text="What is being drawn; left out: the saved draft."
    )
    decisions = serializers.DictField(
        child=serializers.CharField(trim_whitespace=False),
        required=False,
        help_text="Decision tables (DMN) by name; left out: those of the saved draft.",
    )


class WantedProblem(serializers.Serializer):
    """A finding as the lint has named it."""

    code = serializers.CharField(max_length=80)
    element = serializers.CharField(max_length=200, allow_null=True, required=False, default=None)
    line = serializers.IntegerField(allow_null=True, required=False, default=None)


class MendInput(LintInput):
    problem = WantedProblem()


class Mended(Problems):
    """The diagram after a mend, what was done, and what is still wrong. Nothing is saved."""

    bpmn = serializers.CharField()
    done = serializers.CharField(help_text="What was done, in the caller's language.")


class PublishInput(serializers.Serializer):
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ScheduleInput(serializers.Serializer):
    at = serializers.DateTimeField(help_text="A moment to come at which people work.")
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Of the draft that was looked at; no other is published."
    )
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class AskInput(serializers.Serializer):
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Of the draft that shall be published."
    )
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class SendBackInput(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


class RolesInput(serializers.Serializer):
    """Codes of roles; a list that is left out stays as it is."""

    start_roles = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=200, required=False
    )
    draw_roles = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=200, required=False
    )
    publish_roles = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=200, required=False
    )


class RestoreInput(serializers.Serializer):
    revision = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="Of the draft as it was read; 0 where there was none."
    )
    replace = serializers.BooleanField(
        required=False, default=False, help_text="A draft of somebody else may be lost."
    )


class OperationsInput(serializers.Serializer):
    operations = serializers.ListField(child=serializers.CharField(max_length=80), max_length=200)


class ImportInput(serializers.Serializer):
    """A multipart form with ``file``, or JSON with ``bpmn``."""

    file = serializers.FileField(required=False)
    bpmn = serializers.CharField(trim_whitespace=False, required=False)


class ImportedRow(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    is_new = serializers.BooleanField()
    revision = serializers.IntegerField(help_text="Of the draft.")
    problems = ProblemRow(many=True)


class ImportReport(serializers.Serializer):
    """The processes of the file, what was said in our words or drawn, and the problems of them all."""

    processes = ImportedRow(many=True)
    tool = serializers.CharField(help_text="Which tool wrote the file, as far as it tells; else empty.")
    understood = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many elements of each kind run: userTask -> 5."
    )
    translated = ProblemRow(many=True)
    refused = ProblemRow(
        many=True, help_text="What stands in the way of publishing: the errors among problems."
    )
    problems = ProblemRow(many=True)


class ElementRow(serializers.Serializer):
    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class Change(serializers.Serializer):
    what = serializers.CharField(help_text="An attribute, or the name of a part.")
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class ChangedRow(ElementRow):
    changes = Change(many=True)


class WordsRow(serializers.Serializer):
    """One change in words, in the caller's language."""

    sign = serializers.ChoiceField(choices=["+", "-", "~"], help_text="Added, removed or changed.")
    element = serializers.CharField(
        allow_null=True, help_text="Where it is drawn; null for tables and forms beside the diagram."
    )
    about = serializers.CharField(help_text="What people call the step, the table or the form.")
    text = serializers.CharField(help_text="The whole sentence, with what it is about.")


class Diff(serializers.Serializer):
    words = WordsRow(many=True, help_text="Everything that changed, each change once.")
    summary = serializers.CharField(
        allow_blank=True, help_text="Where there are no words: only the drawing changed, or nothing did."
    )
    added = ElementRow(many=True)
    removed = ElementRow(many=True)
    changed = ChangedRow(many=True)


def shown(problems: list[Problem]) -> list[dict]:
    """Findings in the caller's language."""
    language = get_language() or "zh-hans"
    return [
        {
            "severity": one.severity,
            "code": one.code,
            "element": one.element,
            "line": one.line,
            "table": one.params.get("table"),
            "message": one.message(language),
            "hint": one.hint(language),
            "mend": {"label": one.mend.label(language), "change": list(one.mend.change)}
            if one.mend is not None
            else None,
        }
        for one in problems
    ]
