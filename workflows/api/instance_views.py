"""Cases: start, look at, stop, hold."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core.api.fields import row_id
from core.api.pagination import KeysetPagination
from core.api.views import ApiViewSet
from core.files.downloads import attachment
from core.search import query_tokens
from workflows import registry, selectors, services
from workflows.api import instance_serializers as s
from workflows.api.next_serializers import (
    MoveInput,
    MovePreviewRow,
    NextRow,
    previewed,
    taken,
    told,
)
from workflows.api.purging import purge
from workflows.api.retention_serializers import PurgeAnswer, PurgeInput
from workflows.engine import ensure_layout
from workflows.models import HistoryEvent, ProcessInstance, WorkItem
from workflows.selectors.timeline import lines
from workflows.services.case_file import export_case
from workflows.services.prospects import prospects_of
from workflows.views.record import papers

HEAVY = ("version__bpmn", "version__decisions", "version__forms", "version__calls", "version__roles")


class LongPages(KeysetPagination):
    """Whoever reads a history wants all of it."""

    default_limit = 200


@extend_schema(tags=["process instances"])
class ProcessInstanceViewSet(ApiViewSet):
    """The cases the caller may see."""

    queryset = ProcessInstance.objects.none()
    serializer_class = s.InstanceRow
    orders = {"id": ("pk",)}
    default_order = "-id"

    @extend_schema(parameters=[s.InstanceQuery], responses=s.InstanceRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.InstanceQuery)
        q = asked.pop("q", "")
        rows = selectors.cases(request.user, **asked)
        if q:
            work = WorkItem.objects.filter(instance=OuterRef("pk"), search_tokens__contains=query_tokens(q))
            rows = rows.filter(Exists(work))
        return self.page(
            rows.select_related("definition", "starter", "version").defer("state", *HEAVY), s.InstanceRow
        )

    @extend_schema(responses=s.InstanceDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._detail(pk))

    @extend_schema(request=s.StartInput, responses={201: s.InstanceDetail})
    def create(self, request) -> Response:
        """Start a case of a process, about a business row if the process is about one."""
        asked = self.checked(s.StartInput, request)
        instance = services.start_process(
            definition_key=asked["definition"],
            version=asked.get("version"),
            subject=_subject(asked.get("subject"), request.user),
            data=asked["data"],
            actor=request.user,
        )
        return Response(self._detail(instance.pk), status=HTTP_201_CREATED)

    @extend_schema(responses=s.HistoryRow(many=True))
    @action(
        detail=True,
        methods=["get"],
        pagination_class=LongPages,
        orders={"seq": ("seq",)},
        default_order="seq",
    )
    def history(self, request, pk: str) -> Response:
        """What happened, in order."""
        instance = selectors.case_for(request.user, row_id(pk))
        events = HistoryEvent.objects.filter(instance=instance.pk).select_related("actor", "on_behalf_of")
        page = self.paginate_queryset(events)
        return self.get_paginated_response(s.HistoryRow(lines(instance, page), many=True).data)

    @extend_schema(responses=s.Diagram)
    @action(detail=True, methods=["get"])
    def diagram(self, request, pk: str) -> Response:
        """The diagram of its version with tokens, counts and times by element."""
        instance = selectors.case_for(request.user, row_id(pk))
        state = selectors.diagram_state(instance)
        drawn = ensure_layout(instance.version.bpmn.encode()).decode()
        return Response(s.Diagram({"bpmn": drawn, "elements": state.elements, "flows": state.flows}).data)

    @extend_schema(responses=NextRow)
    @action(detail=True, methods=["get"])
    def next(self, request, pk: str) -> Response:
        """What comes next: for each place where the case stands, the ways on from there. Nothing is done."""
        instance = selectors.case_for(request.user, row_id(pk))
        return Response(NextRow(told(prospects_of(instance), instance.revision)).data)

    @extend_schema(request=s.ReasonInput, responses=s.InstanceDetail)
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk: str) -> Response:
        """End a case before its end; its open work is withdrawn."""
        reason = self.checked(s.ReasonInput, request)["reason"]
        services.cancel_instance(instance_id=row_id(pk), reason=reason, actor=request.user)
        return Response(self._detail(pk))

    @extend_schema(request=s.ReasonInput, responses=s.InstanceDetail)
    @action(detail=True, methods=["post"])
    def suspend(self, request, pk: str) -> Response:
        """Hold a case: nobody goes on with it until it is resumed."""
        reason = self.checked(s.ReasonInput, request)["reason"]
        services.suspend_instance(instance_id=row_id(pk), reason=reason, actor=request.user)
        return Response(self._detail(pk))

    @extend_schema(request=s.OptionalReason, responses=s.InstanceDetail)
    @action(detail=True, methods=["post"])
    def resume(self, request, pk: str) -> Response:
        """Let a suspended case go on where it stood."""
        reason = self.checked(s.OptionalReason, request)["reason"]
        services.resume_instance(instance_id=row_id(pk), reason=reason, actor=request.user)
        return Response(self._detail(pk))

    @extend_schema(request=MoveInput, responses=s.InstanceDetail)
    @action(detail=True, methods=["post"])
    def move(self, request, pk: str) -> Response:
        """Take tokens away and let the case go on elsewhere; 409 where it would be stuck or has gone on meanwhile."""
        asked = self.checked(MoveInput, request)
        services.move_case(
            instance_id=row_id(pk),
            cancel=[taken(one) for one in asked["cancel"]],
            at=asked["at"],
            revision=asked["revision"],
            reason=asked["reason"],
            actor=request.user,
        )
        return Response(self._detail(pk))

    @extend_schema(request=MoveInput, responses=MovePreviewRow)
    @action(detail=True, methods=["post"], url_path="move/preview")
    def preview_move(self, request, pk: str) -> Response:
        """What a move would lead to, or why it cannot be. Nothing is done."""
        asked = self.checked(MoveInput, request, partial=True)
        instance = selectors.case_for(request.user, row_id(pk))
        shown = services.preview_move(
            instance, cancel=[taken(one) for one in asked.get("cancel", [])], at=asked.get("at", [])
        )
        return Response(MovePreviewRow(previewed(shown)).data)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def export(self, request, pk: str) -> HttpResponse:
        """The case as one ZIP file with everything; its data for those who may see them elsewhere."""
        file = export_case(instance_id=row_id(pk), papers=papers, actor=request.user)
        return attachment(file.content, name=file.name, media_type="application/zip")

    @extend_schema(request=PurgeInput, responses=PurgeAnswer)
    @action(detail=False, methods=["post"])
    def purge(self, request) -> Response:
        """Remove ended cases for good: those that are named, else what the rules say, by a job."""
        answer = purge(self.checked(PurgeInput, request), request.user)
        return Response(PurgeAnswer(answer).data)

    def _detail(self, pk: object) -> dict[str, Any]:
        instance = selectors.case_for(self.request.user, row_id(pk))
        return s.InstanceDetail(instance, context={"request": self.request}).data


def _subject(named: dict[str, Any] | None, person: Any) -> Any:
    """The business row, if the caller may see it."""
    if named is None:
        return None
    kind = registry.subject_types().get(named["type"])
    if kind is None or not kind.may_be_seen_by(person, str(named["id"])):
        raise ProcessInstance.DoesNotExist(f"{named['type']} {named['id']} does not exist.")
    return kind.fetch(str(named["id"]))
