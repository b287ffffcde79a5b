"""催款单: the right figures, numbered without gaps, filed for good, never twice for one day."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from contracts import services
from contracts.models import DunningNotice, DunningRun
from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Document, Grant, User
from crm.models import CustomerAddress
from crm.services import assign_customer
from tests.contracts.factory import customer_of
from tests.contracts.test_payments import active_contract, record


@pytest.fixture
def contract(company):
    return active_contract(company)


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def print_for(company, *contracts, **kwargs) -> DunningRun:
    return services.print_dunning(
        customer_ids=[one.customer_id for one in contracts], actor=company.finance, **kwargs
    )


class TestPrintDunning:
    def test_says_what_is_overdue_and_nothing_else(self, company, contract):
        run = print_for(company, contract)
        notice = run.notices.get()
        assert notice.no == f"CK-{clock.today():%Y}-0001"
        assert notice.total == run.total == Decimal("9000.00")
        assert [(line["seq"], line["outstanding"], line["days_overdue"]) for line in notice.lines] == [
            (1, "5000.00", 40),
            (2, "4000.00", 10),
        ]
        text = text_of(notice.document.read())
        for piece in (notice.no, contract.no, contract.customer.name, "9,000.00", "人民币玖仟元整"):
            assert piece in text

    def test_confirmed_payments_are_deducted_recorded_ones_are_not(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        paid = record(company, contract, "1000.00", shares=[services.Share(first.pk, Decimal("1000.00"))])
        services.confirm_payment(payment_id=paid.pk, actor=company.finance2)
        record(company, contract, "500.00", shares=[services.Share(second.pk, Decimal("500.00"))])
        notice = print_for(company, contract).notices.get()
        assert [(line["paid"], line["outstanding"]) for line in notice.lines] == [
            ("1000.00", "4000.00"),
            ("0.00", "4000.00"),
        ]

    def test_many_customers_are_one_file_to_print_and_one_file_each(self, company, contract):
        other = active_contract(company, customer_of(company.rep1))
        run = print_for(company, contract, other)
        assert run.notice_count == 2
        assert [no[-4:] for no in run.notices.order_by("no").values_list("no", flat=True)] == ["0001", "0002"]
        _name, merged = services.run_pdf(run_id=run.pk, actor=company.finance)
        # Each letter begins on a right-hand page.
        assert len(PdfReader(io.BytesIO(merged)).pages) == 3
        assert {len(PdfReader(io.BytesIO(one.document.read())).pages) for one in run.notices.all()} == {1}

    def test_never_twice_for_one_customer_and_day(self, company, contract):
        first = print_for(company, contract).notices.get()
        with pytest.raises(Conflict, match=first.no):
            print_for(company, contract)
        assert DunningNotice.objects.count() == DunningRun.objects.count() == 1
        with pytest.raises(IntegrityError, match="customer_gets_one_notice_a_day"), transaction.atomic():
            DunningNotice.objects.create(
                **{
                    field.attname: getattr(first, field.attname)
                    for field in DunningNotice._meta.fields
                    if field.name not in ("id", "no")
                },
                no="CK-2026-9999",
            )

    def test_who_has_a_notice_already_is_left_out_of_a_larger_run(self, company, contract):
        print_for(company, contract)
        other = active_contract(company, customer_of(company.rep1))
        run = print_for(company, contract, other)
        assert run.notices.get().customer == other.customer

    def test_another_day_is_another_notice_with_its_own_figures(self, company, contract):
        print_for(company, contract, as_of=clock.today() - timedelta(days=20))
        print_for(company, contract)
        assert list(DunningNotice.objects.order_by("as_of").values_list("total", flat=True)) == [
            Decimal("5000.00"),
            Decimal("9000.00"),
        ]

    def test_a_missing_postal_address_is_said_before_and_refused_without_using_a_number(
        self, company, contract
    ):
        CustomerAddress.objects.filter(customer=contract.customer).exclude(kind="registered").delete()
        (preview,) = services.preview_dunning(actor=company.finance)
        assert not preview.has_address
        assert preview.problem
        with pytest.raises(ApplicationError, match=contract.customer.name):
            print_for(company, contract)
        other = active_contract(company, customer_of(company.rep1))
        assert print_for(company, other).notices.get().no.endswith("-0001")

    def test_refuses_where_nothing_is_overdue(self, company):
        future = active_contract(company, plan=((10, "100.00"),))
        with pytest.raises(ApplicationError) as refusal:
            print_for(company, future)
        assert refusal.value.code == "nothing_overdue"
        assert not Document.objects.filter(kind="dunning_run").exists()

    def test_refuses_a_day_to_come(self, company, contract):
        with pytest.raises(ApplicationError):
            print_for(company, contract, as_of=clock.today() + timedelta(days=1))

    def test_refuses_whoever_may_not(self, company, contract):
        for person in (company.rep1, company.director, company.gm):
            with pytest.raises(PermissionDenied):
                services.print_dunning(customer_ids=[contract.customer_id], actor=person)
        assert not DunningNotice.objects.exists()


class TestReprint:
    def test_gives_the_same_bytes_whatever_has_been_paid_since(self, company, contract):
        notice = print_for(company, contract).notices.get()
        first = notice.document.read()
        line = contract.plan_lines.first()
        paid = record(company, contract, shares=[services.Share(line.pk, Decimal("5000.00"))])
        services.confirm_payment(payment_id=paid.pk, actor=company.finance2)
        name, again = services.reprint_notice(notice_id=notice.pk, actor=company.finance2)
        assert (name, again) == (f"{notice.no}.pdf", first)
        assert AuditEntry.objects.get(action="contracts.reprint_notice").actor == company.finance2

    def test_what_was_printed_does_not_change(self, company, contract):
        notice = print_for(company, contract).notices.get()
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            DunningNotice.objects.filter(pk=notice.pk).update(total=Decimal(1))


def test_the_preview_puts_the_largest_sum_first(company, contract):
    large = active_contract(company, customer_of(company.rep1), plan=((-3, "20000.00"),))
    assert [one.customer for one in services.preview_dunning(actor=company.finance)] == [
        large.customer,
        contract.customer,
    ]


def test_the_runs_file_is_only_for_those_who_may_see_each_letter(company, contract):
    """A file of many customers' letters shows nothing to somebody who may print for one of them."""
    other = active_contract(company, customer_of(company.rep1))
    assign_customer(customer_id=other.customer_id, owner=company.rep3, actor=company.director)
    both = print_for(company, contract, other)
    Grant.objects.create(role=company.rep1.roles.get(), permission="contracts.print_dunning", scope="own")
    rep1 = User.objects.get(pk=company.rep1.pk)
    with pytest.raises(DunningRun.DoesNotExist):
        services.run_pdf(run_id=both.pk, actor=rep1)
    own = print_for(company, contract, as_of=clock.today() - timedelta(days=1))
    assert services.run_pdf(run_id=own.pk, actor=rep1)[1].startswith(b"%PDF")


def test_a_notice_of_last_year_is_numbered_when_it_is_printed(company, contract):
    print_for(company, contract)
    with clock.travel(clock.today().replace(month=12, day=31) + timedelta(days=1)):
        late = print_for(company, contract, as_of=clock.today() - timedelta(days=1))
        again = print_for(company, contract)
        assert [run.notices.get().no for run in (late, again)] == [
            f"CK-{clock.today():%Y}-0001",
            f"CK-{clock.today():%Y}-0002",
        ]
