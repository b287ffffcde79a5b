"""Price lists and lists of people: the other two kinds of sheets."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from contracts.models import ContractLine, Product
from contracts.services import save_product
from core.models import User
from tests.contracts.factory import draft_of
from tests.imports.sheets import book, checked, imported, problems, row, states, undone

PRICES = ["产品编码", "产品名称", "类型", "单位", "标价", "底价", "期限（月）", "在售"]
PEOPLE = ["姓名", "用户名", "部门", "角色", "邮箱", "直属上级"]


def prices(*rows, headings=PRICES):
    return book(*rows, headings=headings)


class TestProducts:
    KIND = {"kind": "contracts.products"}

    def test_a_price_list_comes_in(self, company):
        run = imported(
            prices(["HY-1", "金牌会员", "会员", "年", "¥12,800.00", 9800, "12", "是"]),
            company.product,
            **self.KIND,
        )
        product = Product.objects.get(code="HY-1")
        assert (product.list_price, product.floor_price) == (Decimal("12800.00"), Decimal("9800.00"))
        assert (product.term_months, product.kind, product.is_active) == (12, "membership", True)
        assert run.rows_done == 1

    def test_what_is_wrong_is_told_and_nothing_is_written(self, company):
        before = Product.objects.count()
        run = checked(
            prices(
                ["HY-1", "金牌", "会员", "年", 100, 200, "", ""],
                ["HY-2", "", "会员", "年", 100, 50, "", ""],
                ["HY-3", "银牌", "会员", "年", "很贵", 50, "一年", ""],
                ["HY-4", "铜牌", "会员", "年", "100.001", 50, "", "也许"],
            ),
            company.product,
            **self.KIND,
        )
        assert sorted(problems(run)) == [
            (2, "floor_price"),
            (3, "name"),
            (4, "list_price"),
            (4, "term_months"),
            (5, "is_active"),
            (5, "list_price"),
        ]
        assert Product.objects.count() == before

    def test_code_and_price_are_enough_to_change_prices_and_it_can_be_undone(self, company):
        product = Product.objects.order_by("pk").first()
        before = product.list_price
        run = imported(
            prices([product.code, before + 100], headings=["产品编码", "标价"]),
            company.product,
            existing="update",
            **self.KIND,
        )
        product.refresh_from_db()
        assert product.list_price == before + 100
        assert row(run, 2).differences == [
            {"field": "list_price", "old": f"{before:.2f}", "new": f"{before + 100:.2f}"}
        ]
        assert undone(run, company.product).status == "undone"
        product.refresh_from_db()
        assert product.list_price == before

    def test_a_price_that_was_changed_again_stays(self, company):
        product = Product.objects.order_by("pk").first()
        before = product.list_price
        content = prices([product.code, before + 100], headings=["产品编码", "标价"])
        run = imported(content, company.product, existing="update", **self.KIND)
        save_product(fields={"list_price": before + 300}, product_id=product.pk, actor=company.product)
        run = undone(run, company.product)
        product.refresh_from_db()
        assert (run.status, product.list_price) == ("done", before + 300)
        assert "标价" in row(run, 2).undo_refusal

    def test_a_product_that_stands_in_a_contract_stays(self, company):
        run = imported(
            prices(["HY-1", "金牌会员", "会员", "年", 12800, 9800, 12, "是"]), company.product, **self.KIND
        )
        product = Product.objects.get(code="HY-1")
        line = ContractLine.objects.filter(contract=draft_of(company.rep1)).first()
        ContractLine.objects.filter(pk=line.pk).update(product=product)
        run = undone(run, company.product)
        assert Product.objects.filter(pk=product.pk).exists()
        assert "合同" in row(run, 2).undo_refusal


class TestPeople:
    KIND = {"kind": "core.people"}

    def people(self, *rows):
        return book(*rows, headings=PEOPLE)

    def test_people_come_in_with_department_role_and_a_manager_further_down(self, company):
        run = imported(
            self.people(
                ["周游", "", "销售一部", "销售代表", "zhouyou@example.com", "周主任"],
                ["周主任", "zhouzr", "sales1", "", "", "rep1"],
            ),
            company.admin,
            **self.KIND,
        )
        assert problems(run) == []
        assert states(run) == [(2, "created"), (3, "created")]
        person = User.objects.get(username="zhouyou")
        assert (person.department.code, person.role_codes) == ("sales1", {"rep"})
        assert (person.manager.username, person.manager.manager) == ("zhouzr", company.rep1)
        assert person.is_invited

    def test_what_does_not_exist_is_named(self, company):
        run = checked(
            self.people(["周游", "zhou you", "火星部", "船长", "不是邮箱", "无此人"]),
            company.admin,
            **self.KIND,
        )
        assert sorted(field for _n, field in problems(run)) == [
            "department",
            "email",
            "manager",
            "roles",
            "username",
        ]

    def test_people_are_known_again_and_only_what_is_empty_is_filled(self, company):
        content = self.people([company.rep1.display_name, "REP1", "", "", "lilei@new.example.com", ""])
        assert states(checked(content, company.admin, **self.KIND)) == [(2, "skipped")]
        User.objects.filter(pk=company.rep1.pk).update(email="")
        imported(content, company.admin, existing="fill", **self.KIND)
        company.rep1.refresh_from_db()
        assert company.rep1.email == "lilei@new.example.com"

    def test_only_accounts_that_were_never_used_are_taken_back(self, company):
        content = self.people(["周游", "", "", "", "", ""], ["郑远", "", "", "", "", ""])
        run = imported(content, company.admin, **self.KIND)
        User.objects.filter(username="zhengyuan").update(last_login=datetime(2026, 11, 1, tzinfo=UTC))
        run = undone(run, company.admin)
        assert not User.objects.filter(username="zhouyou").exists()
        assert User.objects.filter(username="zhengyuan").exists()
        assert row(run, 3).undo_refusal

    @pytest.mark.parametrize("who", ["rep1", "marketer"])
    def test_nobody_else_imports_people(self, company, who):
        with pytest.raises(PermissionDenied):
            checked(self.people(["周游", "", "", "", "", ""]), getattr(company, who), **self.KIND)
