"""Our own side: company, receiving accounts, seals. Contracts and letters take it from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BankAccount, OwnCompany, Seal
from core import audit
from core.actors import Actor
from core.constraints import refusing
from core.documents import store_document
from core.errors import ApplicationError
from core.files.logos import printable_logo
from core.rights import require
from crm.services.cleaning import clean_each

COMPANY_FIELDS = (
    "name",
    "short_name",
    "uscc",
    "legal_representative",
    "address",
    "postcode",
    "phone",
    "fax",
    "email",
    "website",
    "finance_contact",
    "finance_phone",
    "sign_place",
    "letterhead",
)
ACCOUNT_FIELDS = ("holder", "bank_name", "number", "is_active")
SEAL_FIELDS = ("kind", "name", "is_active")
PERMISSION = "contracts.manage_own_company"
_Row = TypeVar("_Row", OwnCompany, BankAccount, Seal)


@transaction.atomic
def save_own_company(*, fields: Mapping[str, Any], actor: Actor, company_id: int | None = None) -> OwnCompany:
    """Add a company of ours or change one; the first becomes the default."""
    require(actor, PERMISSION)
    company = OwnCompany.objects.select_for_update().get(pk=company_id) if company_id else OwnCompany()
    if company_id is None:
        company.is_default = not OwnCompany.objects.filter(is_default=True).exists()
    return _save(company, fields, COMPANY_FIELDS, actor, required=("name", "uscc", "address", "phone"))


@transaction.atomic
def save_logo(*, company_id: int, upload: tuple[str, bytes] | None, actor: Actor) -> OwnCompany:
    """Print this picture (file name, bytes) at the head of letters and contracts; None takes it away.

    Papers that were frozen with an older logo keep it.
    """
    require(actor, PERMISSION)
    company = OwnCompany.objects.select_for_update().get(pk=company_id)
    before = company.logo.sha256 if company.logo else ""
    company.logo = None
    if upload is not None:
        company.logo = store_document(
            content=printable_logo(*upload),
            name=f"{company.short_name or company.name}.png",
            media_type="image/png",
            kind="logo",
            subject=company,
            actor=actor,
        )
    company.save(update_fields=["logo"])
    after = company.logo.sha256 if company.logo else ""
    audit.record(actor, "contracts.save_logo", company, before={"logo": before}, after={"logo": after})
    return company


@transaction.atomic
def save_account(
    *,
    company_id: int,
    fields: Mapping[str, Any],
    actor: Actor,
    account_id: int | None = None,
    is_default: bool = False,
) -> BankAccount:
    """Add a receiving account or change one; a company's first is its default."""
    require(actor, PERMISSION)
    company = OwnCompany.objects.select_for_update().get(pk=company_id)
    account = company.accounts.get(pk=account_id) if account_id else BankAccount(company=company)
    if is_default or not company.accounts.filter(is_default=True).exists():
        company.accounts.filter(is_default=True).exclude(pk=account.pk).update(is_default=False)
        account.is_default = True
    return _save(account, fields, ACCOUNT_FIELDS, actor, required=("holder", "bank_name", "number"))


@transaction.atomic
def save_seal(
    *, company_id: int, fields: Mapping[str, Any], actor: Actor, seal_id: int | None = None
) -> Seal:
    """Add a seal or change one."""
    require(actor, PERMISSION)
    company = OwnCompany.objects.select_for_update().get(pk=company_id)
    seal = company.seals.get(pk=seal_id) if seal_id else Seal(company=company)
    return _save(seal, fields, SEAL_FIELDS, actor, required=("kind", "name"))


def _save(
    row: _Row, fields: Mapping[str, Any], allowed: tuple[str, ...], actor: Actor, *, required: tuple[str, ...]
) -> _Row:
    model = type(row)
    values, errors = clean_each(model, fields, allowed)
    for name, value in values.items():
        setattr(row, name, value)
    for name in required:
        if not getattr(row, name) and name not in errors:
            errors[name] = [_("Enter a value.")]
    for unique in ("name", "uscc"):
        if model is OwnCompany and model._default_manager.filter(**{unique: getattr(row, unique)}).exclude(
            pk=row.pk
        ):
            errors[unique] = [_("Another company of ours has this value.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    with refusing(_refusals()):
        row.save()
    audit.record(actor, f"contracts.save_{model._meta.model_name}", row, after=values)
    return row


def _refusals() -> dict[str, ApplicationError]:
    """What the database may refuse, in words."""
    same = gettext_lazy("This company has an account of this number already.")
    same_seal = gettext_lazy("This company has a seal of this name already.")
    return {
        "account_number_once_per_company": ApplicationError(
            same, code="account_number_taken", errors={"number": [same]}
        ),
        "seal_name_once_per_company": ApplicationError(
            same_seal, code="seal_name_taken", errors={"name": [same_seal]}
        ),
    }
