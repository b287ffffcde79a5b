"""The history of drafts: what is kept of each sitting, back to any state, and dropping a draft."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft
from workflows.services import draft_history
from workflows.services.drawn_states import SITTING

KEY = "parallel"
BPMN = diagrams.PARALLEL
GM = BPMN.replace('role="finance"', 'role="gm"')
REP = BPMN.replace('role="finance"', 'role="rep"')
LEGAL = BPMN.replace('role="finance"', 'role="legal"')


@pytest.fixture
def process(cast) -> ProcessDefinition:
    """Managers draw it, directors publish it; whoever may start it sees it."""
    made = publish_diagram(KEY, BPMN)
    made.start_roles, made.draw_roles, made.publish_roles = ["rep"], ["manager"], ["director"]
    made.save()
    return made


def save(actor, bpmn: str, revision: int) -> ProcessDraft:
    return services.save_draft(definition_key=KEY, bpmn=bpmn, revision=revision, actor=actor)


def kept() -> list[tuple[str, int, str]]:
    """The states, the oldest first: what, which revision, how it came."""
    return list(DraftSnapshot.objects.order_by("pk").values_list("bpmn", "revision", "origin"))


def first() -> DraftSnapshot:
    return DraftSnapshot.objects.earliest("pk")


class TestKeeping:
    def test_one_state_a_sitting(self, cast, process):
        save(cast.manager1, GM, 0)
        save(cast.manager1, REP, 1)
        assert kept() == [(REP, 2, "drawn")]
        with clock.travel(clock.now() + SITTING):
            save(cast.manager1, LEGAL, 2)
        assert kept() == [(REP, 2, "drawn"), (LEGAL, 3, "drawn")]

    def test_another_person_begins_a_new_one(self, cast, process):
        save(cast.manager1, GM, 0)
        save(cast.admin, REP, 1)
        assert [(one.saved_by, one.bpmn) for one in DraftSnapshot.objects.order_by("pk")] == [
            (cast.manager1, GM),
            (cast.admin, REP),
        ]

    def test_what_somebody_was_asked_to_publish_stays_to_be_seen(self, cast, process):
        save(cast.manager1, GM, 0)
        services.ask_for_publishing(definition_key=KEY, revision=1, actor=cast.manager1)
        save(cast.manager1, REP, 1)
        assert kept() == [(GM, 1, "drawn"), (REP, 2, "drawn")]

    def test_a_save_that_changes_nothing_adds_nothing(self, cast, process):
        save(cast.manager1, GM, 0)
        save(cast.admin, GM, 1)
        assert kept() == [(GM, 2, "drawn")]

    def test_deeds_leave_what_was_drawn_before(self, cast, process):
        save(cast.manager1, GM, 0)
        services.import_bpmn(bpmn=REP.encode(), actor=cast.manager1)
        services.restore_as_draft(definition_key=KEY, number=1, revision=2, actor=cast.manager1)
        save(cast.manager1, LEGAL, 3)
        assert [(revision, origin) for _bpmn, revision, origin in kept()] == [
            (1, "drawn"),
            (2, "imported"),
            (3, "version"),
            (4, "drawn"),
        ]
        assert kept()[0][0] == GM

    def test_publishing_ends_the_draft_and_keeps_its_states(self, cast, process):
        save(cast.manager1, GM, 0)
        services.publish_draft(definition_key=KEY, actor=cast.director)
        save(cast.manager1, REP, 0)
        save(cast.manager1, LEGAL, 1)
        assert kept() == [(GM, 1, "drawn"), (LEGAL, 2, "drawn")]

    def test_tables_and_forms_are_part_of_a_state(self, cast, process):
        services.save_draft(
            definition_key=KEY, bpmn=GM, revision=0, actor=cast.manager1, decisions={"t": "<x/>"}
        )
        services.save_draft(definition_key=KEY, bpmn=GM, revision=1, actor=cast.admin, decisions={})
        assert [one.decisions for one in DraftSnapshot.objects.order_by("pk")] == [{"t": "<x/>"}, {}]

    def test_a_refused_save_leaves_no_state(self, cast, process):
        save(cast.manager1, GM, 0)
        with pytest.raises(Conflict):
            save(cast.admin, REP, 0)
        assert kept() == [(GM, 1, "drawn")]


class TestRestoring:
    def restore(self, actor, revision: int, **more) -> ProcessDraft:
        return services.restore_snapshot(
            definition_key=KEY, snapshot_id=first().pk, revision=revision, actor=actor, **more
        )

    def test_brings_it_back_and_loses_nothing(self, cast, process):
        save(cast.manager1, GM, 0)
        with clock.travel(clock.now() + timedelta(days=1)):
            save(cast.manager1, REP, 1)
            draft = self.restore(cast.manager1, 2)
        assert (draft.bpmn, draft.revision) == (GM, 3)
        assert kept() == [(GM, 1, "drawn"), (REP, 2, "drawn"), (GM, 3, "earlier")]
        assert AuditEntry.objects.filter(action="workflows.restore_snapshot").count() == 1

    def test_after_publishing_too(self, cast, process):
        save(cast.manager1, GM, 0)
        services.publish_draft(definition_key=KEY, actor=cast.director)
        assert self.restore(cast.manager1, 0).bpmn == GM

    def test_asks_before_the_draft_of_another_is_replaced(self, cast, process):
        save(cast.manager1, GM, 0)
        save(cast.admin, REP, 1)
        with pytest.raises(Conflict) as refusal:
            self.restore(cast.manager1, 2)
        assert refusal.value.code == "draft_would_be_lost"
        assert ProcessDraft.objects.get().bpmn == REP
        assert self.restore(cast.manager1, 2, replace=True).bpmn == GM

    def test_what_was_saved_meanwhile_is_told(self, cast, process):
        save(cast.manager1, GM, 0)
        save(cast.admin, REP, 1)
        with pytest.raises(Conflict):
            self.restore(cast.manager1, 1, replace=True)
        assert ProcessDraft.objects.get().bpmn == REP

    def test_the_same_again_is_refused(self, cast, process):
        save(cast.manager1, GM, 0)
        with pytest.raises(ApplicationError) as refusal:
            self.restore(cast.manager1, 1)
        assert refusal.value.code == "unchanged"

    def test_a_state_of_another_process_is_none(self, cast, process):
        save(cast.manager1, GM, 0)
        publish_diagram("personal", diagrams.PERSONAL)
        with pytest.raises(DraftSnapshot.DoesNotExist):
            services.restore_snapshot(
                definition_key="personal", snapshot_id=first().pk, revision=0, actor=cast.admin
            )

    def test_is_for_those_who_draw(self, cast, process):
        save(cast.manager1, GM, 0)
        for actor in (cast.rep1, cast.director):
            with pytest.raises(PermissionDenied):
                self.restore(actor, 1, replace=True)
            with pytest.raises(PermissionDenied):
                services.discard_draft(definition_key=KEY, revision=1, actor=actor, replace=True)
        assert kept() == [(GM, 1, "drawn")]
        assert ProcessDraft.objects.get().revision == 1


class TestDiscarding:
    def test_drops_the_draft_and_keeps_its_state(self, cast, process):
        save(cast.manager1, GM, 0)
        services.discard_draft(definition_key=KEY, revision=1, actor=cast.manager1)
        assert not ProcessDraft.objects.exists()
        assert kept() == [(GM, 1, "drawn")]
        assert AuditEntry.objects.filter(action="workflows.discard_draft").count() == 1
        with pytest.raises(ApplicationError) as refusal:
            services.discard_draft(definition_key=KEY, revision=1, actor=cast.manager1)
        assert refusal.value.code == "no_draft"

    def test_asks_before_the_draft_of_another_goes(self, cast, process):
        save(cast.admin, GM, 0)
        with pytest.raises(Conflict):
            services.discard_draft(definition_key=KEY, revision=1, actor=cast.manager1)
        with pytest.raises(Conflict):
            services.discard_draft(definition_key=KEY, revision=9, actor=cast.admin)
        assert ProcessDraft.objects.get().bpmn == GM


class TestForgetting:
    def test_old_states_go_and_the_newest_stays(self, cast, process):
        save(cast.manager1, GM, 0)
        save(cast.admin, REP, 1)
        with clock.travel(clock.now() + draft_history.SNAPSHOTS_FOR - timedelta(hours=1)):
            assert services.forget_old_snapshots() == 0
        with clock.travel(clock.now() + draft_history.SNAPSHOTS_FOR + timedelta(hours=1)):
            assert services.forget_old_snapshots() == 1
        assert kept() == [(REP, 2, "drawn")]

    def test_no_process_keeps_more_than_its_share(self, cast, process, monkeypatch):
        monkeypatch.setattr(draft_history, "MOST_OF_A_PROCESS", 2)
        for number, (actor, bpmn) in enumerate(((cast.admin, GM), (cast.manager1, REP), (cast.admin, LEGAL))):
            save(actor, bpmn, number)
        assert services.forget_old_snapshots() == 1
        assert [bpmn for bpmn, *_rest in kept()] == [REP, LEGAL]
