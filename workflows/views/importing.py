"""Take in a BPMN file in the browser, whatever tool wrote it, and say what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApplicationError
from core.generic.base import Crumb, Page
from core.generic.forms import show_refusal
from core.generic.widgets import dress
from workflows.engine import Problem, element_names
from workflows.models.definition import DRAW
from workflows.services import DiagramRefusedError, ImportReport, import_bpmn
from workflows.services.definitions import LARGEST_FILE
from workflows.services.drawing_rights import may_change_any
from workflows.views.words import reader_language

# So many of what was put into our words are shown; the number says how many there are.
MOST_SHOWN = 100


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("BPMN file"),
        help_text=gettext_lazy(
            "From any tool that writes BPMN 2.0: Camunda, Flowable, Activiti, Signavio, bpmn.io and others."
        ),
        widget=forms.FileInput(attrs={"accept": ".bpmn,.xml,.bpmn20.xml"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            size = LARGEST_FILE // 2**20
            raise ValidationError(_("The file is larger than %(size)s MB.") % {"size": size})
        return file


class DefinitionImport(Page):
    """A file becomes a draft for each process in it. Nothing is published; a file that is refused leaves nothing."""

    template_name = "workflows/import.html"
    title = gettext_lazy("Import a diagram")
    width = "form-page"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not may_change_any(request.user):
            raise PermissionDenied(DRAW)
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [Crumb(gettext_lazy("Processes"), reverse_lazy("workflows:definition-list"))]

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(form=dress(ImportForm())))

    def post(self, request, *args, **kwargs):
        form = dress(ImportForm(request.POST, request.FILES))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        try:
            report = import_bpmn(bpmn=form.cleaned_data["file"].read(), actor=request.user)
        except DiagramRefusedError as refusal:
            context = self.get_context_data(form=form, refused=said(refusal.problems))
            return self.render_to_response(context, status=refusal.status)
        except PermissionDenied:
            form.add_error("file", _("The file holds a process that you may not draw."))
            return self.render_to_response(self.get_context_data(form=form), status=403)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.render_to_response(self.get_context_data(form=form), status=refusal.status)
        context = self.get_context_data(form=dress(ImportForm()), report=report, **words_of(report))
        return self.render_to_response(context)


def words_of(report: ImportReport) -> dict[str, Any]:
    """The report for people."""
    return {
        "processes": [
            {
                "process": one.definition,
                "is_new": one.is_new,
                "url": reverse("workflows:definition-detail", args=[one.definition.key]) + "?tab=draft",
                "edit_url": reverse("workflows:definition-edit", args=[one.definition.key]),
                "errors": said((each for each in one.problems if each.severity == "error"), one.draft.bpmn),
                "warnings": said((each for each in one.problems if each.severity != "error"), one.draft.bpmn),
            }
            for one in report.processes
        ],
        "translated": said(report.translated)[:MOST_SHOWN],
        "ignored": said(report.ignored)[:MOST_SHOWN],
        "steps": sum(count for kind, count in report.understood.items() if kind != "sequenceFlow"),
        "flows": report.understood.get("sequenceFlow", 0),
    }


def said(problems: Iterable[Problem], bpmn: str = "") -> list[dict[str, Any]]:
    """Problems in the reader's language, each with the name of its element where the diagram gives one."""
    language = reader_language()
    names = element_names(bpmn.encode()) if bpmn else {}
    return [
        {
            "message": one.message(language),
            "hint": one.hint(language),
            "name": names.get(one.element or "", ""),
            "element": one.element or "",
            "line": one.line,
        }
        for one in problems
    ]
