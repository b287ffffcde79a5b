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
from crm.views.imports import CustomerImport, CustomerImportPreview, ImportProblems, ImportTemplate

__all__ = [
    "AddressCreate",
    "AddressEdit",
    "ContactCreate",
    "ContactEdit",
    "CustomerAssign",
    "CustomerCreate",
    "CustomerDetail",
    "CustomerEdit",
    "CustomerImport",
    "CustomerImportPreview",
    "CustomerList",
    "ImportProblems",
    "ImportTemplate",
    "field_check",
]
