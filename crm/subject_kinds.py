"""Customers as rows that people talk about, follow and search."""

from django.utils.translation import gettext_lazy as _

from core.subjects import SubjectKind, register
from crm.models import Customer


def _text(row: Customer) -> str:
    return " · ".join(filter(None, [row.no, row.industry, row.region]))


register(
    SubjectKind(
        model=Customer,
        label=_("Customer"),
        label_plural=_("Customers"),
        icon="users",
        permission="crm.view_customer",
        text=_text,
        list_url_name="crm:customer-list",
        owner=lambda row: row.owner,
        order=10,
    )
)
