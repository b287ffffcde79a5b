"""Who gets a work item: the ladder, and who sees what."""

import pytest

from core.models import Department, Grant, Role, User
from tests.workflows import diagrams
from tests.workflows.conftest import Unchanged, open_item, publish_diagram
from workflows import selectors, services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessInstance, WorkItem


@pytest.fixture
def personal(start, subject, cast):
    """personal("rep2") -> the item of a case whose expression names that person."""

    def start_for(name: str) -> WorkItem:
        Department.objects.filter(pk=subject.pk).update(name_en=name)
        return open_item(start("personal", actor=cast.finance), "do")

    return start_for


class TestLadder:
    def test_the_named_person_gets_it(self, personal, cast):
        item = personal("rep2")
        assert (item.assignee, item.role, item.alarm) == (cast.rep2, "finance", "")

    def test_an_id_names_a_person_too(self, personal, cast):
        assert personal(str(cast.rep2.pk)).assignee == cast.rep2

    def test_somebody_who_left_is_replaced_by_the_manager(self, personal, cast):
        User.objects.filter(pk=cast.rep2.pk).update(is_active=False)
        assert personal("rep2").assignee == cast.manager1

    def test_a_manager_who_left_too_by_the_one_above(self, personal, cast):
        User.objects.filter(pk__in=[cast.rep2.pk, cast.manager1.pk]).update(is_active=False)
        assert personal("rep2").assignee == cast.director

    @pytest.mark.parametrize("name", ["", "nobody_of_this_name"])
    def test_without_a_person_the_roles_queue_gets_it(self, personal, name):
        item = personal(name)
        assert (item.assignee, item.role, item.alarm) == (None, "finance", "")

    def test_an_expression_that_fails_names_nobody(self, cast, subject):
        broken = diagrams.PERSONAL.replace("subject.leader", "subject.broken")
        publish_diagram("personal", broken)
        case = services.start_process(definition_key="personal", subject=subject, actor=cast.finance)
        assert open_item(case, "do").role == "finance"

    def test_an_empty_role_goes_to_the_administrators_with_an_alarm(self, personal, cast):
        User.objects.filter(username__in=["finance", "finance2"]).update(is_active=False)
        item = personal("")
        assert (item.role, item.alarm) == ("process_admin", "nobody_entitled")
        services.claim_work_item(work_item_id=item.pk, actor=cast.admin)

    def test_a_queue_narrowed_away_from_the_department_is_empty_too(self, start, cast):
        other = Department.objects.get(code="legal")
        case = start("approval", about=other)
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": "1"}
        )
        assert open_item(case, "review").role == "process_admin"


class TestOrphans:
    def test_work_of_somebody_who_left_goes_up_the_ladder(self, personal, cast):
        item = personal("rep2")
        User.objects.filter(pk=cast.rep2.pk).update(is_active=False)
        assert services.reassign_orphans() == 1
        item.refresh_from_db()
        assert (item.assignee, item.alarm) == (cast.manager1, "")
        event = HistoryEvent.objects.get(instance=item.instance, kind="reassigned")
        assert event.actor_label == "workflows.reassign_orphans"
        assert services.reassign_orphans() == 0

    def test_a_queue_that_became_empty_goes_to_the_administrators(self, start, cast):
        item = open_item(start("approval"), "draft")
        assert services.reassign_orphans() == 0
        User.objects.filter(username__startswith="rep").update(is_active=False)
        assert services.reassign_orphans() == 1
        item.refresh_from_db()
        assert (item.role, item.alarm) == ("process_admin", "nobody_entitled")
        assert item in selectors.inbox(cast.admin, box="queue")
        assert audit() == []

    def test_what_is_done_or_withdrawn_stays(self, start, cast):
        case = start("approval")
        services.cancel_instance(instance_id=case.pk, reason="over", actor=cast.admin)
        User.objects.filter(username__startswith="rep").update(is_active=False)
        with Unchanged(case):
            assert services.reassign_orphans() == 0


class TestQueues:
    def test_everybody_of_the_role_sees_the_queue(self, start, cast):
        item = open_item(start("approval"), "draft")
        for person, sees in ((cast.rep1, True), (cast.rep3, True), (cast.finance, False)):
            assert (item in selectors.inbox(person, box="queue")) is sees

    @pytest.mark.parametrize(
        ("scope", "who"),
        [("all", {"manager1", "manager2"}), ("subtree", {"manager1"}), ("department", {"manager1"})],
    )
    def test_a_grant_narrows_the_roles_queue_to_the_department(self, start, cast, scope, who):
        Grant.objects.filter(role__code="manager", permission="workflows.take_from_queue").update(scope=scope)
        case = start("approval")
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": "1"}
        )
        item = open_item(case, "review")
        people = {"manager1": cast.manager1, "manager2": cast.manager2}
        assert {name for name, one in people.items() if item in selectors.inbox(one, box="queue")} == who

    def test_a_whole_subtree_is_seen_from_above_and_a_department_alone_is_not(self, start, cast):
        cast.director.roles.add(Role.objects.get(code="manager"))
        case = start("approval")
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": "1"}
        )
        item = open_item(case, "review")
        above = User.objects.get(pk=cast.director.pk)
        assert item in selectors.inbox(above, box="queue")
        Grant.objects.filter(role__code="manager", permission="workflows.take_from_queue").update(
            scope="department"
        )
        above = User.objects.get(pk=cast.director.pk)
        assert item not in selectors.inbox(above, box="queue")


class TestVisibility:
    def test_those_concerned_see_the_case_and_strangers_do_not(self, start, cast):
        case = start("approval")
        item = open_item(case, "draft")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep2, data={"amount": "1"})
        seeing = {
            name: ProcessInstance.objects.visible_to(getattr(cast, name)).filter(pk=case.pk).exists()
            for name in ("rep1", "rep2", "rep3", "manager1", "manager2", "director", "gm", "admin", "legal")
        }
        assert seeing == {
            "rep1": True,  # started it
            "rep2": True,  # did something in it
            "rep3": False,
            "manager1": True,  # has it in the queue
            "manager2": False,
            "director": True,  # department and below
            "gm": True,  # all
            "admin": True,
            "legal": False,
        }

    def test_a_work_item_is_found_by_the_same_people(self, start, cast):
        item = open_item(start("approval"), "draft")
        assert selectors.work_item_for(cast.rep3, item.pk) == item
        assert selectors.work_item_for(cast.boss, item.pk) == item
        for stranger in (cast.legal, cast.manager2):
            with pytest.raises(WorkItem.DoesNotExist):
                selectors.work_item_for(stranger, item.pk)

    def test_whoever_sees_the_business_row_sees_its_case(self, start, cast, monkeypatch):
        case = start("approval")
        with pytest.raises(ProcessInstance.DoesNotExist):
            selectors.case_for(cast.legal, case.pk)
        monkeypatch.setattr(diagrams.DepartmentSubject, "may_be_seen_by", lambda *_: True)
        assert selectors.case_for(cast.legal, case.pk) == case
        assert selectors.work_item_for(cast.legal, open_item(case, "draft").pk)
