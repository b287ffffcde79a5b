"""The customers' rows."""

from crm.models.address import CustomerAddress
from crm.models.contact import Contact
from crm.models.customer import Customer
from crm.models.duplicate import DedupeKey, DuplicateCase
from crm.models.ownership import OwnershipPeriod

__all__ = ["Contact", "Customer", "CustomerAddress", "DedupeKey", "DuplicateCase", "OwnershipPeriod"]
