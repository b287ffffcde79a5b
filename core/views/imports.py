"""Imports, page by page: the file, its columns, what would happen, what came of it; and the list of one's own."""

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl.utils import get_column_letter

from core.errors import ApplicationError
from core.generic import Action, ActionView, FormPage, ListPage, Page
from core.generic.base import Crumb
from core.generic.exports import XLSX
from core.generic.forms import show_refusal
from core.generic.tables import Column, MomentColumn, NameColumn, NumberColumn, Table, TagColumn
from core.imports import books, reading
from core.imports.judging import SKIP
from core.imports.registry import Kind, kind_for, kind_named
from core.imports.services import (
    headings_of,
    is_stalled,
    name_columns,
    remembered,
    run_import,
    start_import,
    stop_import,
    undo_import,
)
from core.models import ImportRow, ImportRun
from core.views.import_parts import (
    COLOURS,
    FILTERS,
    KEPT,
    STATES,
    VALUES_SHOWN,
    WARNED,
    ColumnsForm,
    UploadForm,
    counts_of,
    lines_of,
)
from core.views.jobs import ASK_EVERY, state_words

Status = ImportRun.Status
LIST = Crumb(_("Imports"), reverse_lazy("import-list"))
ROWS_A_PAGE = 50


# The list -------------------------------------------------------------------------------------------


class ImportTable(Table):
    file_name = NameColumn(verbose_name=_("File"))
    kind = Column(verbose_name=_("What"), phone=False)
    status = TagColumn(verbose_name=_("Status"), colours=COLOURS)
    rows_total = NumberColumn(verbose_name=_("Rows"), phone=False)
    rows_done = NumberColumn(verbose_name=_("Imported"))
    rows_bad = NumberColumn(verbose_name=_("To mend"), phone=False)
    created_by = Column(verbose_name=_("By"), phone=False)
    created_at = MomentColumn(verbose_name=_("When"))

    class Meta(Table.Meta):
        model = ImportRun
        fields = (
            "file_name",
            "kind",
            "status",
            "rows_total",
            "rows_done",
            "rows_bad",
            "created_by",
            "created_at",
        )

    def render_kind(self, value):
        kind = kind_named(value)
        return kind.title if kind else value


class ImportList(ListPage):
    """One's own; everybody's for who may see them."""

    title = _("Imports")
    table_class = ImportTable
    orders = {"created_at": ("pk",)}
    order = "-created_at"
    exportable = False
    empty_title = _("Nothing was imported yet")
    empty_text = _("An import begins on the list of what comes in: customers, products or people.")

    def get_queryset(self):
        return ImportRun.objects.visible_to(self.request.user).select_related("created_by")


# The file -------------------------------------------------------------------------------------------


def kind_of_page(request, code: str) -> Kind:
    try:
        return kind_for(code, request.user)
    except ObjectDoesNotExist as error:
        raise Http404(code) from error


class ImportStart(FormPage):
    """The first step: choose the file."""

    template_name = "core/import_start.html"
    form_class = UploadForm
    keep_no_draft = True
    submit_label = _("Upload and go on")
    done_message = ""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.kind = kind_of_page(request, kwargs["kind"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return self.kind.title

    def crumbs(self):
        return [LIST]

    def actions(self):
        url = reverse("import-template", args=[self.kind.code])
        return [Action(_("Download the template"), url, "download", download=True)]

    def cancel_url(self):
        return reverse(self.kind.list_url_name)

    def get_context_data(self, **kwargs):
        return super().get_context_data(step=1, kind=self.kind, **kwargs)

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=400)
        upload = form.cleaned_data["file"]
        try:
            # Before it is read: it would fill the memory.
            reading.require_size(upload.size)
            run = start_import(
                kind_code=self.kind.code, content=upload.read(), file_name=upload.name, actor=request.user
            )
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status)
        return redirect("import-columns", run.pk)


class ImportTemplate(Page):
    """The template to fill in."""

    def get(self, request, *args, **kwargs):
        kind = kind_of_page(request, kwargs["kind"])
        return workbook(books.template(kind), str(kind.title))


def workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


# One import -----------------------------------------------------------------------------------------


class OneImport:
    """A page about one import: 404 to who does not see it."""

    def get_queryset(self):
        return ImportRun.objects.visible_to(self.request.user).select_related("created_by", "job")

    def crumbs(self):
        return [LIST]

    @cached_property
    def kind(self) -> Kind:
        found = kind_named(self.object.kind)
        if found is None:
            raise Http404(self.object.kind)
        return found

    def is_mine(self) -> bool:
        return self.object.created_by_id == self.request.user.pk and self.request.user.may(
            self.kind.permission
        )


class ImportColumns(OneImport, Page):
    """The second step: what the columns mean."""

    template_name = "core/import_columns.html"
    title = _("What the columns mean")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = get_object_or_404(self.get_queryset().select_related("content"), pk=kwargs["pk"])
            if not self.is_mine():
                raise PermissionDenied(self.kind.permission)
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [LIST, Crumb(self.object.file_name)]

    def get(self, request, *args, **kwargs):
        try:
            return self.show(self.unbound())
        except ApplicationError as refusal:
            return self.show(self.unbound(ask=False), refusal=refusal)

    def post(self, request, *args, **kwargs):
        sheet, heading_row = self.asked(request.POST)
        beginning = reading.begin(bytes(self.object.content.content), sheet=sheet)
        headings = headings_of(beginning.sheet, heading_row)
        form = ColumnsForm(request.POST, kind=self.kind, headings=headings, actor=request.user)
        self.beginning, self.heading_row = beginning, heading_row
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            name_columns(
                run_id=self.object.pk,
                sheet=beginning.sheet.name,
                heading_row=heading_row,
                mapping=form.mapping(),
                options=form.options(),
                actor=request.user,
            )
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status)
        return redirect(self.object)

    def asked(self, data) -> tuple[str, int]:
        """The sheet and the row of its headings that were asked for, else those of before."""
        number = data.get("heading_row", "")
        row = int(number) if number.isdecimal() and len(number) < 7 else self.object.heading_row
        return data.get("sheet", self.object.sheet), row

    def unbound(self, *, ask: bool = True):
        data = self.request.GET if ask else {}
        sheet, self.heading_row = self.asked(data)
        self.beginning = reading.begin(bytes(self.object.content.content), sheet=sheet)
        same = (self.beginning.sheet.name[:100], self.heading_row) == (
            self.object.sheet,
            self.object.heading_row,
        )
        headings = headings_of(self.beginning.sheet, self.heading_row)
        mapping = self.object.mapping if same else remembered(self.kind, headings, self.request.user)
        initial = {f"column_{place}": name for place, name in mapping.items()}
        options = self.object.options
        initial |= {"existing": options.get("existing", SKIP), **options}
        for one in self.kind.options:
            choices = one.choices(self.request.user)
            initial.setdefault(one.name, choices[0][0] if choices else "")
        return ColumnsForm(initial=initial, kind=self.kind, headings=headings, actor=self.request.user)

    def columns(self, form) -> list[dict]:
        """Each column with its heading, its first values, and the field to choose."""
        below = [row for row in self.beginning.sheet.rows if row.number > self.heading_row]
        places = [name for name in form.fields if name.startswith("column_")]
        found = []
        for place, name in enumerate(places):
            values = list(dict.fromkeys(row[place] for row in below if row[place]))[:VALUES_SHOWN]
            found.append({"field": form[name], "values": values, "letter": get_column_letter(place + 1)})
        return found

    def show(self, form, *, status: int = 200, refusal: ApplicationError | None = None):
        context = self.get_context_data(
            step=2,
            run=self.object,
            kind=self.kind,
            form=form,
            columns=self.columns(form),
            beginning=self.beginning,
            heading_row=self.heading_row,
            refusal=refusal,
        )
        return self.render_to_response(context, status=status)


class ImportDetail(OneImport, Page):
    """The third step and the last: what would happen; what came of it. While a worker is at it, how far it is."""

    template_name = "core/import_detail.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return {
            Status.UPLOADED: _("Import not checked yet"),
            Status.CHECKING: _("The rows are checked"),
            Status.CHECKED: _("What would be imported"),
            Status.RUNNING: _("The rows are imported"),
            Status.UNDOING: _("The import is undone"),
            Status.FAILED: pgettext_lazy("import", "Could not be read"),
            Status.CANCELLED: _("Import stopped"),
        }.get(Status(self.object.status), _("Result of the import"))

    def get(self, request, *args, **kwargs):
        run = self.object
        if run.status == Status.UPLOADED and self.is_mine():
            return redirect("import-columns", run.pk)
        if request.htmx and request.htmx.target == "progress":
            if not self.is_at_work():
                return HttpResponse(status=204, headers={"HX-Redirect": run.get_absolute_url()})
            answer = render(request, "core/import_progress.html", self.progress())
            answer.headers["Vary"] = "HX-Request"
            return answer
        if request.htmx and "after" in request.GET:
            answer = render(request, "core/import_rows.html#lines", self.rows())
            answer.headers["Vary"] = "HX-Request"
            return answer
        return self.render_to_response(self.get_context_data(**kwargs))

    def is_at_work(self) -> bool:
        return self.object.is_busy and not is_stalled(self.object)

    def progress(self) -> dict:
        job = self.object.job
        words = state_words(job)
        if self.object.status == Status.CHECKING and job.progress_done and not job.progress_total:
            words = _now("Being read: %(rows)s rows so far") % {"rows": f"{job.progress_done:,}"}
        return {
            "run": self.object,
            "job": job,
            "words": words,
            "ask_every": ASK_EVERY,
            "is_mine": self.is_mine(),
        }

    def rows(self) -> dict:
        wanted = FILTERS.get(self.request.GET.get("state", ""))
        after = self.request.GET.get("after", "")
        found = self.object.rows.order_by("number")
        if wanted is not None:
            found = found.filter(wanted.rows)
        if after.isdecimal() and len(after) < 10:
            found = found.filter(number__gt=int(after))
        page = list(found[: ROWS_A_PAGE + 1])
        more = len(page) > ROWS_A_PAGE
        page = page[:ROWS_A_PAGE]
        return {
            "run": self.object,
            "lines": lines_of(self.object, self.kind, page),
            "after": page[-1].number if more else None,
            "state": wanted,
        }

    def get_context_data(self, **kwargs):
        run = self.object
        context = super().get_context_data(
            run=run, kind=self.kind, colour=COLOURS.get(run.status, ""), is_mine=self.is_mine(), **kwargs
        )
        if self.is_at_work():
            return {**context, **self.progress(), "is_at_work": True, "step": self.step()}
        counts = counts_of(run)
        return {
            **context,
            **self.rows(),
            "is_stalled": is_stalled(run),
            "step": self.step(),
            "figures": [(one, counts[one.name]) for one in STATES if counts[one.name]],
            "across": [(one, counts[one.name]) for one in (WARNED, KEPT) if counts[one.name]],
            "ready": counts["new"] + counts["change"],
            "to_mend": counts["bad"] + counts["double"],
            "list_url": reverse(self.kind.list_url_name),
        }

    def step(self) -> int:
        waits = (Status.UPLOADED, Status.CHECKING, Status.CHECKED, Status.FAILED)
        return 3 if self.object.status in waits else 4

    def actions(self):
        run = self.object
        if not self.is_mine():
            return []
        offered = []
        if self.is_at_work() or is_stalled(run):
            url = reverse("import-stop", args=[run.pk])
            offered.append(Action(_("Stop"), url, "circle-x", in_dialog=True))
        elif run.status in (Status.DONE, Status.CANCELLED) and run.rows_done:
            url = reverse("import-undo", args=[run.pk])
            offered.append(Action(_("Undo the import"), url, "undo-2", style="danger", in_dialog=True))
        return offered


class ImportRowsToMend(OneImport, Page):
    """The rows that were refused, each with what is wrong; mended, the same file can be imported."""

    def get(self, request, *args, **kwargs):
        self.object = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        rows = list(self.object.rows.filter(status=ImportRow.Status.BAD).order_by("number"))
        name = f"{_now('Rows to mend')}-{self.object.file_name.rsplit('.', 1)[0]}"
        return workbook(books.rows_to_mend(self.object, self.kind, rows), name)


class ImportDeed(OneImport, ActionView):
    """A deed of the person who brought the file."""

    done_message = ""

    def is_allowed(self):
        return self.is_mine()


class ImportRunNow(ImportDeed):
    title = _("Import")
    submit_label = _("Import")
    question = _("The rows that are right are written now. It can be undone.")

    def run(self, form):
        run_import(run_id=self.object.pk, actor=self.request.user)


class ImportStop(ImportDeed):
    title = _("Stop the import")
    submit_label = _("Stop")
    style = "danger"
    question = _("What is written by now stays; the rest can be imported later, or what is written undone.")

    def run(self, form):
        stop_import(run_id=self.object.pk, actor=self.request.user)


class ImportUndo(ImportDeed):
    title = _("Undo the import")
    submit_label = _("Undo")
    style = "danger"
    question = _(
        "What it created is taken away and what it changed is put back. Rows that somebody has worked with since stay, and say why."
    )

    def run(self, form):
        undo_import(run_id=self.object.pk, actor=self.request.user)
