"""When the company works: hours of the week, holidays and make-up days, years, and the log of changes."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from core import calendar
from core.api.fields import DayField, IdField, row_id
from core.api.views import ApiView, ApiViewSet
from core.models import AuditEntry, CalendarDay, CalendarYear, WorkShift
from core.permissions import MANAGE_CALENDAR
from core.rights import require
from core.services import calendar as services
from core.services.holidays import announced_years

YEAR = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="From 2000 to 2100.")
DAY = OpenApiParameter("id", OpenApiTypes.DATE, OpenApiParameter.PATH, description="Such as 2026-10-01.")
MOST_DAYS = 400


class DayRow(serializers.ModelSerializer):
    """A day that differs from its weekday."""

    class Meta:
        model = CalendarDay
        fields = ("day", "kind", "name", "name_en")


class DayFields(serializers.Serializer):
    """What the day is; null for the kind makes it an ordinary one again."""

    kind = serializers.ChoiceField(choices=CalendarDay.Kind.choices, allow_null=True)
    name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    name_en = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class DayInput(DayFields):
    day = DayField()


class DaysInput(serializers.Serializer):
    days = DayInput(many=True, max_length=MOST_DAYS)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Moves(serializers.Serializer):
    label = serializers.CharField()
    number = serializers.IntegerField()
    is_more = serializers.BooleanField(help_text="Counting stopped there.")


class CalendarChange(serializers.ModelSerializer):
    """A change: one entry, which can be taken back while it is the newest."""

    id = IdField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="actor.username", default=None, allow_null=True)
    words = serializers.SerializerMethodField()
    undone = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "by", "words", "undone")

    def get_words(self, row: AuditEntry) -> str:
        return str(services.words_of(row))

    def get_undone(self, row: AuditEntry) -> str | None:
        """The id of the change that this one took back."""
        undone = row.after.get("undoes")
        return str(undone) if undone else None


class MovesPreview(serializers.Serializer):
    moves = Moves(many=True)


class YearRow(serializers.Serializer):
    year = serializers.IntegerField()
    is_confirmed = serializers.BooleanField(help_text="Else it is provisional.")
    holidays = serializers.IntegerField()
    make_up_days = serializers.IntegerField()
    is_announced = serializers.BooleanField(help_text="import/ knows the days of this year.")


class YearDetail(YearRow):
    working_days = serializers.IntegerField()
    days = DayRow(many=True)


class YearPage(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = YearRow(many=True)


class YearConfirmed(serializers.Serializer):
    confirmed = serializers.BooleanField(
        required=False, default=True, help_text="false: provisional after all."
    )


class DayQuery(serializers.Serializer):
    year = serializers.IntegerField(
        required=False, min_value=services.FIRST_YEAR, max_value=services.LAST_YEAR
    )
    kind = serializers.ChoiceField(choices=CalendarDay.Kind.choices, required=False)


@extend_schema_field({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
class HourField(serializers.TimeField):
    """A time of day to the minute, in the company's zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)


class Shift(serializers.Serializer):
    weekday = serializers.ChoiceField(choices=WorkShift.Weekday.choices, help_text="0 is Monday.")
    opens = HourField(help_text="09:00")
    closes = HourField(help_text="18:00")


class Week(serializers.Serializer):
    hours = Shift(many=True, max_length=70)


@extend_schema(tags=["calendar"])
class CalendarYearViewSet(ApiViewSet):
    """Years whose holidays are entered, newest first."""

    queryset = CalendarYear.objects.none()
    pagination_class = None

    @extend_schema(operation_id="calendar_years_list", responses=forced_singular_serializer(YearPage))
    def list(self, request) -> Response:
        require(request.user, MANAGE_CALENDAR)
        known = CalendarYear.objects.order_by("-year").values_list("year", flat=True)
        shown, announced = calendar.read(), announced_years()
        rows = [_year(year, shown, announced) for year in known]
        return Response(YearPage({"next": None, "previous": None, "results": rows}).data)

    @extend_schema(parameters=[YEAR], responses=YearDetail)
    def retrieve(self, request, pk: str) -> Response:
        """A year with every day that differs; also one of which nothing is entered yet."""
        require(request.user, MANAGE_CALENDAR)
        year, shown = _year_of(pk), calendar.read()
        first = date(year, 1, 1).toordinal()
        days = [date.fromordinal(first + number) for number in range(366)]
        body = {
            **_year(year, shown, announced_years()),
            "working_days": sum(shown.is_working_day(day) for day in days if day.year == year),
            "days": CalendarDay.objects.filter(day__year=year),
        }
        return Response(YearDetail(body).data)

    @extend_schema(
        operation_id="calendar_years_import", parameters=[YEAR], request=None, responses=CalendarChange
    )
    @action(detail=True, methods=["post"], url_path="import")
    def import_year(self, request, pk: str) -> Response:
        """Enter the days that the State Council announced. The year stays provisional until it is confirmed."""
        return _told(services.import_year(year=_year_of(pk), actor=request.user))

    @extend_schema(parameters=[YEAR], request=YearConfirmed, responses=CalendarChange)
    @action(detail=True, methods=["post"])
    def confirm(self, request, pk: str) -> Response:
        """Say that the days of a year were compared with the notice; or that it is provisional after all."""
        require(request.user, MANAGE_CALENDAR)
        confirmed = self.checked(YearConfirmed, request)["confirmed"]
        return _told(services.confirm_year(year=_year_of(pk), confirmed=confirmed, actor=request.user))


@extend_schema(tags=["calendar"])
class CalendarDayViewSet(ApiViewSet):
    """Days that differ from their weekday: holidays, and make-up days on which everybody works."""

    queryset = CalendarDay.objects.none()
    serializer_class = DayRow
    orders = {"day": ("day",)}
    default_order = "day"

    @extend_schema(parameters=[DayQuery], responses=DayRow(many=True))
    def list(self, request) -> Response:
        require(request.user, MANAGE_CALENDAR)
        asked, rows = self.asked(DayQuery), CalendarDay.objects.all()
        if year := asked.get("year"):
            rows = rows.filter(day__year=year)
        if kind := asked.get("kind"):
            rows = rows.filter(kind=kind)
        return self.page(rows, DayRow)

    @extend_schema(parameters=[DAY], responses=DayRow)
    def retrieve(self, request, pk: str) -> Response:
        require(request.user, MANAGE_CALENDAR)
        return Response(DayRow(CalendarDay.objects.get(day=_day_of(pk))).data)

    @extend_schema(request=DaysInput, responses=CalendarChange)
    def create(self, request) -> Response:
        """Change several days at once: one change, taken back as one."""
        require(request.user, MANAGE_CALENDAR)
        given = self.checked(DaysInput, request)
        return _told(services.change_days(days=_days(given["days"]), note=given["note"], actor=request.user))

    @extend_schema(request=DaysInput, responses=MovesPreview)
    @action(detail=False, methods=["post"])
    def preview(self, request) -> Response:
        """How many deadlines would move. Nothing is changed."""
        require(request.user, MANAGE_CALENDAR)
        days = _days(self.checked(DaysInput, request)["days"])
        moves = services.preview(services.with_days(calendar.read(), days))
        return Response(MovesPreview({"moves": moves}).data)

    @extend_schema(parameters=[DAY], request=DayFields, responses=CalendarChange)
    def update(self, request, pk: str) -> Response:
        """Say what a day is."""
        require(request.user, MANAGE_CALENDAR)
        given = self.checked(DayFields, request)
        days = _days([{**given, "day": _day_of(pk)}])
        return _told(services.change_days(days=days, actor=request.user))


class WeekView(ApiView):
    """The hours of an ordinary week, in the company's zone."""

    @extend_schema(operation_id="calendar_hours", tags=["calendar"], responses=Week)
    def get(self, request) -> Response:
        require(request.user, MANAGE_CALENDAR)
        hours = [
            {"weekday": weekday, "opens": opens, "closes": closes}
            for weekday, shifts in enumerate(calendar.read().week)
            for opens, closes in shifts
        ]
        return Response(Week({"hours": hours}).data)

    @extend_schema(
        operation_id="calendar_hours_change", tags=["calendar"], request=Week, responses=CalendarChange
    )
    def put(self, request) -> Response:
        """Set all of them. Deadlines that this moves are counted anew in the background."""
        require(request.user, MANAGE_CALENDAR)
        hours = [
            (one["weekday"], one["opens"], one["closes"]) for one in self.checked(Week, request)["hours"]
        ]
        return _told(services.change_week(hours=hours, actor=request.user))


@extend_schema(tags=["calendar"])
class CalendarChangeViewSet(ApiViewSet):
    """Every change of the calendar, newest first."""

    queryset = AuditEntry.objects.none()
    serializer_class = CalendarChange

    @extend_schema(responses=CalendarChange(many=True))
    def list(self, request) -> Response:
        require(request.user, MANAGE_CALENDAR)
        return self.page(services.changes().select_related("actor"), CalendarChange)

    @extend_schema(request=None, responses=CalendarChange)
    @action(detail=True, methods=["post"])
    def undo(self, request, pk: str) -> Response:
        """Take back the newest change that stands; 409 where there is a newer one."""
        return _told(services.undo_change(change=row_id(pk), actor=request.user))


def _year(year: int, shown: calendar.Calendar, announced: frozenset[int]) -> dict[str, Any]:
    kinds = [kind for day, kind in shown.days.items() if day.year == year]
    return {
        "year": year,
        "is_confirmed": not shown.is_provisional(year),
        "holidays": kinds.count(calendar.HOLIDAY),
        "make_up_days": kinds.count(calendar.MAKE_UP),
        "is_announced": year in announced,
    }


def _year_of(text: str) -> int:
    year = row_id(text)
    if not services.FIRST_YEAR <= year <= services.LAST_YEAR:
        raise CalendarYear.DoesNotExist(text)
    return year


def _day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CalendarDay.DoesNotExist(text) from None
    if not services.FIRST_YEAR <= day.year <= services.LAST_YEAR:
        raise CalendarDay.DoesNotExist(text)
    return day


def _days(given: list[dict[str, Any]]) -> dict[date, services.Day | None]:
    days = {
        one["day"]: services.Day(one["kind"], one["name"], one["name_en"]) if one["kind"] else None
        for one in given
    }
    if len(days) < len(given):
        raise ValidationError({"days": [_("A day stands here twice.")]})
    return days


def _told(entry: AuditEntry) -> Response:
    return Response(CalendarChange(entry).data)
