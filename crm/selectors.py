"""What can be asked about customers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet

from core import clock
from core.actors import Actor, SystemActor
from core.choices import values_in
from core.models import User
from crm.models import Contact, Customer, CustomerAddress
from crm.models.customer import CustomerQuerySet


def customers(actor: Actor, *, search: str = "") -> CustomerQuerySet:
    """The customers a person may see, newest first; ``search`` finds any piece of a name or number."""
    found = Customer.objects.visible_to(actor).select_related("owner")
    return found.search(search) if search else found


def customer_for(actor: Actor, customer_id: int) -> Customer:
    """One customer with owner, contacts and addresses; DoesNotExist for a stranger."""
    return (
        Customer.objects.visible_to(actor)
        .select_related("owner", "created_by", "updated_by")
        .prefetch_related("contacts", "addresses")
        .get(pk=customer_id)
    )


def to_contact(actor: Actor) -> CustomerQuerySet:
    """The tracked customers that a person works on: their own, a manager's with those of the team."""
    return Customer.objects.reachable_by(actor, "crm.edit_customer").filter(owner__isnull=False)


def to_contact_today(actor: Actor) -> CustomerQuerySet:
    """Those whose day has come or has passed."""
    return to_contact(actor).filter(next_contact_on__lte=clock.today())


def primary_contact(customer: Customer) -> Contact | None:
    """Whom to call first."""
    return next((contact for contact in customer.contacts.all() if contact.is_primary), None)


def default_address(customer: Customer, kind: str) -> CustomerAddress | None:
    """The default address of a kind, if there is one."""
    return next((one for one in customer.addresses.all() if one.kind == kind and one.is_default), None)


def postal_address(customer: Customer) -> CustomerAddress | None:
    """Where letters go: the postal address, else the one for service of documents. Never the registered one."""
    return default_address(customer, CustomerAddress.Kind.POSTAL) or default_address(
        customer, CustomerAddress.Kind.SERVICE
    )


def industries(actor: Actor) -> list[str]:
    """The industries in use, for filters and suggestions."""
    return values_in(Customer.objects.visible_to(actor), "industry")


def regions(actor: Actor) -> list[str]:
    """The regions in use, for filters and suggestions."""
    return values_in(Customer.objects.visible_to(actor), "region")


def values_in_pool(actor: Actor, name: str) -> list[str]:
    """What stands in a field of the customers of the public pool, for its filters."""
    return values_in(Customer.objects.in_pool_for(actor), name)


def possible_owners(actor: Actor) -> QuerySet[User]:
    """The people somebody may give a customer to: within their reach, and only who may look after customers."""
    keepers = User.objects.filter(
        is_active=True, pk__in=User.objects.filter(roles__grants__permission="crm.edit_customer").values("pk")
    ).order_by("username")
    if isinstance(actor, SystemActor):
        return keepers
    scopes = actor.scopes_of("crm.edit_customer")
    if "all" in scopes:
        return keepers
    reach = Q(pk=actor.pk)
    if actor.department_path and "subtree" in scopes:
        reach |= Q(department__path__startswith=actor.department_path)
    elif actor.department_path and "department" in scopes:
        reach |= Q(department__path=actor.department_path)
    return keepers.filter(reach)


def customer_behind(row: models.Model) -> Customer | None:
    """The customer that a row is, or belongs to: a contract's, a complaint's; None for a row that has none."""
    customer = row if isinstance(row, Customer) else getattr(row, "customer", None)
    return customer if isinstance(customer, Customer) else None
