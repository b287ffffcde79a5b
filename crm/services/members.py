"""Take what the platform tells of its members: once, in any order, and find or make the customer (F10 to F14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from crm import events, normalise
from crm.models import Customer, MemberAccount, MemberEvent
from crm.services import dedupe
from crm.services.customers import enter_customer
from crm.services.rotation import NEW_MEMBERS, rotate

Kind = MemberEvent.Kind
# The platform's clock may go a little ahead of ours.
AHEAD = timedelta(hours=1)
MOST_LOGINS = 2_000_000_000
_TEXTS = {"company": 120, "contact_name": 60, "mobile": 40, "phone": 40, "email": 120}

# What apps above do with events that are theirs: by kind.
Handler = Callable[[MemberEvent, Actor], None]
_handlers: dict[str, Handler] = {}


def handle(kind: str, handler: Handler) -> None:
    """Let an app take the events of a kind; it does so while it starts."""
    if _handlers.setdefault(kind, handler) is not handler:
        raise ValueError(f"Events of the kind {kind} are handled twice.")


@transaction.atomic
def take_event(
    *, event_id: str, kind: str, external_id: str, at: datetime, data: Mapping[str, Any], actor: Actor
) -> tuple[MemberEvent, bool]:
    """Write an event down and do what follows from it. The same event again is the same row and does nothing; the
    second of the pair says whether it was new.
    """
    _require_sense(event_id, kind, external_id, at)
    texts = _texts(data)
    keys = _keys(texts) if kind == Kind.APPROVED else set()
    # Before any row is held: see lock_keys.
    dedupe.lock_keys(keys)
    _one_at_a_time(event_id)
    known = MemberEvent.objects.filter(event_id=event_id).select_related("account").first()
    if known is not None:
        if (known.kind, known.payload) != (kind, dict(data)):
            raise Conflict(_("There is another event with this id."), code="other_content")
        return known, False
    # An answer about a membership takes the contract's lock first, and the account's after it.
    is_answer = kind == Kind.MEMBERSHIP
    account = None
    if external_id:
        account = _known(external_id) if is_answer else _locked(external_id)
    event = MemberEvent.objects.create(
        event_id=event_id, account=account, kind=kind, at=at, payload=dict(data), received_at=clock.now()
    )
    if account is not None and not is_answer:
        _learn(account, event, texts)
        account.save()
        if kind == Kind.APPROVED and account.customer_id is None:
            _place(account, keys, is_important=data.get("important", True) is not False, actor=actor)
        if kind == Kind.LOGIN and account.customer is not None:
            events.member_active(account.customer, event, actor=actor)
    handler = _handlers.get(kind)
    if handler is not None:
        handler(event, actor)
    return event, True


# What an event says ------------------------------------------------------------------------------


def _require_sense(event_id: str, kind: str, external_id: str, at: datetime) -> None:
    errors: dict[str, list[str]] = {}
    if not event_id or len(event_id) > 80 or not event_id.isprintable():
        errors["event_id"] = [_("Between 1 and 80 characters.")]
    if kind not in Kind.values:
        errors["kind"] = [_("There is no such kind of event.")]
    if (
        len(external_id) > 60
        or not external_id.isprintable()
        or (not external_id and kind != Kind.MEMBERSHIP)
    ):
        errors["external_id"] = [_("Between 1 and 60 characters.")]
    if at > clock.now() + AHEAD:
        errors["at"] = [_("This lies in the future.")]
    if errors:
        raise ApplicationError(_("The event does not fit."), code="invalid", errors=errors)


def _texts(data: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a profile, cut to what fits; anything that is no text is left out."""
    found = {}
    for name, longest in _TEXTS.items():
        value = data.get(name)
        if isinstance(value, str) and value.strip():
            found[name] = " ".join(value.replace("\x00", " ").split())[:longest]
    return found


def _keys(texts: Mapping[str, str]) -> set[dedupe.Key]:
    if not texts.get("company"):
        return set()
    return dedupe.keys_from(name=texts["company"], kind=Customer.Kind.COMPANY, contacts=[_contact(texts)])


def _contact(texts: Mapping[str, str]) -> dict[str, str]:
    """The contact as a customer's row takes it; a number that is none is left out, the member stays."""
    contact = {"name": texts.get("contact_name", "") or texts.get("company", "")[:60]}
    for name, clean in (("mobile", normalise.clean_mobile), ("phone", normalise.clean_phone)):
        try:
            number = clean(texts.get(name, ""))
        except ValidationError:
            number = ""
        if number:
            contact[name] = number
    return contact


def _one_at_a_time(event_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6))", [f"member event {event_id}"])


def _known(external_id: str) -> MemberAccount:
    MemberAccount.objects.bulk_create(
        [MemberAccount(external_id=external_id, created_at=clock.now())], ignore_conflicts=True
    )
    return MemberAccount.objects.get(external_id=external_id)


def _locked(external_id: str) -> MemberAccount:
    _known(external_id)
    return MemberAccount.objects.select_for_update(of=("self",), no_key=True).get(external_id=external_id)


def _learn(account: MemberAccount, event: MemberEvent, texts: Mapping[str, str]) -> None:
    """What the event says of the account; an older one does not undo what a newer one has said."""
    data = event.payload
    if event.kind == Kind.APPROVED:
        account.approved_at = min(filter(None, [account.approved_at, event.at]))
        _learn_profile(account, event, texts)
    elif event.kind == Kind.LOGIN:
        account.last_login_at = max(filter(None, [account.last_login_at, event.at]))
        told_count = _count(data.get("login_count"))
        account.login_count = max(account.login_count, told_count) if told_count else account.login_count + 1
    published = data.get("published")
    if isinstance(published, dict):
        told = {str(name)[:30]: _count(count) for name, count in list(published.items())[:20]}
        before = {name: _count(count) for name, count in account.published.items()}
        account.published = {name: max(before.get(name, 0), told.get(name, 0)) for name in before | told}


def _learn_profile(account: MemberAccount, event: MemberEvent, texts: Mapping[str, str]) -> None:
    if account.profile_at is not None and event.at < account.profile_at:
        return
    account.profile_at = event.at
    for name, value in texts.items():
        setattr(account, name, value)
    data = event.payload
    account.registered_at = _moment(data.get("registered_at")) or account.registered_at
    account.registered_ip = str(data.get("registered_ip") or account.registered_ip)[:45]
    account.profile_url = _web_address(data.get("profile_url")) or account.profile_url


def _count(value: Any) -> int:
    return (
        min(value, MOST_LOGINS) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
    )


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _web_address(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 300:
        return ""
    try:
        URLValidator(schemes=["http", "https"])(value)
    except ValidationError:
        return ""
    return value


# Whose customer it is ------------------------------------------------------------------------------


def _place(account: MemberAccount, keys: set[dedupe.Key], *, is_important: bool, actor: Actor) -> None:
    """The firm that we know already, else a new one; whoever nobody tracks goes to the next in turn."""
    same = [one for one in dedupe.matches(keys, but=None) if one.is_strong]
    tracked = next((one.customer for one in same if one.customer.owner_id is not None), None)
    found = tracked or next((one.customer for one in same), None)
    if found is None and not account.company:
        return
    if found is None:
        contact = _contact({name: getattr(account, name) for name in _TEXTS})
        # A contact without any number is of no use to whoever calls; the member is there all the same.
        has_number = "mobile" in contact or "phone" in contact
        found = enter_customer(
            fields={"name": account.company, "source": Customer.Source.REGISTRATION},
            owner=None,
            contacts=[contact] if has_number else [],
            actor=actor,
        )
    elif tracked is None:
        found = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    account.customer = found
    account.save(update_fields=["customer"])
    audit.record(actor, "crm.place_member", found, after={"member": account.external_id})
    if found.owner_id is None and found.pool_state == Customer.PoolState.POOL and is_important:
        rotate(customer=found, pool_code=NEW_MEMBERS, actor=actor)


@transaction.atomic
def note_plan(
    *, external_id: str, customer_id: int, plan: str, paid_until: date | None, actor: Actor
) -> None:
    """The membership that was opened, extended or ended stands at the account."""
    if not external_id:
        return
    account = _locked(external_id)
    account.plan, account.paid_until = plan, paid_until
    if account.customer_id is None:
        account.customer_id = customer_id
    account.save(update_fields=["plan", "paid_until", "customer"])
