"""Operations that every company needs: call another system, write to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core import mail
from core.models import User
from workflows.models import OutsideService
from workflows.registry import GiveUp, OutsideContext, Param, Rate, Type, operation
from workflows.services.http import ask
from workflows.services.outside_services import names_of_services

# More readers of one letter than this is a mailing, which is another matter.
MOST_RECEIVERS = 50


def _rate_of(params: Mapping[str, Any]) -> Rate | None:
    rates = OutsideService.objects.filter(code=params.get("service")).values_list(
        "rate_per_minute", flat=True
    )
    count = rates.first()
    return Rate(count, timedelta(minutes=1)) if count else None


@operation(
    name="workflows.call_service",
    label=("调用外部系统", "Call an external system"),
    effect="outside",
    params={
        "service": "text",
        "path": "text",
        "method": Param(Type("text"), required=False),
        "body": Param(Type("record"), required=False),
        "pick": Param(Type("text"), required=False),
    },
    result={"status": "integer", "body": Type("record"), "text": "text", "value": "text"},
    target="service",
    targets=names_of_services,
    retries=8,
    first_pause=timedelta(seconds=5),
    longest_pause=timedelta(hours=1),
    timeout=timedelta(seconds=75),
    rate=_rate_of,
)
def call_service(
    context: OutsideContext,
    *,
    service: str,
    path: str,
    method: str | None = None,
    body: Mapping[str, Any] | None = None,
    pick: str | None = None,
) -> Mapping[str, Any]:
    """Send ``body`` as JSON. ``pick`` names a value of the answer (``order.number``) to be had as text."""
    known = OutsideService.objects.filter(code=service).first()
    if known is None:
        raise GiveUp(_("There is no external system “%(code)s”.") % {"code": service[:50]})
    return ask(
        known, path=path, method=(method or "POST").upper(), body=body, key=context.key, pick=pick or ""
    )


@operation(
    name="workflows.send_mail",
    label=("发送邮件", "Send a letter by e-mail"),
    effect="outside",
    params={
        "to": Param(Type("text"), required=False),
        "role": Param(Type("text"), required=False),
        "subject": "text",
        "text": "text",
    },
    result={"sent": "boolean", "count": "integer"},
    retries=12,
    first_pause=timedelta(seconds=10),
    timeout=timedelta(seconds=60),
    rate=Rate(settings.MAILS_PER_MINUTE, timedelta(minutes=1)),
    # One mail server takes everything we send.
    limited_by="mail",
)
def send_mail(
    context: OutsideContext, *, subject: str, text: str, to: str | None = None, role: str | None = None
) -> Mapping[str, Any]:
    """To a person by user name, to everybody of a role, or both; to nobody outside. One letter for all."""
    people = _receivers(to, role)
    addresses = sorted({person.email for person in people if person.email})
    if not mail.is_on() or not addresses:
        return {"sent": False, "count": 0}
    line = " ".join(subject.split())[: mail.LONGEST_SUBJECT]
    mail.deliver(addresses, line, text, key=context.key)
    return {"sent": True, "count": len(addresses)}


def _receivers(to: str | None, role: str | None) -> list[User]:
    active = User.objects.filter(is_active=True)
    found: list[User] = []
    if to:
        found += active.filter(username=to)
        if not found:
            raise GiveUp(_("There is nobody called “%(name)s” here (any more).") % {"name": to[:50]})
    if role:
        found += active.filter(roles__code=role).distinct()
    if not to and not role:
        raise GiveUp(_("Nobody is named to whom the letter goes."))
    if len(found) > MOST_RECEIVERS:
        raise GiveUp(
            _("The letter would go to %(count)s people; %(most)s are possible.")
            % {"count": len(found), "most": MOST_RECEIVERS}
        )
    return found
