"""The customers' pages."""

from crm.views.contacts import AddressCreate, AddressEdit, ContactCreate, ContactEdit
from crm.views.customers import (
    CustomerAssign,
    CustomerCreate,
    CustomerDetail,
    CustomerEdit,
    CustomerList,
    field_check,
)

__all__ = [
    "AddressCreate",
    "AddressEdit",
    "ContactCreate",
    "ContactEdit",
    "CustomerAssign",
    "CustomerCreate",
    "CustomerDetail",
    "CustomerEdit",
    "CustomerList",
    "field_check",
]
