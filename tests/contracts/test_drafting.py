"""Contracts are drafted by whoever looks after the customer, and changed only while they are drafts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from contracts import services
from contracts.models import Contract
from core import clock
from core.errors import ApplicationError, Conflict
from crm.models import Customer
from tests.contracts.factory import customer_of, draft_of, instalments, membership, term


class TestCreateContract:
    def test_takes_owner_company_account_and_template_by_itself(self, company):
        contract = draft_of(company.rep1)
        assert contract.owner == company.rep1
        assert contract.department_path == company.rep1.department_path
        assert contract.own_company.is_default
        assert contract.bank_account.is_default
        assert contract.title == "会员服务合同"
        assert (contract.state, contract.no) == ("draft", None)

    def test_sums_the_lines_itself(self, company):
        contract = draft_of(
            company.rep1,
            lines=[membership("9999.99", quantity="3"), membership("0.05", code="ART-PRO")],
            plan=instalments((1, "30000.02")),
        )
        assert contract.amount == Decimal("30000.02")
        assert contract.amount_in_words == "人民币叁万元零贰分"

    def test_copies_unit_and_list_price_from_the_product(self, company):
        line = draft_of(company.rep1).lines.get()
        assert (line.unit, line.list_price) == ("年", Decimal("12800.00"))

    def test_cannot_find_another_reps_customer(self, company):
        foreign = customer_of(company.rep2)
        with pytest.raises(Customer.DoesNotExist):
            draft_of(company.rep1, foreign)
        assert not Contract.objects.exists()

    def test_refuses_without_the_permission(self, company):
        foreign = customer_of(company.rep1)
        with pytest.raises(PermissionDenied):
            draft_of(company.finance, foreign)
        assert not Contract.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"title": ""}, "title"),
            ({"title": "合\x00同"}, "title"),
            ({"copies": 3}, "copies"),
            ({"copies": 0}, "copies"),
            ({"tax_rate": "120"}, "tax_rate"),
            ({"tax_rate": "NaN"}, "tax_rate"),
            ({"state": "active"}, "state"),
            ({"amount": "1.00"}, "amount"),
            ({"template_id": 999_999}, "template_id"),
            ({"bank_account_id": "x"}, "bank_account_id"),
            ({"kind": "renewal"}, "parent_id"),
            ({"start_on": "31.12.2026"}, "start_on"),
        ],
    )
    def test_names_the_wrong_field_and_saves_nothing(self, company, fields, wrong):
        customer = customer_of(company.rep1)
        with pytest.raises(ApplicationError) as refusal:
            draft_of(company.rep1, customer, fields=fields)
        assert list(refusal.value.errors) == [wrong]
        assert not Contract.objects.exists()

    def test_refuses_a_term_that_ends_before_it_starts(self, company):
        day = clock.today()
        with pytest.raises(ApplicationError) as refusal:
            draft_of(company.rep1, fields={"start_on": day, "end_on": day - timedelta(days=1)})
        assert list(refusal.value.errors) == ["end_on"]

    @pytest.mark.parametrize("price", ["-1", "0.001", "NaN", "Infinity", "1000000000000000"])
    def test_refuses_a_price_that_is_no_money(self, company, price):
        with pytest.raises(ApplicationError) as refusal:
            draft_of(company.rep1, lines=[membership(price)], plan=instalments((1, "1.00")))
        assert list(refusal.value.errors) == ["lines.1"]
        assert not Contract.objects.exists()

    def test_refuses_a_product_that_is_not_on_sale(self, company):
        line = membership()
        services.save_product(product_id=line.product_id, fields={"is_active": False}, actor=company.product)
        with pytest.raises(ApplicationError):
            draft_of(company.rep1, lines=[line])
        assert not Contract.objects.exists()


class TestUpdateContract:
    def test_replaces_lines_and_plan_and_keeps_the_sums(self, company):
        contract = draft_of(company.rep1)
        services.update_contract(
            contract_id=contract.pk,
            revision=contract.revision,
            actor=company.rep1,
            fields={"title": "年度会员合同"},
            lines=[membership("5000.00", code="VIP-B")],
            plan=instalments((40, "3000.00"), (10, "2000.00")),
        )
        contract.refresh_from_db()
        assert (contract.title, contract.amount) == ("年度会员合同", Decimal("5000.00"))
        assert [(one.seq, one.amount) for one in contract.plan_lines.all()] == [
            (1, Decimal("2000.00")),
            (2, Decimal("3000.00")),
        ]

    def test_tells_who_was_faster_instead_of_overwriting(self, company):
        contract = draft_of(company.rep1)
        stale = contract.revision
        services.update_contract(
            contract_id=contract.pk, revision=stale, actor=company.rep1, fields={"title": "第一次修改"}
        )
        with pytest.raises(Conflict, match="李雷"):
            services.update_contract(
                contract_id=contract.pk, revision=stale, actor=company.rep1, fields={"title": "第二次修改"}
            )
        contract.refresh_from_db()
        assert contract.title == "第一次修改"

    def test_refuses_the_manager_who_may_see_it(self, company):
        contract = draft_of(company.rep1)
        with pytest.raises(ApplicationError, match="李雷"):
            services.update_contract(
                contract_id=contract.pk, revision=1, actor=company.manager1, fields={"title": "别人改的"}
            )
        contract.refresh_from_db()
        assert contract.title != "别人改的"

    def test_is_not_found_by_another_rep(self, company):
        contract = draft_of(company.rep1)
        with pytest.raises(Contract.DoesNotExist):
            services.update_contract(
                contract_id=contract.pk, revision=1, actor=company.rep2, fields={"title": "别人改的"}
            )

    def test_refuses_once_submitted(self, company, submitted):
        with pytest.raises(Conflict) as refusal:
            services.update_contract(
                contract_id=submitted.pk,
                revision=submitted.revision,
                actor=company.rep1,
                fields={"title": "事后修改"},
            )
        assert refusal.value.code == "not_a_draft"
        submitted.refresh_from_db()
        assert submitted.title != "事后修改"


class TestLacks:
    def test_a_complete_draft_lacks_nothing(self, company):
        assert services.lacks_of(draft_of(company.rep1)) == []

    def test_an_empty_draft_says_everything_at_once(self, company):
        contract = services.create_contract(customer_id=customer_of(company.rep1).pk, actor=company.rep1)
        assert {one.field for one in services.lacks_of(contract)} == {"lines", "start_on", "end_on", "plan"}

    def test_says_by_how_much_the_plan_differs(self, company):
        contract = draft_of(company.rep1, plan=instalments((1, "12000.00")))
        (lack,) = services.lacks_of(contract)
        assert "¥800.00" in str(lack.text)

    def test_says_what_the_customer_lacks(self, company):
        from crm.services import create_customer

        bare = create_customer(fields={"name": "空白机械厂"}, actor=company.rep1)
        contract = draft_of(company.rep1, bare, fields=term())
        assert [one.field for one in services.lacks_of(contract)] == ["customer"] * 3
