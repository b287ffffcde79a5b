"""Contract templates in the API."""

from rest_framework import serializers

from contracts.models import Clause, ContractTemplate
from core.api.fields import IdField

REVISION = {"min_value": 1, "max_value": 2**31 - 1}


class TemplateRow(serializers.ModelSerializer):
    id = IdField(read_only=True)

    class Meta:
        model = ContractTemplate
        fields = (
            "id",
            "code",
            "version",
            "name",
            "layout",
            "is_standard",
            "state",
            "note",
            "created_at",
            "updated_at",
            "published_at",
        )


class ClauseRow(serializers.ModelSerializer):
    class Meta:
        model = Clause
        fields = (
            "seq",
            "code",
            "title",
            "title_en",
            "kind",
            "group",
            "is_default",
            "part",
            "paragraphs",
            "law_reference",
            "risk",
            "guidance",
        )


class TemplateDetail(TemplateRow):
    clauses = ClauseRow(many=True)

    class Meta(TemplateRow.Meta):
        fields = (*TemplateRow.Meta.fields, "revision", "texts", "clauses")


class NewTemplate(serializers.Serializer):
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=80)
    layout = serializers.ChoiceField(
        choices=ContractTemplate.Layout.choices, default=ContractTemplate.Layout.FULL
    )
    source = IdField(required=False, help_text="Begin with the texts of this template.")


class TemplateChanges(serializers.Serializer):
    """The draft as it was read. What is left out stays; clauses replace all there are, in their order."""

    revision = serializers.IntegerField(**REVISION)
    name = serializers.CharField(max_length=80, required=False)
    layout = serializers.ChoiceField(choices=ContractTemplate.Layout.choices, required=False)
    is_standard = serializers.BooleanField(required=False)
    texts = serializers.DictField(
        required=False, help_text="title, preamble, values, variables and wordings."
    )
    clauses = serializers.ListField(child=serializers.DictField(), required=False, max_length=80)


class TemplatePublishing(serializers.Serializer):
    revision = serializers.IntegerField(**REVISION)
    note = serializers.CharField(max_length=300, allow_blank=True)


class TemplateDiscarding(serializers.Serializer):
    revision = serializers.IntegerField(**REVISION)


class Fault(serializers.Serializer):
    clause = serializers.CharField(help_text="Code of the clause; empty: the whole template.")
    text = serializers.CharField()


class TemplateCheck(serializers.Serializer):
    """What keeps a draft from being published, and how many pages the preview has."""

    revision = serializers.IntegerField()
    pages = serializers.IntegerField()
    refused = serializers.CharField(help_text="Why it cannot be printed as it is; empty where it can.")
    faults = Fault(many=True)


class PaperQuery(serializers.Serializer):
    english = serializers.BooleanField(
        required=False, default=False, help_text="In both languages, side by side."
    )


class TemplateQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=ContractTemplate.State, required=False)
    code = serializers.CharField(required=False, max_length=40)
