"""Substitutes: who stands in for whom, from when until when."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core import clock
from core.api.fields import DayField, IdField, row_id
from core.api.people_serializers import person_field
from core.api.views import ApiViewSet
from core.models import Substitution
from core.services import substitutions as services

COMING, NOW, OVER = "coming", "now", "over"


class SubstitutionRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    person = serializers.CharField(source="person.username")
    substitute = serializers.CharField(source="substitute.username")
    created_by = serializers.CharField(source="created_by.username")
    state = serializers.SerializerMethodField()

    class Meta:
        model = Substitution
        fields = (
            "id",
            "person",
            "substitute",
            "starts_on",
            "ends_on",
            "note",
            "state",
            "created_by",
            "created_at",
            "ended_at",
        )

    def get_state(self, row: Substitution) -> str:
        """coming, now or over."""
        today = clock.today()
        if row.ended_at is not None or row.ends_on < today:
            return OVER
        return NOW if row.starts_on <= today else COMING


class SubstitutionInput(serializers.Serializer):
    person = person_field(required=False, help_text="Who is away; unless said, the caller.")
    substitute = person_field()
    starts_on = DayField()
    ends_on = DayField(help_text="Both days are included.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    with_open_work = serializers.BooleanField(
        required=False, default=False, help_text="What lies there now goes over at once too."
    )


class NewSubstitution(SubstitutionRow):
    """The substitution, and how many open tasks went over at once."""

    moved = serializers.IntegerField()

    class Meta(SubstitutionRow.Meta):
        fields = (*SubstitutionRow.Meta.fields, "moved")


class SubstitutionQuery(serializers.Serializer):
    person = serializers.CharField(required=False, max_length=150, help_text="User name.")
    substitute = serializers.CharField(required=False, max_length=150, help_text="User name.")
    over = serializers.BooleanField(required=False, help_text="Those that are over, or those that are not.")


@extend_schema(tags=["substitutions"])
class SubstitutionViewSet(ApiViewSet):
    """One's own, those in which one stands in, and those of the people one leads or administers."""

    queryset = Substitution.objects.none()
    serializer_class = SubstitutionRow
    orders = {"starts_on": ("starts_on", "pk"), "id": ("pk",)}
    default_order = "-starts_on"

    @extend_schema(parameters=[SubstitutionQuery], responses=SubstitutionRow(many=True))
    def list(self, request) -> Response:
        asked, rows = self.asked(SubstitutionQuery), services.visible_substitutions(request.user)
        for name in ("person", "substitute"):
            if username := asked.get(name):
                rows = rows.filter(**{f"{name}__username": username})
        if (over := asked.get("over")) is not None:
            holding = {"ended_at": None, "ends_on__gte": clock.today()}
            rows = rows.exclude(**holding) if over else rows.filter(**holding)
        return self.page(rows, SubstitutionRow)

    @extend_schema(responses=SubstitutionRow)
    def retrieve(self, request, pk: str) -> Response:
        row = services.visible_substitutions(request.user).get(pk=row_id(pk))
        return Response(SubstitutionRow(row).data)

    @extend_schema(request=SubstitutionInput, responses={201: NewSubstitution})
    def create(self, request) -> Response:
        """Let somebody stand in: for oneself, or for somebody whom one leads or administers."""
        given = self.checked(SubstitutionInput, request)
        person = given.pop("person", request.user)
        row, moved = services.create_substitution(person=person, **given, actor=request.user)
        row.moved = moved
        return Response(NewSubstitution(row).data, status=HTTP_201_CREATED)

    @extend_schema(request=None, responses=SubstitutionRow)
    @action(detail=True, methods=["post"])
    def end(self, request, pk: str) -> Response:
        """End it before its day: new work goes to the person again."""
        row = services.end_substitution(substitution_id=row_id(pk), actor=request.user)
        return Response(SubstitutionRow(row).data)
