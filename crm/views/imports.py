"""Customers from a spreadsheet: upload, see what would happen, import the good rows, mend the others.

Between the steps the file waits in the cache under a key that only its owner can know; whoever waits longer
than an hour uploads it once more.
"""

import secrets
from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic import Action, Page
from core.generic.base import Crumb
from core.generic.exports import XLSX
from core.generic.forms import show_refusal
from core.models import User
from crm.forms import ImportForm
from crm.importers import ImportReport, customer_template, import_customers, problems_workbook
from crm.tables import ImportErrorTable
from crm.views.customers import LIST

KEPT_SECONDS = 3600
# More rows than this are in the file of rows to mend.
SHOWN_PROBLEMS = 200


@dataclass(frozen=True)
class Upload:
    """A file on its way: what it is, what its preview said, and what came of it."""

    name: str
    content: bytes
    for_owner: bool
    report: ImportReport
    is_done: bool = False


def _key(user: User, token: str) -> str:
    return f"crm:import:{user.pk}:{token}"


def _keep(user: User, token: str, upload: Upload) -> None:
    cache.set(_key(user, token), upload, KEPT_SECONDS)


def _find(user: User, token: str) -> Upload:
    found = cache.get(_key(user, token))
    if found is None:
        raise Http404("This upload is no longer kept.")
    return found


class ImportPage(Page):
    permission = "crm.import_customers"

    def crumbs(self):
        return [LIST]


class CustomerImport(ImportPage):
    """The first step: choose the file."""

    title = _("Import customers")
    template_name = "crm/import_upload.html"
    width = "form-page"

    def actions(self):
        url = reverse("crm:customer-import-template")
        return [Action(_("Download the template"), url, "download", download=True)]

    def get(self, request, *args, **kwargs):
        return self.show(ImportForm(may_own=request.user.may("crm.edit_customer")))

    def post(self, request, *args, **kwargs):
        form = ImportForm(request.POST, request.FILES, may_own=request.user.may("crm.edit_customer"))
        if not form.is_valid():
            return self.show(form, status=400)
        upload = form.cleaned_data["file"]
        for_owner = form.cleaned_data.get("target") == ImportForm.MINE
        try:
            content = upload.read()
            report = import_customers(
                content=content, actor=request.user, preview=True, owner=request.user if for_owner else None
            )
        except ApplicationError as refusal:
            show_refusal(form, ApplicationError(refusal.message, errors={"file": [refusal.message]}))
            return self.show(form, status=refusal.status)
        token = secrets.token_urlsafe(16)
        _keep(request.user, token, Upload(upload.name, content, for_owner, report))
        return redirect("crm:customer-import-preview", token)

    def show(self, form, *, status: int = 200):
        return self.render_to_response(self.get_context_data(form=form), status=status)


class CustomerImportPreview(ImportPage):
    """The second step: what is right, what is wrong; and after the import, what came of it."""

    template_name = "crm/import_preview.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.may(self.permission):
            self.upload = _find(request.user, kwargs["token"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Result of the import") if self.upload.is_done else _("Preview of the import")

    def crumbs(self):
        return [LIST, Crumb(_("Import customers"), reverse("crm:customer-import"))]

    def get_context_data(self, **kwargs):
        report = self.upload.report
        return super().get_context_data(
            upload=self.upload,
            report=report,
            problems=ImportErrorTable(report.problems[:SHOWN_PROBLEMS]),
            unshown=max(len(report.problems) - SHOWN_PROBLEMS, 0),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        token = kwargs["token"]
        # A double click, or the back button: the rows are saved once.
        if self.upload.is_done or not cache.add(f"{_key(request.user, token)}:running", 1, KEPT_SECONDS):
            return redirect("crm:customer-import-preview", token)
        try:
            report = import_customers(
                content=self.upload.content,
                actor=request.user,
                owner=request.user if self.upload.for_owner else None,
            )
        except Exception:
            cache.delete(f"{_key(request.user, token)}:running")
            raise
        _keep(request.user, token, replace(self.upload, report=report, is_done=True, content=b""))
        count = len(report.saved)
        messages.success(
            request,
            ngettext("%(count)s customer imported.", "%(count)s customers imported.", count)
            % {"count": count},
        )
        return redirect("crm:customer-import-preview", token)


class ImportTemplate(ImportPage):
    def get(self, request, *args, **kwargs):
        return _workbook(customer_template(), gettext("Customers to import"))


class ImportProblems(ImportPage):
    """The rows to mend, each with what is wrong; mended, the same file can be imported."""

    def get(self, request, *args, **kwargs):
        upload = _find(request.user, kwargs["token"])
        return _workbook(problems_workbook(upload.report), gettext("Rows to mend"))


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
