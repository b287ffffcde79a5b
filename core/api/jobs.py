"""Work in the background, for programs that wait for what came out of it."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.fields import IdField, row_id
from core.api.views import ApiViewSet
from core.models import BackgroundJob


class BackgroundJobRow(serializers.ModelSerializer):
    """A piece of work that was asked for; ``result`` says what came out of it, ``error`` why nothing did."""

    id = IdField(read_only=True)
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = BackgroundJob
        fields = (
            "id",
            "kind",
            "title",
            "status",
            "progress_done",
            "progress_total",
            "attempts",
            "result",
            "error",
            "created_by",
            "created_at",
            "closed_at",
        )


@extend_schema(tags=["background-jobs"])
class BackgroundJobViewSet(ApiViewSet):
    """What the caller asked for; everything for whoever manages background work."""

    queryset = BackgroundJob.objects.none()
    serializer_class = BackgroundJobRow

    @extend_schema(responses=BackgroundJobRow(many=True))
    def list(self, request) -> Response:
        return self.page(self._visible(), BackgroundJobRow)

    @extend_schema(responses=BackgroundJobRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(BackgroundJobRow(self._visible().get(pk=row_id(pk))).data)

    def _visible(self):
        return (
            BackgroundJob.objects.visible_to(self.request.user).select_related("created_by").defer("payload")
        )
