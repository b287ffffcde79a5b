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
from tests.browser.scene import office_of
from tests.contracts import factory
from workflows.models import WorkItem

pytestmark = pytest.mark.django_db
EVERYBODY = ("rep1", "rep3", "manager1", "director", "boss", "finance", "legal", "content", "admin")


@pytest.fixture
def office(company):
    return office_of(company)


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


class TestMoneyAndAfterTheSale:
    """The cards of finance and after-sales: each number is what its list holds."""

    @pytest.fixture
    def busy(self, company):
        """Late and punctual onboardings, complaints that are open, late, paused and closed, renewals, money."""
        from service.models import Complaint, RenewalCase
        from tests.service import complaint_rows
        from tests.service import factory as service_factory

        now = clock.now()
        contracts = [
            service_factory.contract_in_effect(company, owner)
            for owner in (company.rep1, company.rep1, company.rep3)
        ]
        for contract, hours in zip(contracts, (-30, 30, -2), strict=True):
            onboarding = service_factory.bare_onboarding(contract)
            type(onboarding).objects.filter(pk=onboarding.pk).update(due_at=now + timedelta(hours=hours))
        for days, contract in zip((20, -3, 5), contracts, strict=True):
            RenewalCase.objects.create(
                contract=contract,
                customer=contract.customer,
                due_on=clock.today() + timedelta(days=days),
            )
        rows = [complaint_rows.answered(company, severity=severity) for severity in (2, 3, 3)]
        late = Complaint.objects.filter(pk=rows[0].pk)
        late.update(resolve_due_at=now - timedelta(hours=1))
        return company

    @pytest.mark.parametrize("who", ["rep1", "rep3", "manager1", "director", "aftersales"])
    def test_after_sales_counts_what_its_lists_hold(self, busy, who):
        from service import home_cards, renewal_cards

        person = getattr(busy, who)
        client = client_of(person)
        request = client.get("/").wsgi_request
        late = home_cards.onboardings_late(request)
        if late is not None:
            assert late["count"] == rows_behind(client, late["url"]) > 0
        complaints = home_cards.complaints(request)
        due = renewal_cards.renewals_due(request) or {"figures": []}
        for one in [*complaints["figures"], *due["figures"]]:
            assert one["value"] == rows_behind(client, one["url"]), one["label"]
        for bar in complaints["bars"]:
            assert bar.value == rows_behind(client, bar.url) > 0, bar.label

    def test_what_is_late_is_told_from_what_is_not(self, busy):
        from service import home_cards, renewal_cards

        request = client_of(busy.director).get("/").wsgi_request
        assert home_cards.onboardings_late(request)["count"] == 2
        assert [one["value"] for one in home_cards.complaints(request)["figures"]] == [3, 1]
        assert [one["value"] for one in renewal_cards.renewals_due(request)["figures"]] == [3, 1]
        mine = client_of(busy.rep3).get("/").wsgi_request
        assert [one["value"] for one in renewal_cards.renewals_due(mine)["figures"]] == [1, 0]

    def test_the_cards_stand_on_the_desks_that_need_them(self, company):
        def codes(person):
            return {one.code for one in desk_of(person).shown}

        assert {"payments-waiting", "letters-waiting", "ageing"} <= codes(company.finance)
        assert {"onboardings-late", "complaints"} <= codes(company.aftersales)
        assert "renewals-due" in codes(company.rep1) & codes(company.manager1)
        assert not {"letters-waiting", "payments-waiting"} & codes(company.rep1)

    def test_finance_counts_payments_and_letters_as_their_lists_do(self, company):
        from contracts import services
        from contracts.home_cards import letters_waiting, payments_waiting
        from contracts.models import DunningNotice
        from tests.contracts import debts

        for _number in range(3):
            debts.owing(company)
        services.print_run(proposal_id=debts.approved_run(company).pk, actor=company.finance)
        notices = list(DunningNotice.objects.all())
        assert len(notices) == 3
        services.mark_sent(
            notice_id=notices[0].pk, channel="ems", tracking_no="1234567890123", actor=company.finance
        )
        client = client_of(company.finance)
        request = client.get("/").wsgi_request
        figures = [*letters_waiting(request)["figures"], *payments_waiting(request)["figures"]]
        for one in figures:
            assert one["value"] == rows_behind(client, one["url"]), one["label"]
        assert [one["value"] for one in figures[:3]] == [0, 2, 1]

    def test_a_run_waits_for_the_second_person_alone(self, company):
        from contracts.models import DunningProposal

        DunningProposal.objects.create(as_of=clock.today(), state="submitted", made_by=company.finance)
        waiting = {
            person.pk: next(one for one in figures_for(person) if one.code == "runs-to-approve")
            for person in (company.finance, company.director)
            if person.may("contracts.approve_dunning")
        }
        assert waiting
        for person in (company.finance, company.director):
            if person.pk in waiting:
                figure = waiting[person.pk]
                assert figure.value(person) == rows_behind(client_of(person), figure.url(person))
                assert figure.value(person) == (0 if person == company.finance else 1)
