"""Rules of numbers change, and no number is ever given twice."""

import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, NumberRule
from core.numbers import next_number, peek
from core.services.numbers import change_rule

TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _today():
    with clock.travel(TODAY):
        yield


@pytest.fixture
def rule(cast) -> NumberRule:
    return NumberRule.objects.create(code="try", pattern="XS-{YYYY}-{SEQ:4}", reset="year")


def take(code: str = "try", on: date = TODAY) -> str:
    with transaction.atomic():
        return next_number(code, on=on)


def save(rule, actor, pattern="XS-{YYYY}-{SEQ:4}", reset="year", next_value=None, seen=""):
    return change_rule(
        rule_id=rule.pk, pattern=pattern, reset=reset, next_value=next_value, seen=seen, actor=actor
    )


@pytest.mark.django_db
class TestChanging:
    def refused(self, deed, code, field):
        before = (list(NumberRule.objects.values()), AuditEntry.objects.count())
        with pytest.raises(ApplicationError) as refusal:
            deed()
        assert (refusal.value.code, list(refusal.value.errors)) == (code, [field])
        assert (list(NumberRule.objects.values()), AuditEntry.objects.count()) == before

    @pytest.mark.parametrize(
        ("pattern", "reset"),
        [
            ("XS-{YYYY}", "year"),
            ("XS-{SEQ}-{SEQ}", "never"),
            ("XS-{SEQ:4}", "year"),
            ("XS-{MM}-{SEQ:4}", "month"),
            ("XS-{YYYY}-{SEQ:4}", "month"),
            ("XS-{YY}{MM}-{SEQ:4}", "day"),
            ("XS-{YYYY}-{HOUR}-{SEQ}", "year"),
            ("XS {YYYY} {SEQ}", "year"),
            ("A-VERY-LONG-BEGINNING-OF-{YYYY}-{SEQ}", "year"),
        ],
    )
    def test_patterns_whose_numbers_would_repeat_or_mislead_are_refused(self, rule, cast, pattern, reset):
        self.refused(lambda: save(rule, cast.admin, pattern, reset), "wrong_pattern", "pattern")

    def test_counting_goes_on_in_a_new_pattern(self, rule, cast):
        assert take() == "XS-2026-0001"
        save(rule, cast.admin, "HT{YY}{MM}-{SEQ:3}", "month")
        assert [take(), take()] == ["HT2611-002", "HT2611-003"]
        assert take(on=date(2026, 12, 1)) == "HT2612-001"

    def test_going_there_and_back_repeats_nothing(self, rule, cast):
        given = [take(), take()]
        for pattern, reset in (
            ("XS-{YYYY}-{MM}-{SEQ:4}", "month"),
            ("XS-{YYYY}-{SEQ:4}", "never"),
            ("XS-{YYYY}-{SEQ:4}", "year"),
        ):
            save(NumberRule.objects.get(pk=rule.pk), cast.admin, pattern, reset)
            given.append(take())
        assert len(set(given)) == len(given)

    def test_the_next_value_only_goes_up(self, rule, cast):
        take(), take()
        self.refused(lambda: save(rule, cast.admin, next_value=2), "number_used", "next_value")
        save(rule, cast.admin, next_value=500)
        assert take() == "XS-2026-0500"

    def test_numbers_of_documents_that_are_there_are_used(self, company):
        from crm.models import Customer
        from crm.services import create_customer

        customer = create_customer(fields={"name": "云上"}, actor=company.rep1)
        Customer.objects.filter(pk=customer.pk).update(no="AB-00041")
        rule = NumberRule.objects.get(code="customer")
        self.refused(
            lambda: save(rule, company.admin, "AB-{SEQ:5}", "never", next_value=41),
            "number_used",
            "next_value",
        )
        save(rule, company.admin, "AB-{SEQ:5}", "never")
        assert take("customer") == "AB-00042"

    def test_a_number_taken_meanwhile_stops_the_change(self, rule, cast):
        seen = peek(rule, on=TODAY)
        assert (seen, take()) == ("XS-2026-0001", "XS-2026-0001")
        before = list(NumberRule.objects.values())
        with pytest.raises(Conflict):
            save(rule, cast.admin, "HT-{YYYY}-{SEQ:4}", seen=seen)
        assert list(NumberRule.objects.values()) == before

    def test_who_lacks_the_right_changes_nothing(self, rule, cast):
        with pytest.raises(PermissionDenied):
            save(rule, cast.finance, "HT-{YYYY}-{SEQ:4}")
        assert NumberRule.objects.get(pk=rule.pk).pattern == "XS-{YYYY}-{SEQ:4}"

    def test_what_is_shown_as_next_is_what_comes(self, rule, cast):
        for on in (TODAY, date(2026, 12, 31), date(2027, 1, 1), TODAY):
            expected = peek(NumberRule.objects.get(pk=rule.pk), on=on)
            assert take(on=on) == expected


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_the_rule_takes_a_number_of_the_changed_one(cast):
    """The number is asked for while the change is not committed: it must not count by the old period."""
    rule = NumberRule.objects.create(code="try", pattern="XS-{YYYY}-{SEQ:4}", reset="year")
    assert take() == "XS-2026-0001"
    taken, asks = [], threading.Event()

    def ask():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                asks.set()
                taken.append(next_number("try", on=TODAY))
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    with transaction.atomic():
        save(rule, cast.admin, "XS-{YYYY}{MM}-{SEQ:4}", "month")
        thread.start()
        assert asks.wait(10)
        _wait_for_lock()
    thread.join(10)
    assert taken == ["XS-202611-0002"]
    assert take() == "XS-202611-0003"


def _wait_for_lock() -> None:
    """Until somebody waits for our row."""
    with connection.cursor() as cursor:
        for _look in range(2000):
            cursor.execute("SELECT pg_sleep(0.005), count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")
