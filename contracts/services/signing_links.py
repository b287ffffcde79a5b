"""A link with which the customer reads the final text without an account, and says so.

It is no signature: it tells us that the text arrived, was read and is agreed to, before or while the copies travel.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts import notices
from contracts.models import Contract, ContractVersion, SigningLink
from contracts.services.moves import current_version, locked, person
from contracts.services.printing import contract_document
from contracts.settings_kinds import LINK_VALID_DAYS
from core import audit, clock
from core.actors import Actor, SystemActor
from core.configuration import value
from core.documents import documents_of
from core.errors import ApplicationError, Conflict, Text
from core.models import Document
from core.rights import require_on
from core.tokens import hashed
from crm.normalise import clean_mobile

PERMISSION = "contracts.share_contract"
State = Contract.State
# The paper is final and not signed by both yet: there is something to agree to.
OPEN = (State.APPROVED, State.SIGNING)
# Whoever has acknowledged finds the receipt as long as the link lasts, unless the contract came to nothing.
STILL_SHOWN = (*OPEN, State.SIGNED, State.ACTIVE, State.COMPLETED, State.EXPIRED)
LONGEST_DAYS = 90
WHO = SystemActor("contracts.customer")


@dataclass(frozen=True)
class MadeLink:
    """A link just made; its token is shown this once."""

    link: SigningLink
    token: str

    @property
    def path(self) -> str:
        return path_of(self.token)


def path_of(token: str) -> str:
    """Where a link leads, within the site."""
    return reverse("contracts:shared-contract", args=[token])


@transaction.atomic
def make_signing_link(*, contract_id: int, actor: Actor, valid_days: int | None = None) -> MadeLink:
    """A new link to the contract's final text; the one before it leads nowhere from now on.

    Raises Conflict (wrong_state) where the paper is not final or both have signed, ApplicationError (invalid).
    """
    require_on(actor, PERMISSION, Contract.objects.all(), contract_id)
    contract = locked(contract_id, OPEN)
    days = value(LINK_VALID_DAYS) if valid_days is None else valid_days
    if not 1 <= days <= LONGEST_DAYS:
        text = _("Between 1 and %(most)s days.") % {"most": LONGEST_DAYS}
        raise ApplicationError(text, code="invalid", errors={"valid_days": [text]})
    now, token = clock.now(), secrets.token_urlsafe(32)
    open_links_of(contract).update(revoked_at=now, revoked_by=person(actor))
    # Filed now: whoever is sent the link waits for no printing.
    paper = contract_document(contract)
    link = SigningLink.objects.create(
        contract=contract,
        version=current_version(contract),
        token_hash=hashed(token),
        made_by=person(actor),
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(
        actor,
        "contracts.make_signing_link",
        contract,
        after={"expires_at": link.expires_at, "shown": paper.sha256},
    )
    return MadeLink(link, token)


@transaction.atomic
def revoke_signing_link(*, contract_id: int, actor: Actor) -> SigningLink:
    """The open link leads nowhere from now on. Raises Conflict (no_link) where none is open."""
    require_on(actor, PERMISSION, Contract.objects.all(), contract_id)
    contract = Contract.objects.select_for_update(of=("self",), no_key=True).get(pk=contract_id)
    link = open_links_of(contract).first()
    if link is None:
        raise Conflict(_("There is no link that could be revoked."), code="no_link")
    link.revoked_at, link.revoked_by = clock.now(), person(actor)
    link.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(actor, "contracts.revoke_signing_link", contract)
    return link


# What the customer does --------------------------------------------------------------------------------


def find_link(token: str) -> SigningLink | None:
    """The link of a token; None for an unknown, revoked or expired one, and for one whose text is not final."""
    latest = ContractVersion.objects.filter(contract=OuterRef("contract")).order_by("-seq").values("pk")[:1]
    link = (
        SigningLink.objects.select_related("contract", "version")
        .annotate(latest=Subquery(latest))
        .filter(token_hash=hashed(token), revoked_at=None, expires_at__gt=clock.now(), version_id=F("latest"))
        .first()
    )
    if link is None:
        return None
    shown = STILL_SHOWN if link.acknowledged_at else OPEN
    return link if link.contract.state in shown else None


def paper_of(link: SigningLink) -> Document:
    """The filed PDF that the link shows, without its bytes."""
    return documents_of(link.version, kind="contract")[:1].get()


def note_opened(link: SigningLink) -> None:
    """The customer has the page before them for the first time."""
    if link.opened_at is None:
        link.opened_at = clock.now()
        SigningLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=link.opened_at)


@transaction.atomic
def acknowledge(
    *,
    token: str,
    name: str,
    title: str,
    mobile: str,
    is_confirmed: bool,
    address: str | None = None,
    user_agent: str = "",
) -> SigningLink:
    """The customer has received and read the text and confirms it: once, by name.

    Raises SigningLink.DoesNotExist for a link that leads nowhere, Conflict (acknowledged_already), and
    ApplicationError (invalid) with the fields that are wrong.
    """
    found = find_link(token)
    if found is None:
        raise SigningLink.DoesNotExist
    # The contract first, as everybody does: it cannot be voided or signed meanwhile.
    contract = Contract.objects.select_for_update(of=("self",), no_key=True).get(pk=found.contract_id)
    link = SigningLink.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    if link.acknowledged_at is not None:
        raise Conflict(_("This has been confirmed already."), code="acknowledged_already")
    if link.revoked_at is not None or contract.state not in OPEN:
        raise SigningLink.DoesNotExist
    given = _checked(name, title, mobile, is_confirmed)
    now = clock.now()
    link.opened_at = link.opened_at or now
    link.acknowledged_at = now
    link.name, link.title, link.mobile = given
    link.address, link.user_agent = address, _plain(user_agent)[:300]
    link.shown_sha256 = paper_of(link).sha256
    link.save()
    audit.record(
        WHO,
        "contracts.acknowledge_contract",
        contract,
        after={"name": link.name, "title": link.title, "shown": link.shown_sha256, "address": address},
    )
    notices.acknowledged(contract, link)
    return link


def open_links_of(contract: Contract) -> QuerySet[SigningLink]:
    """The one that was not revoked, which may have expired."""
    return SigningLink.objects.filter(contract=contract, revoked_at=None)


def _checked(name: str, title: str, mobile: str, is_confirmed: bool) -> tuple[str, str, str]:
    errors: dict[str, list[Text]] = {}
    name, title = (" ".join(text.split()) for text in (name, title))
    for field, text, missing in (
        ("name", name, _("Enter your name.")),
        ("title", title, _("Enter your position.")),
    ):
        if not text:
            errors[field] = [missing]
        elif len(text) > 60:
            errors[field] = [_("At most 60 characters.")]
        elif _plain(text) != text:
            errors[field] = [_("Write it in letters: it holds signs that cannot be shown.")]
    number = ""
    try:
        number = clean_mobile(mobile)
        if not number:
            errors["mobile"] = [_("Enter your mobile number.")]
        elif len(number) > 20:
            errors["mobile"] = [_("At most 20 characters.")]
    except ValidationError as error:
        errors["mobile"] = list(error.messages)
    if not is_confirmed:
        errors["is_confirmed"] = [_("Tick the box to confirm.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return name, title, number


def _plain(text: str) -> str:
    """Without signs that steer: control characters, marks that turn the direction of writing, unassigned ones."""
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("C"))
