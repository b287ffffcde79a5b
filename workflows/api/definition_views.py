"""Definitions: import, draw, check, publish, look at versions."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from core.api.fields import NotAnId, row_id
from core.api.parsers import StrictJSONParser, StrictMultiPartParser
from core.api.problems import MEDIA_TYPE, problem
from core.api.views import ApiViewSet
from core.files.downloads import attachment
from workflows import services
from workflows.api import definition_serializers as s
from workflows.engine.differences import raw_difference
from workflows.models import FavouriteProcess, ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.models.definition import DRAW
from workflows.services.definitions import LARGEST_FILE, lint
from workflows.services.drawing_rights import may_change_any, require_drawing, require_seeing_draft
from workflows.services.mending import Wanted, mended

BPMN = {(200, "application/xml"): OpenApiTypes.BINARY}
NUMBER = OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH, description="A version.")
OTHER = OpenApiParameter(
    "other", OpenApiTypes.INT, OpenApiParameter.PATH, description="The version to compare with."
)


@extend_schema(tags=["process definitions"])
class ProcessDefinitionViewSet(ApiViewSet):
    """The processes the caller may see."""

    queryset = ProcessDefinition.objects.none()
    serializer_class = s.DefinitionRow
    lookup_field = "key"
    orders = {"key": ("key",)}
    default_order = "key"

    def handle_exception(self, exc: Exception) -> Response:
        """A refused diagram also lists its problems."""
        if not isinstance(exc, services.DiagramRefusedError):
            return super().handle_exception(exc)
        body = problem(
            400, exc.code, str(exc), errors={name: list(map(str, of)) for name, of in exc.errors.items()}
        )
        return Response({**body, "problems": s.shown(exc.problems)}, status=400, content_type=MEDIA_TYPE)

    @extend_schema(parameters=[s.DefinitionQuery], responses=s.DefinitionRow(many=True))
    def list(self, request) -> Response:
        rows = self._visible()
        if q := self.asked(s.DefinitionQuery).get("q", ""):
            rows = rows.filter(Q(key__icontains=q) | Q(name_zh__icontains=q) | Q(name_en__icontains=q))
        return self.page(rows, s.DefinitionRow)

    @extend_schema(responses=s.DefinitionRow)
    def retrieve(self, request, key: str) -> Response:
        return Response(s.DefinitionRow(self._definition(key), context={"request": request}).data)

    @extend_schema(
        request={"multipart/form-data": s.ImportInput, "application/json": s.ImportInput},
        responses={200: s.ImportReport, 201: s.ImportReport},
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        parser_classes=[StrictJSONParser, StrictMultiPartParser],
    )
    def import_file(self, request) -> Response:
        """Make or replace the drafts of the processes in a BPMN file. Never publishes."""
        if not may_change_any(request.user):
            raise PermissionDenied(DRAW)
        report = services.import_bpmn(bpmn=_file(self.checked(s.ImportInput, request)), actor=request.user)
        rows = [
            {
                "key": one.definition.key,
                "name": one.definition.name,
                "is_new": one.is_new,
                "revision": one.draft.revision,
                "problems": s.shown(one.problems),
            }
            for one in report.processes
        ]
        problems = [found for row in rows for found in row["problems"]] + s.shown(report.ignored)
        body = {
            "processes": rows,
            "tool": report.tool,
            "understood": report.understood,
            "translated": s.shown(report.translated),
            "refused": [one for one in problems if one["severity"] == "error"],
            "problems": problems,
        }
        is_new = any(row["is_new"] for row in rows)
        return Response(s.ImportReport(body).data, status=HTTP_201_CREATED if is_new else HTTP_200_OK)

    @extend_schema(responses=s.DraftRow)
    @action(detail=True, methods=["get"])
    def draft(self, request, key: str) -> Response:
        return Response(s.DraftRow(self._draft(key)).data)

    @extend_schema(request=s.DraftInput, responses=s.DraftRow)
    @draft.mapping.put
    def save_draft(self, request, key: str) -> Response:
        """Save over the revision that was read; 409 says who saved in between."""
        fields = self.checked(s.DraftInput, request)
        draft = services.save_draft(definition_key=key, actor=request.user, **fields)
        return Response(s.DraftRow(draft).data)

    @extend_schema(request=s.LintInput, responses=s.Problems)
    @action(detail=True, methods=["post"], url_path="draft/lint")
    def lint(self, request, key: str) -> Response:
        """Everything that is wrong with the draft; nothing is saved."""
        text, decisions = self._looked_at(self.checked(s.LintInput, request), key)
        return Response(
            {"problems": s.shown(lint(text, self._definition(key), decisions, mends=lambda one: True))}
        )

    @extend_schema(request=s.MendInput, responses=s.Mended)
    @action(detail=True, methods=["post"], url_path="draft/mend")
    def mend(self, request, key: str) -> Response:
        """Apply the mend of one problem; nothing is saved, and what is still wrong comes with it."""
        given = self.checked(s.MendInput, request)
        text, decisions = self._looked_at(given, key)
        definition = self._definition(key)
        bpmn, mend = mended(text, definition, decisions, Wanted(**given["problem"]))
        return Response(
            {
                "bpmn": bpmn,
                "done": mend.label(get_language() or "zh-hans"),
                "problems": s.shown(lint(bpmn, definition, decisions, mends=lambda one: True)),
            }
        )

    @extend_schema(request=s.PublishInput, responses={201: s.VersionRow})
    @action(detail=True, methods=["post"], url_path="draft/publish")
    def publish(self, request, key: str) -> Response:
        """Make the draft the version that new cases run on; 400 lists the problems."""
        note = self.checked(s.PublishInput, request)["note"]
        version = services.publish_draft(definition_key=key, note=note, actor=request.user)
        return Response(s.VersionRow(version).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.ScheduleInput, responses=s.DraftRow)
    @action(detail=True, methods=["put"], url_path="draft/schedule")
    def schedule(self, request, key: str) -> Response:
        """Have the draft published at a moment; looked over again then, and not done if it was changed."""
        fields = self.checked(s.ScheduleInput, request)
        draft = services.schedule_publishing(definition_key=key, actor=request.user, **fields)
        return Response(s.DraftRow(draft).data)

    @extend_schema(responses={204: None})
    @schedule.mapping.delete
    def take_back_schedule(self, request, key: str) -> Response:
        """Not to be published by itself after all; the draft stays."""
        services.take_back_scheduling(definition_key=key, actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=s.AskInput, responses=s.DraftRow)
    @action(detail=True, methods=["put"], url_path="draft/request")
    def ask(self, request, key: str) -> Response:
        """Ask everybody who may publish this revision of the draft to do so; 400 lists what is wrong with it."""
        fields = self.checked(s.AskInput, request)
        draft = services.ask_for_publishing(definition_key=key, actor=request.user, **fields)
        return Response(s.DraftRow(draft).data)

    @extend_schema(responses={204: None})
    @ask.mapping.delete
    def take_back_request(self, request, key: str) -> Response:
        """Nobody is asked any more; the draft stays."""
        services.take_back_request(definition_key=key, actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=s.SendBackInput, responses=s.DraftRow)
    @action(detail=True, methods=["post"], url_path="draft/send-back")
    def send_back(self, request, key: str) -> Response:
        """Say why the draft is not published as it is; whoever asked is told."""
        reason = self.checked(s.SendBackInput, request)["reason"]
        draft = services.send_back_draft(definition_key=key, reason=reason, actor=request.user)
        return Response(s.DraftRow(draft).data)

    @extend_schema(request=s.RolesInput, responses=s.DefinitionRow)
    @action(detail=True, methods=["put"])
    def roles(self, request, key: str) -> Response:
        """Say whose people may start, draw and publish it; a list that is left out stays as it is."""
        fields = self.checked(s.RolesInput, request)
        services.set_process_roles(definition_key=key, actor=request.user, **fields)
        return Response(s.DefinitionRow(self._definition(key), context={"request": request}).data)

    @extend_schema(request=s.OperationsInput, responses=s.DefinitionRow)
    @action(detail=True, methods=["put"])
    def operations(self, request, key: str) -> Response:
        """Grant the operations its diagrams may call, and take back all others."""
        names = self.checked(s.OperationsInput, request)["operations"]
        services.set_allowed_operations(definition_key=key, operations=names, actor=request.user)
        return Response(s.DefinitionRow(self._definition(key), context={"request": request}).data)

    def _visible(self):
        person = self.request.user
        mine = FavouriteProcess.objects.filter(person=person, definition=OuterRef("pk"))
        rows = ProcessDefinition.objects.visible_to(person).annotate(is_favourite=Exists(mine))
        return rows.select_related("current_version", "draft").defer("draft__bpmn", "current_version__bpmn")

    def _definition(self, key: str) -> ProcessDefinition:
        return self._visible().get(key=key)

    def _draft(self, key: str) -> ProcessDraft:
        definition = self._definition(key)
        require_seeing_draft(definition, self.request.user)
        return ProcessDraft.objects.select_related("updated_by", "asked_by", "sent_back_by").get(
            definition=definition
        )

    def _looked_at(self, given: dict[str, Any], key: str) -> tuple[str, dict[str, str]]:
        """The diagram and the tables that are being drawn, or else those of the saved draft."""
        require_drawing(self._definition(key), self.request.user)
        text, decisions = given.get("bpmn"), given.get("decisions")
        saved = None
        if text is None:
            saved = self._draft(key)
        elif decisions is None:
            saved = self._saved_draft(key)
        if saved is not None:
            text = saved.bpmn if text is None else text
            decisions = saved.decisions if decisions is None else decisions
        return text or "", decisions or {}

    def _saved_draft(self, key: str) -> ProcessDraft | None:
        """The draft beside a diagram that is only looked at; there may be none yet."""
        return ProcessDraft.objects.filter(definition=self._definition(key)).first()


@extend_schema(tags=["process definitions"])
class ProcessVersionViewSet(ApiViewSet):
    """The published versions of a process."""

    queryset = ProcessVersion.objects.none()
    serializer_class = s.VersionRow
    lookup_field = "number"
    orders = {"version": ("number",)}
    default_order = "-version"

    @extend_schema(responses=s.VersionRow(many=True))
    def list(self, request, key: str) -> Response:
        return self.page(self._versions().defer("bpmn", "decisions", "forms"), s.VersionRow)

    @extend_schema(parameters=[NUMBER], responses=s.VersionDetail)
    def retrieve(self, request, key: str, number: str) -> Response:
        return Response(s.VersionDetail(self._version(number)).data)

    @extend_schema(parameters=[NUMBER], responses=BPMN)
    @action(detail=True, methods=["get"])
    def bpmn(self, request, key: str, number: str):
        """The diagram as a file."""
        version = self._version(number)
        return attachment(
            version.bpmn.encode(),
            name=f"{key}-{version.number}.bpmn",
            media_type="application/xml; charset=utf-8",
        )

    @extend_schema(parameters=[NUMBER, OTHER], responses=s.Diff)
    @action(detail=True, methods=["get"], url_path="diff/(?P<other>[^/]+)")
    def diff(self, request, key: str, number: str, other: str) -> Response:
        """What changed from this version to the other: in words, and element by element."""
        before, after = self._version(number), self._version(other)
        language = get_language() or "zh-hans"
        found = services.differences_between(before, after)
        words = [
            {
                "sign": one.sign,
                "element": one.element,
                "about": one.heading(language),
                "text": one.text(language),
            }
            for one in found.changes
        ]
        summary = found.summary(language)
        return Response({"words": words, "summary": summary, **raw_difference(before.bpmn, after.bpmn)})

    @extend_schema(parameters=[NUMBER], request=s.RestoreInput, responses=s.DraftRow)
    @action(detail=True, methods=["post"])
    def restore(self, request, key: str, number: str) -> Response:
        """Make this version the draft again; nothing is published. 409 where work of others would be lost."""
        fields = self.checked(s.RestoreInput, request)
        draft = services.restore_as_draft(
            definition_key=key, number=self._version(number).number, actor=request.user, **fields
        )
        return Response(s.DraftRow(draft).data)

    def _versions(self):
        definition = ProcessDefinition.objects.visible_to(self.request.user).get(key=self.kwargs["key"])
        return definition.versions.select_related("published_by", "definition")

    def _version(self, number: str) -> ProcessVersion:
        wanted = row_id(number)
        if wanted > 2**31 - 1:
            raise NotAnId(number)
        return self._versions().get(number=wanted)


def _file(given: dict[str, Any]) -> bytes:
    """The bytes of an import, whichever way they came."""
    if "file" in given:
        if given["file"].size > LARGEST_FILE:
            raise RequestDataTooBig
        return given["file"].read()
    if "bpmn" in given:
        text = given["bpmn"].encode()
        if len(text) > LARGEST_FILE:
            raise RequestDataTooBig
        return text
    raise ValidationError({"file": [_("Send a BPMN file, or its text as “bpmn”.")]})
