"""What can be done with customers."""

from crm.services.contacts import add_contact, set_address, update_contact
from crm.services.customers import assign_customer, create_customer, set_customer_status, update_customer
from crm.services.importing import import_customer, remove_imported_customer

__all__ = [
    "add_contact",
    "assign_customer",
    "create_customer",
    "import_customer",
    "remove_imported_customer",
    "set_address",
    "set_customer_status",
    "update_contact",
    "update_customer",
]
