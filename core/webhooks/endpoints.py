"""What people do with endpoints: make, change, switch, delete them, and make their secrets anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock, outbound
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import User, WebhookEndpoint
from core.outbound import NoAnswerError
from core.permissions import MANAGE_WEBHOOKS
from core.rights import require, require_on
from core.webhooks import interest, secrets
from core.webhooks.catalogue import events

FIELDS = ("name", "url", "events", "allow_private")
LONGEST_NAME, LONGEST_OVERLAP = 60, timedelta(days=30)


@transaction.atomic
def create_endpoint(*, fields: Mapping[str, Any], actor: Actor) -> tuple[WebhookEndpoint, str]:
    """A new endpoint, at work at once; returns it with its secret, which is shown this once."""
    require(actor, MANAGE_WEBHOOKS)
    secret, now = secrets.make(), clock.now()
    endpoint = WebhookEndpoint(
        secret=secrets.encrypt(secret), secret_made_at=now, created_by=_person(actor), created_at=now
    )
    _fill(endpoint, {"allow_private": False, **fields}, actor)
    with refusing(_refusals()):
        endpoint.save(force_insert=True)
    _somebody_listens()
    audit.record(actor, "core.create_webhook", endpoint, after=_shown(endpoint))
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, endpoint_id: int, changes: Mapping[str, Any], actor: Actor, revision: int | None = None
) -> WebhookEndpoint:
    """Change name, address, events or the leave to call private addresses."""
    endpoint = _locked(endpoint_id, actor)
    if revision is not None and revision != endpoint.revision:
        raise Conflict(
            _("Somebody changed this meanwhile. Read it again and repeat your change."), code="stale"
        )
    before = _shown(endpoint)
    _fill(endpoint, changes, actor)
    after = _shown(endpoint)
    if after == before:
        return endpoint
    if after["url"] != before["url"]:
        # Another receiver: what the old one did says nothing about it.
        endpoint.failures, endpoint.paused_until = 0, None
    endpoint.revision += 1
    with refusing(_refusals()):
        endpoint.save(update_fields=[*FIELDS, "failures", "paused_until", "revision"])
    audit.record(actor, "core.change_webhook", endpoint, before=before, after=after)
    return endpoint


@transaction.atomic
def switch_endpoint(*, endpoint_id: int, on: bool, actor: Actor) -> WebhookEndpoint:
    """Off: nothing more is sent, and what happens meanwhile is not kept for it. On: from now on again."""
    endpoint = _locked(endpoint_id, actor)
    if endpoint.is_active == on:
        return endpoint
    endpoint.is_active = on
    endpoint.off_reason = "" if on else WebhookEndpoint.OffReason.PERSON
    endpoint.failures, endpoint.paused_until = 0, None
    endpoint.revision += 1
    endpoint.save(update_fields=["is_active", "off_reason", "failures", "paused_until", "revision"])
    if on:
        _somebody_listens()
    audit.record(
        actor, "core.switch_webhook", endpoint, before={"is_active": not on}, after={"is_active": on}
    )
    return endpoint


@transaction.atomic
def recreate_secret(
    *, endpoint_id: int, actor: Actor, overlap: timedelta = timedelta(hours=24)
) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown this once. During the overlap the old one signs as well; none for a leaked one."""
    endpoint = _locked(endpoint_id, actor)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        text = _("Both secrets are in force for 30 days at most.")
        raise ApplicationError(text, code="invalid", errors={"overlap_hours": [text]})
    secret, now = secrets.make(), clock.now()
    if overlap:
        endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + overlap
    else:
        endpoint.old_secret, endpoint.old_secret_until = "", None
    endpoint.secret, endpoint.secret_made_at = secrets.encrypt(secret), now
    endpoint.revision += 1
    endpoint.save(update_fields=["secret", "secret_made_at", "old_secret", "old_secret_until", "revision"])
    audit.record(
        actor,
        "core.recreate_webhook_secret",
        endpoint,
        after={"overlap_hours": overlap.total_seconds() / 3600},
    )
    return endpoint, secret


@transaction.atomic
def delete_endpoint(*, endpoint_id: int, actor: Actor) -> None:
    """Remove it with its log. What was audited stays."""
    endpoint = _locked(endpoint_id, actor)
    audit.record(actor, "core.delete_webhook", endpoint, before=_shown(endpoint))
    endpoint.delete()


# Inside ---------------------------------------------------------------------------------------


def _locked(endpoint_id: int, actor: Actor) -> WebhookEndpoint:
    require_on(actor, MANAGE_WEBHOOKS, WebhookEndpoint.objects.all(), endpoint_id)
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Endpoints belong to people.")
    return actor


def _fill(endpoint: WebhookEndpoint, changes: Mapping[str, Any], actor: Actor) -> None:
    url_before, private_before = endpoint.url, endpoint.allow_private
    errors: dict[str, list[Text]] = {}
    if "name" in changes:
        endpoint.name = str(changes["name"]).strip()
    if "url" in changes:
        endpoint.url = str(changes["url"]).strip()
    if "events" in changes:
        endpoint.events = sorted({str(one) for one in changes["events"]})
    if "allow_private" in changes:
        endpoint.allow_private = bool(changes["allow_private"])
    if not endpoint.name or len(endpoint.name) > LONGEST_NAME:
        errors["name"] = [_("Give it a name of up to 60 characters.")]
    if wrong := _wrong_events(endpoint.events):
        errors["events"] = [wrong]
    may_open = isinstance(actor, User) and actor.is_superuser
    if endpoint.allow_private and not private_before and not may_open:
        errors["allow_private"] = [_("Only a system administrator allows private addresses.")]
    elif endpoint.allow_private and endpoint.url != url_before and not may_open:
        # Else the leave that was given for one machine would open all the others.
        errors["url"] = [
            _("It may call private addresses, so only a system administrator changes where it goes.")
        ]
    elif wrong := _wrong_url(endpoint):
        errors["url"] = [wrong]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _wrong_events(names: Sequence[str]) -> str | None:
    known = {one.name for one in events()}
    if unknown := [name for name in names if name not in known]:
        return _("There are no such events: %(names)s") % {"names": ", ".join(unknown)[:200]}
    return None if names else _("Choose at least one event.")


def _wrong_url(endpoint: WebhookEndpoint) -> str | None:
    try:
        outbound.check(endpoint.url, allow_private=endpoint.allow_private)
    except NoAnswerError as error:
        if error.reason == outbound.Reason.FORBIDDEN:
            return _("This address lies in a private network. A system administrator can allow it.")
        return _(
            "Write an address that begins with https:// or http://, without user name, password or #, "
            "on a port for the web."
        )
    return None


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {name: getattr(endpoint, name) for name in FIELDS}


def _somebody_listens() -> None:
    """Known to this process at once, also after a rollback: that costs a query now and then, no more."""
    interest.note(True)
    transaction.on_commit(lambda: interest.note(True))


def _refusals() -> Mapping[str, ApplicationError]:
    taken = gettext_lazy("There is a webhook of this name.")
    return {"webhook_name_once": ApplicationError(taken, code="name_taken", errors={"name": [taken]})}
