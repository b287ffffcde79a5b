"""Every deed on a draft is written down: who did what to which revision. Saving is none; the history keeps it."""

from datetime import timedelta

import pytest

from core import clock
from core.models import AuditEntry
from tests.workflows import diagrams
from tests.workflows.clockwork import MONDAY
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import DraftSnapshot, ProcessDraft
from workflows.services.drawing_parts import delete_table, save_table
from workflows.services.mending import Wanted
from workflows.services.shipped_offers import note_offer

pytestmark = pytest.mark.django_db
KEY = "parallel"
BPMN = diagrams.PARALLEL
OTHER = BPMN.replace('role="finance"', 'role="gm"')
THIRD = BPMN.replace('role="finance"', 'role="rep"')
WRONG = BPMN.replace('role="finance"', 'role="finanse"')


@pytest.fixture
def process(cast):
    """Directors may publish it too: somebody else can be asked."""
    made = publish_diagram(KEY, BPMN)
    made.publish_roles = ["director"]
    made.save()
    return made


def save(actor, bpmn: str = OTHER, revision: int = 0) -> ProcessDraft:
    return services.save_draft(definition_key=KEY, bpmn=bpmn, revision=revision, actor=actor)


def written(run) -> list[tuple[str, str]]:
    """What is written down while it runs, and who did it."""
    before = AuditEntry.objects.count()
    run()
    entries = AuditEntry.objects.order_by("pk")[before:]
    assert all(one.subject_type == "workflows.processdefinition" for one in entries)
    return [(one.action.partition(".")[2], one.actor_label) for one in entries]


def test_each_deed_is_written_down_once(cast, process):
    admin, name = cast.admin, cast.admin.display_name
    said = {"definition_key": KEY, "actor": admin}

    assert written(lambda: save(admin)) == []
    assert written(lambda: services.import_bpmn(bpmn=THIRD.encode(), actor=admin)) == [("import_draft", name)]
    restore = lambda: services.restore_as_draft(number=1, revision=2, **said)  # noqa: E731
    assert written(restore) == [("restore_as_draft", name)]
    state = DraftSnapshot.objects.order_by("pk").first().pk
    back = lambda: services.restore_snapshot(snapshot_id=state, revision=3, **said)  # noqa: E731
    assert written(back) == [("restore_snapshot", name)]
    assert written(lambda: services.ask_for_publishing(revision=4, **said)) == [("ask_for_publishing", name)]
    assert written(lambda: services.send_back_draft(reason="no", **said)) == [("send_back_draft", name)]
    services.ask_for_publishing(revision=4, **said)
    assert written(lambda: services.take_back_request(**said)) == [("take_back_request", name)]
    assert written(lambda: services.discard_draft(revision=4, **said)) == [("discard_draft", name)]
    note_offer(process, bpmn=OTHER, decisions={})
    mark = process.shipped_offer.checksum
    take = lambda: services.take_offer(checksum=mark, revision=0, **said)  # noqa: E731
    assert written(take) == [("take_shipped_offer", name)]
    assert written(lambda: services.publish_draft(**said)) == [("publish_draft", name)]


def test_a_mend_and_a_table_that_goes(cast, process):
    admin, name = cast.admin, cast.admin.display_name
    draft = save(admin, WRONG)
    problem = next(
        one for one in services.definitions.lint(draft.bpmn, process, mends=lambda one: True) if one.mend
    )
    wanted = Wanted(problem.code, problem.element, problem.line)
    mend = lambda: services.mend_draft(definition_key=KEY, wanted=wanted, revision=1, actor=admin)  # noqa: E731
    assert written(mend) == [("mend_draft", name)]
    assert AuditEntry.objects.latest("pk").after["code"] == problem.code
    table = {"definition_key": KEY, "name": "levels", "actor": admin}
    assert written(lambda: save_table(dmn="<definitions/>", began_from="", **table)) == []
    assert written(lambda: delete_table(**table)) == [("delete_draft_table", name)]


def test_what_was_planned_and_refused(cast, process):
    admin, name = cast.admin, cast.admin.display_name
    said = {"definition_key": KEY, "actor": admin}
    with clock.travel(MONDAY):
        save(admin)
        at = MONDAY + timedelta(hours=1)
        plan = lambda: services.schedule_publishing(at=at, revision=1, **said)  # noqa: E731
        assert written(plan) == [("schedule_publishing", name)]
        assert written(lambda: services.take_back_scheduling(**said)) == [("take_back_scheduling", name)]
        plan()
        save(admin, THIRD, revision=1)
    with clock.travel(at):
        assert written(services.publish_scheduled) == [("refuse_scheduled", "workflows.publish_scheduled")]
