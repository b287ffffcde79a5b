"""What can be done with customers."""

from crm.services.claiming import Claim, claim_customer, release_customer
from crm.services.contacts import add_contact, set_address, update_contact
from crm.services.customers import assign_customer, create_customer, set_customer_status, update_customer
from crm.services.dedupe import judge_pair
from crm.services.importing import import_customer, remove_imported_customer
from crm.services.recycling import merge_customer, restore_customer

__all__ = [
    "Claim",
    "add_contact",
    "assign_customer",
    "claim_customer",
    "create_customer",
    "import_customer",
    "judge_pair",
    "merge_customer",
    "release_customer",
    "remove_imported_customer",
    "restore_customer",
    "set_address",
    "set_customer_status",
    "update_contact",
    "update_customer",
]
