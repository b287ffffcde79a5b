"""Rows that the tests here talk about."""

from typing import Any

from core.models import FieldChange, User
from core.subjects import reference
from crm.models import Customer
from crm.services import create_customer


def customer_of(owner: User, *, name: str = "云杉软件") -> Customer:
    return create_customer(fields={"name": name}, contacts=[], addresses=[], actor=owner)


def changes_of(row: Any) -> list[FieldChange]:
    subject_type, subject_id = reference(row)
    return list(FieldChange.objects.filter(subject_type=subject_type, subject_id=subject_id))
