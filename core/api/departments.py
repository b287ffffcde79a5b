"""The tree of departments. Whoever administers people sees it; only who administers everybody changes it."""

from django.db.models import Count, Q
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from core.api.fields import IdField, SearchField, row_id
from core.api.views import ApiViewSet
from core.models import Department
from core.permissions import MANAGE_PEOPLE
from core.rights import require
from core.services import departments as services


def department_field(**kwargs) -> serializers.SlugRelatedField:
    return serializers.SlugRelatedField(slug_field="code", queryset=Department.objects.all(), **kwargs)


class DepartmentRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    parent = serializers.CharField(
        source="parent.code", default=None, allow_null=True, help_text="Code; null at the root."
    )
    people = serializers.IntegerField(source="working", help_text="Who work in it itself, not below.")

    class Meta:
        model = Department
        fields = ("id", "code", "name", "name_en", "parent", "path", "order", "people")


class DepartmentNames(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    name_en = serializers.CharField(max_length=60, required=False, allow_blank=True)


class DepartmentInput(DepartmentNames):
    code = serializers.CharField(
        max_length=30, required=False, allow_blank=True, help_text="Never changes; empty: one is made."
    )
    parent = department_field(required=False, allow_null=True, default=None)


class DepartmentMove(serializers.Serializer):
    parent = department_field(allow_null=True)
    before = department_field(
        required=False, allow_null=True, default=None, help_text="The sibling in front of which it stands."
    )


class DepartmentMerge(serializers.Serializer):
    into = department_field(help_text="Who gets its people, the departments below it and its rows.")


class DepartmentQuery(serializers.Serializer):
    q = SearchField(help_text="A piece of the code or of either name.")
    parent = serializers.CharField(required=False, max_length=30, help_text="Code.")


@extend_schema(tags=["departments"])
class DepartmentViewSet(ApiViewSet):
    """Departments, each with its path from the root: the order of path is that of a tree."""

    queryset = Department.objects.none()
    serializer_class = DepartmentRow
    orders = {"path": ("path",), "code": ("code",), "id": ("pk",)}
    default_order = "path"

    @extend_schema(parameters=[DepartmentQuery], responses=DepartmentRow(many=True))
    def list(self, request) -> Response:
        asked, rows = self.asked(DepartmentQuery), self._rows()
        if q := asked.get("q"):
            rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q) | Q(name_en__icontains=q))
        if parent := asked.get("parent"):
            rows = rows.filter(parent__code=parent)
        return self.page(rows, DepartmentRow)

    @extend_schema(responses=DepartmentRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._shown(row_id(pk)))

    @extend_schema(request=DepartmentInput, responses={201: DepartmentRow})
    def create(self, request) -> Response:
        require(request.user, MANAGE_PEOPLE)
        made = services.create_department(**self.checked(DepartmentInput, request), actor=request.user)
        return Response(self._shown(made.pk), status=HTTP_201_CREATED)

    @extend_schema(request=DepartmentNames(partial=True), responses=DepartmentRow)
    def partial_update(self, request, pk: str) -> Response:
        """Call it something else; its code stays."""
        row = self._rows().get(pk=row_id(pk))
        names = {"name": row.name, "name_en": row.name_en}
        names |= self.checked(DepartmentNames, request, partial=True)
        services.rename_department(department_id=row.pk, **names, actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted; only an empty one is.")})
    def destroy(self, request, pk: str) -> Response:
        services.delete_department(department_id=row_id(pk), actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=DepartmentMove, responses=DepartmentRow)
    @action(detail=True, methods=["post"])
    def move(self, request, pk: str) -> Response:
        """Put it below another one, with everything below it and every row that belongs to it."""
        require(request.user, MANAGE_PEOPLE)
        given = self.checked(DepartmentMove, request)
        services.move_department(department_id=row_id(pk), **given, actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(request=DepartmentMerge, responses=DepartmentRow)
    @action(detail=True, methods=["post"])
    def merge(self, request, pk: str) -> Response:
        """Give all of it to another one, which is answered; then it is gone."""
        require(request.user, MANAGE_PEOPLE)
        given = self.checked(DepartmentMerge, request)
        target = services.merge_department(department_id=row_id(pk), **given, actor=request.user)
        return Response(self._shown(target.pk))

    def _rows(self):
        require(self.request.user, MANAGE_PEOPLE)
        working = Count("people", filter=Q(people__is_active=True))
        # Not named people: that is the relation itself.
        return Department.objects.select_related("parent").annotate(working=working)

    def _shown(self, pk: int) -> dict:
        return DepartmentRow(self._rows().get(pk=pk)).data
