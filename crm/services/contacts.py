"""The people and the addresses of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core import audit
from core.actors import Actor
from crm.models import Contact, Customer, CustomerAddress
from crm.services.cleaning import cleaned
from crm.services.dedupe import rebuild_keys
from crm.services.rows import (
    ADDRESS_FIELDS,
    CONTACT_FIELDS,
    TOUCHED,
    locked_customer,
    new_address,
    new_contact,
    refresh_search,
    require_a_number,
    touch,
    yield_default,
)


@transaction.atomic
def add_contact(
    *,
    customer_id: int,
    fields: Mapping[str, Any],
    actor: Actor,
    is_primary: bool = False,
    revision: int | None = None,
) -> Contact:
    """Add somebody to talk to; a customer's first contact becomes the primary one."""
    customer = locked_customer(customer_id, actor=actor, revision=revision)
    first = not customer.contacts.exists()
    if is_primary and not first:
        customer.contacts.filter(is_primary=True).update(is_primary=False)
    contact = new_contact(customer, fields, is_primary=is_primary or first)
    _changed(customer, actor)
    audit.record(actor, "crm.add_contact", customer, after={"contact": contact.name})
    return contact


@transaction.atomic
def update_contact(
    *,
    contact_id: int,
    changes: Mapping[str, Any],
    actor: Actor,
    revision: int,
    make_primary: bool = False,
) -> Contact:
    """Change a contact; ``revision`` is the customer's as it was read."""
    customer_id = Contact.objects.values_list("customer_id", flat=True).get(pk=contact_id)
    customer = locked_customer(customer_id, actor=actor, revision=revision)
    contact = Contact.objects.get(pk=contact_id)
    values = cleaned(Contact, changes, CONTACT_FIELDS)
    before = {name: getattr(contact, name) for name in values}
    for name, value in values.items():
        setattr(contact, name, value)
    require_a_number(contact)
    if make_primary and not contact.is_primary:
        customer.contacts.filter(is_primary=True).update(is_primary=False)
        contact.is_primary = True
    contact.save(update_fields=[*values, "is_primary"])
    _changed(customer, actor)
    audit.record(actor, "crm.update_contact", customer, before=before, after=values)
    return contact


@transaction.atomic
def set_address(
    *,
    customer_id: int,
    fields: Mapping[str, Any],
    actor: Actor,
    address_id: int | None = None,
    revision: int | None = None,
) -> CustomerAddress:
    """Add an address or change one; the last set of a kind is the default of its kind."""
    customer = locked_customer(customer_id, actor=actor, revision=revision)
    if address_id is None:
        address = new_address(customer, fields)
    else:
        address = customer.addresses.get(pk=address_id)
        values = cleaned(CustomerAddress, fields, ADDRESS_FIELDS)
        for name, value in values.items():
            setattr(address, name, value)
        yield_default(address)
        address.is_default = True
        address.save(update_fields=[*values, "is_default"])
    _changed(customer, actor)
    audit.record(actor, "crm.set_address", customer, after={"kind": address.kind, "address": address.address})
    return address


def _changed(customer: Customer, actor: Actor) -> None:
    touch(customer, actor)
    customer.save(update_fields=list(TOUCHED))
    refresh_search(customer)
    rebuild_keys(customer)
