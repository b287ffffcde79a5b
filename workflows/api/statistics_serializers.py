"""The figures of a process as the API gives them. Times are seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core import clock
from core.reports.params import FIRST_YEAR, LAST_YEAR, LONGEST

# Without days the last 90 are told.
FIRST = timedelta(days=89)


class StatisticsQuery(serializers.Serializer):
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Left out: all versions together."
    )
    department = serializers.CharField(
        max_length=30, required=False, help_text="Code of a department; those below it count too."
    )

    def get_fields(self) -> dict[str, Any]:
        """Two names that are words of Python."""
        days = {
            "from": serializers.DateField(required=False, help_text="Left out: 90 days until `to`."),
            "to": serializers.DateField(required=False, help_text="Left out: today."),
        }
        return {**days, **super().get_fields()}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        end = given.get("to") or clock.today()
        if not FIRST_YEAR <= end.year <= LAST_YEAR:
            raise serializers.ValidationError({"to": [_("There are no figures of such days.")]})
        start = given.get("from") or end - FIRST
        if start > end:
            raise serializers.ValidationError({"from": [_("The period ends before it begins.")]})
        if end - start > LONGEST or start.year < FIRST_YEAR:
            raise serializers.ValidationError({"from": [_("Figures cover five years at most.")]})
        return {**given, "from": start, "to": end}


class CasesTold(serializers.Serializer):
    running = serializers.IntegerField(help_text="Now; everything else is of the period.")
    finished = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    late = serializers.IntegerField(help_text="Finished cases in which a task was done after its due time.")
    median_seconds = serializers.FloatField(allow_null=True, help_text="Half of the finished took no longer.")
    p90_seconds = serializers.FloatField(allow_null=True, help_text="Nine of ten took no longer.")


class DayOfCases(serializers.Serializer):
    day = serializers.DateField()
    started = serializers.IntegerField()
    ended = serializers.IntegerField()


class ElementFigures(serializers.Serializer):
    element = serializers.CharField(
        help_text="Its id; in a called process the ids of the calls stand before it."
    )
    passes = serializers.IntegerField()
    waits = serializers.IntegerField(help_text="How often something waited here and came.")
    median_seconds = serializers.FloatField(
        source="median", allow_null=True, help_text="Within 5 %, or a second."
    )
    p90_seconds = serializers.FloatField(
        source="slowest", allow_null=True, help_text="Within 5 %, or a second."
    )
    average_seconds = serializers.FloatField(source="average", allow_null=True)
    due = serializers.IntegerField(help_text="Tasks with a due time.")
    late = serializers.IntegerField(help_text="Tasks done after it.")
    waiting = serializers.IntegerField(help_text="Now.")
    overdue = serializers.IntegerField(help_text="Of the waiting tasks, those past their due time.")
    held = serializers.IntegerField(help_text="Now, by failures.")
    failures = serializers.IntegerField(help_text="Failures that were resolved.")


class FlowTaken(serializers.Serializer):
    flow = serializers.CharField()
    taken = serializers.IntegerField()


class WayTaken(serializers.Serializer):
    steps = serializers.ListField(child=serializers.CharField(), help_text="Elements in their order.")
    is_cut = serializers.BooleanField(help_text="Only the first steps of a very long way are given.")
    count = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of the finished cases, in per cent.")
    average_seconds = serializers.SerializerMethodField()
    example = serializers.IntegerField(source="variant.example", help_text="A case that went this way first.")

    def get_average_seconds(self, way: Any) -> float | None:
        return way.average.total_seconds() if way.average is not None else None


class StepDoneAgain(serializers.Serializer):
    element = serializers.CharField()
    cases = serializers.IntegerField(help_text="Finished cases that came back to it.")
    extra = serializers.IntegerField(help_text="How often beyond the first time.")


class WorkDone(serializers.Serializer):
    count = serializers.IntegerField(help_text="Tasks done.")
    average_seconds = serializers.FloatField(source="average", allow_null=True)
    due = serializers.IntegerField()
    late = serializers.IntegerField()


class PersonWork(WorkDone):
    person = serializers.CharField(source="person.username")
    name = serializers.CharField()


class DepartmentWork(WorkDone):
    department = serializers.CharField(
        source="department.code", default=None, allow_null=True, help_text="Null for people without one."
    )
    name = serializers.CharField(allow_blank=True)


class Statistics(serializers.Serializer):
    """The figures of a process in a period, as far as the caller sees its cases."""

    definition = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    to = serializers.DateField()
    cases = CasesTold()
    days = DayOfCases(many=True)
    elements = ElementFigures(many=True)
    flows = FlowTaken(many=True)
    ways = WayTaken(many=True, help_text="The commonest twenty.")
    number_of_ways = serializers.IntegerField()
    repeated = StepDoneAgain(many=True)
    people = PersonWork(many=True)
    departments = DepartmentWork(many=True)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        return {**fields, "from": serializers.DateField()}
