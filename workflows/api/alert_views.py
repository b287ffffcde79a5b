"""How the background is, and the alerts about it."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.fields import row_id
from core.api.views import ApiView, ApiViewSet
from workflows import services
from workflows.api import alert_serializers as s
from workflows.models import Alert
from workflows.selectors.alerts import alerts
from workflows.selectors.operations_status import operations_status


@extend_schema(tags=["operations"])
class OperationsStatusView(ApiView):
    """For those who deal with failures or manage background work."""

    @extend_schema(operation_id="operations_status", responses=s.OperationsStatus)
    def get(self, request) -> Response:
        """Programs, queues, failures, and what of it is trouble, as it is now."""
        return Response(s.OperationsStatus(operations_status(request.user)).data)


@extend_schema(tags=["operations"])
class AlertViewSet(ApiViewSet):
    """For the same people: what is wrong for longer than a moment, and what was."""

    queryset = Alert.objects.none()
    serializer_class = s.AlertRow
    orders = {"opened_at": ("opened_at", "pk"), "id": ("pk",)}
    default_order = "-opened_at"

    @extend_schema(parameters=[s.AlertQuery], responses=s.AlertRow(many=True))
    def list(self, request) -> Response:
        return self.page(alerts(request.user).filter(**self.asked(s.AlertQuery)), s.AlertRow)

    @extend_schema(responses=s.AlertRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.AlertRow(alerts(request.user).get(pk=row_id(pk))).data)

    @extend_schema(request=s.AlertNote, responses=s.AlertRow)
    @action(detail=True, methods=["post"])
    def take(self, request, pk: str) -> Response:
        """Look after it: nobody is told again that it lasts."""
        asked = self.checked(s.AlertNote, request)
        services.take_alert(alert_id=row_id(pk), actor=request.user, **asked)
        return self.retrieve(request, pk)

    @extend_schema(request=s.AlertNote, responses=s.AlertRow)
    @action(detail=True, methods=["post"])
    def release(self, request, pk: str) -> Response:
        """Give it back: nobody looks after it."""
        asked = self.checked(s.AlertNote, request)
        services.release_alert(alert_id=row_id(pk), actor=request.user, **asked)
        return self.retrieve(request, pk)
