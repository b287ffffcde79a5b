"""Supplements on screen and through the API: begun, filled in, read as what is in force."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from contracts.models import Contract
from contracts.services.in_force import clauses_in_force
from core import clock
from core.pdf.pages import page_count
from tests.contracts.supplement_world import add_clause, changed_by, in_effect, move, reword, submit, term_to
from tests.contracts.supplement_world import supplement_to as drafted
from tests.contracts.test_printing import pages_of
from workflows.selectors import running_process_of


@pytest.fixture
def main(company) -> Contract:
    return in_effect(company)


@pytest.fixture
def rep(company, client: Client) -> Client:
    client.force_login(company.rep1)
    return client


def page(name: str, contract: Contract) -> str:
    return reverse(f"contracts:{name}", args=[contract.pk])


def text_of(answer) -> str:
    return answer.content.decode()


class TestBeginning:
    def test_it_is_offered_on_what_is_in_effect_to_who_drafts(self, company, main, rep):
        assert page("supplement-start", main) in text_of(rep.get(main.get_absolute_url()))
        rep.force_login(company.finance)
        assert page("supplement-start", main) not in text_of(rep.get(main.get_absolute_url()))
        assert rep.get(page("supplement-start", main)).status_code == 403

    def test_a_draft_begins_with_its_process(self, main, rep):
        answer = rep.post(page("supplement-start", main), {"title": "延期协议"})
        draft = Contract.objects.get(kind="supplement")
        assert answer.url == page("supplement-changes", draft)
        assert (draft.title, draft.parent) == ("延期协议", main)
        assert running_process_of(draft) is not None

    def test_what_is_not_signed_is_refused_in_words(self, company, main, rep):
        draft = drafted(main)
        answer = rep.post(page("supplement-start", draft), {"title": ""})
        assert answer.status_code == 400
        assert "原合同" in text_of(answer)


class TestSayingWhatChanges:
    def send(self, rep: Client, draft: Contract, **changes: str):
        first = rep.get(page("supplement-changes", draft))
        form = first.context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        sent = {**data, **changes, "seen_version": first.context["version"]}
        sent[first.context["opening_name"]] = first.context["opening_values"]
        return rep.post(page("supplement-changes", draft), sent)

    def test_what_holds_now_stands_beside_each_field(self, main, rep):
        body = text_of(rep.get(page("supplement-changes", drafted(main))))
        for said in (
            f"现为 {main.in_force_until}",
            f"现为 {clock.today() + timedelta(days=10)}",
            "第 1 期（¥6,800.00）新的应付日",
            "服务期限与开通",
        ):
            assert said in body

    def test_only_what_differs_is_kept(self, main, rep):
        draft = drafted(main)
        number = [one.code for one in clauses_in_force(main) if not one.has_table].index("refund")
        day = clock.today() + timedelta(days=400)
        answer = self.send(
            rep,
            draft,
            term=day.isoformat(),
            due_2=day.isoformat(),
            **{f"c{number}_text": "不退款。", f"c{number}_reason": "客户要求", f"c{number}_risk": "low"},
            a0_title="保密",
            a0_text="双方保密。\n不向第三人透露。",
            a0_reason="客户要求",
            a0_risk="low",
        )
        assert answer.status_code == 302, text_of(answer)
        rows = draft.amendments.order_by("pk")
        assert [(one.kind, one.new_day, one.text) for one in rows] == [
            ("term", day, ""),
            ("instalment", day, ""),
            ("clause", None, "不退款。"),
            ("added", None, "双方保密。\n不向第三人透露。"),
        ]
        again = rep.get(page("supplement-changes", draft)).context["form"]
        assert again["term"].value() == day
        assert again[f"c{number}_text"].value() == "不退款。"
        assert self.send(rep, draft, term="").status_code == 302
        assert draft.amendments.count() == 3

    def test_what_is_refused_stands_at_its_field(self, main, rep):
        draft = drafted(main)
        answer = self.send(rep, draft, a1_text="没有标题")
        assert answer.status_code == 400
        assert answer.context["form"].errors["a1_text"] == ["缺少标题。"]
        assert not draft.amendments.exists()

    def test_nobody_but_the_drafter_and_only_a_draft(self, company, main, rep):
        draft = drafted(main)
        rep.force_login(company.director)
        assert rep.get(page("supplement-changes", draft)).status_code == 403
        rep.force_login(company.rep1)
        assert rep.get(page("supplement-changes", main)).status_code == 404
        submit(company, drafted(main, term_to(400)))
        sent = Contract.objects.get(state="reviewing")
        assert rep.get(page("supplement-changes", sent)).status_code == 302

    def test_the_editor_shows_the_changes_and_what_is_missing(self, main, rep):
        draft = drafted(main, reword(reason=""))
        body = text_of(rep.get(page("contract-edit", draft)))
        assert page("supplement-changes", draft) in body
        assert "请说明变更理由" in body
        assert "<del>" in body


class TestReading:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_each_value_that_changed_stands_with_its_source(self, company, main, rep, language):
        supplement = changed_by(company, main, term_to(500), move(1, 90), reword(), add_clause())
        rep.cookies["django_language"] = language
        with translation.override(language):
            body = text_of(rep.get(f"{main.get_absolute_url()}?tab=in_force"))
        assert body.count(supplement.no) >= 4
        for said in (
            f"<del>{main.end_on:%Y-%m-%d}</del> <ins>{clock.today() + timedelta(days=500):%Y-%m-%d}</ins>",
            "年",
            "<ins>双方对本合同内容保密。</ins>",
        ):
            assert said in body

    def test_the_pages_of_both_name_each_other(self, company, main, rep):
        supplement = changed_by(company, main, term_to(500), reword())
        assert supplement.get_absolute_url() in text_of(rep.get(main.get_absolute_url()))
        body = text_of(rep.get(supplement.get_absolute_url()))
        assert main.get_absolute_url() in body
        assert "<del>" in body

    def test_it_is_printed_for_reading(self, company, main, rep):
        supplement = changed_by(company, main, term_to(500), reword())
        answer = rep.get(page("in-force-pdf", main))
        text = "".join(pages_of(answer.content)).replace("\n", "")
        assert "仅供阅读" in text
        assert supplement.no in text
        assert rep.get(page("in-force-pdf", drafted(main))).status_code == 409

    def test_its_own_paper_tells_the_changes_in_words(self, company, main, rep):
        draft = drafted(main, term_to(500), move(1, 90), reword(text="第一段。\n第二段{x}。"), add_clause())
        submit(company, draft)
        answer = rep.get(page("contract-pdf", draft))
        assert page_count(answer.content) >= 1
        text = "".join(pages_of(answer.content)).replace("\n", "")
        for said in (
            f"合同编号：{main.no}",
            "服务期限届满日由",
            "原合同第1期款项（¥6,800.00）的应付日由",
            "修改为：",
            "（2）第二段{x}。",
            "增加“保密”条款：",
            "其他条款继续有效",
            "盖章",
        ):
            assert said in text, said
        assert "单价" not in text


def test_through_the_api(company, main, client):
    client.force_login(company.rep1)
    day = (clock.today() + timedelta(days=400)).isoformat()
    made = client.post(
        "/api/v1/contracts/",
        {
            "customer": main.customer_id,
            "kind": "supplement",
            "parent": main.pk,
            "effective_rule": "on_signature",
            "changes": [{"kind": "term", "new_day": day}],
        },
        content_type="application/json",
    )
    assert made.status_code == 201, made.json()
    found = made.json()
    assert [(one["kind"], one["new_day"], one["is_applied"]) for one in found["changes"]] == [
        ("term", day, False)
    ]
    changed = client.patch(
        f"/api/v1/contracts/{found['id']}/",
        {
            "revision": found["revision"],
            "changes": [{"kind": "instalment", "instalment": 9, "new_day": day}],
        },
        content_type="application/json",
    )
    assert changed.status_code == 400
    assert "changes.instalment.9" in str(changed.json())
    rows = client.get("/api/v1/contracts/?kind=supplement").json()
    assert [row["id"] for row in rows["results"]] == [found["id"]]
