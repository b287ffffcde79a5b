"""The clause on late payment: what a draft says at first, what it must say, what the paper says, and its rates."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from contracts import services
from contracts.models import ContractTemplate, LprRate
from contracts.services.late_terms import daily_words, late_words, rate_words
from contracts.services.paper import printed
from contracts.services.snapshot import content_of
from core import clock
from core.errors import ApplicationError
from tests.contracts.factory import draft_of, term


def agreed(company, **terms):
    fields = {**term(), **terms}
    if not terms:
        del fields["late_rule"]
    return draft_of(company.rep1, fields=fields)


def text_of(contract) -> str:
    paper = printed(content_of(contract), draft=True)
    words = "".join(part.text for clause in paper.clauses for part in clause.paragraphs)
    for name, value in paper.values.items():
        words = words.replace(f"{{{name}}}", value)
    return words


class TestDrafting:
    def test_a_new_draft_says_what_the_template_says(self, company):
        contract = agreed(company)
        assert (contract.late_rule, contract.late_daily_rate, contract.grace_days) == (
            "daily",
            Decimal("0.0005"),
            0,
        )
        assert (contract.day_base, contract.allocation_order) == (365, "principal_first")

    def test_only_the_rate_of_its_rule_stands_in_it(self, company):
        contract = agreed(company)
        services.update_contract(
            contract_id=contract.pk,
            revision=contract.revision,
            actor=company.rep1,
            fields={"late_rule": "lpr_plus", "lpr_markup": "50"},
        )
        contract.refresh_from_db()
        assert (contract.late_daily_rate, contract.lpr_markup) == (None, Decimal("50.00"))
        services.update_contract(
            contract_id=contract.pk,
            revision=contract.revision,
            actor=company.rep1,
            fields={"late_rule": "none"},
        )
        contract.refresh_from_db()
        assert (contract.late_daily_rate, contract.lpr_markup) == (None, None)

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"late_rule": "daily", "late_daily_rate": None}, "late_daily_rate"),
            ({"late_rule": "daily", "late_daily_rate": "0.02"}, "late_daily_rate"),
            ({"late_rule": "lpr_plus"}, "lpr_markup"),
            ({"late_rule": "lpr_plus", "lpr_markup": "401"}, "lpr_markup"),
            ({"grace_days": 91}, "grace_days"),
            ({"day_base": 366}, "day_base"),
            ({"late_rule": "someday"}, "late_rule"),
        ],
    )
    def test_what_it_lacks_is_said_beside_the_field(self, company, terms, field):
        with pytest.raises(ApplicationError) as refusal:
            agreed(company, **terms)
        assert list(refusal.value.errors) == [field]

    def test_an_older_template_prints_one_clause_only(self, company):
        texts = {**ContractTemplate.objects.get(code="membership").texts}
        del texts["late_terms"]
        # As it was published before there was a choice: nothing else changes a published text.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            ContractTemplate.objects.update(texts=texts)
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert [one.field for one in services.lacks_of(agreed(company, late_rule="none"))] == ["late_rule"]
        assert services.lacks_of(agreed(company, late_rule="daily", late_daily_rate="0.0005")) == []


class TestOnPaper:
    def test_the_standard_clause(self, company):
        text = text_of(agreed(company))
        assert (
            "甲方逾期付款的，自逾期之次日起至付清之日止，每逾期一日，应当按照逾期未付金额的万分之五向乙方支付违约金"
            in text
        )
        assert "按照先价款、后违约金的顺序抵充" in text

    def test_without_interest_the_paragraph_is_left_out_and_ours_stays(self, company):
        text = text_of(agreed(company, late_rule="none"))
        assert "甲方逾期付款的，自" not in text
        assert "按照未开通服务对应价款的万分之五向甲方支付违约金" in text

    def test_grace_and_order(self, company):
        text = text_of(
            agreed(
                company,
                grace_days=5,
                allocation_order="interest_first",
                late_rule="daily",
                late_daily_rate="0.0003",
            )
        )
        assert "自应付日后第6日起至付清之日止" in text
        assert "逾期未付金额的万分之三" in text
        assert "先实现债权的费用、再违约金、后价款" in text

    @pytest.mark.parametrize(
        ("rate", "words"),
        [
            ("0.0005", "万分之五"),
            ("0.001", "千分之一"),
            ("0.00035", "万分之三点五"),
            ("0.00012", "万分之一点二"),
        ],
    )
    def test_the_rate_in_words(self, rate, words):
        assert daily_words(Decimal(rate)) == words

    def test_the_prime_rate(self):
        words = rate_words({"rule": "lpr_plus", "lpr_markup": "50", "day_base": 360})
        assert "加计50%" in words
        assert "年利率除以360" in words

    def test_what_was_frozen_before_keeps_the_words_of_its_template(self):
        assert late_words({"template": {"texts": {}}}) == {}


class TestPrimeRates:
    def test_the_published_ones_are_loaded_once(self, company):
        assert LprRate.objects.first().one_year == Decimal("3.00")
        LprRate.objects.exclude(on=date(2025, 5, 20)).delete()
        services.load_lpr_rates()
        assert LprRate.objects.count() == 1

    def test_finance_enters_the_next(self, company):
        services.record_lpr_rate(on=clock.today(), one_year=Decimal("2.90"), actor=company.finance)
        assert LprRate.objects.first().one_year == Decimal("2.90")

    @pytest.mark.parametrize(("days", "rate"), [(1, "3.00"), (0, "0"), (0, "100")])
    def test_what_cannot_be_is_refused(self, company, days, rate):
        on = clock.today() + timedelta(days=days)
        with pytest.raises(ApplicationError):
            services.record_lpr_rate(on=on, one_year=Decimal(rate), actor=company.finance)

    def test_whoever_may_not_is_refused(self, company):
        with pytest.raises(PermissionDenied):
            services.record_lpr_rate(on=clock.today(), one_year=Decimal(3), actor=company.rep1)
