"""The customer's link by e-mail: a person's click is one letter, and nothing is sent by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract, SigningLink
from contracts.services.moves import locked, person
from contracts.services.signing_links import OPEN, PERMISSION, find_link, open_links_of, path_of
from core import audit, clock, mail
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.jobs import JobRun, Rate, enqueue, handler
from core.models import BackgroundJob
from core.rights import require_on
from core.tokens import hashed
from core.webhooks import secrets

KIND = "signing_link"
LANGUAGES = ("zh-hans", "en")
OVER: Mapping[str, Any] = {"sent": False, "why": "the link leads nowhere any more"}


@transaction.atomic
def mail_signing_link(
    *, contract_id: int, token: str, to: str, language: str, click: str, actor: Actor
) -> BackgroundJob:
    """Send a link that was just made to the customer. The same ``click`` is the same letter, sent once.

    Raises ApplicationError (mail_off, invalid) and Conflict (no_link) for a token that is not the open link's.
    """
    require_on(actor, PERMISSION, Contract.objects.all(), contract_id)
    contract = locked(contract_id, OPEN)
    link = open_links_of(contract).filter(token_hash=hashed(token), expires_at__gt=clock.now()).first()
    if link is None:
        raise Conflict(_("This link is not open any more: make a new one."), code="no_link")
    if not can_mail():
        raise ApplicationError(_("Mail is switched off: copy the link instead."), code="mail_off")
    to = to.strip()
    _require_address_and_language(to, language)
    key = f"signing-link:{link.pk}:{click}"
    known = BackgroundJob.objects.filter(key=key).first()
    if known is not None:
        return known
    # The queue keeps the token as little as any other row does: locked away until the letter is written.
    payload = {"to": to, "language": language, "locked": secrets.encrypt(token)}
    job = enqueue(KIND, payload, key=key, title=str(contract), created_by=person(actor), once=True)
    audit.record(actor, "contracts.mail_signing_link", contract, after={"to": to, "language": language})
    return job


def can_mail() -> bool:
    """Letters are sent, and we know under which address the customer finds us."""
    return mail.is_on() and bool(settings.SITE_URL)


@handler(
    KIND,
    retries=12,
    first_pause=timedelta(seconds=10),
    name=gettext_lazy("A contract's link by e-mail"),
    rate=Rate(settings.MAILS_PER_MINUTE, per=timedelta(minutes=1)),
)
def send_signing_link(job: JobRun) -> Mapping[str, Any]:
    """Hand the letter to the mail server, unless the link was revoked meanwhile."""
    if not mail.is_on():
        return mail.OFF
    token = secrets.decrypt(job.payload["locked"])
    link = find_link(token)
    if link is None:
        return OVER
    with translation.override(job.payload["language"]):
        subject, text = _letter(link, token)
    mail.deliver([job.payload["to"]], subject, text, key=job.key)
    return {"sent": True}


def _require_address_and_language(to: str, language: str) -> None:
    try:
        validate_email(to)
    except ValidationError as error:
        text = _("This is not an e-mail address.")
        raise ApplicationError(text, code="mail_address", errors={"to": [text]}) from error
    if language not in LANGUAGES:
        text = _("Choose a language.")
        raise ApplicationError(text, code="invalid", errors={"language": [text]})


def _letter(link: SigningLink, token: str) -> tuple[str, str]:
    """Subject and text in the language that is active."""
    company = link.version.content["party_b"]["name"]
    about = {"contract": link.contract.no, "title": link.contract.title, "company": company}
    until = link.expires_at.astimezone(clock.COMPANY_ZONE).strftime("%Y-%m-%d %H:%M")
    subject = _("Contract %(contract)s from %(company)s for you to read") % about
    text = _(
        "Dear customer,\n\n"
        "the text of the contract %(contract)s (%(title)s) is final. Please read it and confirm that you have "
        "received and read it and agree to the text:\n\n"
        "%(address)s\n\n"
        "The link holds until %(until)s (Beijing time). It opens in any browser and in WeChat. Please do not pass it "
        "on: whoever has it can read the contract. Confirming is not yet signing.\n\n"
        "%(company)s"
    ) % {**about, "address": settings.SITE_URL + path_of(token), "until": until}
    return " ".join(subject.split()), text
