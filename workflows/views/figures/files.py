"""A table of the figures as a file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core import audit, clock
from core.generic import exports
from workflows.models import ProcessDefinition
from workflows.selectors.figures import require_reach
from workflows.views.figures.panel import FiguresPanel


@require_safe
@login_required
def figures_file(request: HttpRequest, key: str, table: str, kind: str) -> HttpResponseBase:
    """The same rows as on the page, in its order; who took what is recorded."""
    found = ProcessDefinition.objects.visible_to(request.user).select_related("current_version")
    definition = get_object_or_404(found, key=key)
    panel = FiguresPanel(request, definition, require_reach(request.user, definition))
    if not panel.is_valid or kind not in ("csv", "xlsx"):
        raise Http404("There are no such figures.")
    sheet = panel.sheet(table)
    if sheet is None:
        raise Http404("There is no such table.")
    audit.record(
        request.user,
        "workflows.export_figures",
        definition,
        note=str(sheet.title),
        after={"table": table, "asked": panel.form.query, "rows": len(sheet.rows), "kind": kind},
    )
    name = f"{definition.name}-{sheet.title}-{clock.today():%Y-%m-%d}"
    if kind == "csv":
        answer: HttpResponseBase = exports.as_csv(sheet.for_file(), name=name)
    else:
        answer = exports.xlsx(sheet.for_file(), name=name, title=str(sheet.title))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
