"""The pages of payments, receivables and notices: who sees what, two people for each payment, one print a day."""

from decimal import Decimal

import pytest
from django.urls import reverse

from contracts import services
from contracts.models import DunningNotice, Payment
from core import clock
from crm.models import CustomerAddress
from tests.contracts.factory import customer_of
from tests.contracts.pages import rows, signed_contract


def due(contract, number=1):
    return contract.plan_lines.get(seq=number)


@pytest.fixture
def contract(company):
    """A contract of rep1: one instalment 40 days late, one in 50 days."""
    return signed_contract(company, company.rep1, (-40, "10000.00"), (50, "2800.00"))


@pytest.fixture
def payment(company, contract):
    """8,000 recorded by finance, not confirmed yet."""
    return services.record_payment(
        customer_id=contract.customer_id,
        fields={"received_on": clock.today(), "amount": "8000.00", "method": "transfer", "bank_ref": "BR-1"},
        shares=[services.Share(due(contract).pk, Decimal(8000))],
        actor=company.finance,
    )


class TestRecordingAPayment:
    def url(self, contract):
        return f"{reverse('contracts:payment-create')}?customer={contract.customer_id}"

    def fill(self, contract, *shares, **more):
        given = {f"share-{due(contract, n).pk}": amount for n, amount in shares}
        today = f"{clock.today():%Y-%m-%d}"
        return (
            {"received_on": today, "amount": "11,000.00", "method": "transfer", "bank_ref": "BR-9"}
            | given
            | more
        )

    def test_first_asks_whose_money_it_is(self, signed_in, company, contract):
        page = signed_in(company.finance).get(reverse("contracts:payment-create")).text
        assert f"?customer={contract.customer_id}" in page

    def test_proposes_the_oldest_instalment_first_and_saves_nothing(self, signed_in, company, contract):
        data = self.fill(contract, propose="oldest")
        response = signed_in(company.finance).post(self.url(contract), data)
        assert response.status_code == 200
        assert "10,000.00" in response.text
        assert "1,000.00" in response.text
        assert not Payment.objects.exists()

    def test_a_proposal_does_not_overwrite_typed_shares_unasked(self, signed_in, company, contract):
        data = self.fill(contract, (2, "2800.00"), propose="if-empty")
        response = signed_in(company.finance).post(self.url(contract), data)
        form = response.context["form"]
        assert [bound.value() for _line, bound in form.rows()] == ["", "2800.00"]

    def test_records_it_with_its_shares_to_be_confirmed(self, signed_in, company, contract):
        data = self.fill(contract, (1, "10,000.00"), (2, "1000"))
        response = signed_in(company.finance).post(self.url(contract), data)
        payment = Payment.objects.get()
        assert response.url == reverse("contracts:payment-detail", args=[payment.pk])
        assert payment.state == Payment.State.DRAFT
        assert [str(one.amount) for one in payment.allocations.all()] == ["10000.00", "1000.00"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"amount": "0"}, "amount"),
            ({"amount": ""}, "amount"),
            ({"received_on": "2999-01-01"}, "received_on"),
        ],
    )
    def test_what_is_wrong_is_marked_and_nothing_is_recorded(
        self, signed_in, company, contract, wrong, field
    ):
        response = signed_in(company.finance).post(self.url(contract), self.fill(contract) | wrong)
        assert response.status_code == 400
        assert field in response.context["form"].errors
        assert not Payment.objects.exists()

    def test_more_than_an_instalment_is_refused_beside_it(self, signed_in, company, contract):
        data = self.fill(contract, (2, "5000.00"))
        response = signed_in(company.finance).post(self.url(contract), data)
        assert response.status_code == 400
        assert f"share-{due(contract, 2).pk}" in response.context["form"].errors
        assert not Payment.objects.exists()

    def test_the_same_bank_reference_is_refused(self, signed_in, company, contract, payment):
        response = signed_in(company.finance).post(self.url(contract), self.fill(contract, bank_ref="BR-1"))
        assert response.status_code == 400
        assert "bank_ref" in response.context["form"].errors
        assert Payment.objects.count() == 1

    def test_readers_record_nothing(self, signed_in, company, contract):
        client = signed_in(company.rep1)
        assert client.get(self.url(contract)).status_code == 403
        assert client.post(self.url(contract), self.fill(contract)).status_code == 403
        assert not Payment.objects.exists()


class TestConfirmingAPayment:
    def test_a_colleague_confirms_it(self, signed_in, company, payment):
        url = reverse("contracts:payment-confirm", args=[payment.pk])
        assert signed_in(company.finance2).get(url).status_code == 200
        signed_in(company.finance2).post(url)
        payment.refresh_from_db()
        assert (payment.state, payment.confirmed_by) == (Payment.State.CONFIRMED, company.finance2)

    def test_the_recorder_is_refused_with_the_cause(self, signed_in, company, payment):
        url = reverse("contracts:payment-confirm", args=[payment.pk])
        response = signed_in(company.finance).post(url)
        payment.refresh_from_db()
        assert response.status_code == 400
        assert response.context["form"].non_field_errors()
        assert payment.state == Payment.State.DRAFT

    def test_the_recorder_sees_no_button_but_why(self, signed_in, company, payment):
        url = reverse("contracts:payment-confirm", args=[payment.pk])
        page = reverse("contracts:payment-detail", args=[payment.pk])
        assert url not in signed_in(company.finance).get(page).text
        assert url in signed_in(company.finance2).get(page).text

    def test_twice_is_a_conflict_that_says_who_was_faster(self, signed_in, company, payment):
        url = reverse("contracts:payment-confirm", args=[payment.pk])
        client = signed_in(company.finance2)
        client.post(url)
        response = client.post(url)
        assert response.status_code == 409
        assert "钱进" in response.text

    @pytest.mark.parametrize("name", ["payment-confirm", "payment-reverse", "payment-allocate"])
    @pytest.mark.parametrize(("person", "status"), [("rep3", (403, 404)), ("rep1", (403,)), ("gm", (403,))])
    def test_others_may_not(self, signed_in, company, payment, name, person, status):
        url = reverse(f"contracts:{name}", args=[payment.pk])
        client = signed_in(getattr(company, person))
        assert client.get(url).status_code in status
        assert client.post(url, {"reason": "x"}).status_code in status
        payment.refresh_from_db()
        assert payment.state == Payment.State.DRAFT


class TestReversingAndAllocating:
    def test_a_reversal_wants_a_reason(self, signed_in, company, payment):
        url = reverse("contracts:payment-reverse", args=[payment.pk])
        client = signed_in(company.finance2)
        assert client.post(url, {"reason": " "}).status_code == 400
        payment.refresh_from_db()
        assert payment.state == Payment.State.DRAFT
        client.post(url, {"reason": "银行退汇"})
        payment.refresh_from_db()
        assert payment.state == Payment.State.REVERSED
        page = client.get(reverse("contracts:payment-detail", args=[payment.pk])).text
        assert "银行退汇" in page

    def test_an_unconfirmed_payment_is_spread_anew(self, signed_in, company, contract, payment):
        url = reverse("contracts:payment-allocate", args=[payment.pk])
        client = signed_in(company.finance)
        form = client.get(url).context["form"]
        assert [str(bound.value() or "") for _line, bound in form.rows()] == ["8000.00", ""]
        client.post(url, {f"share-{due(contract, 2).pk}": "2,800.00"})
        assert [str(one.amount) for one in payment.allocations.all()] == ["2800.00"]


class TestPaymentPages:
    def test_a_stranger_gets_404(self, signed_in, company, payment):
        url = reverse("contracts:payment-detail", args=[payment.pk])
        assert signed_in(company.rep3).get(url).status_code == 404

    def test_the_list_is_narrowed_by_state_and_words(self, signed_in, company, payment):
        client = signed_in(company.finance)
        url = reverse("contracts:payment-list")
        assert rows(client.get(url, {"state": "draft"})) == [payment]
        assert rows(client.get(url, {"state": "confirmed"})) == []
        assert rows(client.get(url, {"q": "BR-1"})) == [payment]

    def test_a_rep_sees_those_of_the_own_customers(self, signed_in, company, payment):
        url = reverse("contracts:payment-list")
        assert rows(signed_in(company.rep1).get(url)) == [payment]
        assert rows(signed_in(company.rep3).get(url)) == []

    def test_without_the_right_there_is_no_list(self, signed_in, company):
        assert signed_in(company.legal).get(reverse("contracts:payment-list")).status_code == 403

    def test_the_list_costs_a_fixed_number_of_queries(
        self, signed_in, company, contract, payment, django_assert_num_queries
    ):
        for n in range(3):
            services.record_payment(
                customer_id=contract.customer_id,
                fields={"received_on": clock.today(), "amount": "1.00", "bank_ref": f"N-{n}"},
                actor=company.finance,
            )
        client = signed_in(company.finance)
        client.get(reverse("contracts:payment-list"))
        with django_assert_num_queries(11):
            client.get(reverse("contracts:payment-list"))


class TestReceivables:
    url = property(lambda self: reverse("contracts:receivable-list"))

    def test_shows_what_is_open_with_days_overdue(self, signed_in, company, contract):
        found = rows(signed_in(company.rep1).get(self.url))
        assert [(one.seq, one.days_overdue) for one in found] == [(1, 40), (2, 0)]

    def test_a_confirmed_payment_lowers_it(self, signed_in, company, contract, payment):
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        first = rows(signed_in(company.finance).get(self.url))[0]
        assert (str(first.paid), str(first.outstanding)) == ("8000.00", "2000.00")

    def test_the_bars_add_up_by_age(self, signed_in, company, contract):
        bars = {bar.url: str(bar.value) for bar in signed_in(company.finance).get(self.url).context["bars"]}
        assert bars == {
            "?age=current": "2800.00",
            "?age=1_30": "0.00",
            "?age=31_60": "10000.00",
            "?age=61_90": "0.00",
            "?age=over_90": "0.00",
        }

    def test_is_narrowed_to_what_is_overdue_and_by_owner(self, signed_in, company, contract):
        client = signed_in(company.finance)
        assert [one.seq for one in rows(client.get(self.url, {"age": "overdue"}))] == [1]
        assert [one.seq for one in rows(client.get(self.url, {"age": "31_60"}))] == [1]
        assert rows(client.get(self.url, {"age": "over_90"})) == []
        assert len(rows(client.get(self.url, {"owner": str(company.rep1.pk)}))) == 2
        assert len(rows(client.get(self.url, {"q": contract.no}))) == 2

    def test_others_do_not_see_it(self, signed_in, company, contract):
        assert rows(signed_in(company.rep3).get(self.url)) == []
        assert signed_in(company.legal).get(self.url).status_code == 403

    def test_costs_a_fixed_number_of_queries(self, signed_in, company, contract, django_assert_num_queries):
        signed_contract(company, company.rep2, (-5, "100.00"), (-4, "200.00"), (-3, "300.00"))
        client = signed_in(company.finance)
        client.get(self.url)
        with django_assert_num_queries(12):
            client.get(self.url)


class TestPrintingNotices:
    select = property(lambda self: reverse("contracts:dunning-select"))
    preview = property(lambda self: reverse("contracts:dunning-preview"))

    @pytest.fixture
    def homeless(self, company):
        """A customer with an overdue instalment and no address for letters."""
        customer = customer_of(company.rep2)
        signed_contract(company, company.rep2, (-5, "500.00"), customer=customer)
        CustomerAddress.objects.filter(customer=customer, kind="postal").delete()
        return customer

    def test_the_lack_of_an_address_is_said_before_the_run(self, signed_in, company, contract, homeless):
        client = signed_in(company.finance)
        chosen = {one.customer: one.problem for one in client.get(self.select).context["previews"]}
        assert chosen[homeless]
        assert not chosen[contract.customer]
        page = client.get(self.preview, {"customer": [contract.customer_id, homeless.pk]})
        assert [one.customer for one in page.context["ready"]] == [contract.customer]
        assert [one.customer for one in page.context["left_out"]] == [homeless]
        assert not DunningNotice.objects.exists()

    def test_prints_one_file_for_all_and_one_each_and_the_same_bytes_again(
        self, signed_in, company, contract
    ):
        client = signed_in(company.finance)
        response = client.post(self.preview, {"customer": [contract.customer_id]})
        notice = DunningNotice.objects.get()
        assert response.url == reverse("contracts:run-detail", args=[notice.run_id])
        assert notice.no in client.get(response.url).text
        merged = client.get(reverse("contracts:run-pdf", args=[notice.run_id]))
        assert merged.content.startswith(b"%PDF")
        url = reverse("contracts:notice-pdf", args=[notice.pk])
        assert client.get(url).content == client.get(url).content == notice.document.read()

    def test_a_second_run_of_the_day_is_refused_with_the_numbers(self, signed_in, company, contract):
        client = signed_in(company.finance)
        client.post(self.preview, {"customer": [contract.customer_id]})
        response = client.post(self.preview, {"customer": [contract.customer_id]})
        assert response.status_code == 409
        assert DunningNotice.objects.get().no in response.context["refusal"]
        assert DunningNotice.objects.count() == 1

    def test_nobody_ticked_leads_back(self, signed_in, company, contract):
        assert signed_in(company.finance).get(self.preview).url == self.select

    def test_readers_print_nothing(self, signed_in, company, contract):
        client = signed_in(company.rep1)
        assert client.get(self.select).status_code == 403
        assert client.get(self.preview, {"customer": [contract.customer_id]}).status_code == 403
        assert client.post(self.preview, {"customer": [contract.customer_id]}).status_code == 403
        assert not DunningNotice.objects.exists()

    def test_a_printed_notice_is_seen_by_who_sees_the_customer(self, signed_in, company, contract):
        signed_in(company.finance).post(self.preview, {"customer": [contract.customer_id]})
        notice = DunningNotice.objects.get()
        url = reverse("contracts:notice-detail", args=[notice.pk])
        assert signed_in(company.rep1).get(url).status_code == 200
        assert signed_in(company.rep3).get(url).status_code == 404
        assert signed_in(company.rep1).get(f"{url}pdf/").status_code == 403
        run = reverse("contracts:run-detail", args=[notice.run_id])
        assert signed_in(company.rep1).get(run).status_code == 403
        assert rows(signed_in(company.rep1).get(reverse("contracts:notice-list"))) == [notice]
        assert rows(signed_in(company.rep3).get(reverse("contracts:notice-list"))) == []

    def test_only_who_prints_gets_the_files(self, signed_in, company, contract):
        signed_in(company.finance).post(self.preview, {"customer": [contract.customer_id]})
        notice = DunningNotice.objects.get()
        url = reverse("contracts:run-pdf", args=[notice.run_id])
        assert signed_in(company.gm).get(url).status_code == 403
        assert signed_in(company.finance2).get(url).status_code == 200
        assert signed_in(company.finance2).get(reverse("contracts:run-pdf", args=[0])).status_code == 404

    def test_the_list_costs_a_fixed_number_of_queries(
        self, signed_in, company, contract, django_assert_num_queries
    ):
        other = signed_contract(company, company.rep2, (-5, "500.00"))
        client = signed_in(company.finance)
        client.post(self.preview, {"customer": [contract.customer_id, other.customer_id]})
        url = reverse("contracts:notice-list")
        client.get(url)
        with django_assert_num_queries(9):
            client.get(url)


class TestTheCustomersPage:
    @pytest.mark.parametrize("tab", ["overview", "contracts", "payments", "cases"])
    def test_shows_contracts_payments_and_what_is_open(self, signed_in, company, contract, payment, tab):
        url = f"{contract.customer.get_absolute_url()}?tab={tab}"
        assert signed_in(company.rep1).get(url).status_code == 200

    def test_the_list_of_customers_shows_the_open_amount(self, signed_in, company, contract, payment):
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        found = rows(signed_in(company.rep1).get(reverse("crm:customer-list"), {"order": "-open_amount"}))
        assert str(found[0].open_amount) == "4800.00"

    def test_who_may_see_no_money_sees_none(self, signed_in, company, contract):
        page = signed_in(company.aftersales).get(contract.customer.get_absolute_url())
        assert page.status_code == 200
        assert "12,800.00" not in page.text
