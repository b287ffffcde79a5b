"""Contracts, payments and products as rows that people talk about, follow and search."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, DunningNotice, Payment, Product
from contracts.money import shown
from core.actors import Actor
from core.subjects import SubjectKind, register


def _contract_text(row: Contract) -> str:
    return " · ".join(filter(None, [row.no or "", str(row.customer), str(row.get_state_display())]))


def _payment_text(row: Payment) -> str:
    return " · ".join([shown(row.amount), str(row.get_state_display())])


def _products(actor: Actor) -> QuerySet[Any]:
    return Product.objects.all()


def _find_products(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(code__icontains=text) | Q(name__icontains=text))


register(
    SubjectKind(
        model=Contract,
        label=_("Contract"),
        label_plural=_("Contracts"),
        icon="file-text",
        permission="contracts.view_contract",
        visible_to=lambda actor: Contract.objects.visible_to(actor).select_related("customer", "owner"),
        title=lambda row: row.title,
        text=_contract_text,
        list_url_name="contracts:contract-list",
        owner=lambda row: row.owner,
        order=20,
    )
)
register(
    SubjectKind(
        model=Payment,
        label=_("Payment"),
        label_plural=_("Payments"),
        icon="banknote",
        permission="contracts.view_payment",
        text=_payment_text,
        url=lambda row: reverse("contracts:payment-detail", args=[row.pk]),
        list_url_name="contracts:payment-list",
        order=30,
    )
)
register(
    SubjectKind(
        model=DunningNotice,
        label=_("Dunning notice"),
        label_plural=_("Dunning notices"),
        icon="mail",
        permission="contracts.view_payment",
        url=lambda row: reverse("contracts:notice-detail", args=[row.pk]),
        list_url_name="contracts:notice-list",
        order=40,
    )
)
register(
    SubjectKind(
        model=Product,
        label=_("Product"),
        label_plural=_("Products"),
        icon="package",
        permission="contracts.view_product",
        url=lambda row: reverse("contracts:product-detail", args=[row.pk]),
        visible_to=_products,
        search=_find_products,
        list_url_name="contracts:product-list",
        order=60,
    )
)
