"""Legal writes a template and a representative words a contract, with mouse and keyboard, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from contracts.models import Contract, ContractTemplate
from contracts.services.checks import lacks_of
from contracts.services.templates import draft_template
from tests.contracts.factory import draft_of, term

WORDS = {
    "zh": {"add": "增加条款", "saved": "已于", "down": "下移", "remove": "删除条款", "undo": "撤销", "change": "改动文字",
           "reason": "偏离理由", "leave": "不写入合同", "own": "增加自拟条款", "title": "标题", "title_en": "英文标题", "back": "返回草稿"},
    "en": {"add": "Add a clause", "saved": "Saved at", "down": "Move down", "remove": "Remove the clause", "undo": "Undo",
           "change": "Change the words", "reason": "Why it deviates", "leave": "Leave it out",
           "own": "Add a clause of this contract's own", "title": "Title", "title_en": "Title in English", "back": "Back to the draft"},
}  # fmt: skip


@pytest.fixture(params=["zh", "en"])
def language(request) -> str:
    return str(request.param)


def write(page: Page, text: str) -> None:
    """At the end of the first paragraph of the writing that is open."""
    page.locator(".ProseMirror p").first.click()
    page.keyboard.press("End")
    page.keyboard.type(text)


def is_saved(page: Page, words: dict[str, str]) -> None:
    """Everything that was typed so far has reached the server."""
    expect(page.locator("[data-saved][data-kind=good]")).to_contain_text(words["saved"])


class TestTemplate:
    @pytest.fixture
    def draft(self, office) -> ContractTemplate:
        source = ContractTemplate.objects.get(state="published", code="membership")
        return draft_template(template_id=source.pk, actor=office.people.legal)

    def test_a_clause_is_written_moved_and_published(
        self, open_window, live_server, draft, language, complaints
    ):
        words = WORDS[language]
        page = open_window("legal", language=language)
        page.goto(f"{live_server.url}/contract-templates/{draft.pk}/edit/")
        before = list(draft.clauses.values_list("code", flat=True))
        write(page, "甲方已知悉。")
        page.keyboard.press("Enter")
        page.keyboard.type("乙方为")
        page.locator(".writing-bar select").select_option("party_b")
        page.keyboard.type("。")
        is_saved(page, words)
        page.locator(".order .deeds").get_by_role("button", name=words["down"]).click()
        page.get_by_role("button", name=words["add"], exact=True).click()
        page.get_by_label(words["title"], exact=True).fill("数据安全")
        write(page, "双方保护数据。")
        page.keyboard.press("Control+s")
        is_saved(page, words)
        expect(page.locator(".order")).to_contain_text("数据安全")
        expect(page.locator(".paper-page").first).to_be_visible()
        rows = list(draft.clauses.all())
        assert [one.code for one in rows] == [before[1], before[0], *before[2:], f"clause-{len(before) + 1}"]
        moved = next(one for one in rows if one.code == before[0])
        assert moved.paragraphs[0]["text"].endswith("甲方已知悉。")
        assert moved.paragraphs[1]["text"] == "乙方为{party_b}。"
        assert moved.paragraphs[0]["table"] == "lines"
        page.locator("[data-publish]").click()
        page.locator("[name=note]").fill("增加数据安全条款")
        expect(page.locator(".redline")).to_contain_text("数据安全")
        page.locator("main button.btn-primary").click()
        expect(page.locator(".meta .tag-green").first).to_be_visible()
        draft.refresh_from_db()
        assert (draft.state, draft.note, draft.published_by.username) == (
            "published",
            "增加数据安全条款",
            "legal",
        )
        assert complaints == []

    def test_what_was_removed_comes_back(self, open_window, live_server, draft):
        words = WORDS["zh"]
        page = open_window("legal")
        page.goto(f"{live_server.url}/contract-templates/{draft.pk}/edit/")
        first = draft.clauses.first()
        page.locator(".order .deeds").get_by_role("button", name=words["remove"]).click()
        expect(page.locator(".order li").first).not_to_contain_text(first.title)
        page.get_by_role("button", name=words["undo"], exact=True).click()
        expect(page.locator(".order li").first).to_contain_text(first.title)
        page.keyboard.press("Control+s")
        is_saved(page, words)
        assert draft.clauses.first().paragraphs == first.paragraphs

    def test_a_condition_that_cannot_be_read_is_said_and_nothing_is_lost(
        self, open_window, live_server, draft
    ):
        page = open_window("legal")
        page.goto(f"{live_server.url}/contract-templates/{draft.pk}/edit/")
        page.locator(".ProseMirror p").nth(1).click()
        page.get_by_label("出现条件").fill("amount >")
        expect(page.locator("[data-saved][data-kind=bad]")).to_contain_text("条件有误")
        page.get_by_label("出现条件").fill("amount > 1000")
        is_saved(page, WORDS["zh"])
        assert draft.clauses.first().paragraphs[1]["when"] == "amount > 1000"

    def test_english_is_written_beside_the_chinese(
        self, open_window, live_server, draft, language, complaints
    ):
        words = WORDS[language]
        page = open_window("legal", language=language)
        page.goto(f"{live_server.url}/contract-templates/{draft.pk}/edit/")
        title = page.get_by_label(words["title_en"], exact=True)
        expect(title).to_be_hidden()
        page.locator(".writing-bar [data-english]").click()
        title.fill("What is ordered")
        page.locator(".writing-english textarea").nth(1).fill("Entitlements of {party_a}.")
        is_saved(page, words)
        expect(page.locator(".paper-page").first).to_be_visible()
        clause, before = draft.clauses.first(), draft.clauses.first().paragraphs[0]
        assert (clause.title_en, clause.paragraphs[1]["text_en"]) == (
            "What is ordered",
            "Entitlements of {party_a}.",
        )
        assert clause.paragraphs[0]["text_en"].startswith("Party A orders")
        # A paragraph that is cut in two leaves its English with the first half.
        page.locator(".ProseMirror p").first.click()
        page.keyboard.press("Home")
        for _letter in range(4):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+s")
        expect(page.locator(".writing-english textarea")).to_have_count(3)
        is_saved(page, words)
        first, second = draft.clauses.first().paragraphs[:2]
        assert first["text"] + second["text"] == before["text"]
        assert (first["text_en"], second.get("text_en", "")) == (before["text_en"], "")
        page.reload()
        expect(page.get_by_label(words["title_en"], exact=True)).to_be_visible()
        assert complaints == []

    def test_on_a_phone_one_part_is_seen_at_a_time(self, open_window, live_server, draft):
        page = open_window("legal", phone=True)
        page.goto(f"{live_server.url}/contract-templates/{draft.pk}/edit/")
        expect(page.locator(".ProseMirror")).to_be_visible()
        expect(page.locator(".order ol")).to_be_hidden()
        page.locator("#view-order").click()
        expect(page.locator(".order ol")).to_be_visible()
        expect(page.locator(".ProseMirror")).to_be_hidden()


class TestContract:
    @pytest.fixture
    def contract(self, office) -> Contract:
        return draft_of(office.people.rep1)

    def test_changed_words_of_a_contract_in_both_languages_get_their_english(
        self, open_window, live_server, office, complaints
    ):
        rep = office.people.rep1
        contract = draft_of(rep, fields={**term(), "paper_language": "both"})
        page = open_window("rep1")
        page.goto(f"{live_server.url}/contracts/{contract.pk}/wording/")
        refund = page.locator("[data-code=refund]")
        refund.get_by_role("button", name=WORDS["zh"]["change"], exact=True).click()
        write(page, "双方另有约定的除外。")
        refund.get_by_label(WORDS["zh"]["reason"]).fill("客户要求")
        is_saved(page, WORDS["zh"])
        assert [one.field for one in lacks_of(contract)] == ["paper_language"]
        old = contract.template.clauses.get(code="refund").paragraphs[0]["text_en"]
        refund.locator(".writing-english textarea").first.fill(f"{old} Other agreements prevail.")
        page.keyboard.press("Control+s")
        is_saved(page, WORDS["zh"])
        expect(page.locator("[data-saved][data-kind=good]")).to_be_visible()
        assert lacks_of(contract) == []
        assert complaints == []

    def test_clauses_yield_to_a_customer_with_a_reason(
        self, open_window, live_server, contract, language, complaints
    ):
        words = WORDS[language]
        page = open_window("rep1", language=language)
        page.goto(f"{live_server.url}/contracts/{contract.pk}/wording/")
        refund, changes = page.locator("[data-code=refund]"), page.locator("[data-code=changes]")
        refund.get_by_role("button", name=words["change"]).click()
        write(page, "但甲方另有损失的除外。")
        refund.get_by_label(words["reason"]).fill("客户坚持")
        changes.get_by_role("button", name=words["leave"]).click()
        changes.get_by_label(words["reason"]).fill("客户有自己的变更流程")
        page.locator("[data-code=invoice] input[type=checkbox]").uncheck()
        page.get_by_role("button", name=words["own"]).click()
        own = page.locator("[data-code=own-1]")
        own.get_by_label(words["title"], exact=True).fill("独家")
        own.locator(".ProseMirror p").click()
        page.keyboard.press("End")
        page.keyboard.type("乙方不服务竞争对手。")
        own.get_by_label(words["reason"]).fill("大客户")
        page.get_by_role("link", name=words["back"]).click()
        page.wait_for_url("**/edit/")
        found = {one.code: (one.kind, one.reason) for one in contract.clause_changes.all()}
        assert found == {
            "refund": ("changed", "客户坚持"),
            "changes": ("left_out", "客户有自己的变更流程"),
            "invoice": ("left_out", ""),
            "own-1": ("added", "大客户"),
        }
        page.goto(f"{live_server.url}/contracts/{contract.pk}/?tab=text")
        expect(page.locator(".deviation")).to_have_count(3)
        expect(page.locator(".deviation ins").first).to_have_text("但甲方另有损失的除外。")
        assert complaints == []

    def test_the_templates_words_come_back(self, open_window, live_server, contract):
        page = open_window("rep1")
        page.goto(f"{live_server.url}/contracts/{contract.pk}/wording/")
        refund = page.locator("[data-code=refund]")
        refund.get_by_role("button", name="改动文字").click()
        write(page, "别的。")
        refund.get_by_role("button", name="与模板一致").click()
        expect(page.locator("[data-deviations]")).to_contain_text("没有偏离")
        page.keyboard.press("Control+s")
        is_saved(page, WORDS["zh"])
        assert not contract.clause_changes.exists()
