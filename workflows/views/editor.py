"""The page on which a process is drawn."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from core.generic.base import Page
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services.drawing_rights import require_drawing


class Editor(Page):
    """The draft of a process, or else its version in use, in the editor. Who only reads gets 403."""

    template_name = "workflows/editor.html"

    def get(self, request, *args, **kwargs):
        definitions = ProcessDefinition.objects.visible_to(request.user).select_related("current_version")
        self.definition = get_object_or_404(definitions, key=kwargs["key"])
        require_drawing(self.definition, request.user)
        return super().get(request, *args, **kwargs)

    def get_title(self):
        return self.definition.name

    def get_context_data(self, **kwargs):
        rows = ProcessDraft.objects.filter(definition=self.definition)
        draft = rows.select_related("updated_by", "sent_back_by").first()
        page = self._page(draft)
        return super().get_context_data(definition=self.definition, draft=draft, page=page, **kwargs)

    def _page(self, draft: ProcessDraft | None) -> dict[str, Any]:
        """What the script reads: the diagram with its revision, addresses, and what this person may do."""
        definition, person = self.definition, self.request.user
        shown = draft or definition.current_version
        at = reverse("api:process-definition-detail", args=[definition.key])
        return {
            "key": definition.key,
            "name": {"zh": definition.name_zh, "en": definition.name_en},
            "bpmn": shown.bpmn if shown is not None else "",
            "decisions": shown.decisions if shown is not None else {},
            "forms": shown.forms if shown is not None else {},
            "revision": draft.revision if draft is not None else 0,
            "saved_by": _saver(draft) if draft is not None else "",
            "saved_at": draft.updated_at if draft is not None else None,
            "may_publish": definition.may_be_published_by(person),
            # Somebody else publishes what this person has drawn, or draws now.
            "takes_another": definition.is_shipped,
            "is_mine": draft is not None and draft.was_last_saved_by(person),
            "urls": {
                "back": reverse("workflows:definition-detail", args=[definition.key]),
                "draft": f"{at}draft/",
                "lint": f"{at}draft/lint/",
                "mend": f"{at}draft/mend/",
                "publish": f"{at}draft/publish/",
                "ask": f"{at}draft/request/",
                "registry": f"{at}editor/",
                "names": f"{at}draft/names/",
                "presence": f"{at}draft/presence/",
            },
        }


def _saver(draft: ProcessDraft) -> str:
    return draft.updated_by.name if draft.updated_by is not None else draft.updated_by_label
