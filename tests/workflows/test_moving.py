"""Moving cases by hand: what comes of it is told before, what would be stuck is refused, rows and tokens agree."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessInstance, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast) -> ProcessInstance:
    """A fork: the left and the right step are open, the last one waits for both."""
    publish_diagram("parallel", diagrams.PARALLEL)
    return services.start_process(definition_key="parallel", actor=cast.rep1)


def tokens(case: ProcessInstance) -> dict[str, str]:
    rows = WorkItem.objects.open().filter(instance=case)
    return dict(rows.values_list("element", "token"))


def open_at(case: ProcessInstance) -> list[str]:
    return sorted(tokens(case))


def move(case: ProcessInstance, actor, cancel, at, **more) -> ProcessInstance:
    asked = {"revision": ProcessInstance.objects.get(pk=case.pk).revision, "reason": "by mistake", **more}
    return services.move_case(instance_id=case.pk, cancel=cancel, at=at, actor=actor, **asked)


class TestMoving:
    def test_withdraws_what_goes_and_opens_what_comes(self, cast, case):
        move(case, cast.admin, list(tokens(case).values()), ["last"])
        assert open_at(case) == ["last"]
        assert set(
            WorkItem.objects.filter(instance=case, status="cancelled").values_list("element", flat=True)
        ) == {
            "left",
            "right",
        }
        told = HistoryEvent.objects.get(instance=case, kind="moved")
        assert (told.comment, told.actor, told.data["placed"]) == ("by mistake", cast.admin, ["last"])
        assert sorted(told.data["taken"]) == ["left", "right"]
        assert AuditEntry.objects.filter(action="workflows.move_case", note="by mistake").count() == 1
        assert audit() == []

    def test_a_held_step_is_left_behind(self, cast, case):
        item = WorkItem.objects.get(instance=case, element="left")
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        services.complete_work_item(work_item_id=item.pk, data={}, actor=cast.rep1)
        state = ProcessInstance.objects.get(pk=case.pk).state
        assert state["tokens"]
        (found,) = services.preview_move(
            ProcessInstance.objects.get(pk=case.pk), cancel=[tokens(case)["right"]], at=["last"]
        ).also
        assert isinstance(found, tuple)
        move(case, cast.admin, [tokens(case)["right"], found], ["last"])
        assert open_at(case) == ["last"]
        assert audit() == []

    def test_what_would_be_stuck_is_refused_and_nothing_changes(self, cast, case):
        before = ProcessInstance.objects.get(pk=case.pk)
        with pytest.raises(Conflict) as refusal:
            move(case, cast.admin, [tokens(case)["left"]], [])
        assert refusal.value.code == "place_stuck"
        after = ProcessInstance.objects.get(pk=case.pk)
        assert (after.state, after.revision, open_at(case)) == (
            before.state,
            before.revision,
            ["left", "right"],
        )
        assert not HistoryEvent.objects.filter(kind="moved").exists()

    def test_needs_a_reason_something_to_move_and_a_fresh_look(self, cast, case):
        left = tokens(case)["left"]
        refusals = [
            ({"reason": " "}, "reason_needed"),
            ({"revision": 99}, "stale_revision"),
        ]
        for more, code in refusals:
            with pytest.raises(ApplicationError) as refusal:
                move(case, cast.admin, [left], ["last"], **more)
            assert refusal.value.code == code
        with pytest.raises(ApplicationError) as refusal:
            move(case, cast.admin, [], [])
        assert refusal.value.code == "nothing_to_move"
        assert open_at(case) == ["left", "right"]

    def test_is_a_right_of_its_own(self, cast, case):
        with pytest.raises(PermissionDenied):
            move(case, cast.rep1, list(tokens(case).values()), ["last"])
        with pytest.raises(ProcessInstance.DoesNotExist):
            move(case, cast.adplan, list(tokens(case).values()), ["last"])
        assert open_at(case) == ["left", "right"]

    def test_a_case_that_is_over_or_suspended_stands_still(self, cast, case):
        services.suspend_instance(instance_id=case.pk, reason="wait", actor=cast.admin)
        with pytest.raises(Conflict) as refusal:
            move(case, cast.admin, list(tokens(case).values()), ["last"])
        assert refusal.value.code == "suspended"


class TestPreview:
    def test_says_what_comes_of_it_and_does_nothing(self, cast, case):
        before = ProcessInstance.objects.get(pk=case.pk)
        shown = services.preview_move(before, cancel=list(tokens(case).values()), at=["last"])
        (way,) = shown.ahead.ways
        assert [one.path for one in way.next] == ["last"]
        after = ProcessInstance.objects.get(pk=case.pk)
        assert (after.state, after.revision) == (before.state, before.revision)
        assert open_at(case) == ["left", "right"]

    def test_says_why_not_and_what_else_would_have_to_go(self, cast, case):
        open_ones = tokens(case)
        shown = services.preview_move(
            ProcessInstance.objects.get(pk=case.pk), cancel=[open_ones["left"]], at=["last"]
        )
        assert shown.ahead is None
        assert shown.refusal
        assert shown.also == (open_ones["right"],)


class TestPages:
    def url(self, case, name="move") -> str:
        return reverse(f"workflows:case-{name}", args=[case.pk])

    def test_one_looks_and_then_moves(self, signed_in, cast, case):
        client, chosen = signed_in(cast.admin), {"cancel": list(tokens(case).values()), "at": ["last"]}
        page = client.get(self.url(case)).content.decode()
        assert "收尾" in page
        answer = client.post(self.url(case), {**chosen, "deed": "look"})
        assert "收尾（销售代表）" in answer.content.decode()
        assert open_at(case) == ["left", "right"]
        given = {**chosen, "deed": "move", "seen": answer.context["seen"], "reason": "by mistake"}
        given["revision"] = answer.context["object"].revision
        assert client.post(self.url(case), {**given, "reason": ""}).status_code == 400
        assert open_at(case) == ["left", "right"]
        assert client.post(self.url(case), given).status_code == 302
        assert open_at(case) == ["last"]
        history = client.get(self.url(case, "detail") + "?tab=history").content.decode()
        assert "人工移动：左、右 → 收尾" in history

    def test_what_was_not_looked_at_is_not_done(self, signed_in, cast, case):
        client = signed_in(cast.admin)
        seen = client.post(self.url(case), {"cancel": [tokens(case)["left"]], "deed": "look"}).context["seen"]
        answer = client.post(
            self.url(case),
            {
                "cancel": list(tokens(case).values()),
                "at": ["last"],
                "deed": "move",
                "seen": seen,
                "reason": "x",
            },
        )
        assert answer.status_code == 200
        assert open_at(case) == ["left", "right"]

    def test_what_else_must_go_is_a_click(self, signed_in, cast, case):
        client, open_ones = signed_in(cast.admin), tokens(case)
        chosen = {"cancel": [open_ones["left"]], "at": ["last"]}
        page = client.post(self.url(case), {**chosen, "deed": "look"}).content.decode()
        assert "同时取消“右”" in page
        answer = client.post(self.url(case), {**chosen, "also": [open_ones["right"]]})
        assert answer.context["preview"].refusal == ""

    def test_nonsense_is_refused_in_words(self, signed_in, cast, case):
        client = signed_in(cast.admin)
        for chosen in ({"cancel": ["x"]}, {"at": ["nowhere"]}, {"cancel": ["1 f"]}, {}):
            assert client.post(self.url(case), {**chosen, "deed": "look"}).status_code in (200, 400)
        assert open_at(case) == ["left", "right"]

    def test_suspended_and_resumed_from_the_menu(self, signed_in, cast, case):
        client = signed_in(cast.admin)
        assert self.url(case, "suspend") in client.get(self.url(case, "detail")).content.decode()
        assert client.post(self.url(case, "suspend"), {"reason": ""}).status_code == 400
        assert client.post(self.url(case, "suspend"), {"reason": "wait"}).status_code == 302
        case.refresh_from_db()
        assert case.status == "suspended"
        page = client.get(self.url(case, "detail")).content.decode()
        assert self.url(case, "resume") in page
        assert self.url(case, "move") not in page
        assert client.post(self.url(case, "resume"), {}).status_code == 302
        case.refresh_from_db()
        assert case.status == "active"

    def test_many_cases_at_once(self, signed_in, cast, case):
        other = services.start_process(definition_key="parallel", actor=cast.rep1)
        client, url = signed_in(cast.admin), reverse("workflows:case-list")
        given = {"bulk": "suspend", "row": [case.pk, other.pk], "agreed": "1", "reason": "stock-taking"}
        assert client.post(url, given).status_code == 200
        assert set(ProcessInstance.objects.values_list("status", flat=True)) == {"suspended"}
        client.post(url, {**given, "bulk": "resume"})
        assert set(ProcessInstance.objects.values_list("status", flat=True)) == {"active"}
        client.post(url, {**given, "bulk": "cancel"})
        assert set(ProcessInstance.objects.values_list("status", flat=True)) == {"cancelled"}
        assert signed_in(cast.rep1).post(url, given).status_code == 403
