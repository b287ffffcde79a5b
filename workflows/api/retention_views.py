"""Legal holds and what is left of purged cases."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core.api.fields import row_id
from core.api.views import ApiViewSet
from core.rights import require
from core.search import query_tokens
from workflows import services
from workflows.api import retention_serializers as s
from workflows.api.incident_serializers import Why
from workflows.models import LegalHold, PurgedCase
from workflows.models.retention import HOLD, PURGE
from workflows.services.holds import holds


@extend_schema(tags=["legal holds"])
class LegalHoldViewSet(ApiViewSet):
    """For whoever places holds or purges cases."""

    queryset = LegalHold.objects.none()
    serializer_class = s.HoldRow
    orders = {"id": ("pk",)}
    default_order = "-id"

    @extend_schema(parameters=[s.HoldQuery], responses=s.HoldRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.HoldQuery)
        if not request.user.may(PURGE):
            require(request.user, HOLD)
        rows = holds(request.user)
        if (stands := asked.pop("stands", None)) is not None:
            rows = rows.filter(lifted_at__isnull=stands)
        if (instance := asked.pop("instance", None)) is not None:
            rows = rows.filter(instance_id=row_id(instance))
        return self.page(rows.filter(**asked), s.HoldRow)

    @extend_schema(request=s.HoldInput, responses={201: s.HoldRow})
    def create(self, request) -> Response:
        """Keep a case, all cases about a business row, or all of a process. 409 for a case that was purged."""
        require(request.user, HOLD)
        asked = self.checked(s.HoldInput, request)
        told = {"reason": asked["reason"], "actor": request.user}
        if "instance" in asked:
            hold = services.hold_case(instance_id=row_id(asked["instance"]), **told)
        elif "subject" in asked:
            about = asked["subject"]
            hold = services.hold_subject(subject_type=about["type"], subject_id=about["id"], **told)
        else:
            hold = services.hold_process(definition_key=asked["definition"], **told)
        return Response(s.HoldRow(hold).data, status=HTTP_201_CREATED)

    @extend_schema(request=Why, responses=s.HoldRow)
    @action(detail=True, methods=["post"])
    def lift(self, request, pk: str) -> Response:
        """End a hold, saying why; 409 where it was lifted already."""
        require(request.user, HOLD)
        hold = services.lift_hold(hold_id=row_id(pk), actor=request.user, **self.checked(Why, request))
        return Response(s.HoldRow(hold).data)


@extend_schema(tags=["process instances"])
class PurgedCaseViewSet(ApiViewSet):
    """What is left of the purged cases that the caller might have seen."""

    queryset = PurgedCase.objects.none()
    serializer_class = s.PurgedRow
    orders = {"id": ("instance_id",)}
    default_order = "-id"

    @extend_schema(parameters=[s.PurgedQuery], responses=s.PurgedRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.PurgedQuery)
        rows = PurgedCase.objects.visible_to(request.user)
        rows = rows.select_related("definition", "starter", "purged_by", "version")
        if q := asked.get("q"):
            rows = rows.filter(search_tokens__contains=query_tokens(q))
        if subject := asked.get("subject"):
            rows = rows.filter(subject_type=subject[0], subject_id=subject[1])
        if definition := asked.get("definition"):
            rows = rows.filter(definition__key=definition)
        if way := asked.get("way"):
            rows = rows.filter(way=way)
        heavy = [f"version__{name}" for name in ("bpmn", "decisions", "forms", "calls", "roles")]
        return self.page(rows.defer(*heavy), s.PurgedRow)
