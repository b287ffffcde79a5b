"""Somebody leaves: everything they hold has somebody else afterwards, or nothing has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from contracts.models import Contract
from contracts.services import start_contract
from core import clock
from core.errors import ApplicationError
from core.holdings import declared_fields, holdings
from core.models import ApiToken, AuditEntry, ReportSchedule, Role, SavedView, Substitution, User
from core.services.leaving import deactivate_person, reactivate_person, what_is_held
from core.services.substitutions import create_substitution
from core.tokens import create_token
from crm.models import Customer
from tests.contracts.factory import customer_of, instalments, membership, term
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessDefinition, WorkItem
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

pytestmark = pytest.mark.django_db


def test_each_key_to_a_person_is_held_or_says_why_not():
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.related_model is User
        # Rows of many-to-many relations stand for the relation itself.
        and not model._meta.auto_created
    }
    assert found == set(declared_fields())


@pytest.fixture
def desk(company):
    """rep1 with something of everything; their own step of one contract, the manager's of another."""
    person = company.rep1
    customer = customer_of(person)
    made = []
    for _ in range(2):
        made.append(
            start_contract(
                customer_id=customer.pk,
                actor=person,
                fields=term(),
                lines=[membership()],
                plan=instalments((10, "12800.00")),
            )
        )
    item = open_work_item_of(made[1], element="draft_contract", actor=person)
    complete_work_item(work_item_id=item.pk, actor=person, outcome="submit")
    now = clock.now()
    SavedView.objects.create(
        list_name="crm:customer-list",
        name="大客户",
        owner=person,
        is_shared=True,
        created_at=now,
        updated_at=now,
    )
    schedule = ReportSchedule.objects.create(report="x", next_at=now, created_by=person, created_at=now)
    schedule.recipients.add(person)
    person.roles.add(Role.objects.create(code="only", name_zh="唯一", name_en="Only"))
    ProcessDefinition.objects.filter(key="contract_lifecycle").update(owner=person)
    User.objects.filter(pk=company.tech.pk).update(manager=person)
    create_substitution(
        person=person,
        substitute=company.rep2,
        starts_on=clock.today() + timedelta(days=3),
        ends_on=clock.today() + timedelta(days=5),
        actor=person,
    )
    create_token(actor=person)
    return person


def rows_of(person: User) -> dict[str, int]:
    return {one.key: one.part.count for one in what_is_held(person)}


class TestDeactivating:
    def test_nothing_is_left_behind(self, company, desk):
        deactivate_person(person_id=desk.pk, takers={}, for_all=company.manager1, actor=company.admin)
        person = User.objects.get(pk=desk.pk)
        assert (person.is_active, person.deactivated_at is not None) == (False, True)
        assert what_is_held(person) == []
        assert not WorkItem.objects.open().filter(assignee=person).exists()
        assert not Customer.objects.filter(owner=person).exists()
        assert not Contract.objects.filter(owner=person).exists()
        assert not ApiToken.objects.filter(user=person).exists()
        assert not Substitution.objects.filter(ended_at=None).exists()
        manager = User.objects.get(pk=company.manager1.pk)
        assert "only" in manager.role_codes
        assert SavedView.objects.get().owner == manager
        assert list(ReportSchedule.objects.get().recipients.all()) == [manager]
        assert ProcessDefinition.objects.get(key="contract_lifecycle").owner == manager
        assert User.objects.get(pk=company.tech.pk).manager == manager
        assert AuditEntry.objects.filter(action="core.deactivate_person").count() == 1
        assert audit(deep="all") == []

    def test_everything_can_go_to_different_people(self, company, desk):
        keys = rows_of(desk)
        takers = {"crm.customers:": company.rep2, "workflows.tasks:contract_lifecycle": company.rep2}
        assert takers.keys() <= keys.keys()
        deactivate_person(person_id=desk.pk, takers=takers, for_all=company.manager1, actor=company.admin)
        assert Customer.objects.get().owner == company.rep2
        drafts = WorkItem.objects.open().filter(element="draft_contract")
        assert [one.assignee for one in drafts] == [company.rep2]
        event = HistoryEvent.objects.get(kind="reassigned")
        assert (event.actor, event.data["from"], event.data["to"]) == (
            company.admin,
            desk.pk,
            company.rep2.pk,
        )

    def test_without_a_taker_nothing_changes(self, company, desk):
        before = rows_of(desk)
        with pytest.raises(ApplicationError) as refusal:
            deactivate_person(
                person_id=desk.pk,
                takers={"crm.customers:": company.rep2},
                actor=company.admin,
            )
        assert "workflows.tasks:contract_lifecycle" in refusal.value.errors
        assert User.objects.get(pk=desk.pk).is_active
        assert rows_of(desk) == before

    def test_one_who_has_left_takes_nothing(self, company, desk):
        User.objects.filter(pk=company.rep2.pk).update(is_active=False)
        before = rows_of(desk)
        with pytest.raises(ApplicationError):
            deactivate_person(person_id=desk.pk, takers={}, for_all=company.rep2, actor=company.admin)
        assert rows_of(desk) == before

    def test_a_failure_in_the_middle_changes_nothing(self, company, desk, monkeypatch):
        last = holdings()[-1]
        before = rows_of(desk)

        def broken(*args: object) -> None:
            raise RuntimeError("no")

        monkeypatch.setitem(last.__dict__, "hand_over", broken)
        with pytest.raises(RuntimeError):
            deactivate_person(person_id=desk.pk, takers={}, for_all=company.rep2, actor=company.admin)
        assert User.objects.get(pk=desk.pk).is_active
        assert rows_of(desk) == before

    def test_nobody_closes_their_own_account_or_without_the_right(self, company, desk):
        for actor, person in ((company.admin, company.admin), (company.boss, desk)):
            with pytest.raises(PermissionDenied):
                deactivate_person(person_id=person.pk, takers={}, for_all=company.gm, actor=actor)
            assert User.objects.get(pk=person.pk).is_active

    def test_the_suggestion_is_the_nearest_manager_at_work(self, company, desk):
        suggested = {one.suggestion for one in what_is_held(desk) if one.holding.needs_taker}
        assert suggested == {company.manager1}

    def test_led_people_who_would_lead_themselves_go_to_the_leavers_manager(self, company):
        deactivate_person(person_id=company.manager1.pk, takers={}, for_all=company.rep1, actor=company.admin)
        led = {one.username: one.manager for one in User.objects.filter(username__in=["rep1", "rep2"])}
        assert led == {"rep1": company.director, "rep2": company.rep1}

    def test_somebody_comes_back_without_what_was_handed_over(self, company, desk):
        deactivate_person(person_id=desk.pk, takers={}, for_all=company.rep2, actor=company.admin)
        reactivate_person(person_id=desk.pk, actor=company.admin)
        person = User.objects.get(pk=desk.pk)
        assert person.is_active
        assert person.deactivated_at is None
        assert not Customer.objects.filter(owner=person).exists()
