"""Substitutes: who may set them, what is refused, and every rung of the ladder they add."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import Department, Notification, Substitution, User
from core.services.substitutions import create_substitution, end_substitution
from tests.workflows.conftest import open_item
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, WorkItem
from workflows.selectors import inbox, work_item_for


@pytest.fixture
def away(cast):
    """away("rep2", "rep1") -> rep1 stands in for rep2, from today for a week unless said."""

    def set_for(person: str, substitute: str, first: int = 0, last: int = 6, **more) -> Substitution:
        row, _moved = create_substitution(
            person=getattr(cast, person),
            substitute=getattr(cast, substitute),
            starts_on=clock.today() + timedelta(days=first),
            ends_on=clock.today() + timedelta(days=last),
            actor=more.pop("actor", cast.admin),
            **more,
        )
        return row

    return set_for


@pytest.fixture
def personal(start, cast):
    """personal("rep2") -> the item of a new case whose expression names that person."""
    serial = count(1)

    def start_for(name: str) -> WorkItem:
        about = Department.objects.create(code=f"about{next(serial)}", name="某事", name_en=name)
        return open_item(start("personal", actor=cast.finance, about=about), "do")

    return start_for


class TestLadder:
    def test_while_somebody_is_away_the_substitute_gets_it(self, personal, away, cast):
        away("rep2", "rep1")
        item = personal("rep2")
        assert (item.assignee, item.on_behalf_of, item.alarm) == (cast.rep1, cast.rep2, "")

    def test_a_substitute_who_is_away_too_passes_it_on(self, personal, away, cast):
        away("rep2", "rep1")
        away("rep1", "rep3")
        item = personal("rep2")
        assert (item.assignee, item.on_behalf_of) == (cast.rep3, cast.rep2)

    def test_a_chain_of_three_holds_and_one_of_four_goes_to_the_manager(self, personal, away, cast):
        away("rep2", "rep1")
        away("rep1", "rep3")
        away("rep3", "assistant")
        assert personal("rep2").assignee == cast.assistant
        away("assistant", "legal")
        item = personal("rep2")
        assert (item.assignee, item.on_behalf_of) == (cast.manager1, None)

    def test_a_substitute_who_left_is_replaced_by_the_manager(self, personal, away, cast):
        away("rep2", "rep1")
        User.objects.filter(pk=cast.rep1.pk).update(is_active=False)
        assert personal("rep2").assignee == cast.manager1

    def test_a_manager_who_is_away_has_a_substitute_too(self, personal, away, cast):
        away("manager1", "manager2")
        User.objects.filter(pk=cast.rep2.pk).update(is_active=False)
        item = personal("rep2")
        assert (item.assignee, item.on_behalf_of) == (cast.manager2, cast.manager1)

    def test_starting_tomorrow_holds_tomorrow(self, personal, away, cast):
        away("rep2", "rep1", first=1, last=2)
        assert personal("rep2").assignee == cast.rep2
        for days, who in ((1, cast.rep1), (2, cast.rep1), (3, cast.rep2)):
            with clock.travel(timedelta(days=days)):
                assert personal("rep2").assignee == who

    def test_ended_early_it_holds_no_more(self, personal, away, cast):
        row = away("rep2", "rep1")
        first = personal("rep2")
        end_substitution(substitution_id=row.pk, actor=cast.rep2)
        assert personal("rep2").assignee == cast.rep2
        first.refresh_from_db()
        assert first.assignee == cast.rep1

    def test_nobody_checks_their_own_work_by_standing_in(self, away, cast):
        from tests.workflows.conftest import publish_diagram
        from tests.workflows.diagrams import APPROVAL

        bpmn = APPROVAL.replace('<flow:assign role="manager"/>', '<flow:assign person="subject.leader"/>')
        subject = Department.objects.get(code="sales1")
        Department.objects.filter(pk=subject.pk).update(name_en="manager1")
        publish_diagram("approval", bpmn)
        away("manager1", "rep1")
        case = services.start_process(definition_key="approval", subject=subject, actor=cast.rep1)
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": 1}
        )
        item = open_item(case, "review")
        assert cast.rep1.pk in item.excluded
        assert (item.assignee, item.on_behalf_of) == (cast.director, None)


class TestDoing:
    def test_the_record_names_both(self, personal, away, cast):
        away("rep2", "rep1")
        item = personal("rep2")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1)
        event = HistoryEvent.objects.get(instance=item.instance, kind="completed", element="do")
        assert (event.actor, event.on_behalf_of) == (cast.rep1, cast.rep2)

    def test_whoever_is_away_sees_it_and_may_give_it_on(self, personal, away, cast):
        away("rep2", "rep1")
        item = personal("rep2")
        assert work_item_for(cast.rep2, item.pk) == item
        services.transfer_work_item(
            work_item_id=item.pk, to=cast.finance, reason="我自己来安排", actor=cast.rep2
        )
        item.refresh_from_db()
        assert (item.assignee, item.on_behalf_of) == (cast.finance, None)

    def test_what_lies_there_goes_over_only_when_asked_for(self, personal, away, cast):
        first = personal("rep2")
        row = away("rep2", "rep1")
        first.refresh_from_db()
        assert first.assignee == cast.rep2
        end_substitution(substitution_id=row.pk, actor=cast.rep2)
        away("rep2", "rep1", with_open_work=True)
        first.refresh_from_db()
        assert (first.assignee, first.on_behalf_of) == (cast.rep1, cast.rep2)
        assert first in inbox(cast.rep1)
        assert Notification.objects.get(kind="work_item.taken_over").person == cast.rep1
        assert audit(deep="all") == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("person", "substitute", "first", "last", "field"),
        [
            ("rep2", "rep2", 0, 1, "substitute"),
            ("rep2", "rep1", 2, 1, "ends_on"),
            ("rep2", "rep1", -5, -1, "ends_on"),
        ],
    )
    def test_what_makes_no_sense(self, away, person, substitute, first, last, field):
        with pytest.raises(ApplicationError) as refusal:
            away(person, substitute, first, last)
        assert list(refusal.value.errors) == [field]
        assert not Substitution.objects.exists()

    def test_somebody_who_left_stands_in_for_nobody(self, away, cast):
        User.objects.filter(pk=cast.rep1.pk).update(is_active=False)
        cast.rep1.refresh_from_db()
        with pytest.raises(ApplicationError):
            away("rep2", "rep1")
        assert not Substitution.objects.exists()

    def test_two_on_one_day(self, away):
        away("rep2", "rep1", 0, 3)
        with pytest.raises(ApplicationError) as refusal:
            away("rep2", "rep3", 3, 9)
        assert refusal.value.code == "overlap"
        assert Substitution.objects.count() == 1
        away("rep2", "rep3", 4, 9)

    def test_a_circle_on_the_same_days(self, away):
        away("rep2", "rep1", 0, 3)
        away("rep1", "rep3", 2, 8)
        with pytest.raises(ApplicationError) as refusal:
            away("rep3", "rep2", 3, 5)
        assert refusal.value.code == "circle"
        assert Substitution.objects.count() == 2
        away("rep3", "rep2", 4, 5)  # rep2 is back by then

    def test_open_work_goes_over_today_only(self, away):
        with pytest.raises(ApplicationError) as refusal:
            away("rep2", "rep1", 1, 3, with_open_work=True)
        assert refusal.value.code == "not_yet"
        assert not Substitution.objects.exists()

    def test_only_for_oneself_the_people_one_leads_and_by_administrators(self, away, cast):
        for actor in (cast.rep1, cast.manager2, cast.finance):
            with pytest.raises(PermissionDenied):
                away("rep2", "rep3", actor=actor)
        assert not Substitution.objects.exists()
        row = away("rep2", "rep3", actor=cast.director)
        with pytest.raises(Substitution.DoesNotExist):
            end_substitution(substitution_id=row.pk, actor=cast.finance)
        end_substitution(substitution_id=row.pk, actor=cast.rep3)
        with pytest.raises(Conflict):
            end_substitution(substitution_id=row.pk, actor=cast.rep2)
