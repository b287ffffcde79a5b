"""What the editor of diagrams asks for: what may be named, and where which names are seen."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api.views import ApiView
from workflows.api import editor_serializers as s
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.selectors.drawing import drawing_words
from workflows.selectors.drawing_names import names_at
from workflows.services.drawing_presence import say_present
from workflows.services.drawing_rights import require_drawing


def _drawn(request, key: str) -> ProcessDefinition:
    """The process, for whoever may draw it; whoever may not see it does not learn that there is one."""
    definition = ProcessDefinition.objects.visible_to(request.user).get(key=key)
    require_drawing(definition, request.user)
    return definition


@extend_schema(tags=["process definitions"])
class EditorView(ApiView):
    """Everything a diagram of this process may name, and the business steps to build it of."""

    @extend_schema(operation_id="process_definitions_editor", responses=s.DrawingWords)
    def get(self, request, key: str) -> Response:
        return Response(s.DrawingWords(drawing_words(_drawn(request, key))).data)


@extend_schema(tags=["process definitions"])
class NamesView(ApiView):
    """The names that conditions may read at each element of what is being drawn; nothing is saved."""

    @extend_schema(operation_id="process_definitions_draft_names", request=s.NamesInput, responses=s.NamesRow)
    def post(self, request, key: str) -> Response:
        definition = _drawn(request, key)
        given = self.checked(s.NamesInput, request)
        draft = ProcessDraft.objects.filter(definition=definition).first()
        bpmn, decisions = given.get("bpmn"), given.get("decisions")
        if bpmn is None or decisions is None:
            draft = ProcessDraft.objects.filter(definition=definition).first()
            if bpmn is None and draft is None:
                raise ProcessDraft.DoesNotExist
            bpmn = draft.bpmn if bpmn is None and draft is not None else bpmn
            decisions = draft.decisions if decisions is None and draft is not None else decisions
        return Response(s.NamesRow(names_at(definition, bpmn or "", decisions or {})).data)


@extend_schema(tags=["process definitions"])
class PresenceView(ApiView):
    """An open editor says that it is there, every 20 seconds, and hears who else is."""

    @extend_schema(operation_id="process_definitions_draft_presence", request=None, responses=s.PresenceRow)
    def post(self, request, key: str) -> Response:
        definition = _drawn(request, key)
        draft = ProcessDraft.objects.filter(definition=definition).select_related("updated_by").first()
        saver = draft.updated_by.name if draft is not None and draft.updated_by is not None else ""
        body = {
            "others": say_present(definition, request.user),
            "revision": draft.revision if draft is not None else 0,
            "saved_by": saver or (draft.updated_by_label if draft is not None else ""),
        }
        return Response(s.PresenceRow(body).data)
