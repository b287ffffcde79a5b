"""Loan prime rates: finance enters what is published; the past stays, the wrong is refused by its field."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from contracts.models import LprRate
from contracts.services.lpr import load_lpr_rates
from core import clock

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(autouse=True)
def _known(company):
    load_lpr_rates()


@pytest.mark.parametrize("who", ["finance", "admin"])
def test_a_month_is_added_and_stands_first(company, who):
    client, day = client_of(getattr(company, who)), clock.today()
    count = LprRate.objects.count()
    answer = client.post("/receivables/rates/new/", {"on": day.isoformat(), "one_year": "2.95"})
    assert answer.status_code == 302
    assert LprRate.objects.count() == count + 1
    rows = client.get("/receivables/rates/").context["table"].rows
    assert (rows[0].record.on, rows[0].record.one_year) == (day, Decimal("2.95"))


@pytest.mark.parametrize(
    ("days", "rate", "field"),
    [
        (1, "3.00", "on"),
        (0, "0", "one_year"),
        (0, "100", "one_year"),
        (0, "3.001", "one_year"),
        (0, "x", "one_year"),
    ],
)
def test_what_is_wrong_stands_at_its_field(company, days, rate, field):
    day, count = clock.today() + timedelta(days=days), LprRate.objects.count()
    answer = client_of(company.finance).post(
        "/receivables/rates/new/", {"on": day.isoformat(), "one_year": rate}
    )
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert LprRate.objects.count() == count


def test_a_day_has_one_rate(company):
    known = LprRate.objects.first()
    answer = client_of(company.finance).post(
        "/receivables/rates/new/", {"on": known.on.isoformat(), "one_year": "1.00"}
    )
    assert answer.status_code == 400
    known.refresh_from_db()
    assert known.one_year != 1


@pytest.mark.parametrize("who", ["rep1", "manager1", "director", "boss", "assistant"])
def test_nobody_else_looks_or_adds(company, who):
    client, count = client_of(getattr(company, who)), LprRate.objects.count()
    assert client.get("/receivables/rates/").status_code == 403
    sent = {"on": clock.today().isoformat(), "one_year": "2.95"}
    assert client.post("/receivables/rates/new/", sent).status_code == 403
    assert LprRate.objects.count() == count
