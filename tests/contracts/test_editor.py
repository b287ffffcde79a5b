"""The editor of a draft: it saves what was typed, proposes instalments, and submits what is complete."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config.demo.company import product
from contracts import services
from contracts.models import Contract
from core import clock
from tests.contracts.factory import customer_of


@pytest.fixture
def contract(company):
    """A fresh draft of rep1 with its process."""
    return services.start_contract(customer_id=customer_of(company.rep1).pk, actor=company.rep1)


def url_of(contract: Contract) -> str:
    return reverse("contracts:contract-edit", args=[contract.pk])


def form_of(
    contract: Contract, lines=(("VIP-S", "1", "12,800.00"),), plan=(("10", "12800"),), **more
) -> dict:
    """The form as the browser sends it."""
    today = clock.today()
    data = {
        "seen_version": str(contract.revision),
        "title": contract.title,
        "template": contract.template_id,
        "own_company": contract.own_company_id,
        "bank_account": contract.bank_account_id,
        "copies": "2",
        "tax_rate": "6.00",
        "start_on": f"{today:%Y-%m-%d}",
        "end_on": f"{today + timedelta(days=364):%Y-%m-%d}",
        **{f"{prefix}-INITIAL_FORMS": "0" for prefix in ("lines", "plan")},
        "lines-TOTAL_FORMS": str(len(lines)),
        "plan-TOTAL_FORMS": str(len(plan)),
    }
    for n, (code, quantity, price) in enumerate(lines):
        key = product(code).pk if code else ""
        data |= {f"lines-{n}-product": key, f"lines-{n}-quantity": quantity, f"lines-{n}-price": price}
    for n, (days, amount) in enumerate(plan):
        due = f"{today + timedelta(days=int(days)):%Y-%m-%d}" if days else ""
        data |= {f"plan-{n}-due_on": due, f"plan-{n}-amount": amount}
    return data | more


class TestSavingADraft:
    def test_keeps_lines_and_instalments_and_computes_the_amount(self, signed_in, company, contract):
        data = form_of(
            contract,
            lines=[("VIP-S", "2", "12,800.00"), ("VIP-B", "1", "5000")],
            plan=[("10", "30,000"), ("100", "600.00")],
            action="save",
        )
        response = signed_in(company.rep1).post(url_of(contract), data)
        contract.refresh_from_db()
        assert response.url == url_of(contract)
        assert str(contract.amount) == "30600.00"
        assert [str(line.amount) for line in contract.lines.all()] == ["25600.00", "5000.00"]
        assert [str(one.amount) for one in contract.plan_lines.all()] == ["30000.00", "600.00"]
        assert contract.state == Contract.State.DRAFT

    def test_a_half_filled_draft_can_be_kept(self, signed_in, company, contract):
        data = form_of(
            contract, lines=[("", "1", "")], plan=[("", "")], start_on="", end_on="", action="save"
        )
        response = signed_in(company.rep1).post(url_of(contract), data)
        assert response.status_code == 302
        page = signed_in(company.rep1).get(url_of(contract))
        assert [lack.field for lack in page.context["lacks"]] == ["lines", "start_on", "end_on", "plan"]

    def test_rows_that_were_removed_are_gone(self, signed_in, company, contract):
        data = form_of(contract, lines=[("VIP-S", "1", "12800"), ("VIP-B", "1", "5000")], action="save")
        signed_in(company.rep1).post(url_of(contract), data | {"lines-1-DELETE": "on"})
        assert [line.product.code for line in contract.lines.all()] == ["VIP-S"]

    @pytest.mark.parametrize(
        ("wrong", "where"),
        [
            ({"lines-0-quantity": "0"}, "lines"),
            ({"lines-0-price": "12.345"}, "lines"),
            ({"lines-0-product": "999999"}, "lines"),
            ({"plan-0-due_on": "2026-02-30"}, "plan"),
            ({"plan-0-amount": "0"}, "plan"),
            ({"copies": "99"}, "form"),
            ({"end_on": "2020-01-01"}, "form"),
        ],
    )
    def test_what_is_wrong_is_marked_and_nothing_is_saved(self, signed_in, company, contract, wrong, where):
        response = signed_in(company.rep1).post(url_of(contract), form_of(contract, action="save") | wrong)
        contract.refresh_from_db()
        draft = response.context["draft"]
        assert response.status_code == 400
        assert any(draft.form.errors if where == "form" else getattr(draft, where).errors)
        assert (contract.revision, contract.lines.count()) == (1, 0)

    def test_a_product_off_sale_is_refused_beside_its_row(self, signed_in, company, contract):
        sold = product("VIP-B")
        client = signed_in(company.rep1)
        client.post(url_of(contract), form_of(contract, lines=[("VIP-B", "1", "5980")], action="save"))
        contract.refresh_from_db()
        type(sold).objects.filter(pk=sold.pk).update(is_active=False)
        response = client.post(
            url_of(contract), form_of(contract, lines=[("VIP-B", "2", "5980")], action="save")
        )
        assert response.status_code == 400
        assert response.context["draft"].lines.forms[0].non_field_errors()
        assert str(contract.lines.get().quantity) == "1.00"

    def test_what_another_window_saved_is_not_overwritten_unseen(self, signed_in, company, contract):
        stale = form_of(contract, action="save", title="甲")
        client = signed_in(company.rep1)
        client.post(url_of(contract), form_of(contract, action="save", title="乙"))
        response = client.post(url_of(contract), stale)
        contract.refresh_from_db()
        assert response.status_code == 409
        assert contract.title == "乙"
        again = stale | {"seen_version": str(response.context["version"])}
        client.post(url_of(contract), again)
        contract.refresh_from_db()
        assert contract.title == "甲"

    def test_what_only_the_other_window_changed_is_taken_over(self, signed_in, company, contract):
        """The draft stays whole: its lines are those of the other window, its title the one typed here."""
        client = signed_in(company.rep1)
        lines, plan = [("VIP-S", "1", "12800")], [("10", "12800")]
        client.post(url_of(contract), form_of(contract, lines, plan, action="save"))
        contract.refresh_from_db()
        token = client.get(url_of(contract)).context["opening_values"]
        mine = form_of(contract, lines, plan, action="save", title="甲", opening_values=token)
        theirs = [("VIP-S", "2", "12800")], [("10", "25600")]
        client.post(url_of(contract), form_of(contract, *theirs, action="save"))
        response = client.post(url_of(contract), mine)
        assert response.status_code == 409
        met = response.context["overtaken"]
        assert met.asked == []
        assert [one.label for one in met.taken] == ["产品", "回款计划"]
        assert "12,800.00" in met.taken[0].now
        draft = response.context["draft"]
        assert [row["quantity"].value() for row in draft.lines.forms] == ["2"]
        contract.refresh_from_db()
        again = form_of(contract, *theirs, action="save", title="甲")
        again["opening_values"] = response.context["opening_values"]
        assert client.post(url_of(contract), again).status_code == 302
        contract.refresh_from_db()
        assert (contract.title, contract.amount) == ("甲", 25600)

    def test_a_proposed_plan_forgets_nothing_of_what_the_form_began_with(self, signed_in, company, contract):
        client = signed_in(company.rep1)
        stale = form_of(contract, propose="once", title="甲")
        client.post(url_of(contract), form_of(contract, action="save", title="乙"))
        for token in ("", client.get(url_of(contract)).context["opening_values"]):
            context = client.post(url_of(contract), stale | {"opening_values": token}).context
            assert (context["opening_values"], context["version"]) == (token, stale["seen_version"])
        response = client.post(url_of(contract), {**stale, "propose": "", "action": "save"})
        assert response.status_code == 409
        assert {one.name: one.now for one in response.context["overtaken"].asked}["title"] == "乙"

    def test_where_both_changed_the_lines_one_decides(self, signed_in, company, contract):
        client = signed_in(company.rep1)
        token = client.get(url_of(contract)).context["opening_values"]
        mine = form_of(contract, action="save", opening_values=token)
        client.post(
            url_of(contract),
            form_of(contract, [("VIP-B", "1", "5000")], [("10", "5000")], action="save", title="乙"),
        )
        response = client.post(url_of(contract), mine)
        asked = {one.name: one for one in response.context["overtaken"].asked}
        assert {"lines", "plan"} <= asked.keys()
        assert asked["lines"].was == "—"
        contract.refresh_from_db()
        again = {**mine, "seen_version": str(contract.revision)}
        again |= {f"stands-{name}": "theirs" for name in asked}
        again["opening_values"] = response.context["opening_values"]
        assert client.post(url_of(contract), again).status_code == 302
        contract.refresh_from_db()
        assert contract.amount == 5000

    @pytest.mark.parametrize(("name", "status"), [("rep3", 404), ("manager1", 403), ("finance", 403)])
    def test_nobody_else_saves_it(self, signed_in, company, contract, name, status):
        person = getattr(company, name)
        response = signed_in(person).post(url_of(contract), form_of(contract, action="save", title="乙"))
        contract.refresh_from_db()
        assert response.status_code == status
        assert contract.title != "乙"


class TestProposingInstalments:
    def test_fills_the_rows_and_saves_nothing(self, signed_in, company, contract):
        data = form_of(contract, plan=[("", "")], propose="halves")
        response = signed_in(company.rep1).post(url_of(contract), data)
        amounts = [form.initial["amount"] for form in response.context["draft"].plan.forms]
        assert [str(one) for one in amounts] == ["6400.00", "6400.00"]
        assert "6,400.00" in response.text
        assert not contract.plan_lines.exists()

    def test_keeps_what_was_typed_elsewhere(self, signed_in, company, contract):
        data = form_of(contract, title="半年后再付", propose="once")
        assert "半年后再付" in signed_in(company.rep1).post(url_of(contract), data).text


class TestSubmitting:
    def test_hands_a_complete_draft_to_the_manager(self, signed_in, company, contract):
        response = signed_in(company.rep1).post(url_of(contract), form_of(contract, action="submit"))
        contract.refresh_from_db()
        assert response.url == contract.get_absolute_url()
        assert contract.state == Contract.State.REVIEWING
        assert contract.no
        page = signed_in(company.rep1).get(contract.get_absolute_url()).text
        assert "业务审核" in page
        assert "王芳" in page

    def test_saves_an_incomplete_draft_and_says_what_is_missing(self, signed_in, company, contract):
        data = form_of(contract, plan=[("10", "12000")], action="submit")
        response = signed_in(company.rep1).post(url_of(contract), data)
        contract.refresh_from_db()
        assert response.status_code == 400
        assert "800.00" in response.context["refused"]
        assert contract.state == Contract.State.DRAFT
        assert str(contract.amount) == "12800.00"

    def test_a_submitted_contract_leads_from_the_editor_to_its_page(self, signed_in, company, contract):
        client = signed_in(company.rep1)
        client.post(url_of(contract), form_of(contract, action="submit"))
        assert client.get(url_of(contract)).url == contract.get_absolute_url()

    def test_a_submitted_contract_cannot_be_changed_any_more(self, signed_in, company, contract):
        client = signed_in(company.rep1)
        client.post(url_of(contract), form_of(contract, action="submit"))
        contract.refresh_from_db()
        response = client.post(url_of(contract), form_of(contract, action="save", title="偷改"))
        contract.refresh_from_db()
        assert response.status_code == 409
        assert contract.title != "偷改"
