"""The page on which a contract template is written."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Clause, ContractTemplate, Risk
from contracts.services import templates
from contracts.services.template_contents import CLAUSE_FIELDS
from contracts.texts.facts import FACTS
from contracts.texts.placeholders import GROUPS, ITEMS, VALUES
from core.generic.base import Page


class TemplateEdit(Page):
    """Clauses in the middle, their order on the left, the paper on the right. Only drafts are written."""

    permission = templates.EDIT
    template_name = "contracts/template_edit.html"

    def get(self, request, *args, **kwargs):
        if not request.user.may(templates.EDIT):
            raise PermissionDenied(templates.EDIT)
        rows = ContractTemplate.objects.prefetch_related("clauses").select_related("updated_by")
        self.object = get_object_or_404(rows, pk=kwargs["pk"])
        if not self.object.is_draft:
            return redirect(self.object.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_title(self):
        return self.object.name

    def get_context_data(self, **kwargs):
        may_publish = self.request.user.may(templates.PUBLISH)
        page = page_of(self.object)
        return super().get_context_data(template=self.object, page=page, may_publish=may_publish, **kwargs)


def page_of(template: ContractTemplate) -> dict[str, Any]:
    """What frontend/src/clauses/index.js reads."""
    at = reverse("api:contract-template-detail", args=[template.pk])
    return {
        "template": {
            "revision": template.revision,
            "name": template.name,
            "layout": template.layout,
            "is_standard": template.is_standard,
            "texts": template.texts,
            "clauses": [_clause(one) for one in template.clauses.all()],
        },
        "urls": {
            "save": at,
            "check": f"{at}check/",
            "page": reverse("contracts:template-page", args=[template.pk, 0]),
            "pdf": reverse("contracts:template-pdf", args=[template.pk]),
        },
        "choices": {
            "layout": _pairs(ContractTemplate.Layout),
            "kind": _pairs(Clause.Kind),
            "part": _pairs(Clause.Part),
            "risk": _pairs(Risk),
            "table": [
                ("", _("none")),
                ("lines", _("table of products")),
                ("payment_plan", _("table of instalments")),
                ("notices", _("addresses for notices")),
                ("annexes", _("list of annexes")),
            ],
            "each": [
                ("", _("once")),
                ("lines", _("for each product")),
                ("plan", _("for each instalment")),
            ],
        },
        "placeholders": [
            {
                "label": str(label),
                "items": [(name, str(one.label)) for name, one in VALUES.items() if one.group == group],
            }
            for group, label in GROUPS.items()
        ],
        "rows": {
            each: [(name, str(label)) for name, label in those.items()] for each, those in ITEMS.items()
        },
        "facts": [
            {
                "name": name,
                "label": str(fact.label),
                "kind": fact.type.kind,
                "choices": list(fact.type.choices or ()),
            }
            for name, fact in FACTS.items()
        ],
        "words": words(),
    }


def _clause(one: Clause) -> dict[str, Any]:
    return {name: getattr(one, name) for name in (*CLAUSE_FIELDS, "paragraphs")}


def _pairs(choices) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in choices.choices]


def words() -> dict[str, str]:
    """What the script says."""
    return {
        "add": _("Add a clause"),
        "after": _("Add one after it"),
        "remove": _("Remove the clause"),
        "undo": _("Undo"),
        "removed": _("“{title}” is removed."),
        "up": _("Move up"),
        "down": _("Move down"),
        "new": _("New clause"),
        "title": _("Title"),
        "code": _("Code"),
        "kind": _("Kind"),
        "group": _("Group of alternatives"),
        "default": _("In unless decided otherwise"),
        "usual": _("The usual one of its group"),
        "part": pgettext("clause", "Stands in"),
        "law": _("Legal basis"),
        "risk": _("Risk if it yields"),
        "guidance": _("Advice for drafting"),
        "text": _("Text"),
        "bold": _("Bold (Ctrl B)"),
        "underline": _("Underline (Ctrl U)"),
        "indent": _("One step in or out: (1), (2) (Alt →)"),
        "flagged": _("Limits our liability or the customer's rights: printed in bold (Civil Code, art. 496)"),
        "table": _("Below it"),
        "each": pgettext("paragraph", "Stands"),
        "when": _("Only if"),
        "always": _("always"),
        "insert": _("Insert a value"),
        "article": _("Reference to a clause"),
        "values": _("Values of this template"),
        "value": _("Name"),
        "answer": _("Usual answer"),
        "label": _("What the drafter reads"),
        "open": _("Each contract may answer it"),
        "choices": _("Answers to choose from, one per line; empty: any"),
        "add_value": _("Add a value"),
        "around": _("Title, preamble, values"),
        "name": _("Name of the template"),
        "paper_title": _("Title on the paper"),
        "preamble": _("Preamble"),
        "layout": _("Form"),
        "standard": _("Standard text: contracts from it need legal review only where they deviate"),
        "saving": _("Saving …"),
        "saved": _("Saved at {time}"),
        "unsaved": _("Not saved: {why}"),
        "lost": _("The server cannot be reached."),
        "failed": _("That did not work."),
        "page": _("Page {number}"),
        "faults": _("Before it can be published"),
        "ready": _("Nothing is missing: it can be published."),
        "locked": _("Locked"),
        "english": _("English"),
        "english_help": _("For contracts in both languages: the Chinese text prevails."),
        "title_en": _("Title in English"),
        "text_en": _("English of paragraph {number}"),
        "preamble_en": _("Preamble in English"),
        "answer_en": _("Usual answer in English"),
    }
