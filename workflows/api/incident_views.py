"""Steps that failed and cases whose rows disagree: look at them, deal with them."""

import logging
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.fields import row_id
from core.api.problems import problem, problem_of
from core.api.views import ApiViewSet
from workflows import selectors, services
from workflows.api import incident_serializers as s
from workflows.models import Incident

log = logging.getLogger(__name__)


@extend_schema(tags=["incidents"])
class IncidentViewSet(ApiViewSet):
    """For those who deal with failures. A breach says that the rows of a case disagree: it is mended."""

    queryset = Incident.objects.none()
    serializer_class = s.IncidentRow
    orders = {"opened_at": ("opened_at", "pk"), "id": ("pk",)}
    default_order = "-opened_at"

    @extend_schema(parameters=[s.IncidentQuery], responses=s.IncidentRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.IncidentQuery)
        if key := asked.pop("definition", None):
            asked["instance__definition__key"] = key
        return self.page(selectors.incidents(request.user).filter(**asked), s.IncidentRow)

    @extend_schema(responses=s.IncidentDetail)
    def retrieve(self, request, pk: str) -> Response:
        """One of them, with what can be done about it."""
        row = selectors.incidents(request.user).get(pk=row_id(pk))
        return Response(s.IncidentDetail(row, context={"request": request}).data)

    @extend_schema(request=None, responses=s.IncidentDetail)
    @action(detail=True, methods=["post"])
    def retry(self, request, pk: str) -> Response:
        """Run the failed step again; the answer says whether it still stands."""
        services.retry_incident(incident_id=row_id(pk), actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(request=s.EditInput, responses=s.IncidentDetail)
    @action(detail=True, methods=["post"])
    def edit(self, request, pk: str) -> Response:
        """Change data of the case as the step sees it, and run the step again."""
        asked = self.checked(s.EditInput, request)
        services.edit_and_retry(incident_id=row_id(pk), actor=request.user, **asked)
        return self.retrieve(request, pk)

    @extend_schema(request=s.Why, responses=s.IncidentDetail)
    @action(detail=True, methods=["post"])
    def skip(self, request, pk: str) -> Response:
        """Go on behind the step as if it were done."""
        services.skip_incident(incident_id=row_id(pk), actor=request.user, **self.checked(s.Why, request))
        return self.retrieve(request, pk)

    @extend_schema(request=s.FailInput, responses=s.IncidentDetail)
    @action(detail=True, methods=["post"])
    def fail(self, request, pk: str) -> Response:
        """Let the step end with an error of the diagram; the way drawn for it is taken."""
        asked = self.checked(s.FailInput, request)
        services.fail_incident(incident_id=row_id(pk), actor=request.user, **asked)
        return self.retrieve(request, pk)

    @extend_schema(request=s.Why, responses=s.IncidentDetail)
    @action(detail=True, methods=["post"])
    def mend(self, request, pk: str) -> Response:
        """Make the rows of the case agree with where it stands."""
        services.mend_breach(incident_id=row_id(pk), actor=request.user, **self.checked(s.Why, request))
        return self.retrieve(request, pk)

    @extend_schema(request=s.IncidentBulkInput, responses=s.IncidentBulkResult)
    @action(detail=False, methods=["post"])
    def bulk(self, request) -> Response:
        """One action for many, each in its own transaction: one refusal stops no other. With more than 500,
        the answer says where the next call goes on."""
        asked = self.checked(s.IncidentBulkInput, request)
        results = services.deal_with(actor=request.user, **asked)
        done = [row.incident_id for row in results.rows if row.incident is not None]
        rows = {row.pk: row for row in selectors.incidents(request.user).filter(pk__in=done)}
        answer: dict[str, Any] = {
            "results": [
                {
                    "id": one.incident_id,
                    "ok": one.incident is not None,
                    "incident": rows.get(one.incident_id),
                    "problem": _problem(one.error),
                }
                for one in results.rows
            ],
            "after": results.after,
        }
        return Response(s.IncidentBulkResult(answer).data)


def _problem(error: Exception | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return problem_of(error) or problem(500, "server_error")
