"""The customer's link to the final text, for those who make it, send it and take it back."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, SigningLink
from contracts.services.link_mail import can_mail, mail_signing_link
from contracts.services.signing_links import (
    OPEN,
    PERMISSION,
    make_signing_link,
    path_of,
    revoke_signing_link,
)
from contracts.settings_kinds import LINK_VALID_DAYS
from contracts.signing_forms import LinkForm, LinkMailForm
from contracts.views.signing import OfContract
from core import clock
from core.configuration import value
from core.errors import ApplicationError
from core.generic.base import Page
from core.generic.forms import show_refusal
from core.models import User
from core.qr import qr_data_uri
from crm.masking import masked_number

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class ShownLink:
    """A link in the panel, with the word for how it stands; numbers of people are masked."""

    row: SigningLink
    state: str
    colour: str
    mobile: str
    is_open: bool


def sharing_panel(contract: Contract, user: User) -> dict[str, Any] | None:
    """What the contract's page shows of its links; None where there is none and none can be made."""
    links = [shown(one) for one in contract.signing_links.select_related("made_by", "revoked_by")]
    may = (
        contract.state in OPEN
        and Contract.objects.reachable_by(user, PERMISSION).filter(pk=contract.pk).exists()
    )
    if not links and not may:
        return None
    return {"links": links, "may_share": may, "is_open": any(one.is_open for one in links)}


def shown(link: SigningLink) -> ShownLink:
    """How a link stands now."""
    is_over = link.revoked_at is not None or link.expires_at <= clock.now()
    if link.acknowledged_at is not None:
        state, colour = pgettext("link", "Confirmed"), "green"
    elif link.revoked_at is not None:
        state, colour = pgettext("link", "Revoked"), ""
    elif is_over:
        state, colour = pgettext("link", "Expired"), ""
    elif link.opened_at is not None:
        state, colour = pgettext("link", "Opened"), "amber"
    else:
        state, colour = pgettext("link", "Not opened yet"), ""
    return ShownLink(link, state, colour, masked_number(link.mobile), not is_over)


class LinkCreate(OfContract):
    title = _("Make a link for the customer")
    permission = PERMISSION
    question = _(
        "With the link the customer reads the final text without an account and confirms it. It is shown once; a link "
        "made before leads nowhere afterwards."
    )
    form_class = LinkForm
    submit_label = _("Make the link")
    done_message = ""

    def initial(self):
        return {"valid_days": value(LINK_VALID_DAYS)}

    def run(self, form):
        made = make_signing_link(contract_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
        return show_link(self, made.token, LinkMailForm(initial=self.letter(made.token)))

    def letter(self, token: str) -> dict[str, Any]:
        contact = self.object.contact
        address = (contact.email if contact else "") or self.object.party_a.get("service_email", "")
        return {"to": address, "token": token, "click": uuid.uuid4(), "language": settings.LANGUAGE_CODE}

    def get_queryset(self):
        return super().get_queryset().select_related("contact")


class LinkMail(OfContract):
    """Sends the link from the page that shows it, and shows it again."""

    title = _("Link for the customer")
    permission = PERMISSION

    def get(self, request, *args, **kwargs):
        return redirect(self.object.get_absolute_url())

    def post(self, request, *args, **kwargs):
        form = LinkMailForm(request.POST)
        token = str(form.data.get("token", ""))
        if not form.is_valid():
            return show_link(self, token, form, status=400)
        fields = form.cleaned_data
        try:
            mail_signing_link(
                contract_id=self.object.pk, actor=request.user, **{**fields, "click": str(fields["click"])}
            )
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return show_link(self, token, form, status=refusal.status)
        fresh = LinkMailForm(initial={**fields, "click": uuid.uuid4()})
        return show_link(self, token, fresh, sent_to=fields["to"])


class LinkRevoke(OfContract):
    title = _("Revoke the link")
    permission = PERMISSION
    question = _("The link leads nowhere from now on. What was confirmed stays on record.")
    submit_label = _("Revoke the link")
    style = "danger"
    done_message = _("The link is revoked.")

    def run(self, form):
        revoke_signing_link(contract_id=self.object.pk, actor=self.request.user)


def show_link(page: Page, token: str, form: LinkMailForm, *, status: int = 200, sent_to: str = ""):
    """The link itself, to copy, to scan or to send; it stands nowhere else."""
    # Sent back by the browser: whatever is no token of ours leads nowhere.
    address = public_address(page.request, path_of(token if _TOKEN.fullmatch(token) else "-"))
    context = page.get_context_data(
        contract=page.object,
        address=address,
        qr=qr_data_uri(address),
        form=form,
        can_mail=can_mail(),
        sent_to=sent_to,
    )
    context["title"] = gettext("Link for the customer")
    answer = render(page.request, "contracts/signing_link.html", context, status=status)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def public_address(request: Any, path: str) -> str:
    """As people outside write it."""
    return settings.SITE_URL + path if settings.SITE_URL else request.build_absolute_uri(path)
