"""Cases as rows that people search for."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.subjects import SubjectKind, register
from workflows.models import ProcessInstance
from workflows.selectors.cases import search_cases


def _text(row: ProcessInstance) -> str:
    return " · ".join([str(row.definition), str(row.get_status_display())])


register(
    SubjectKind(
        model=ProcessInstance,
        label=_("Case"),
        label_plural=_("Cases"),
        icon="git-branch",
        # Whoever started a case or works in it sees it, with or without a grant.
        permission=None,
        visible_to=lambda actor: (
            ProcessInstance.objects.visible_to(actor).without_state().select_related("definition")
        ),
        text=_text,
        url=lambda row: reverse("workflows:case-detail", args=[row.pk]),
        search=search_cases,
        list_url_name="workflows:case-list",
        order=50,
    )
)
