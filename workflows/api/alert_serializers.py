"""The state of the background, and alerts, as the API tells them."""

from __future__ import annotations

from rest_framework import serializers

from core import clock
from core.api.fields import IdField
from workflows.models import Alert
from workflows.selectors import operations_status as state
from workflows.views import alert_words, operations_words


class ProgramRow(serializers.Serializer):
    """Beat, or whoever serves a queue."""

    name = serializers.CharField()
    is_running = serializers.BooleanField()
    seen_seconds_ago = serializers.FloatField(source="seen", allow_null=True)


class QueueRow(serializers.Serializer):
    """What waits of one kind of work; ``kind`` names the job of ``background``."""

    place = serializers.CharField()
    kind = serializers.CharField(allow_blank=True)
    waiting = serializers.IntegerField()
    due = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    failing = serializers.IntegerField()
    failed = serializers.IntegerField()
    done_last_hour = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)


class TroubleRow(serializers.Serializer):
    """Something to look at, with its sentence in the caller's language."""

    code = serializers.CharField()
    level = serializers.CharField()
    program = serializers.CharField(allow_blank=True)
    place = serializers.CharField(source="queue.place", default="")
    kind = serializers.CharField(source="queue.kind", default="")
    count = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    text = serializers.SerializerMethodField()

    def get_text(self, row: state.Trouble) -> str:
        return operations_words.sentence(row, clock.now())


class OperationsStatus(serializers.Serializer):
    """``level`` is green, amber or red; ``programs`` is null while Redis, which knows them, is away."""

    at = serializers.DateTimeField()
    level = serializers.CharField()
    programs = ProgramRow(many=True, allow_null=True)
    queues = QueueRow(many=True)
    failures = serializers.IntegerField()
    breaches = serializers.IntegerField()
    troubles = TroubleRow(many=True)


class AlertRow(serializers.ModelSerializer):
    """Something that is or was wrong in the background. ``about``: the program, place:kind, or group of a cause."""

    id = IdField(read_only=True)
    state = serializers.ChoiceField(choices=["open", "closed"], help_text="open or closed.")
    text = serializers.SerializerMethodField(help_text="In the caller's language.")
    count = serializers.SerializerMethodField()
    taken_by = serializers.CharField(source="taken_by.username", default=None, allow_null=True)

    class Meta:
        model = Alert
        fields = (
            "id",
            "code",
            "about",
            "state",
            "level",
            "text",
            "count",
            "opened_at",
            "last_seen_at",
            "closed_at",
            "taken_by",
            "taken_at",
            "note",
        )

    def get_text(self, row: Alert) -> str:
        return alert_words.sentence(alert_words.about(row))

    def get_count(self, row: Alert) -> int:
        return int(row.params.get("count", 0))


class AlertQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=["open", "closed"], required=False)
    code = serializers.ChoiceField(choices=Alert.Code, required=False)
    level = serializers.ChoiceField(choices=Alert.Level, required=False)


class AlertNote(serializers.Serializer):
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
