"""What the database itself refuses about contracts, whoever asks: no service can be walked around."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from contracts import services
from contracts.models import (
    Contract,
    ContractLine,
    ContractVersion,
    LprRate,
    PaymentPlanLine,
    SealRecord,
    SignatureRecord,
)
from core import clock
from tests.contracts.factory import draft_of, instalments, membership, term


def check_now() -> None:
    """Let deferred rules speak now instead of at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestSums:
    def test_a_draft_may_be_out_of_balance(self, company):
        draft_of(company.rep1, plan=instalments((1, "1.00")))
        check_now()

    def test_a_submitted_contract_whose_instalments_do_not_sum_is_refused(self, company):
        contract = draft_of(company.rep1, plan=instalments((1, "12799.99")))
        with pytest.raises(IntegrityError, match=r"12799\.99"), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(state="reviewing", no="XS-2026-9999")
            check_now()
        contract.refresh_from_db()
        assert contract.state == "draft"

    def test_a_submitted_contract_whose_lines_do_not_sum_is_refused(self, company):
        contract = draft_of(company.rep1)
        ContractLine.objects.filter(contract=contract).update(price=Decimal(1), amount=Decimal(1))
        with pytest.raises(IntegrityError, match="lines"), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(state="reviewing", no="XS-2026-9999")
            check_now()

    def test_the_order_of_writing_does_not_matter_within_a_transaction(self, company, draft):
        """Deferred: out of balance in between, in balance at the end."""
        with transaction.atomic():
            services.update_contract(
                contract_id=draft.pk,
                revision=draft.revision,
                actor=company.rep1,
                plan=instalments((1, "10000.00"), (30, "2800.00")),
            )
        check_now()

    def test_a_line_is_quantity_times_price(self, company, draft):
        with pytest.raises(IntegrityError, match="line_sum_is_quantity_times_price"), transaction.atomic():
            ContractLine.objects.filter(contract=draft).update(amount=Decimal("12800.01"))

    @pytest.mark.parametrize("amount", ["0.00", "-5.00"])
    def test_an_instalment_is_positive(self, company, draft, amount):
        with pytest.raises(IntegrityError, match="instalment_amount_is_positive"), transaction.atomic():
            PaymentPlanLine.objects.filter(contract=draft).update(amount=Decimal(amount))


class TestFrozenBody:
    @pytest.mark.parametrize(
        "change",
        [
            {"title": "另一个标题"},
            {"amount": Decimal(1)},
            {"end_on": date(2099, 12, 31)},
            {"copies": 4},
            {"special_terms": "加一条"},
            {"effective_rule": "on_first_payment"},
            {"effective_rule": "on_date", "effective_due_on": date(2099, 12, 31)},
            {"late_rule": "daily", "late_daily_rate": Decimal("0.0005")},
            {"grace_days": 5},
            {"day_base": 360},
            {"allocation_order": "interest_first"},
            {"party_a": {"name": "别人"}},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_submitted_body_does_not_change(self, submitted, change):
        before = Contract.objects.values().get(pk=submitted.pk)
        with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
            Contract.objects.filter(pk=submitted.pk).update(**change)
        assert Contract.objects.values().get(pk=submitted.pk) == before

    def test_its_number_stays_for_ever(self, submitted):
        with pytest.raises(IntegrityError, match="keeps its number"), transaction.atomic():
            Contract.objects.filter(pk=submitted.pk).update(no="XS-2026-7777")

    def test_its_lines_and_instalments_neither_change_nor_come_nor_go(self, submitted):
        line, instalment = submitted.lines.get(), submitted.plan_lines.get()
        for attempt in (
            lambda: ContractLine.objects.filter(pk=line.pk).update(description="x"),
            lambda: PaymentPlanLine.objects.filter(pk=instalment.pk).update(due_on=clock.today()),
            lambda: PaymentPlanLine.objects.create(
                contract=submitted, seq=2, due_on=clock.today(), amount=Decimal(1)
            ),
            instalment.delete,
        ):
            with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
                attempt()
        assert submitted.plan_lines.get().due_on == instalment.due_on

    def test_versions_are_only_ever_added(self, submitted):
        for attempt in (
            lambda: ContractVersion.objects.update(sha256="0" * 64),
            lambda: ContractVersion.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
                attempt()


class TestLatePayment:
    @pytest.mark.parametrize(
        "terms",
        [
            {"late_rule": "daily"},
            {"late_rule": "daily", "late_daily_rate": Decimal(0)},
            {"late_rule": "daily", "late_daily_rate": Decimal("0.02")},
            {"late_rule": "lpr_plus"},
            {"late_rule": "lpr_plus", "lpr_markup": Decimal(50), "late_daily_rate": Decimal("0.0005")},
            {"late_rule": "none", "lpr_markup": Decimal(50)},
        ],
        ids=str,
    )
    def test_a_clause_names_its_own_rate_and_no_other(self, draft, terms):
        with pytest.raises(IntegrityError, match="late_payment_clause_names_its_rate"), transaction.atomic():
            Contract.objects.filter(pk=draft.pk).update(**terms)
        draft.refresh_from_db()
        assert (draft.late_rule, draft.late_daily_rate) == ("none", None)

    def test_a_year_has_360_or_365_days(self, draft):
        with pytest.raises(IntegrityError, match="360_or_365"), transaction.atomic():
            Contract.objects.filter(pk=draft.pk).update(day_base=366)

    def test_grace_ends(self, draft):
        with pytest.raises(IntegrityError, match="days_of_grace_are_90_at_most"), transaction.atomic():
            Contract.objects.filter(pk=draft.pk).update(grace_days=91)

    def test_one_rate_a_day_that_is_a_percentage(self, company):
        known = LprRate.objects.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            LprRate.objects.create(on=known.on, one_year=Decimal(1))
        with pytest.raises(IntegrityError, match="loan_prime_rate_is_a_percentage"), transaction.atomic():
            LprRate.objects.create(on=date(2030, 1, 1), one_year=Decimal(0))


class TestStates:
    def test_a_submitted_contract_has_a_number(self, draft):
        with pytest.raises(IntegrityError, match="submitted_contract_has_a_number"), transaction.atomic():
            Contract.objects.filter(pk=draft.pk).update(state="reviewing")

    def test_a_signed_contract_has_a_signing_date(self, submitted):
        with pytest.raises(IntegrityError, match="signed_contract_has_a_signing_date"), transaction.atomic():
            Contract.objects.filter(pk=submitted.pk).update(state="signed")

    def test_an_active_contract_has_an_effective_date(self, submitted):
        with (
            pytest.raises(IntegrityError, match="active_contract_has_an_effective_date"),
            transaction.atomic(),
        ):
            Contract.objects.filter(pk=submitted.pk).update(state="active", signed_on=clock.today())

    def test_a_term_begins_before_it_ends(self, draft):
        with pytest.raises(IntegrityError, match="contract_starts_before_it_ends"), transaction.atomic():
            Contract.objects.filter(pk=draft.pk).update(end_on=draft.start_on - timedelta(days=1))

    def test_a_return_or_rejection_has_a_comment(self, company, submitted):
        with pytest.raises(IntegrityError, match="return_or_rejection_has_a_comment"), transaction.atomic():
            submitted.decisions.create(
                version=submitted.versions.get(),
                step="manager_review",
                outcome="return",
                decided_by=company.manager1,
                decided_at=clock.now(),
            )

    def test_a_party_signs_once_and_says_who(self, company, submitted):
        signature = {
            "contract": submitted,
            "party": "A",
            "method": "paper",
            "signed_on": clock.today(),
            "recorded_by": company.assistant,
            "recorded_at": clock.now(),
        }
        with pytest.raises(IntegrityError, match="signature_names_its_signer"), transaction.atomic():
            SignatureRecord.objects.create(signer="", **signature)
        SignatureRecord.objects.create(signer="刘经理", **signature)
        with pytest.raises(IntegrityError, match="party_signs_a_contract_once"), transaction.atomic():
            SignatureRecord.objects.create(signer="别人", **signature)

    def test_seal_records_are_only_ever_added(self, company, submitted):
        SealRecord.objects.create(
            contract=submitted, seal_kind="contract", copies=2, sealed_by=company.seal, sealed_at=clock.now()
        )
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            SealRecord.objects.all().delete()


def test_numbers_are_given_in_order_and_without_gaps(company, process):
    numbers = []
    for _n in range(3):
        contract = draft_of(company.rep1, lines=[membership()], plan=instalments((1, "12800.00")))
        numbers.append(services.submit_contract(contract_id=contract.pk, actor=process).no)
    assert [no[-4:] for no in numbers] == ["0001", "0002", "0003"]


class TestTakingEffect:
    """When it takes effect is said at submission, and no day of effect comes before its time."""

    def refused(self, contract: Contract, rule: str, **values: object) -> None:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(**values)

    def test_a_submitted_contract_says_when(self, draft):
        values = {"state": "reviewing", "no": "XS-2026-9999", "effective_rule": ""}
        self.refused(draft, "submitted_contract_says_when_it_takes_effect", **values)

    def test_on_a_date_names_it(self, draft):
        values = {"state": "reviewing", "no": "XS-2026-9999", "effective_rule": "on_date"}
        self.refused(draft, "contract_effective_on_a_date_names_it", **values)

    def test_a_date_stands_only_with_its_rule(self, draft):
        self.refused(draft, "date_of_effect_only_with_its_rule", effective_due_on=clock.today())

    def test_not_before_the_signature(self, submitted):
        today = clock.today()
        self.refused(
            submitted,
            "contract_takes_effect_when_signed_or_later",
            state="active",
            signed_on=today,
            effective_on=today - timedelta(days=1),
        )

    def test_not_before_its_date(self, company, process):
        today = clock.today()
        fields = {**term(rule="on_date"), "effective_due_on": today + timedelta(days=5)}
        contract = draft_of(company.rep1, fields=fields)
        services.submit_contract(contract_id=contract.pk, actor=process)
        self.refused(
            contract,
            "contract_takes_effect_on_its_date_or_later",
            state="active",
            signed_on=today,
            effective_on=today,
        )
