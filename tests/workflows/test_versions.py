"""Versions: what differs, back to an old one, and publishing at a chosen moment."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.calendar import COMPANY_ZONE
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Grant, Notification, Role
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import ProcessDefinition, ProcessDraft, ProcessInstance

BPMN = diagrams.PARALLEL
OTHER = BPMN.replace('role="finance"', 'role="gm"')
KEY = "parallel"
# A Tuesday; people work.
GOOD = datetime(2031, 3, 4, 10, 0, tzinfo=COMPANY_ZONE)


def save(actor, bpmn: str = OTHER, revision: int = 0) -> ProcessDraft:
    return services.save_draft(definition_key=KEY, bpmn=bpmn, revision=revision, actor=actor)


@pytest.fixture
def process(cast) -> ProcessDefinition:
    """A published process; besides the administrator the director may draw and publish."""
    role = Role.objects.get(code="director")
    for permission in ("import_definition", "publish_definition"):
        Grant.objects.create(role=role, permission=f"workflows.{permission}", scope="all")
    return publish_diagram(KEY, BPMN)


class TestDifferences:
    def test_say_roles_by_their_names(self, cast, process):
        found = services.differences_between(process.current_version, save(cast.admin))
        (change,) = found.changes
        assert change.sentence("zh-hans") == "办理人 财务 → 总经理"
        assert change.sentence("en") == "Done by: Finance → General manager"


class TestRestore:
    def test_makes_the_old_version_the_draft(self, cast, process):
        save(cast.admin)
        services.publish_draft(definition_key=KEY, actor=cast.admin)
        draft = services.restore_as_draft(definition_key=KEY, number=1, revision=0, actor=cast.admin)
        assert (draft.bpmn, draft.revision) == (BPMN, 1)
        process.refresh_from_db()
        assert process.current_version.number == 2
        assert AuditEntry.objects.filter(action="workflows.restore_as_draft").count() == 1

    def test_a_draft_of_somebody_else_is_not_lost_by_the_way(self, cast, process):
        save(cast.admin)
        asked = {"definition_key": KEY, "number": 1, "revision": 1, "actor": cast.director}
        with pytest.raises(Conflict) as refusal:
            services.restore_as_draft(**asked)
        assert refusal.value.code == "draft_would_be_lost"
        assert cast.admin.name in str(refusal.value)
        assert ProcessDraft.objects.get().bpmn == OTHER
        services.restore_as_draft(**asked, replace=True)
        assert ProcessDraft.objects.get().bpmn == BPMN

    def test_what_was_saved_meanwhile_is_not_lost_either(self, cast, process):
        save(cast.admin)
        with pytest.raises(Conflict):
            services.restore_as_draft(
                definition_key=KEY, number=1, revision=0, actor=cast.admin, replace=True
            )

    def test_is_a_right(self, cast, process):
        with pytest.raises(PermissionDenied):
            services.restore_as_draft(definition_key=KEY, number=1, revision=0, actor=cast.rep1)

    def test_a_version_that_is_none_is_refused(self, cast, process):
        with pytest.raises(ApplicationError):
            services.restore_as_draft(definition_key=KEY, number=1, revision=0, actor=cast.admin)
            services.restore_as_draft(definition_key=KEY, number=1, revision=1, actor=cast.admin)


class TestScheduling:
    def schedule(self, actor, at: datetime = GOOD, revision: int = 1) -> ProcessDraft:
        return services.schedule_publishing(
            definition_key=KEY, at=at, revision=revision, note="from March", actor=actor
        )

    def told(self, person) -> list[str]:
        return list(Notification.objects.filter(person=person).values_list("kind", flat=True))

    def test_is_published_then_and_not_before(self, cast, process, start):
        case = start(KEY)
        save(cast.admin)
        self.schedule(cast.director)
        with clock.travel(GOOD - timedelta(minutes=1)):
            assert services.publish_scheduled() == 0
        with clock.travel(GOOD):
            assert services.publish_scheduled() == 1
            assert services.publish_scheduled() == 0
        process.refresh_from_db()
        version = process.current_version
        assert (version.number, version.bpmn, version.published_by, version.note) == (
            2, OTHER, cast.director, "from March",
        )  # fmt: skip
        assert not ProcessDraft.objects.exists()
        assert self.told(cast.director) == ["process.published"]
        assert ProcessInstance.objects.get(pk=case.pk).version.number == 1

    def test_a_draft_that_was_changed_stays_one_and_the_person_hears_of_it(self, cast, process):
        save(cast.admin)
        self.schedule(cast.director)
        save(cast.admin, OTHER.replace('role="gm"', 'role="rep"'), revision=1)
        assert ProcessDraft.objects.get().has_changed_since
        with clock.travel(GOOD):
            assert services.publish_scheduled() == 0
            assert services.publish_scheduled() == 0
        assert not ProcessDraft.objects.get().is_scheduled
        assert self.told(cast.director) == ["process.not_published"]
        process.refresh_from_db()
        assert process.current_version.number == 1

    def test_is_looked_over_again(self, cast, process):
        draft = save(cast.admin)
        self.schedule(cast.director)
        wrong = OTHER.replace('role="gm"', 'role="astronaut"')
        ProcessDraft.objects.filter(pk=draft.pk).update(bpmn=wrong)  # as if the world had changed
        with clock.travel(GOOD):
            assert services.publish_scheduled() == 0
        assert self.told(cast.director) == ["process.not_published"]

    def test_who_has_lost_the_right_publishes_nothing(self, cast, process):
        save(cast.admin)
        self.schedule(cast.director)
        cast.director.is_active = False
        cast.director.save()
        with clock.travel(GOOD):
            assert services.publish_scheduled() == 0
        process.refresh_from_db()
        assert process.current_version.number == 1

    def test_can_be_taken_back(self, cast, process):
        save(cast.admin)
        self.schedule(cast.director)
        services.take_back_scheduling(definition_key=KEY, actor=cast.admin)
        with clock.travel(GOOD):
            assert services.publish_scheduled() == 0
        assert ProcessDraft.objects.get().bpmn == OTHER
        with pytest.raises(ApplicationError):
            services.take_back_scheduling(definition_key=KEY, actor=cast.admin)

    @pytest.mark.parametrize("at", [GOOD.replace(hour=3), GOOD.replace(day=1), GOOD.replace(year=2020)])
    def test_a_moment_at_which_nobody_works_is_refused(self, cast, process, at):
        save(cast.admin)
        with pytest.raises(ApplicationError) as refusal:
            self.schedule(cast.director, at)
        assert refusal.value.code == "bad_moment"

    def test_a_wrong_draft_cannot_be_scheduled(self, cast, process):
        save(cast.admin, OTHER.replace('role="gm"', 'role="astronaut"'))
        with pytest.raises(services.DiagramRefusedError):
            self.schedule(cast.director)

    def test_of_a_shipped_process_takes_a_second_person(self, cast, process):
        ProcessDefinition.objects.update(is_shipped=True)
        save(cast.director)
        with pytest.raises(ApplicationError) as refusal:
            self.schedule(cast.director)
        assert refusal.value.code == "second_person"

    def test_is_a_right(self, cast, process):
        save(cast.admin)
        with pytest.raises(PermissionDenied):
            self.schedule(cast.rep1)
