"""Reports: the list of them, each with its parameters, its files, and its letters."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from core import audit
from core.errors import ApplicationError
from core.generic import Action, Page
from core.generic.base import Crumb
from core.generic.export_jobs import export_later
from core.permissions import SCHEDULE_REPORTS, VIEW_REPORTS
from core.reports import find, reports_for, run
from core.reports.outputs import DIRECT_LINES, WRITERS, file_name
from core.reports.params import ParamsForm
from core.search import pinyin_key

REPORTS = Crumb(_("Reports"), reverse_lazy("report-list"))
# A page shows no more lines; the files hold them all.
LINES_ON_PAGE = 500


class ReportList(Page):
    """What one may ask, by what it is about."""

    title = _("Reports")
    permission = VIEW_REPORTS
    template_name = "core/report_list.html"

    def actions(self):
        return [Action(_("Reports by mail"), reverse("report-schedule-list"), "mail")]

    def get_context_data(self, **kwargs):
        text = self.request.GET.get("q", "").strip()[:100]
        groups: dict[str, list] = {}
        for one in reports_for(self.request.user):
            if self._matches(one, text):
                groups.setdefault(str(one.group), []).append(one)
        return super().get_context_data(groups=groups.items(), search_text=text, **kwargs)

    @staticmethod
    def _matches(report, text: str) -> bool:
        """By any piece of title or description, in characters or in pinyin."""
        said = f"{report.title} {report.description} {report.group}"
        wanted = text.lower()
        return wanted in said.lower() or wanted.replace(" ", "") in pinyin_key(said).replace(" ", "")


class ReportPage(Page):
    """One report: parameters, chart, table, files. Everything asked for stands in the address."""

    permission = VIEW_REPORTS
    template_name = "core/report.html"

    @cached_property
    def report(self):
        try:
            return find(self.request.user, self.kwargs["code"])
        except ObjectDoesNotExist as error:
            raise Http404("There is no such report.") from error

    def get_title(self):
        return self.report.title

    def crumbs(self):
        return [REPORTS]

    def actions(self):
        if not self.form.is_valid():
            return []
        url = reverse("report-schedule-create", args=[self.report.code])
        asked = urlencode(self.form.params().query)
        return [Action(_("Send by mail"), f"{url}?{asked}", "mail", SCHEDULE_REPORTS)]

    @cached_property
    def form(self):
        return ParamsForm(self.report, self.request.GET)

    @cached_property
    def result(self):
        """None where the parameters make no sense; the form says why."""
        if not self.form.is_valid():
            return None
        return run(
            self.report, self.request.user, self.form.params(), order=self.request.GET.get("order", "")
        )

    def get(self, request, *args, **kwargs):
        if "export" in request.GET:
            return self.export(request.GET["export"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        refusal = ""
        try:
            result = self.result
        except ApplicationError as error:
            result, refusal = None, str(error)
        asked = self.form.params().query if self.form.is_valid() else {}
        return super().get_context_data(
            report=self.report,
            form=self.form,
            result=result,
            refusal=refusal,
            query=urlencode(asked),
            headings=self._headings(result, asked) if result else [],
            lines=result.shown_rows[:LINES_ON_PAGE] if result else [],
            hidden_lines=max(len(result.rows) - LINES_ON_PAGE, 0) if result else 0,
            lines_on_page=LINES_ON_PAGE,
            **kwargs,
        )

    @staticmethod
    def _headings(result, asked: dict[str, str]) -> list[dict]:
        """Each column's heading with the address that sorts by it."""
        name, backwards = result.order.lstrip("-"), result.order.startswith("-")
        found = []
        for column in result.columns:
            current = column.name == name
            # Numbers begin with the largest.
            first = f"-{column.name}" if column.is_number else column.name
            order = (column.name if backwards else f"-{column.name}") if current else first
            sorting = ("descending" if backwards else "ascending") if current else ""
            found.append(
                {"column": column, "url": f"?{urlencode({**asked, 'order': order})}", "sorting": sorting}
            )
        return found

    def export(self, kind: str):
        """The report as a file; a long sheet is set in the background. Who took what is recorded."""
        if kind not in WRITERS:
            raise Http404("There is no such kind of file.")
        result = self.result
        if result is None:
            return redirect(self.request.path)
        in_job = getattr(self.request, "export_job", None) is not None
        if kind == "pdf" and len(result.rows) > DIRECT_LINES and not in_job:
            return redirect(export_later(self.request, str(self.report.title), kind))
        media_type, write = WRITERS[kind]
        name = file_name(result, kind)
        audit.record(
            self.request.user,
            "core.export_report",
            self.request.user,
            note=str(self.report.title),
            after={
                "report": self.report.code,
                "params": dict(result.params.query),
                "rows": len(result.rows),
                "kind": kind,
            },
        )
        answer = HttpResponse(write(result), content_type=media_type)
        answer.headers["Content-Disposition"] = content_disposition_header(True, name)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-store"
        answer.file_name = name
        return answer
