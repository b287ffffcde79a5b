"""Mail, sent by a worker over the SMTP server that EMAIL_URL names; unset, mail is switched off.

SMTP cannot promise "once": an answer that gets lost leaves open whether the server took the letter. So a
letter is a job with a key, sent again only while no answer said yes, and its Message-ID is made of the key:
the receiving side recognises a repetition.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from typing import Any

import environ
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.configuration import recent
from core.errors import ApplicationError
from core.jobs import GiveUp, JobRun, Rate, enqueue, handler
from core.models import BackgroundJob, User
from core.settings_kinds import SEND_MAIL

LONGEST_SUBJECT = 200
OFF: Mapping[str, Any] = {"sent": False, "why": "mail is switched off"}
NO_ADDRESS: Mapping[str, Any] = {"sent": False, "why": "the person has no address"}


def is_on() -> bool:
    """There is a server, and the company wants letters."""
    return bool(settings.EMAIL_URL) and bool(recent(SEND_MAIL))


def send_mail_later(
    *, to: User | str, subject: str, text: str, key: str, created_by: User | None = None
) -> BackgroundJob:
    """A letter after the commit. The same key is the same letter, also when it has been sent already.

    A person gets it at the address they have when it is sent.
    """
    _require_one_line(subject)
    if isinstance(to, str):
        _require_address(to)
    receiver = {"person": to.pk} if isinstance(to, User) else {"address": to}
    return enqueue(
        "mail",
        {**receiver, "subject": subject[:LONGEST_SUBJECT], "text": text},
        key=f"mail:{key}",
        title=subject,
        created_by=created_by,
        once=True,
    )


@handler(
    "mail",
    retries=12,
    first_pause=timedelta(seconds=10),
    name=gettext_lazy("Letter by e-mail"),
    rate=Rate(settings.MAILS_PER_MINUTE, per=timedelta(minutes=1)),
)
def send_mail(job: JobRun) -> Mapping[str, Any]:
    """Hand the letter to the mail server."""
    if not is_on():
        return OFF
    address = job.payload.get("address") or _address_of(job.payload["person"])
    if not address:
        return NO_ADDRESS
    deliver([address], job.payload["subject"], job.payload["text"], key=job.key)
    return {"sent": True}


def deliver(
    addresses: Sequence[str],
    subject: str,
    text: str,
    *,
    key: str,
    attachments: Sequence[tuple[str, bytes, str]] = (),
) -> None:
    """Hand one letter to the mail server now: for workers, who try again with the same key.

    ``attachments``: (name, content, media type) of each.
    """
    letter = EmailMessage(
        subject=subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=list(addresses),
        headers={
            "Message-ID": message_id(key),
            "Date": format_datetime(clock.now()),
            # No answers from people's absence notices, please (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
        connection=_server(),
    )
    for name, content, media_type in attachments:
        # As bytes: text would be taken apart and put together anew, the mark in front of a CSV lost.
        letter.attach(name, content, media_type)
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        _give_up_if_final(code for code, _text in refused.recipients.values())
        raise
    except smtplib.SMTPDataError as refused:
        _give_up_if_final([refused.smtp_code])
        raise


def message_id(key: str) -> str:
    """The same for every attempt at the same letter."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _server() -> Any:
    known = environ.Env.email_url_config(settings.EMAIL_URL)
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=known["EMAIL_HOST"],
        port=known["EMAIL_PORT"],
        username=known["EMAIL_HOST_USER"] or "",
        password=known["EMAIL_HOST_PASSWORD"] or "",
        use_tls=known.get("EMAIL_USE_TLS", False),
        use_ssl=known.get("EMAIL_USE_SSL", False),
        timeout=settings.EMAIL_TIMEOUT,
    )


def _give_up_if_final(codes: Any) -> None:
    """5xx: the server will never take this letter. 4xx: not now."""
    final = [code for code in codes if code >= 500]
    if final:
        raise GiveUp(_("The mail server refuses this letter for good (%(code)s).") % {"code": final[0]})


def _address_of(person_id: int) -> str:
    address = User.objects.filter(pk=person_id, is_active=True).values_list("email", flat=True).first()
    return address or ""


def _require_one_line(subject: str) -> None:
    # A line break would begin a header of the writer's choice.
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in subject):
        raise ApplicationError(_("The subject of a letter is one line."), code="mail_subject")


def _require_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise ApplicationError(_("This is not an e-mail address."), code="mail_address") from error
