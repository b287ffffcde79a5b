"""The inbox: what waits for whom, take it, give it back, finish it."""

import logging
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.fields import row_id
from core.api.parsers import StrictJSONParser, StrictMultiPartParser
from core.api.problems import problem, problem_of
from core.api.views import ApiViewSet
from core.models import User
from workflows import selectors, services
from workflows.api import work_item_serializers as s
from workflows.api.instance_views import HEAVY
from workflows.api.item_form import form_of
from workflows.definitions import light_version
from workflows.models import WorkItem

log = logging.getLogger(__name__)
HEAVY_OF_ITEM = ("instance__state", *[f"instance__{name}" for name in HEAVY])


@extend_schema(tags=["work items"])
class WorkItemViewSet(ApiViewSet):
    """Steps that wait for people. A list is one box of the inbox, in the order of the inbox."""

    queryset = WorkItem.objects.none()
    serializer_class = s.WorkItemRow
    orders = {"due_at": ("sort_at", "pk")}
    default_order = "due_at"

    @extend_schema(parameters=[s.WorkItemQuery], responses=s.WorkItemRow(many=True))
    def list(self, request) -> Response:
        """``mine`` is what the caller has to do, ``queue`` what they may claim, ``all`` every open item they may see;
        what they have put off stands in ``snoozed`` until its time."""
        asked = self.asked(s.WorkItemQuery)
        if asked["box"] == "done":
            self.orders, self.default_order = {"completed_at": ("completed_at", "pk")}, "-completed_at"
        if asked["box"] == "snoozed":
            self.orders, self.default_order = {"snoozed_until": ("wakes_at", "pk")}, "snoozed_until"
        rows = selectors.inbox(request.user, **asked)
        rows = rows.select_related("definition", "assignee", "completed_by", "instance__version")
        return self.page(
            rows.defer("instance__state", *[f"instance__{name}" for name in HEAVY]), s.WorkItemRow
        )

    @extend_schema(responses=s.WorkItemRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._detail(pk))

    @extend_schema(responses=s.WorkItemForm)
    @action(detail=True, methods=["get"])
    def form(self, request, pk: str) -> Response:
        """What finishing it asks for: fields, outcomes, and what the caller may do."""
        item = selectors.work_item_for(request.user, row_id(pk))
        return Response(s.WorkItemForm(form_of(item, request.user)).data)

    @extend_schema(request=None, responses=s.WorkItemRow)
    @action(detail=True, methods=["post"])
    def claim(self, request, pk: str) -> Response:
        """Take it from a queue; 409 says who was faster, and when."""
        item = services.claim_work_item(work_item_id=row_id(pk), actor=request.user)
        return Response(_afterwards(item, request.user))

    @extend_schema(request=None, responses=s.WorkItemRow)
    @action(detail=True, methods=["post"])
    def release(self, request, pk: str) -> Response:
        """Give it back to the queue it came from."""
        item = services.release_work_item(work_item_id=row_id(pk), actor=request.user)
        return Response(_afterwards(item, request.user))

    @extend_schema(
        request={"application/json": s.Completion, "multipart/form-data": s.Completion},
        responses=s.WorkItemRow,
    )
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser, StrictMultiPartParser])
    def complete(self, request, pk: str) -> Response:
        """Finish it; one of the caller's queue is claimed by that. A form with files comes as multipart,
        ``data`` as JSON text and each file under the name of its field."""
        files = request.FILES
        asked = self.checked(s.Completion, request, besides=files)
        item = services.complete_work_item(
            work_item_id=row_id(pk), actor=request.user, files=files, **_answers(asked)
        )
        return Response(_afterwards(item, request.user))

    @extend_schema(request=s.WorkItemTransfer, responses=s.WorkItemRow)
    @action(detail=True, methods=["post"])
    def transfer(self, request, pk: str) -> Response:
        """Give it to somebody else: one's own at any time, one's people's once its deadline allows it."""
        asked = self.checked(s.WorkItemTransfer, request)
        item = services.transfer_work_item(work_item_id=row_id(pk), actor=request.user, **asked)
        return Response(_afterwards(item, request.user))

    @extend_schema(request=s.WorkItemSnooze, responses=s.SnoozedWorkItem)
    @action(detail=True, methods=["post"])
    def snooze(self, request, pk: str) -> Response:
        """Put one's own item off: it leaves ``mine`` until then. Its deadline goes on; ``warning`` tells of it."""
        until = self.checked(s.WorkItemSnooze, request)["until"]
        item = services.snooze_work_item(work_item_id=row_id(pk), until=until, actor=request.user)
        left = _left(item, request.user)
        left.warning = services.snooze_warning(item, until)
        return Response(s.SnoozedWorkItem(left).data)

    @extend_schema(request=None, responses=s.WorkItemRow)
    @action(detail=True, methods=["post"])
    def wake(self, request, pk: str) -> Response:
        """Bring back at once what one has put off."""
        item = services.wake_work_item(work_item_id=row_id(pk), actor=request.user)
        return Response(_afterwards(item, request.user))

    @extend_schema(request=s.BulkInput, responses=s.BulkResult)
    @action(detail=False, methods=["post"])
    def bulk(self, request) -> Response:
        """One action for many items, each in its own transaction: one refusal stops no other."""
        asked = self.checked(s.BulkInput, request)
        rows = [self._one(pk, asked["action"], asked["data"]) for pk in asked["ids"]]
        return Response(s.BulkResult({"results": rows}, context={"request": request}).data)

    def _one(self, pk: int, deed: str, data: dict[str, Any]) -> dict[str, Any]:
        services_of = {
            "claim": services.claim_work_item,
            "release": services.release_work_item,
            "complete": services.complete_work_item,
            "transfer": services.transfer_work_item,
        }
        given = {"complete": _answers(data), "transfer": data}.get(deed, {})
        try:
            # Told as it is now, not looked up: whoever gave it away may not see it any more.
            item = _left(
                services_of[deed](work_item_id=pk, actor=self.request.user, **given), self.request.user
            )
        except Exception as error:
            found = problem_of(error)
            if found is None:
                log.exception("The item %s could not be dealt with.", pk)
                found = problem(500, "server_error")
            return {"id": pk, "ok": False, "item": None, "problem": found}
        return {"id": pk, "ok": True, "item": item, "problem": None}

    def _detail(self, pk: object) -> dict[str, Any]:
        return s.WorkItemRow(selectors.work_item_for(self.request.user, row_id(pk))).data


def _afterwards(item: WorkItem, caller: User) -> dict[str, Any]:
    return s.WorkItemRow(_left(item, caller)).data


def _left(item: WorkItem, caller: User) -> WorkItem:
    """The item as the deed left it. Whoever did it may see it, so nothing is asked again."""
    for name in ("assignee", "completed_by"):
        if getattr(item, f"{name}_id") == caller.pk:
            setattr(item, name, caller)
    item.instance.version = light_version(item.instance.version_id)
    return item


def _answers(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "outcome": asked.get("outcome") or "",
        "data": asked.get("data") or {},
        "comment": asked.get("comment") or "",
    }
