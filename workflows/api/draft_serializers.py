"""States of a draft."""

from rest_framework import serializers

from workflows.models import DraftSnapshot


class SnapshotRow(serializers.ModelSerializer):
    """One state, without what is drawn."""

    saved_by = serializers.CharField(source="saved_by.username", default=None, allow_null=True)

    class Meta:
        model = DraftSnapshot
        fields = ("id", "revision", "origin", "saved_by", "began_at", "saved_at")


class SnapshotDetail(SnapshotRow):
    """One state with diagram, tables and forms."""

    class Meta(SnapshotRow.Meta):
        fields = (*SnapshotRow.Meta.fields, "bpmn", "decisions", "forms")
