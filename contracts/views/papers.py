"""What is printed and filed of a contract."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from contracts import selectors
from contracts.models import Contract
from contracts.services import contract_pdf
from contracts.services.performance_sheet import performance_pdf
from contracts.services.printing import reading_copy_pdf
from contracts.services.redline_paper import deviations_pdf, redline_pdf
from contracts.services.seal_request import seal_request_pdf
from contracts.views.files import pdf_answer
from core.files.downloads import attachment


@login_required
@require_GET
def contract_paper(request, pk):
    """The contract on paper: with a watermark until it is approved, then always the same bytes."""
    name, content = contract_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


@login_required
@require_GET
def reading_copy(request, pk):
    """The English of a contract in both languages, to be read."""
    name, content = reading_copy_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


@login_required
@require_GET
def seal_request(request, pk):
    """用印申请单: what is to be sealed and who agreed to it, as a sheet to sign and file."""
    name, content = seal_request_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


@login_required
@require_GET
def performance_statement(request, pk):
    """合同履行情况表: what is delivered, paid and still to come."""
    name, content = performance_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


@login_required
@require_GET
def contract_file(request, pk, document_pk):
    """A filed document of the contract, never opened as a page of this site."""
    contract = get_object_or_404(Contract.objects.visible_to(request.user), pk=pk)
    document = selectors.files_of(contract).select_related("content").filter(pk=document_pk).first()
    if document is None:
        raise Http404("There is no such document here.")
    return attachment(document.read(), name=document.name, media_type=document.media_type)


@login_required
@require_GET
def contract_redline(request, pk):
    """What differs between two submissions, as a sheet: ``older`` and ``newer`` name them."""
    name, content = redline_pdf(contract_id=pk, asked=request.GET, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


@login_required
@require_GET
def contract_deviations(request, pk):
    """Where the contract yields from its template, as a sheet."""
    name, content = deviations_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)
