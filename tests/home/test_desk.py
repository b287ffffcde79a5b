"""The desk: each figure is what its list holds, a card that fails harms no other, everybody arranges their own."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from contracts.home_cards import _by_week, _weeks
from core import clock, home
from core.home import Card, desk_of, figures_for
from core.models import HomeLayout
from tests.browser.scene import furnish
from tests.contracts import factory
from workflows.models import WorkItem

pytestmark = pytest.mark.django_db
EVERYBODY = ("rep1", "rep3", "manager1", "director", "boss", "finance", "legal", "content", "admin")


@pytest.fixture
def office(company):
    return furnish(company)


def client_of(person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def rows_behind(client: Client, url: str) -> int:
    """How many rows the list at an address has (none of these lists fills a page)."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    if urlsplit(url).path == "/inbox/":
        return sum(len(group.items) for group in answer.context["items"].groups)
    return len(answer.context["table"].rows)


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_has_a_desk_without_a_failing_card(office, who):
    client = client_of(getattr(office.people, who))
    answer = client.get("/")
    assert answer.status_code == 200
    assert "desk-failed" not in answer.content.decode()
    for one in answer.context["drawn"]:
        card = client.get(f"/desk/cards/{one.card.code}/")
        assert card.status_code == 200
        assert "desk-failed" not in card.content.decode()


@pytest.mark.parametrize("who", ["rep1", "manager1", "boss", "finance"])
def test_each_figure_of_today_is_the_number_of_rows_of_its_list(office, who):
    person = getattr(office.people, who)
    counted = {one.code: one for one in figures_for(person) if not one.is_money}
    assert "tasks-done" in counted
    for one in counted.values():
        assert one.value(person) == rows_behind(client_of(person), one.url(person)), one.code
    if who != "finance":
        assert counted["new-customers"].value(person) > 0


@pytest.mark.parametrize("who", ["rep1", "manager1", "finance", "boss", "admin"])
def test_my_work_counts_what_its_lists_hold(office, who):
    from workflows.home_cards import my_work

    person = getattr(office.people, who)
    client = client_of(person)
    request = client.get("/").wsgi_request
    for figure in my_work(request)["figures"]:
        assert figure["count"] == rows_behind(client, figure["url"]), figure["label"]


def test_due_today_and_overdue_are_told_apart(office):
    person = office.people.rep1
    item = WorkItem.objects.open().filter(assignee=person.pk).first()
    from workflows.home_cards import my_work

    client = client_of(person)
    for hours, wanted in ((-1, [1, 0, 1]), (None, [1, 0, 0])):
        WorkItem.objects.open().filter(assignee=person.pk).exclude(pk=item.pk).update(
            visible_from=clock.now() + timedelta(days=9)
        )
        due = None if hours is None else clock.now() + timedelta(hours=hours)
        WorkItem.objects.filter(pk=item.pk).update(due_at=due)
        assert [one["count"] for one in my_work(client.get("/").wsgi_request)["figures"]] == wanted


def test_bars_lead_to_as_many_rows_as_they_say(office):
    from contracts.home_cards import stages
    from workflows.home_cards import load

    client = client_of(office.people.director)
    request = client.get("/").wsgi_request
    for bar in [*stages(request)["bars"], *load(request)["bars"]]:
        assert bar.value == rows_behind(client, bar.url), bar.label


def test_contracts_that_end_soon(company):
    contract = factory.draft_of(company.rep1)
    today = clock.today()
    type(contract).objects.filter(pk=contract.pk).update(
        state="signed",
        signed_on=today,
        no="X-1",
        start_on=today - timedelta(days=300),
        end_on=today + timedelta(days=60),
    )
    from contracts.home_cards import ending

    client = client_of(company.rep1)
    context = ending(client.get("/").wsgi_request)
    assert context["count"] == rows_behind(client, context["url"]) == 1
    assert ending(client_of(company.rep3).get("/").wsgi_request) is None
    with clock.travel(timedelta(days=-1)):
        assert ending(client.get("/").wsgi_request) is None


def test_the_weeks_of_a_month_hold_each_day_once():
    from datetime import date
    from decimal import Decimal

    for month in range(1, 13):
        first = date(2026, month, 1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        days = {first + timedelta(days=n): Decimal(1) for n in range((last - first).days + 1)}
        weeks = _weeks(first, last)
        assert sum(_by_week(days, weeks)) == len(days)
        assert all(start.weekday() == 0 for start, _end in weeks[1:])


class TestACardThatFails:
    @pytest.fixture(autouse=True)
    def _broken(self):
        def wrong(request):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

        home.register(Card("broken", "Broken", "core/home_today.html", wrong, order=1))
        yield
        del home._cards["broken"]

    def test_says_so_in_its_place_and_the_rest_stands(self, office, caplog):
        html = client_of(office.people.rep1).get("/").content.decode()
        assert html.count("desk-failed") == 1
        assert "card-my-work" in html
        assert "The card broken of the desk failed." in caplog.text


class TestArranging:
    def codes(self, person) -> list[str]:
        return [one.code for one in desk_of(person).shown]

    def test_moves_hides_shows_and_goes_back(self, company):
        person, client = company.rep1, client_of(company.rep1)
        usual = self.codes(person)
        client.post("/desk/arrange/", {"deed": f"down:{usual[0]}"})
        assert self.codes(person)[:2] == [usual[1], usual[0]]
        client.post("/desk/arrange/", {"deed": f"hide:{usual[0]}"})
        assert usual[0] not in self.codes(person)
        client.post("/desk/arrange/", {"deed": f"show:{usual[0]}"})
        assert self.codes(person)[-1] == usual[0]
        client.post("/desk/arrange/", {"reset": "1"})
        assert self.codes(person) == usual
        assert not HomeLayout.objects.exists()

    def test_nobody_puts_a_card_there_that_they_may_not_see(self, company):
        client = client_of(company.content)
        client.post("/desk/arrange/", {"deed": "show:failures"})
        assert "failures" not in self.codes(company.content)
        assert not HomeLayout.objects.exists()
        assert client.get("/desk/cards/failures/").status_code == 404

    def test_a_right_that_was_lost_takes_its_card_along(self, company):
        person = company.manager1
        HomeLayout.objects.create(person=person, cards=["failures", "today"], hidden=[])
        assert "failures" not in self.codes(person)

    def test_a_deed_that_is_none_is_not_found(self, company):
        assert client_of(company.rep1).post("/desk/arrange/", {"deed": "burn:today"}).status_code == 404

    def test_one_by_htmx_answers_with_the_list_alone(self, company):
        answer = client_of(company.rep1).post(
            "/desk/arrange/", {"deed": "down:today"}, headers={"HX-Request": "true"}
        )
        html = answer.content.decode()
        assert "<html" not in html
        assert 'id="down-today"' in html


def test_a_card_that_says_the_same_is_left_alone(company):
    client = client_of(company.rep1)
    drawn = next(one for one in client.get("/").context["drawn"] if one.card.code == "today")
    url = f"/desk/cards/today/?seen={drawn.version}"
    assert client.get(url).status_code == 204
    factory.customer_of(company.rep1)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("who", ["rep1", "manager1", "finance", "admin"])
def test_the_desk_asks_no_more_when_there_is_more_to_show(company, who):
    """Its number of statements does not grow with the rows."""
    from django.test.utils import CaptureQueriesContext

    person = getattr(company, who)
    client = client_of(person)
    client.get("/")
    with CaptureQueriesContext(connection) as before:
        client.get("/")
    for _number in range(3):
        factory.draft_of(company.rep1)
    with CaptureQueriesContext(connection) as after:
        client.get("/")
    assert len(after) <= len(before)
    assert len(after) < 75
