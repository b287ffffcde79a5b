"""Customers that come in a sheet, and go again when the import is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from core import audit
from core.errors import ApplicationError, Conflict
from core.imports.traces import forget, require_no_traces
from core.models import User
from core.rights import require
from crm.models import Customer
from crm.services.customers import enter_customer
from crm.services.ownership import How
from workflows.selectors import processes_of

IMPORT = "crm.import_customers"


@transaction.atomic
def import_customer(
    *,
    fields: Mapping[str, Any],
    actor: User,
    owner: User | None = None,
    contacts: Sequence[Mapping[str, Any]] = (),
    addresses: Sequence[Mapping[str, Any]] = (),
) -> Customer:
    """Enter a customer into the public pool, or for whoever imports."""
    require(actor, IMPORT)
    if owner is not None:
        require(actor, "crm.edit_customer")
        if owner.pk != actor.pk:
            raise ApplicationError(
                _("Import customers into the pool or for yourself."), code="owner_out_of_reach"
            )
    wanted = {"source": Customer.Source.IMPORT, **fields}
    return enter_customer(
        fields=wanted, owner=owner, how=How.IMPORT, contacts=contacts, addresses=addresses, actor=actor
    )


@transaction.atomic
def remove_imported_customer(*, customer_id: int, actor: User) -> None:
    """Take a customer away that this person imported and that nobody has worked with yet."""
    require(actor, IMPORT)
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    if customer.created_by_id != actor.pk:
        raise Conflict(_("Somebody else entered this customer."), code="not_imported_by_you")
    if processes_of(customer).exists():
        raise Conflict(_("It has processes."), code="has_traces")
    require_no_traces(customer)
    audit.record(actor, "crm.remove_imported_customer", customer, before={"no": customer.no})
    try:
        customer.delete()
    except ProtectedError as error:
        kinds = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
        raise Conflict(_("It has %(kinds)s.") % {"kinds": ", ".join(kinds)}, code="has_traces") from error
    customer.pk = customer_id
    forget(customer)
