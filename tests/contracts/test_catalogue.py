"""Products and our own company: who may maintain them, and what the rules are."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from contracts import services
from contracts.models import BankAccount, ContractTemplate, OwnCompany, Product
from core.actors import SystemActor
from core.errors import ApplicationError


class TestSaveProduct:
    def test_changes_the_price_of_what_comes_later_only(self, company, draft):
        product = draft.lines.get().product
        services.save_product(product_id=product.pk, fields={"list_price": "15800.00"}, actor=company.product)
        assert draft.lines.get().list_price == Decimal("12800.00")

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"floor_price": "99999.00"}, "floor_price"),
            ({"list_price": "0"}, "list_price"),
            ({"code": "VIP-G"}, "code"),
            ({"kind": "car"}, "kind"),
            ({"name": ""}, "name"),
        ],
    )
    def test_names_the_wrong_field_and_keeps_the_product(self, company, fields, wrong):
        product = Product.objects.get(code="VIP-S")
        with pytest.raises(ApplicationError) as refusal:
            services.save_product(product_id=product.pk, fields=fields, actor=company.product)
        assert wrong in refusal.value.errors
        assert Product.objects.get(pk=product.pk).list_price == product.list_price

    def test_refuses_whoever_may_not(self, company):
        with pytest.raises(PermissionDenied):
            services.save_product(fields={"code": "X"}, actor=company.rep1)
        assert not Product.objects.filter(code="X").exists()


class TestOwnCompany:
    def test_the_first_is_the_default_and_so_is_its_first_account(self, company):
        own = OwnCompany.objects.get()
        assert own.is_default
        second = services.save_account(
            company_id=own.pk,
            fields={"holder": own.name, "bank_name": "中国银行", "number": "4563"},
            actor=company.finance,
        )
        assert not second.is_default
        services.save_account(
            company_id=own.pk, account_id=second.pk, fields={}, is_default=True, actor=company.finance
        )
        assert BankAccount.objects.get(is_default=True) == second

    def test_the_database_keeps_one_default(self, company):
        with pytest.raises(IntegrityError, match="one_own_company_is_the_default"), transaction.atomic():
            OwnCompany.objects.create(
                name="第二家", uscc="x", legal_representative="x", address="x", phone="x", is_default=True
            )

    def test_a_wrong_tax_number_is_refused(self, company):
        with pytest.raises(ApplicationError) as refusal:
            services.save_own_company(
                fields={"name": "第二家", "uscc": "123", "address": "x", "phone": "021-61234567"},
                actor=company.finance,
            )
        assert list(refusal.value.errors) == ["uscc"]
        assert OwnCompany.objects.count() == 1

    def test_refuses_whoever_may_not(self, company):
        with pytest.raises(PermissionDenied):
            services.save_own_company(fields={"name": "第二家"}, actor=company.rep1)


def test_the_template_is_loaded_once(company):
    template = services.load_membership_template(actor=SystemActor("again"))
    assert ContractTemplate.objects.get(code="membership") == template
    assert template.clauses.count() > 10


def test_an_account_number_stands_once_with_a_company_and_the_page_says_so(company, client):
    from contracts.models import BankAccount, OwnCompany

    ours = OwnCompany.objects.get(is_default=True)
    first = ours.accounts.get(is_default=True)
    client.force_login(company.finance, backend="allauth.account.auth_backends.AuthenticationBackend")
    data = {"holder": first.holder, "bank_name": first.bank_name, "number": first.number, "is_active": "on"}
    answer = client.post(f"/our-companies/{ours.pk}/accounts/new/", data)
    assert answer.status_code == 400
    assert "已有此账号" in answer.content.decode()
    assert BankAccount.objects.filter(company=ours).count() == 1


def test_a_seal_name_stands_once_with_a_company(company):
    from contracts.models import OwnCompany
    from contracts.services import save_seal

    ours = OwnCompany.objects.get(is_default=True)
    first, count = ours.seals.first(), ours.seals.count()
    fields = {"kind": first.kind, "name": first.name}
    with pytest.raises(ApplicationError) as refusal:
        save_seal(company_id=ours.pk, fields=fields, actor=company.finance)
    assert list(refusal.value.errors) == ["name"]
    assert ours.seals.count() == count
