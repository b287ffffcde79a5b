"""Cases, failures and processes: who sees them, what they tell, what can be done."""

import json
import re

import pytest
from django.urls import reverse

from core.models import User
from tests.browser.scene import move
from workflows import services
from workflows.models import Incident, ProcessDraft, ProcessInstance, ProcessVersion
from workflows.views.timeline import Timeline


def case_of(contract) -> ProcessInstance:
    return ProcessInstance.objects.get(subject_id=str(contract.pk))


def case_url(contract, act: str = "detail") -> str:
    return reverse(f"workflows:case-{act}", args=[case_of(contract).pk])


class TestCaseList:
    def test_it_says_where_each_case_stands(self, office, signed_in):
        page = signed_in(office.people.director).get("/cases/").content.decode()
        assert "财务审核 · 财务" in page
        assert "业务审核 · 王芳" in page

    def test_its_columns_are_named_in_the_readers_language(self, office, signed_in):
        table = signed_in(office.people.director).get("/cases/").context["table"]
        names = [column.header for column in table.columns]
        assert names == ["业务单据", "流程", "状态", "当前环节", "发起人", "发起时间"]

    def test_it_holds_only_what_one_may_see(self, office, signed_in):
        assert signed_in(office.people.rep3).get("/cases/").context["table"].rows.data.data == []

    def test_it_is_searched_by_a_piece_of_the_name(self, office, signed_in):
        rows = signed_in(office.people.director).get("/cases/?q=明远商").context["table"].rows
        assert [row.record.subject_id for row in rows] == [str(office.with_manager.pk)]

    def test_what_is_over_is_left_out_unless_asked_for(self, office, signed_in):
        client = signed_in(office.people.admin)
        client.post(case_url(office.drafting, "cancel"), {"reason": "客户不买了"})
        name = office.drafting.customer.name
        assert name not in client.get("/cases/").content.decode()
        assert name in client.get("/cases/?status=cancelled").content.decode()
        assert name in client.get("/cases/?status=any").content.decode()


class TestCasePage:
    def test_the_diagram_tells_what_is_done_and_who_is_waited_for(self, office, signed_in):
        page = signed_in(office.people.director).get(case_url(office.with_finance)).content.decode()
        script = re.search(r'<script type="application/json">(.*?)</script>', page, re.S)
        state = json.loads(script.group(1))
        assert state["elements"]["manager_review"]["state"] == "done"
        assert state["elements"]["finance_review"] == {"state": "active", "count": 1, "who": "财务"}
        assert "gm_review" not in state["elements"]
        assert state["flows"]

    def test_the_table_of_steps_says_the_same_in_words(self, office, signed_in):
        page = signed_in(office.people.director).get(case_url(office.with_finance)).content.decode()
        row = re.search(r'<tr data-element="finance_review">(.*?)</tr>', page, re.S).group(1)
        assert "财务审核" in row
        assert "进行中" in row

    def test_the_picture_itself_comes_as_xml_to_those_who_may_see_the_case(self, office, signed_in):
        answer = signed_in(office.people.director).get(case_url(office.with_finance, "diagram"))
        assert answer.headers["Content-Type"].startswith("application/xml")
        assert b"<bpmn:process" in answer.content
        assert signed_in(office.people.rep3).get(case_url(office.with_finance, "diagram")).status_code == 404

    def test_a_stranger_finds_nothing(self, office, signed_in):
        assert signed_in(office.people.rep3).get(case_url(office.with_finance)).status_code == 404

    def test_whoever_sees_the_contract_sees_its_case(self, office, signed_in):
        assert signed_in(office.people.legal).get(case_url(office.with_finance)).status_code == 200

    def test_the_names_are_in_the_readers_language(self, office, signed_in):
        User.objects.filter(pk=office.people.director.pk).update(language="en")
        page = signed_in(office.people.director).get(case_url(office.with_finance)).content.decode()
        assert "Finance review" in page
        assert "财务审核" not in page


class TestHistory:
    def test_it_tells_who_decided_what_and_by_which_values_it_went_on(self, office):
        told = {entry.text: entry for entry in Timeline(case_of(office.with_gm)).entries()}
        assert told["业务审核"].outcome == "同意"
        assert told["业务审核"].who == office.people.manager1
        assert told["业务审核"].comment == "同意。"
        assert "同意" in dict(told["财务审核"].decisions[-1].values).values()
        # The table that was asked then: the amount it read, and that the general manager is asked.
        ruling, gateway = told["确定评审要求"].decisions
        read = dict(ruling.values)
        assert (read["合同金额"], read["最高偏离风险"]) == ("86200.00", "无偏离")
        assert ruling.led_to == "第 7 条规则：评审 否、报总经理 是"
        assert (gateway.led_to, dict(gateway.values)["报总经理"]) == ("需要", "是")

    def test_a_rejection_is_marked(self, office):
        move(office.with_manager, "manager_review", office.people.manager1, "reject", "价格过低")
        marked = [entry for entry in Timeline(case_of(office.with_manager)).entries() if entry.mark == "no"]
        assert [(entry.outcome, entry.comment) for entry in marked] == [("驳回", "价格过低")]

    def test_the_tab_is_a_page_and_a_panel(self, office, signed_in):
        client = signed_in(office.people.director)
        whole = client.get(case_url(office.with_gm) + "?tab=history").content.decode()
        panel = client.get(
            case_url(office.with_gm) + "?tab=history&part=panel", headers={"HX-Request": "true"}
        ).content.decode()
        assert "同意。" in whole
        assert "同意。" in panel
        assert 'class="shell' not in panel


class TestCancelling:
    def test_it_asks_for_a_reason(self, office, signed_in):
        client = signed_in(office.people.admin)
        answer = client.post(case_url(office.with_manager, "cancel"), {"reason": " "})
        assert answer.status_code == 400
        assert case_of(office.with_manager).is_open

    def test_it_ends_the_case_and_says_so(self, office, signed_in):
        client = signed_in(office.people.admin)
        answer = client.post(case_url(office.with_manager, "cancel"), {"reason": "客户不买了"}, follow=True)
        assert "流程已终止" in answer.content.decode()
        assert case_of(office.with_manager).status == ProcessInstance.Status.CANCELLED

    def test_a_reader_is_offered_no_button_and_refused_the_deed(self, office, signed_in):
        client = signed_in(office.people.director)
        assert "cancel/" not in client.get(case_url(office.with_manager)).content.decode()
        assert client.get(case_url(office.with_manager, "cancel")).status_code == 403
        answer = client.post(case_url(office.with_manager, "cancel"), {"reason": "x"})
        assert answer.status_code == 403
        assert case_of(office.with_manager).is_open


class TestFailures:
    def test_they_are_for_those_who_deal_with_them(self, office, signed_in):
        assert signed_in(office.people.admin).get("/incidents/").status_code == 200
        assert signed_in(office.people.rep1).get("/incidents/").status_code == 403

    @pytest.fixture
    def held(self, office, monkeypatch):
        """The contract with the manager, after an automatic step behind the decision failed."""
        from contracts.services import lifecycle

        def fail(**kwargs):
            raise RuntimeError("disk full")

        monkeypatch.setattr("contracts.services.return_contract", fail)
        monkeypatch.setattr(lifecycle, "return_contract", fail)
        move(office.with_manager, "manager_review", office.people.manager1, "return", "请改价")
        return Incident.objects.get()

    def test_a_failed_step_is_shown_and_tried_again(self, office, signed_in, held, monkeypatch):
        client = signed_in(office.people.admin)
        assert "disk full" in client.get("/incidents/").content.decode()
        assert "disk full" in client.get(case_url(office.with_manager)).content.decode()
        url = reverse("workflows:incident-retry", args=[held.pk])
        still = client.post(url, follow=True)
        assert "disk full" in still.content.decode()
        monkeypatch.undo()
        client.post(url)
        held.refresh_from_db()
        assert held.status == Incident.Status.RESOLVED
        assert case_of(office.with_manager).status == ProcessInstance.Status.ACTIVE


class TestProcesses:
    def test_each_version_has_its_picture(self, office, signed_in):
        client = signed_in(office.people.admin)
        assert "合同审批与签署" in client.get("/processes/").content.decode()
        page = client.get("/processes/contract_lifecycle/").content.decode()
        assert "/processes/contract_lifecycle/1/diagram.xml" in page
        assert client.get("/processes/contract_lifecycle/1/diagram.xml").status_code == 200
        assert client.get("/processes/contract_lifecycle/1/").status_code == 200
        assert client.get("/processes/contract_lifecycle/9/").status_code == 404
        assert client.get("/processes/contract_lifecycle/?tab=versions").status_code == 200

    def test_they_are_hidden_from_who_neither_draws_nor_starts_nor_sees_cases(self, office, signed_in):
        assert signed_in(office.people.tech).get("/processes/contract_lifecycle/").status_code == 404


class TestDrafts:
    @pytest.fixture
    def draft(self, office):
        version = ProcessVersion.objects.get(definition__key="contract_lifecycle")
        wrong = version.bpmn.replace('role="finance"', 'role="finanse"')
        services.import_bpmn(bpmn=wrong.encode(), actor=office.people.admin)
        return ProcessDraft.objects.get()

    def test_shows_what_is_wrong_and_mends_it(self, office, signed_in, draft):
        client = signed_in(office.people.admin)
        url = "/processes/contract_lifecycle/?tab=draft"
        page = client.get(url).content.decode()
        form = re.search(r'<form method="post" action="([^"]+/draft/mend/)">(.*?)</form>', page, re.DOTALL)
        assert form, page
        fields = dict(re.findall(r'name="(revision|code|element|line)" value="([^"]*)"', form[2]))
        label = re.search(r"</svg>(.*?)</button>", form[2])[1]
        done = client.post(form[1], fields, follow=True)
        assert done.redirect_chain[0][0] == url
        assert f"完成：{label}" in done.content.decode() or f"Done: {label}" in done.content.decode()
        assert ProcessDraft.objects.get().revision == draft.revision + 1
        stale = client.post(form[1], fields, follow=True).content.decode()
        assert office.people.admin.name in stale
        assert ProcessDraft.objects.get().revision == draft.revision + 1

    def test_is_hidden_from_who_does_not_draw(self, office, signed_in, draft):
        client = signed_in(office.people.boss)
        assert client.get("/processes/contract_lifecycle/?tab=draft").status_code == 404
        answer = client.post(
            "/processes/contract_lifecycle/draft/mend/", {"code": "unknown_role", "revision": 1}
        )
        assert answer.status_code == 403
        assert ProcessDraft.objects.get().revision == draft.revision
        assert (
            signed_in(office.people.admin).get("/processes/contract_lifecycle/draft/mend/").status_code == 405
        )
