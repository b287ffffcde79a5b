"""What the services of customers share: the locked row, who touched it, its contacts and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.actors import Actor, SystemActor
from core.errors import Conflict
from core.models import User
from core.rights import require_on
from core.search import pinyin_key, tokens
from crm.models import Contact, Customer, CustomerAddress
from crm.normalise import name_norm
from crm.services.cleaning import cleaned, invalid

CONTACT_FIELDS = ("name", "title", "mobile", "phone", "fax", "email", "wechat", "qq", "remark")
ADDRESS_FIELDS = ("kind", "address", "addressee", "phone", "postcode")
# What every change of a customer writes besides its own fields.
TOUCHED = ("revision", "updated_by", "updated_at")


def locked_customer(
    customer_id: int, *, actor: Actor, revision: int | None, permission: str = "crm.edit_customer"
) -> Customer:
    """The customer under lock, if the actor may change it and nobody did so since it was read."""
    require_on(actor, permission, Customer.objects.all(), customer_id)
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)
    if revision is not None and customer.revision != revision:
        raise _somebody_was_faster(customer)
    return customer


def touch(customer: Customer, actor: Actor) -> None:
    """Note who changed the customer last; the caller saves ``TOUCHED``."""
    customer.revision += 1
    customer.updated_by = person_of(actor)
    customer.updated_at = clock.now()


def refresh_search(customer: Customer) -> None:
    """Find the customer by its contacts too."""
    derive(customer, contact_texts=contact_texts_of(customer))
    customer.save(update_fields=["search_tokens"])


def derive(customer: Customer, *, contact_texts: Sequence[str]) -> None:
    """Fill what follows from the name, the number and the contacts."""
    customer.name_norm = name_norm(customer.name)
    customer.name_sort = pinyin_key(customer.name)
    customer.search_tokens = tokens(customer.name, customer.no, customer.uscc or "", *contact_texts)


def contact_texts_of(customer: Customer) -> list[str]:
    """What a customer is found by, of its contacts."""
    rows = Contact.objects.filter(customer=customer).values_list("name", "mobile", "phone")
    return [text for row in rows for text in row if text]


def new_contact(customer: Customer, fields: Mapping[str, Any], *, is_primary: bool) -> Contact:
    """A contact row of a customer that the caller holds."""
    values = cleaned(Contact, {"name": "", **fields}, CONTACT_FIELDS)
    contact = Contact(customer=customer, is_primary=is_primary, **values)
    require_a_number(contact)
    contact.save(force_insert=True)
    return contact


def new_address(customer: Customer, fields: Mapping[str, Any]) -> CustomerAddress:
    """An address row of a customer that the caller holds."""
    values = cleaned(CustomerAddress, {"kind": "", "address": "", **fields}, ADDRESS_FIELDS)
    address = CustomerAddress(customer=customer, **values)
    yield_default(address)
    address.save(force_insert=True)
    return address


def yield_default(address: CustomerAddress) -> None:
    """The other default of this kind makes room."""
    CustomerAddress.objects.filter(customer=address.customer, kind=address.kind, is_default=True).exclude(
        pk=address.pk
    ).update(is_default=False)


def require_a_number(contact: Contact) -> None:
    """A contact nobody can reach loses the deal."""
    if not (contact.mobile or contact.phone or contact.email or contact.wechat):
        text = gettext_lazy(
            "Enter a mobile, a telephone, an e-mail or a WeChat: somebody must be able to reach this contact."
        )
        raise invalid({"mobile": [text]})


def _somebody_was_faster(customer: Customer) -> Conflict:
    who = customer.updated_by.name if customer.updated_by else _("the system")
    when = customer.updated_at.astimezone(clock.COMPANY_ZONE)
    return Conflict(
        _("%(who)s changed this customer at %(time)s. Load the page again, then make your change.")
        % {"who": who, "time": f"{when:%Y-%m-%d %H:%M}"},
        code="changed_meanwhile",
    )


def person_of(actor: Actor) -> User | None:
    """The person behind a deed; None for the system."""
    return None if isinstance(actor, SystemActor) else actor
