"""How processes see customers."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from core.models import User
from crm import selectors
from crm.models import Customer
from crm.services import standing
from workflows.registry import SubjectType, Type, subject_type


def _owner(customer: Customer) -> str:
    """Nobody's in the public pool."""
    return customer.owner.username if customer.owner else ""


def _manager(customer: Customer) -> str:
    manager = customer.owner.manager if customer.owner else None
    return manager.username if manager else ""


@subject_type("crm.customer")
class CustomerSubject(SubjectType[Customer]):
    label = ("客户", "Customer")
    model = Customer
    select_related = ("owner__manager", "owner__department")
    fields = {
        "no": ("text", "no"),
        "name": ("text", "name"),
        "kind": (Type("choice", choices=tuple(Customer.Kind.values)), "kind"),
        "status": ("text", "status"),
        "level": (Type("choice", choices=tuple(Customer.Level.values)), "level"),
        "source": (Type("choice", choices=tuple(Customer.Source.values)), "source"),
        "industry": ("text", "industry"),
        "region": ("text", "region"),
        "in_pool": ("boolean", "is_in_pool"),
        "owner": ("text", _owner),
        "manager": ("text", _manager),
    }
    labels = {
        "in_pool": ("在客户池中", "In the pool"),
        "owner": ("负责人", "owner"),
        "manager": ("负责人的直属经理", "line manager of the owner"),
    }

    def title(self, row: Customer) -> str:
        return f"{row.no} {row.name}"

    def summary(self, row: Customer, language: str) -> list[tuple[str, str]]:
        """What somebody wants to know of a customer before they deal with it."""
        contact = selectors.primary_contact(row)
        with translation.override(language):
            found = [
                (_("Customer no."), row.no),
                (_("Name"), row.name),
                (_("Status"), str(row.get_status_display())),
                (_("Next contact"), row.next_contact_on.isoformat() if row.next_contact_on else ""),
                (_("Last contact"), row.last_contact_on.isoformat() if row.last_contact_on else ""),
                (_("Level"), str(row.get_level_display())),
                (_("Industry"), row.industry),
                (_("Region"), row.region),
                (_("Contact"), " ".join(filter(None, [contact.name, contact.mobile])) if contact else ""),
                (_("Owner"), row.owner.name if row.owner else _("Public pool")),
            ]
            return [(str(label), value) for label, value in found if value]

    def department_path(self, row: Customer) -> str:
        return row.department_path

    def owner(self, row: Customer) -> User | None:
        return row.owner

    def business_key(self, row: Customer) -> str:
        return row.no

    def search_text(self, row: Customer) -> str:
        return row.name

    def related_to(self, row: models.Model) -> models.QuerySet[Customer] | None:
        """The customer of a contract, a complaint, or whatever else has one."""
        customer = selectors.customer_behind(row)
        if customer is None or customer == row:
            return None
        return Customer.objects.filter(pk=customer.pk)

    def require_startable(self, row: Customer, definition_key: str) -> None:
        """A customer's own process accompanies whoever is tracked and worked on."""
        if definition_key == standing.PROCESS:
            standing.require_startable(row)

    def url(self, row: Customer) -> str:
        return row.get_absolute_url()
