"""Pages for people outside: a contract's final text for the customer who has a link, and the check of a paper.

Whatever leads nowhere looks the same: unknown, revoked, expired, voided. Works without scripts, in WeChat too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_GET

from contracts.models import SigningLink
from contracts.public_forms import AcknowledgeForm
from contracts.services.proof import verdict_on
from contracts.services.signing_links import OPEN, acknowledge, find_link, note_opened, paper_of
from contracts.views.files import pdf_answer
from core.errors import ApplicationError, Conflict
from core.generic.forms import show_refusal
from core.limits import Limit, address_of, ip_of
from core.models import DocumentContent
from core.pdf.pages import MEDIA_TYPE
from core.pdf.pictures import count_of, picture_of
from crm.masking import masked_number

Answering = Callable[..., HttpResponse]
# A token has 256 bits: nobody guesses one. Whoever tries costs us nothing after this many.
WRONG = Limit("public-wrong", most=30, seconds=300)
# A contract of twenty pages, read by several people behind one address.
LOOKS = Limit("public-looks", most=400, seconds=60)
CONFIRMATIONS = Limit("public-confirmations", most=20, seconds=300)


def private(view: Answering) -> Answering:
    """Nothing of the answer stays in a cache or is found by a search engine, and its address leaves with no link."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # To other sites it sends nothing. "no-referrer" would take the origin from our own form too.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer

    return answering


def too_many(request: HttpRequest, limit: Limit) -> HttpResponse:
    answer = render(request, "public/too_many.html", status=429)
    answer.headers["Retry-After"] = str(limit.wait())
    return answer


def refused_by_limits(request: HttpRequest) -> HttpResponse | None:
    """429 for an address that has guessed or looked too often; counts this look."""
    address = address_of(request)
    if WRONG.is_used_up(address):
        return too_many(request, WRONG)
    if LOOKS.count(address) > LOOKS.most:
        return too_many(request, LOOKS)
    return None


def nowhere(request: HttpRequest) -> HttpResponse:
    """What every link hears that leads nowhere."""
    WRONG.count(address_of(request))
    return render(request, "public/gone.html", status=404)


def of_link(view: Answering) -> Answering:
    """The view gets the link of the token, or is not asked at all."""

    @private
    @wraps(view)
    def answering(request: HttpRequest, *args: Any, token: str, **kwargs: Any) -> HttpResponse:
        refused = refused_by_limits(request)
        if refused is not None:
            return refused
        link = find_link(token)
        return nowhere(request) if link is None else view(request, *args, token=token, link=link, **kwargs)

    return answering


@method_decorator(of_link, name="dispatch")
class SharedContract(View):
    """The pages, and what confirms them; afterwards the receipt."""

    def get(self, request, token, link):
        # One of ours who looks whether the link works is no customer.
        if not request.user.is_authenticated:
            note_opened(link)
        return self.show(token, link, AcknowledgeForm())

    def post(self, request, token, link):
        if CONFIRMATIONS.count(token) > CONFIRMATIONS.most:
            return too_many(request, CONFIRMATIONS)
        form = AcknowledgeForm(request.POST)
        if not form.is_valid():
            return self.show(token, link, form, status=400)
        try:
            acknowledge(
                token=token,
                address=ip_of(request),
                user_agent=request.headers.get("User-Agent", ""),
                **form.cleaned_data,
            )
        except SigningLink.DoesNotExist:
            return nowhere(request)
        except Conflict as refusal:
            link.refresh_from_db()
            return self.show(token, link, form, status=refusal.status, said=refusal.message)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(token, link, form, status=refusal.status)
        return redirect(f"{request.path}#receipt")

    def show(self, token, link, form, *, status=200, said=""):
        paper = paper_of(link)
        content = link.version.content
        context = {
            "link": link,
            "contract": link.contract,
            "content": content,
            "company": content["party_b"]["name"],
            "logo": bool(content.get("letterhead", {}).get("logo")),
            "token": token,
            "pages": range(1, count_of(paper) + 1),
            "fingerprint": paper.sha256,
            "mobile": masked_number(link.mobile),
            "form": form,
            "is_open": link.contract.state in OPEN,
            "said": said,
        }
        return render(self.request, "public/contract.html", context, status=status)


@require_GET
@of_link
def shared_page(request, token, link, number):
    """A page of the text as a picture: WeChat's browser shows no PDF."""
    try:
        picture = picture_of(paper_of(link), number)
    except IndexError:
        return nowhere(request)
    return HttpResponse(picture, content_type=MEDIA_TYPE)


@require_GET
@of_link
def shared_pdf(request, token, link):
    paper = paper_of(link)
    return pdf_answer(paper.name, paper.read(), download="download" in request.GET)


@require_GET
@of_link
def shared_logo(request, token, link):
    """The logo that stands on the paper."""
    logo = link.version.content.get("letterhead", {}).get("logo", "")
    found = DocumentContent.objects.filter(pk=logo).first() if logo else None
    return HttpResponse(bytes(found.content), content_type="image/png") if found else nowhere(request)


@require_GET
@private
def verify(request, number, fingerprint):
    """Whether a paper with this number and fingerprint is ours; every wrong one hears the same words."""
    refused = refused_by_limits(request)
    if refused is not None:
        return refused
    found = verdict_on(number, fingerprint)
    if found is None:
        WRONG.count(address_of(request))
    status = 200 if found else 404
    return render(request, "public/verify.html", {"verdict": found}, status=status)
