"""Document numbers have no gaps and no repeats."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from core.models import NumberRule
from core.numbers import fill, next_number


@pytest.fixture
def rule(db) -> NumberRule:
    return NumberRule.objects.create(code="try", pattern="XS-{YYYY}-{SEQ:4}", reset=NumberRule.Reset.YEAR)


def take(code: str, on: date = date(2026, 3, 1)) -> str:
    with transaction.atomic():
        return next_number(code, on=on)


def test_numbers_count_up_from_one_and_start_again_with_the_year(rule):
    assert [take("try"), take("try")] == ["XS-2026-0001", "XS-2026-0002"]
    assert take("try", date(2027, 1, 1)) == "XS-2027-0001"


def test_a_period_that_is_over_never_begins_again(rule):
    assert take("try", date(2026, 12, 31)) == "XS-2026-0001"
    assert take("try", date(2027, 1, 1)) == "XS-2027-0001"
    assert take("try", date(2026, 12, 31)) == "XS-2027-0002", "issued in the new year, whatever its date"
    assert take("try", date(2027, 1, 1)) == "XS-2027-0003"


def test_a_late_document_of_a_month_takes_a_number_of_the_month_reached(db):
    NumberRule.objects.create(code="try", pattern="{YYYY}{MM}-{SEQ}", reset=NumberRule.Reset.MONTH)
    assert [take("try", date(2026, 9, 30)), take("try", date(2026, 10, 1))] == ["202609-1", "202610-1"]
    assert take("try", date(2026, 9, 30)) == "202610-2"


def test_a_rolled_back_document_leaves_no_gap(rule):
    take("try")
    with transaction.atomic():
        assert next_number("try", on=date(2026, 3, 1)) == "XS-2026-0002"
        transaction.set_rollback(True)
    assert take("try") == "XS-2026-0002"


@pytest.mark.django_db(transaction=True)
def test_a_number_is_refused_outside_a_transaction():
    NumberRule.objects.create(code="try", pattern="{SEQ}")
    with pytest.raises(transaction.TransactionManagementError):
        next_number("try", on=date(2026, 3, 1))
    assert NumberRule.objects.get(code="try").last_value == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_get_different_numbers_without_gaps():
    NumberRule.objects.create(code="try", pattern="{SEQ:3}", reset=NumberRule.Reset.NEVER)

    def work(index: int) -> str | None:
        try:
            with transaction.atomic():
                number = next_number("try", on=date(2026, 3, 1))
                if index % 5 == 0:
                    raise RuntimeError("this one fails after taking its number")
            return number
        except RuntimeError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        taken = [number for number in pool.map(work, range(100)) if number]
    assert sorted(taken) == [f"{value:03}" for value in range(1, 81)]


def test_every_placeholder_is_filled():
    assert fill("{YY}{MM}{DD}/{YYYY}-{SEQ:3}", on=date(2026, 3, 9), value=7) == "260309/2026-007"
