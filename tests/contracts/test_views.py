"""The pages of contracts, products, templates and our own companies: who sees what, and what they do."""

import pytest
from django.urls import reverse

from contracts import services
from contracts.models import BankAccount, Contract, ContractTemplate, OwnCompany, Product
from tests.contracts.factory import customer_of, draft_of
from tests.contracts.pages import rows, signed_contract


@pytest.fixture
def started(company):
    """A contract of rep1 with its process, as the page begins it."""
    customer = customer_of(company.rep1)
    return services.start_contract(customer_id=customer.pk, actor=company.rep1)


class TestWhoSeesAContract:
    @pytest.mark.parametrize("name", ["contract-detail", "contract-edit", "contract-void", "contract-pdf"])
    def test_a_stranger_gets_404(self, signed_in, company, draft, name):
        response = signed_in(company.rep3).get(reverse(f"contracts:{name}", args=[draft.pk]))
        assert response.status_code == 404

    def test_a_reader_may_not_open_the_editor(self, signed_in, company, draft):
        url = reverse("contracts:contract-edit", args=[draft.pk])
        assert signed_in(company.finance).get(url).status_code == 403
        assert signed_in(company.manager1).get(url).status_code == 403

    def test_a_reader_may_not_give_it_up(self, signed_in, company, draft):
        url = reverse("contracts:contract-void", args=[draft.pk])
        assert signed_in(company.finance).get(url).status_code == 403
        response = signed_in(company.finance).post(url, {"reason": "不要了"})
        draft.refresh_from_db()
        assert response.status_code == 403
        assert draft.state == Contract.State.DRAFT

    @pytest.mark.parametrize("tab", ["overview", "parties", "record", "documents"])
    def test_readers_open_every_tab(self, signed_in, company, submitted, tab):
        response = signed_in(company.finance).get(f"{submitted.get_absolute_url()}?tab={tab}")
        assert response.status_code == 200
        assert submitted.no in response.text

    def test_who_may_see_no_contracts_sees_no_list(self, signed_in, company):
        assert signed_in(company.marketer).get(reverse("contracts:contract-list")).status_code == 403


class TestTheList:
    @pytest.fixture(autouse=True)
    def _contracts(self, company, submitted):
        self.submitted = submitted
        self.draft = draft_of(company.rep2)

    def find(self, client, **query):
        return rows(client.get(reverse("contracts:contract-list"), query))

    def test_shows_a_rep_the_own_contracts_only(self, signed_in, company):
        assert self.find(signed_in(company.rep1)) == [self.submitted]

    def test_is_narrowed_by_stage_owner_and_words(self, signed_in, company):
        client = signed_in(company.manager1)
        assert self.find(client, stage="draft") == [self.draft]
        assert self.find(client, stage="review") == [self.submitted]
        assert self.find(client, owner=str(company.rep2.pk)) == [self.draft]
        assert self.find(client, q=self.submitted.no) == [self.submitted]
        assert self.find(client, q=self.draft.customer.name[:4], stage="ended") == []

    def test_costs_a_fixed_number_of_queries(self, signed_in, company, django_assert_num_queries):
        for _n in range(4):
            draft_of(company.rep1)
        client = signed_in(company.manager1)
        client.get(reverse("contracts:contract-list"))
        with django_assert_num_queries(11):
            client.get(reverse("contracts:contract-list"))


class TestBeginningAContract:
    def test_first_asks_with_whom(self, signed_in, company):
        customer = customer_of(company.rep1)
        page = signed_in(company.rep1).get(reverse("contracts:contract-start")).text
        assert f"?customer={customer.pk}" in page

    def test_drafts_it_starts_the_process_and_opens_the_editor(self, signed_in, company):
        customer = customer_of(company.rep1)
        url = f"{reverse('contracts:contract-start')}?customer={customer.pk}"
        template = ContractTemplate.objects.get(state="published", code="membership")
        response = signed_in(company.rep1).post(url, {"template_id": template.pk, "title": "金牌会员"})
        contract = Contract.objects.get()
        assert response.url == reverse("contracts:contract-edit", args=[contract.pk])
        assert (contract.title, contract.owner) == ("金牌会员", company.rep1)
        page = signed_in(company.rep1).get(contract.get_absolute_url()).text
        assert "草拟合同" in page

    def test_not_for_the_customer_of_somebody_else(self, signed_in, company):
        customer = customer_of(company.rep3)
        url = f"{reverse('contracts:contract-start')}?customer={customer.pk}"
        client = signed_in(company.rep1)
        assert client.get(url).status_code == 404
        assert client.post(url, {"title": "x"}).status_code == 404
        assert not Contract.objects.exists()

    def test_not_without_the_right_to_draft(self, signed_in, company):
        customer = customer_of(company.rep1)
        url = f"{reverse('contracts:contract-start')}?customer={customer.pk}"
        assert signed_in(company.finance).get(url).status_code == 403


class TestGivingAContractUp:
    def test_discards_the_own_draft_with_its_case(self, signed_in, company, started):
        url = reverse("contracts:contract-void", args=[started.pk])
        signed_in(company.rep1).post(url, {"reason": "客户改主意"})
        started.refresh_from_db()
        assert (started.state, started.void_reason) == (Contract.State.VOIDED, "客户改主意")

    def test_wants_a_reason(self, signed_in, company, started):
        url = reverse("contracts:contract-void", args=[started.pk])
        response = signed_in(company.rep1).post(url, {"reason": ""})
        started.refresh_from_db()
        assert response.status_code == 400
        assert started.state == Contract.State.DRAFT


class TestThePaper:
    def test_is_a_pdf_in_the_browser_or_as_a_file(self, signed_in, company, submitted):
        client = signed_in(company.rep1)
        url = reverse("contracts:contract-pdf", args=[submitted.pk])
        shown, saved = client.get(url), client.get(f"{url}?download")
        assert shown.content.startswith(b"%PDF")
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert saved.headers["Content-Disposition"].startswith("attachment")

    def test_a_filed_document_belongs_to_its_own_contract(self, signed_in, company):
        contract = signed_contract(company, company.rep1, (30, "12800.00"))
        other = draft_of(company.rep1)
        document = services.contract_document(contract)
        client = signed_in(company.rep1)
        answer = client.get(reverse("contracts:contract-file", args=[contract.pk, document.pk]))
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        strange = client.get(reverse("contracts:contract-file", args=[other.pk, document.pk]))
        assert strange.status_code == 404


class TestProducts:
    def fill(self, **more):
        return {
            "code": "AD-TOP",
            "name": "首页横幅（月）",
            "kind": "ad",
            "unit": "月",
            "list_price": "8,000.00",
            "floor_price": "6000",
            "is_active": "on",
            **more,
        }

    def test_everybody_who_sells_reads_them(self, signed_in, company):
        product = Product.objects.order_by("pk").first()
        client = signed_in(company.rep1)
        assert client.get(reverse("contracts:product-list")).status_code == 200
        page = client.get(reverse("contracts:product-detail", args=[product.pk])).text
        assert product.name in page
        assert reverse("contracts:product-edit", args=[product.pk]) not in page

    def test_the_product_manager_enters_and_changes_one(self, signed_in, company):
        client = signed_in(company.product)
        client.post(reverse("contracts:product-create"), self.fill())
        product = Product.objects.get(code="AD-TOP")
        assert str(product.list_price) == "8000.00"
        client.post(reverse("contracts:product-edit", args=[product.pk]), self.fill(list_price="9000"))
        product.refresh_from_db()
        assert str(product.list_price) == "9000.00"

    def test_who_may_not_see_products_sees_none(self, signed_in, company):
        product = Product.objects.order_by("pk").first()
        client = signed_in(company.seal)
        assert client.get(reverse("contracts:product-list")).status_code == 403
        assert client.get(reverse("contracts:product-detail", args=[product.pk])).status_code == 403

    def test_a_floor_above_the_list_price_is_refused_beside_it(self, signed_in, company):
        response = signed_in(company.product).post(
            reverse("contracts:product-create"), self.fill(floor_price="9999")
        )
        assert response.status_code == 400
        assert "floor_price" in response.context["form"].errors
        assert not Product.objects.filter(code="AD-TOP").exists()

    def test_others_may_not_change_them(self, signed_in, company):
        product = Product.objects.order_by("pk").first()
        client = signed_in(company.rep1)
        assert client.get(reverse("contracts:product-create")).status_code == 403
        assert client.post(reverse("contracts:product-create"), self.fill()).status_code == 403
        assert client.get(reverse("contracts:product-edit", args=[product.pk])).status_code == 403
        assert not Product.objects.filter(code="AD-TOP").exists()

    def test_the_list_costs_a_fixed_number_of_queries(self, signed_in, company, django_assert_num_queries):
        client = signed_in(company.rep1)
        client.get(reverse("contracts:product-list"))
        with django_assert_num_queries(9):
            client.get(reverse("contracts:product-list"))


class TestTemplates:
    def test_the_text_is_shown_clause_by_clause(self, signed_in, company):
        template = ContractTemplate.objects.get(state="published", code="membership")
        client = signed_in(company.legal)
        assert client.get(reverse("contracts:template-list")).status_code == 200
        page = client.get(reverse("contracts:template-detail", args=[template.pk])).text
        assert all(clause.title in page for clause in template.clauses.all())

    def test_not_to_who_sees_no_contracts(self, signed_in, company):
        template = ContractTemplate.objects.get(state="published", code="membership")
        client = signed_in(company.marketer)
        assert client.get(reverse("contracts:template-list")).status_code == 403
        assert client.get(reverse("contracts:template-detail", args=[template.pk])).status_code == 403


class TestOurCompanies:
    def test_finance_adds_an_account_which_becomes_the_default_when_asked(self, signed_in, company):
        own = OwnCompany.objects.get(is_default=True)
        url = reverse("contracts:account-create", args=[own.pk])
        data = {
            "holder": own.name,
            "bank_name": "招商银行",
            "number": "6225 8888",
            "is_active": "on",
            "is_default": "on",
        }
        response = signed_in(company.finance).post(url, data)
        assert response.url == reverse("contracts:own-company-detail", args=[own.pk])
        assert own.accounts.get(is_default=True).bank_name == "招商银行"

    def test_a_wrong_code_is_refused(self, signed_in, company):
        own = OwnCompany.objects.get(is_default=True)
        url = reverse("contracts:own-company-edit", args=[own.pk])
        data = {name: getattr(own, name) for name in ("name", "address", "phone", "legal_representative")}
        response = signed_in(company.finance).post(url, {**data, "uscc": "91310000775785552A"})
        assert response.status_code == 400
        assert "uscc" in response.context["form"].errors

    @pytest.mark.parametrize("name", ["own-company-list", "own-company-create"])
    def test_others_see_nothing_of_them(self, signed_in, company, name):
        assert signed_in(company.rep1).get(reverse(f"contracts:{name}")).status_code == 403

    @pytest.mark.parametrize(
        "name", ["own-company-detail", "own-company-edit", "account-create", "seal-create"]
    )
    def test_others_change_nothing_of_them(self, signed_in, company, name):
        own = OwnCompany.objects.get(is_default=True)
        client = signed_in(company.rep1)
        assert client.get(reverse(f"contracts:{name}", args=[own.pk])).status_code == 403
        assert client.post(reverse(f"contracts:{name}", args=[own.pk]), {}).status_code == 403
        assert BankAccount.objects.filter(company=own).count() == 1

    def test_finance_opens_every_page(self, signed_in, company):
        own = OwnCompany.objects.get(is_default=True)
        client = signed_in(company.finance)
        for name in ("own-company-detail", "own-company-edit", "account-create", "seal-create"):
            assert client.get(reverse(f"contracts:{name}", args=[own.pk])).status_code == 200
        account, seal = own.accounts.first(), own.seals.first()
        assert client.get(reverse("contracts:account-edit", args=[own.pk, account.pk])).status_code == 200
        assert client.get(reverse("contracts:seal-edit", args=[own.pk, seal.pk])).status_code == 200
