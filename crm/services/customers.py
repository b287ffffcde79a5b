"""Create customers, change them and hand them to somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock, departments, following
from core.actors import Actor, SystemActor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict
from core.models import User
from core.numbers import next_number
from core.rights import require
from crm import webhooks
from crm.models import Customer
from crm.services import dedupe
from crm.services.claiming import clear_the_way, settle_copies
from crm.services.cleaning import cleaned
from crm.services.ownership import How, refusals, refuse_if_tracked, take_ownership
from crm.services.rows import (
    TOUCHED,
    contact_texts_of,
    derive,
    locked_customer,
    new_address,
    new_contact,
    person_of,
    touch,
)

# What followers of a customer hear of.
ASSIGNED = following.news("crm.assigned", gettext_lazy("handed over to %(owner)s"))
CUSTOMER_FIELDS = (
    "kind",
    "name",
    "uscc",
    "legal_representative",
    "enterprise_scale",
    "industry",
    "region",
    "size",
    "source",
    "level",
    "status",
    "main_products",
    "introduction",
    "website",
    "bank_name",
    "bank_account",
    "remark",
)
# The status has ways and reasons of its own: change_status.
CHANGEABLE = tuple(name for name in CUSTOMER_FIELDS if name != "status")


@transaction.atomic
def create_customer(
    *,
    fields: Mapping[str, Any],
    actor: Actor,
    owner: User | None = None,
    in_pool: bool = False,
    contacts: Sequence[Mapping[str, Any]] = (),
    addresses: Sequence[Mapping[str, Any]] = (),
) -> Customer:
    """Enter a customer, tracked by ``owner`` (else by who enters it), or left in the public pool."""
    require(actor, "crm.edit_customer")
    holder = None if in_pool else (owner or person_of(actor))
    _require_reach(actor, holder)
    return enter_customer(fields=fields, owner=holder, contacts=contacts, addresses=addresses, actor=actor)


def enter_customer(
    *,
    fields: Mapping[str, Any],
    owner: User | None,
    actor: Actor,
    how: str = How.ENTRY,
    contacts: Sequence[Mapping[str, Any]] = (),
    addresses: Sequence[Mapping[str, Any]] = (),
) -> Customer:
    """Write a customer with contacts and addresses; the caller has asked for the right.

    ``how`` the owner came to it: entered, imported, assigned in rotation.
    """
    values = cleaned(Customer, {"name": "", **fields}, CUSTOMER_FIELDS)
    kind = values.get("kind", Customer.Kind.COMPANY)
    keys = dedupe.keys_from(name=values["name"], kind=kind, contacts=contacts)
    customer = Customer(**values, created_by=person_of(actor), updated_by=person_of(actor))
    with transaction.atomic():
        same = _look_for_it(customer, keys, owner) if owner else []
        customer.no = next_number("customer", on=clock.today())
        derive(customer, contact_texts=_texts_of(contacts))
        take_ownership(customer=customer, owner=owner, how=how, actor=actor)
        dedupe.write_keys(customer, keys)
        for number, contact in enumerate(contacts):
            new_contact(customer, contact, is_primary=number == 0)
        for address in addresses:
            new_address(customer, address)
        settle_copies(customer, same, actor=actor)
    audit.record(actor, "crm.create_customer", customer, after={"no": customer.no, "name": customer.name})
    webhooks.customer_created(customer)
    return customer


@transaction.atomic
def update_customer(*, customer_id: int, revision: int, changes: Mapping[str, Any], actor: Actor) -> Customer:
    """Change a customer as it was read: ``revision`` says which state the person had before their eyes."""
    customer = locked_customer(customer_id, actor=actor, revision=revision)
    values = cleaned(Customer, changes, CHANGEABLE)
    before = {name: getattr(customer, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return customer
    for name, value in changed.items():
        setattr(customer, name, value)
    refuse_if_tracked(customer)
    derive(customer, contact_texts=contact_texts_of(customer))
    touch(customer, actor)
    with refusing(refusals()):
        customer.save(update_fields=[*changed, "name_norm", "name_sort", "search_tokens", *TOUCHED])
    if changed.keys() & {"name", "kind"}:
        dedupe.rebuild_keys(customer)
    audit.record(
        actor,
        "crm.update_customer",
        customer,
        before={name: before[name] for name in changed},
        after=changed,
    )
    return customer


@transaction.atomic
def assign_customer(
    *,
    customer_id: int,
    owner: User | None,
    actor: Actor,
    revision: int | None = None,
    end_reason: str = "",
    reason: str = "",
) -> Customer:
    """Hand a customer to somebody, or back to the pool.

    ``revision`` says which state the person had before their eyes: who claims it meanwhile keeps it.
    """
    keys = dedupe.stored_keys(customer_id) if owner is not None and _is_free(customer_id) else set()
    dedupe.lock_keys(keys)
    if owner is not None:
        departments.hold(owner.department_path)
    customer = locked_customer(customer_id, actor=actor, revision=revision)
    _require_reach(actor, owner)
    before = customer.owner
    if before == owner:
        return customer
    if customer.pool_state == Customer.PoolState.RECYCLED:
        raise Conflict(_("This customer is in the recycle bin; take it out first."), code="in_recycle_bin")
    same = clear_the_way(keys, but=customer.pk, tracker=owner) if owner and keys else []
    how = How.TRANSFER if before else How.ASSIGN
    take_ownership(customer=customer, owner=owner, how=how, actor=actor, end_reason=end_reason, reason=reason)
    audit.record(
        actor,
        "crm.assign_customer",
        customer,
        before={"owner": before.username if before else None},
        after={"owner": owner.username if owner else None},
        note=reason,
    )
    settle_copies(customer, same, actor=actor)
    following.tell(subject=customer, what=ASSIGNED, actor=actor, owner=owner.display_name if owner else "—")
    return customer


def _look_for_it(customer: Customer, keys: set[dedupe.Key], owner: User) -> list[dedupe.Match]:
    """What shares keys with a customer that comes to somebody, unless another tracks that firm (F8)."""
    dedupe.lock_keys(keys)
    customer.owner = owner
    refuse_if_tracked(customer)
    return clear_the_way(keys, but=None, tracker=owner)


def _texts_of(contacts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same texts before the contacts are rows."""
    return [str(one.get(name) or "") for one in contacts for name in ("name", "mobile", "phone")]


def _is_free(customer_id: int) -> bool:
    return Customer.objects.filter(pk=customer_id, owner__isnull=True).exists()


def _require_reach(actor: Actor, owner: User | None) -> None:
    """A customer goes to oneself, or to somebody within one's scope."""
    if isinstance(actor, SystemActor) or owner is None or owner.pk == actor.pk:
        return
    scopes = actor.scopes_of("crm.edit_customer")
    mine, theirs = actor.department_path, owner.department_path
    reaches = (
        "all" in scopes
        or ("subtree" in scopes and bool(mine) and theirs.startswith(mine))
        or ("department" in scopes and bool(mine) and theirs == mine)
    )
    if not reaches:
        raise ApplicationError(
            _("You can give customers only to people of your own department."), code="owner_out_of_reach"
        )
