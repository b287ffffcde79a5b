"""The history of a draft, and dropping the draft."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_204_NO_CONTENT

from core.api.fields import row_id
from core.api.views import ApiView, ApiViewSet
from workflows import services
from workflows.api import definition_serializers as s
from workflows.api.draft_serializers import SnapshotDetail, SnapshotRow
from workflows.models import DraftSnapshot, ProcessDefinition
from workflows.services.drawing_rights import require_seeing_draft

ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="A state.")


@extend_schema(tags=["process definitions"])
class DraftSnapshotViewSet(ApiViewSet):
    """What drafts of a process held before: for those who draw or publish it."""

    queryset = DraftSnapshot.objects.none()
    serializer_class = SnapshotRow
    lookup_field = "id"
    orders = {"saved_at": ("pk",)}
    default_order = "-saved_at"

    @extend_schema(responses=SnapshotRow(many=True))
    def list(self, request, key: str) -> Response:
        return self.page(self._states(key).defer("bpmn", "decisions", "forms"), SnapshotRow)

    @extend_schema(parameters=[ID], responses=SnapshotDetail)
    def retrieve(self, request, key: str, id: str) -> Response:
        return Response(SnapshotDetail(self._states(key).get(pk=row_id(id))).data)

    @extend_schema(parameters=[ID], request=s.RestoreInput, responses=s.DraftRow)
    @action(detail=True, methods=["post"])
    def restore(self, request, key: str, id: str) -> Response:
        """Make this state the draft again; nothing is published. 409 where work of others would be replaced."""
        fields = self.checked(s.RestoreInput, request)
        snapshot = self._states(key).get(pk=row_id(id))
        draft = services.restore_snapshot(
            definition_key=key, snapshot_id=snapshot.pk, actor=request.user, **fields
        )
        return Response(s.DraftRow(draft).data)

    def _states(self, key: str):
        definition = ProcessDefinition.objects.visible_to(self.request.user).get(key=key)
        require_seeing_draft(definition, self.request.user)
        return DraftSnapshot.objects.filter(definition=definition).select_related("saved_by")


@extend_schema(tags=["process definitions"])
class DiscardView(ApiView):
    """The draft is dropped; its history keeps what it held."""

    @extend_schema(request=s.RestoreInput, responses={204: None})
    def post(self, request, key: str) -> Response:
        """Drop the draft that was read. 409 where it has changed since, or work of others would go."""
        fields = self.checked(s.RestoreInput, request)
        services.discard_draft(definition_key=key, actor=request.user, **fields)
        return Response(status=HTTP_204_NO_CONTENT)
