"""What administrators do with systems outside: name them, change them, switch them, try them.

Their secrets are stored encrypted, read only to call, and never shown, exported or logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock, outbound
from core.actors import Actor, SystemActor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.outbound import NoAnswerError
from core.rights import require, require_on
from core.webhooks import secrets
from workflows.models import OutsideService
from workflows.models.outside import CODE
from workflows.outside import GiveUp, NotNow, Rate
from workflows.services import http

MANAGE = "workflows.manage_outside_services"
SHOWN = (
    "code", "name_zh", "name_en", "base_url", "header_name", "timeout", "rate_per_minute", "allow_private",
)  # fmt: skip
SHORTEST_SECRET, LONGEST_SECRET = 8, 2000
# Headers that we write ourselves, and those that would change what a call is.
OUR_HEADERS = frozenset(
    {
        "host", "content-length", "content-type", "transfer-encoding", "connection", "idempotency-key", "accept",
        "accept-encoding", "user-agent", "expect", "upgrade", "te", "trailer",
    }
)  # fmt: skip
# Pages do not wait longer for a try.
TRY_SECONDS = 5


def service_named(code: str) -> OutsideService | None:
    """An app's own operation calls a system that administrators name under this code."""
    return OutsideService.objects.filter(code=code).first()


def rate_of(code: str) -> Rate | None:
    """How often it may be called, if that is limited."""
    count = OutsideService.objects.filter(code=code).values_list("rate_per_minute", flat=True).first()
    return Rate(count, timedelta(minutes=1)) if count else None


def shared_secret(code: str) -> str:
    """What a system and we both know, "" if there is none: it signs what it tells us with that."""
    known = service_named(code)
    return http.secret_of(known) if known is not None and known.is_active else ""


@transaction.atomic
def create_outside_service(*, fields: Mapping[str, Any], actor: Actor) -> OutsideService:
    """A system that definitions can be granted from now on."""
    require(actor, MANAGE)
    service = OutsideService(
        created_by=actor if isinstance(actor, User) else None, created_at=clock.now(), allow_private=False
    )
    _fill(service, fields, actor)
    with refusing(_refusals()):
        service.save(force_insert=True)
    audit.record(actor, "workflows.create_outside_service", service, after=_shown(service))
    return service


@transaction.atomic
def change_outside_service(
    *, service_id: int, changes: Mapping[str, Any], actor: Actor, revision: int | None = None
) -> OutsideService:
    """Change it; an empty secret leaves the one it has. Its code stays: diagrams know it by that."""
    service = _locked(service_id, actor)
    if revision is not None and revision != service.revision:
        raise Conflict(
            _("Somebody changed this meanwhile. Read it again and repeat your change."), code="stale"
        )
    before, secret_before = _shown(service), service.secret
    _fill(service, {**changes, "code": service.code}, actor)
    after = _shown(service)
    if after == before and service.secret == secret_before:
        return service
    service.revision += 1
    service.save(update_fields=[*SHOWN, "secret", "revision"])
    if service.secret != secret_before:
        after["secret"] = "new" if service.secret else "none"
    audit.record(actor, "workflows.change_outside_service", service, before=before, after=after)
    return service


@transaction.atomic
def switch_outside_service(*, service_id: int, on: bool, actor: Actor) -> OutsideService:
    """Off: its calls wait. On: they go on."""
    service = _locked(service_id, actor)
    if service.is_active == on:
        return service
    service.is_active = on
    service.revision += 1
    service.save(update_fields=["is_active", "revision"])
    audit.record(
        actor,
        "workflows.switch_outside_service",
        service,
        before={"is_active": not on},
        after={"is_active": on},
    )
    return service


@dataclass(frozen=True)
class Try:
    """How a try went: the status, or why there was no answer."""

    status: int | None
    reason: str = ""

    @property
    def is_fine(self) -> bool:
        """It is there and knows us. What it says to a bare GET is its own affair."""
        return self.status is not None and self.status < 500 and self.status not in (401, 403, 407)


def try_outside_service(*, service_id: int, actor: Actor) -> Try:
    """GET its address with our header. Of the answer only the status is told."""
    require_on(actor, MANAGE, OutsideService.objects.all(), service_id)
    service = OutsideService.objects.get(pk=service_id)
    service.timeout = min(service.timeout, TRY_SECONDS)
    try:
        found = Try(http.call(service, "GET", service.base_url, http.headers_of(service), None).status)
    except (GiveUp, NotNow) as error:
        found = Try(None, str(error))
    audit.record(
        actor,
        "workflows.try_outside_service",
        service,
        after={"status": found.status, "reason": found.reason},
    )
    return found


def names_of_services() -> dict[str, str]:
    """Every service by its code, for granting: also those that are off."""
    return {one.code: one.name for one in OutsideService.objects.all()}


# Inside -----------------------------------------------------------------------------------------


def _locked(service_id: int, actor: Actor) -> OutsideService:
    require_on(actor, MANAGE, OutsideService.objects.all(), service_id)
    return OutsideService.objects.select_for_update(no_key=True).get(pk=service_id)


def _fill(service: OutsideService, fields: Mapping[str, Any], actor: Actor) -> None:
    was_at, private_before = service.base_url, service.allow_private
    for name in ("code", "name_zh", "name_en", "base_url", "header_name"):
        if name in fields:
            setattr(service, name, str(fields[name] or "").strip())
    for name in ("timeout", "rate_per_minute", "allow_private"):
        if name in fields:
            setattr(service, name, fields[name])
    secret = str(fields.get("secret") or "")
    errors = _wrong(service, secret)
    may_open = isinstance(actor, SystemActor) or (isinstance(actor, User) and actor.is_superuser)
    moved = bool(was_at) and _machine(was_at) != _machine(service.base_url)
    if service.allow_private and not private_before and not may_open:
        errors["allow_private"] = [_("Only a system administrator allows private addresses.")]
    elif service.allow_private and moved and not may_open:
        # Else the leave that was given for one machine would open all the others.
        errors["base_url"] = [
            _("It may call private addresses, so only a system administrator changes where it goes.")
        ]
    if moved and service.secret and not secret:
        # Else whoever may change the address could have the secret sent to themselves.
        errors["secret"] = [_("The address is another machine's now: enter its secret.")]
    if secret:
        service.secret = secrets.encrypt(secret)
    elif not service.header_name:
        service.secret = ""
    if service.header_name and not service.secret:
        errors.setdefault("secret", [_("Enter what stands in the header.")])
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _wrong(service: OutsideService, secret: str) -> dict[str, list[Text]]:
    errors: dict[str, list[Text]] = {}
    if not re.fullmatch(CODE.strip("^$"), service.code) or len(service.code) > 50:
        errors["code"] = [_("Small letters, digits, - and _, beginning with a letter.")]
    for name in ("name_zh", "name_en"):
        if not 0 < len(getattr(service, name)) <= 60:
            errors[name] = [_("Give it a name of up to 60 characters.")]
    if text := _wrong_url(service):
        errors["base_url"] = [text]
    header = service.header_name
    if header and (
        not re.fullmatch(r"[A-Za-z0-9-]{1,60}", header) or header.lower() in OUR_HEADERS or header[0] == "-"
    ):
        errors["header_name"] = [_("The name of a header such as Authorization, and none that we write.")]
    if secret and not header:
        errors["header_name"] = [_("Name the header in which the secret stands.")]
    if secret and not (
        SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET and secret.isascii() and secret.isprintable()
    ):
        errors["secret"] = [_("8 characters at least, without line breaks or letters of other scripts.")]
    if not isinstance(service.timeout, int) or not 1 <= service.timeout <= 60:
        errors["timeout"] = [_("Between 1 and 60 seconds.")]
    rate = service.rate_per_minute
    if rate is not None and not 1 <= rate <= 1000:
        errors["rate_per_minute"] = [_("Between 1 and 1000, or empty for no limit.")]
    return errors


def _wrong_url(service: OutsideService) -> str | None:
    try:
        outbound.check(service.base_url, allow_private=service.allow_private)
    except NoAnswerError as error:
        if error.reason == outbound.Reason.FORBIDDEN:
            return _("This address lies in a private network. A system administrator can allow it.")
        return _(
            "Write an address that begins with https:// or http://, without user name, password or #, "
            "on a port for the web."
        )
    if "?" in service.base_url or len(service.base_url) > 1000:
        return _("The address ends before a question mark.")
    return None


def _machine(url: str) -> str:
    try:
        target = outbound.parsed(url)
    except NoAnswerError:
        return ""
    return f"{target.scheme}://{target.authority}"


def _shown(service: OutsideService) -> dict[str, Any]:
    return {name: getattr(service, name) for name in SHOWN}


def _refusals() -> Mapping[str, ApplicationError]:
    taken = gettext_lazy("There is an external system of this code.")
    return {"outside_service_code_once": ApplicationError(taken, code="code_taken", errors={"code": [taken]})}
