"""Activities, their types and the statuses of customers in the API, through the services of the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from core.api.fields import row_id
from core.api.views import ApiViewSet
from core.rights import require
from crm import services
from crm.api import activity_serializers as s
from crm.models import Activity, ActivityType, CustomerStatus, StatusTransition
from crm.services.statuses import MANAGE

VIEW = "crm.view_customer"


@extend_schema(tags=["activities"])
class ActivityViewSet(ApiViewSet):
    """What was done with the customers the caller may see."""

    queryset = Activity.objects.none()
    serializer_class = s.ActivityRow
    orders = {"id": ("pk",), "occurred_on": ("occurred_on", "pk")}
    default_order = "-occurred_on"

    def rows(self, request: Any) -> QuerySet[Activity]:
        rows = Activity.objects.visible_to(request.user).select_related("customer", "type", "recorded_by")
        return rows.prefetch_related("executors").defer("customer__search_tokens")

    @extend_schema(parameters=[s.ActivityQuery], responses=s.ActivityRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.ActivityQuery)
        rows = self.rows(request)
        for name, path in s.ACTIVITY_FILTERS.items():
            if (value := asked.get(name)) is not None:
                rows = rows.filter(**{path: value})
        return self.page(rows, s.ActivityRow)

    @extend_schema(responses=s.ActivityRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.ActivityRow(self.rows(request).get(pk=row_id(pk))).data)

    @extend_schema(request=s.ActivityInput, responses={201: s.ActivityRow})
    def create(self, request) -> Response:
        """Record an activity. The customer's last and next contact and the count follow in the same moment."""
        fields = self.checked(s.ActivityInput, request)
        activity = services.log_activity(
            customer_id=fields.pop("customer"),
            contact_id=fields.pop("contact", None),
            executors=fields.pop("executors", ()),
            fields=fields,
            actor=request.user,
        )
        return Response(s.ActivityRow(self.rows(request).get(pk=activity.pk)).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.ActivityChanges(partial=True), responses=s.ActivityRow)
    def partial_update(self, request, pk: str) -> Response:
        """Correct a record: by whoever recorded it or may change the customer."""
        changes = self.checked(s.ActivityChanges, request, partial=True)
        services.correct_activity(
            activity_id=row_id(pk),
            executors=changes.pop("executors", None),
            changes=changes,
            actor=request.user,
        )
        return Response(s.ActivityRow(self.rows(request).get(pk=row_id(pk))).data)


@extend_schema(tags=["activities"])
class ActivityTypeViewSet(ApiViewSet):
    """The types of activity, in their order. Each is named by its code."""

    queryset = ActivityType.objects.none()
    serializer_class = s.TypeRow
    orders = {"order": ("order", "pk")}
    default_order = "order"

    @extend_schema(responses=s.TypeRow(many=True))
    def list(self, request) -> Response:
        require(request.user, VIEW)
        return self.page(ActivityType.objects.all(), s.TypeRow)

    @extend_schema(responses=s.TypeRow)
    def retrieve(self, request, pk: str) -> Response:
        require(request.user, VIEW)
        return Response(s.TypeRow(ActivityType.objects.get(code=pk)).data)

    @extend_schema(request=s.TypeInput, responses={201: s.TypeRow})
    def create(self, request) -> Response:
        fields = self.checked(s.TypeInput, request)
        kind = services.save_activity_type(
            code=fields.pop("code"), fields=fields, is_new=True, actor=request.user
        )
        return Response(s.TypeRow(kind).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.TypeChanges(partial=True), responses=s.TypeRow)
    def partial_update(self, request, pk: str) -> Response:
        """Change a type; what was recorded before stays as it is."""
        fields = self.checked(s.TypeChanges, request, partial=True)
        return Response(
            s.TypeRow(services.save_activity_type(code=pk, fields=fields, actor=request.user)).data
        )

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Take a type away that no activity has (409 otherwise)."""
        services.delete_activity_type(code=pk, actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)


@extend_schema(tags=["customers"])
class CustomerStatusViewSet(ApiViewSet):
    """The statuses of customers, in their order, with the ways that lead on. Each is named by its code."""

    queryset = CustomerStatus.objects.none()
    serializer_class = s.StatusRow
    orders = {"order": ("order", "pk")}
    default_order = "order"

    def rows(self) -> QuerySet[CustomerStatus]:
        ways = StatusTransition.objects.select_related("to_status")
        return CustomerStatus.objects.prefetch_related(Prefetch("ways", ways))

    @extend_schema(responses=s.StatusRow(many=True))
    def list(self, request) -> Response:
        require(request.user, VIEW)
        return self.page(self.rows(), s.StatusRow)

    @extend_schema(responses=s.StatusRow)
    def retrieve(self, request, pk: str) -> Response:
        require(request.user, VIEW)
        return Response(s.StatusRow(self.rows().get(code=pk)).data)

    @extend_schema(request=s.StatusInput, responses={201: s.StatusRow})
    def create(self, request) -> Response:
        fields = self.checked(s.StatusInput, request)
        code, ways = fields.pop("code"), s.drawn(fields.pop("ways"))
        services.save_status(code=code, fields=fields, ways=ways, is_new=True, actor=request.user)
        return Response(s.StatusRow(self.rows().get(code=code)).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.StatusChanges(partial=True), responses=s.StatusRow)
    def partial_update(self, request, pk: str) -> Response:
        """Change a status; ``ways``, where they are given, take the place of those that were."""
        fields = self.checked(s.StatusChanges, request, partial=True)
        require(request.user, MANAGE)
        given = fields.pop("ways", None)
        status = self.rows().get(code=pk)
        ways = (
            {way.to_status.code: way.needs_fact for way in status.ways.all()}
            if given is None
            else s.drawn(given)
        )
        services.save_status(code=pk, fields=fields, ways=ways, actor=request.user)
        return Response(s.StatusRow(self.rows().get(code=pk)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Take a status away that no customer is in or has ever been in (409 otherwise)."""
        services.delete_status(code=pk, actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)
