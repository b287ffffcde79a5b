"""What can be done with customers."""

from crm.services.activities import correct_activity, log_activity
from crm.services.activity_files import log_with_files
from crm.services.activity_types import delete_activity_type, save_activity_type
from crm.services.claiming import Claim, claim_customer, release_customer
from crm.services.contacts import add_contact, set_address, update_contact
from crm.services.customers import assign_customer, create_customer, update_customer
from crm.services.dedupe import judge_pair
from crm.services.importing import import_customer, remove_imported_customer
from crm.services.recycling import merge_customer, restore_customer
from crm.services.statuses import change_status, delete_status, save_status, set_customer_status
from crm.services.vocabulary import load_vocabulary

__all__ = [
    "Claim",
    "add_contact",
    "assign_customer",
    "change_status",
    "claim_customer",
    "correct_activity",
    "create_customer",
    "delete_activity_type",
    "delete_status",
    "import_customer",
    "judge_pair",
    "load_vocabulary",
    "log_activity",
    "log_with_files",
    "merge_customer",
    "release_customer",
    "remove_imported_customer",
    "restore_customer",
    "save_activity_type",
    "save_status",
    "set_address",
    "set_customer_status",
    "update_contact",
    "update_customer",
]
