"""What comes next in a case, on its page and over the API: each decision with where it leads, and nothing is done."""

import pytest
from django.urls import reverse

from core.models import Department, User
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import HistoryEvent, ProcessInstance, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def approval(cast) -> ProcessInstance:
    """The representative has drafted; the manager decides."""
    publish_diagram("approval", diagrams.APPROVAL, operations=["tests.rename"])
    about = Department.objects.get(code="sales1")
    case = services.start_process(definition_key="approval", subject=about, actor=cast.rep1)
    item = WorkItem.objects.get(instance=case)
    services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
    services.complete_work_item(work_item_id=item.pk, data={"amount": "5"}, actor=cast.rep1)
    return ProcessInstance.objects.get(pk=case.pk)


@pytest.fixture
def parallel(cast) -> ProcessInstance:
    publish_diagram("parallel", diagrams.PARALLEL)
    return services.start_process(definition_key="parallel", actor=cast.rep1)


def page_of(client, case: ProcessInstance) -> str:
    return client.get(reverse("workflows:case-detail", args=[case.pk])).content.decode()


def words_of(page: str) -> str:
    """The text of the lists of what comes next."""
    import re

    parts = re.findall(r'<div class="ahead">(.*?)</div>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>|\s+", " ", " ".join(parts)).split())


class TestPage:
    def test_each_decision_with_where_it_leads(self, cast, signed_in, approval):
        words = words_of(page_of(signed_in(cast.admin), approval))
        assert words == "之后 同意 流程结束 驳回 起草（销售代表）"

    def test_in_english(self, cast, signed_in, approval):
        User.objects.filter(pk=cast.admin.pk).update(language="en")
        words = words_of(page_of(signed_in(User.objects.get(pk=cast.admin.pk)), approval))
        assert words == "Then Approve the case ends Reject Draft (Sales representative)"

    def test_branches_wait_for_each_other(self, cast, signed_in, parallel):
        words = words_of(page_of(signed_in(cast.admin), parallel))
        assert words.count("等待其他分支") == 2
        item = WorkItem.objects.get(instance=parallel, element="left")
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        services.complete_work_item(work_item_id=item.pk, data={}, actor=cast.rep1)
        page = page_of(signed_in(cast.admin), parallel)
        assert "等待其他分支到达：右" in page
        assert words_of(page) == "之后 办完后 收尾（销售代表）"

    def test_looking_does_nothing(self, cast, signed_in, approval):
        about = Department.objects.get(code="sales1")
        before = HistoryEvent.objects.count()
        page_of(signed_in(cast.admin), approval)
        after = ProcessInstance.objects.get(pk=approval.pk)
        assert (after.state, after.revision) == (approval.state, approval.revision)
        assert HistoryEvent.objects.count() == before
        about.refresh_from_db()
        assert about.name != "approved"

    def test_a_state_that_cannot_be_read_hides_nothing_else(self, cast, signed_in, approval):
        ProcessInstance.objects.filter(pk=approval.pk).update(state={"v": 99})
        page = page_of(signed_in(cast.admin), approval)
        assert "审批" in page
        assert words_of(page) == ""

    def test_a_case_that_is_over_has_nothing_before_it(self, cast, signed_in, approval):
        services.cancel_instance(instance_id=approval.pk, reason="over", actor=cast.admin)
        assert words_of(page_of(signed_in(cast.admin), approval)) == ""


class TestApi:
    def test_names_places_ways_and_what_they_assume(self, cast, signed_in, approval):
        answer = signed_in(cast.admin).get(f"/api/v1/process-instances/{approval.pk}/next/").json()
        (place,) = answer["places"]
        assert (place["element"], place["kind"]) == ("review", "work_item")
        approve, reject = place["deeds"]
        assert (approve["outcome"], approve["ways"][0]["ends"], approve["is_whole"]) == (
            "approve",
            True,
            True,
        )
        assert approve["ways"][0]["passed"] == ["review", "decide", "rename", "end"]
        assert [one["element"] for one in reject["ways"][0]["next"]] == ["draft"]
        assert answer["left_out"] == 0

    def test_what_it_tells_is_enough_to_move_the_case(self, cast, signed_in, parallel):
        client, url = signed_in(cast.admin), f"/api/v1/process-instances/{parallel.pk}/"
        told = client.get(f"{url}next/").json()
        asked = {"cancel": [{"token": one["token"]} for one in told["places"]], "at": ["last"]}
        shown = client.post(f"{url}move/preview/", asked, content_type="application/json").json()
        assert [one["element"] for one in shown["ways"][0]["next"]] == ["last"]
        given = {**asked, "revision": told["revision"], "reason": "both are done"}
        assert client.post(f"{url}move/", given, content_type="application/json").status_code == 200
        assert list(WorkItem.objects.open().values_list("element", flat=True)) == ["last"]
        again = client.post(f"{url}move/", given, content_type="application/json")
        assert (again.status_code, again.json()["code"]) == (409, "stale_revision")
