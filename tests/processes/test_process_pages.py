"""The pages about the shipped processes say what the diagrams say, in both languages, and are current."""

import re

import pytest

from config.process_pages.files import FOLDER, pages
from config.process_pages.reading import read, read_shipped
from tests.workflows.engine.test_state_format import HERE, definition_of
from tests.workflows.test_decision_tables import GOOD, selling
from workflows.engine.expressions import compile_expression
from workflows.engine.layout import ensure_layout
from workflows.engine.xmlsafe import read_xml
from workflows.process_pages.conditions import Conditions
from workflows.process_pages.page import page
from workflows.process_pages.picture import picture
from workflows.process_pages.reading import Read, by_language
from workflows.process_pages.words import CHINESE, ENGLISH, TONGUES, Words
from workflows.services.shipped import shipped_processes

KEYS = sorted(one.key for one in shipped_processes())
DRAWN = sorted(path.stem for path in (HERE / "diagrams").glob("*.bpmn") if not path.stem[-1].isdigit())


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


@pytest.fixture(scope="module")
def shipped() -> dict[str, Read]:
    return read_shipped()


def words_of(text: str, of: Read, tongue) -> str:
    """An expression of a process in words."""
    conditions = Conditions(Words(of.definition, tongue))
    return conditions.condition(compile_expression(text, of.definition._names))


class TestFiles:
    def test_they_are_current(self, written):
        there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
        wrong = sorted(name for name in {*there, *written} if there.get(name) != written.get(name))
        assert not wrong, f"{wrong}: run: python -m config.process_pages"

    @pytest.mark.parametrize("key", KEYS)
    def test_each_process_says_what_it_is_about_in_both_languages(self, shipped, key):
        assert set(shipped[key].documentation) == {"en", "zh-hans"}, (
            "say it in <bpmn:documentation> of the process: a paragraph in Chinese and one in English"
        )

    @pytest.mark.parametrize("key", KEYS)
    def test_no_chinese_name_is_left_in_english(self, written, key):
        text = written[f"{key}.md"].replace("[中文]", "") + written[f"{key}.svg"].replace(
            "Noto Sans CJK SC", ""
        )
        assert re.findall(r"[\u3400-\u9fff]+", text) == []

    @pytest.mark.parametrize("key", KEYS)
    def test_every_step_of_people_stands_on_the_page_and_in_the_picture(self, shipped, written, key):
        for tongue in TONGUES:
            drawn = written[f"{key}{tongue.ending}.svg"]
            letters = re.sub(r"\s|<[^>]*>", "", drawn)
            for step in shipped[key].definition.user_tasks:
                name = step.label(tongue.code)
                assert f"{name}**" in written[f"{key}{tongue.ending}.md"]
                assert name.replace(" ", "") in letters.replace("&amp;", "&")

    def test_the_links_lead_to_files(self, written):
        for name, text in written.items():
            for target in re.findall(r"\]\(([^)]+)\)", text):
                assert target in written, (name, target)


class TestWords:
    @pytest.mark.parametrize(
        ("expression", "english", "chinese"),
        [
            ("subject.amount >= 50000", "“Amount” is at least 50,000", "“金额”不少于 50,000"),
            (
                'manager_review.outcome == "reject"',
                "“Business review” says “Reject”",
                "“业务审核”的处理结果为“驳回”",
            ),
            ("subject.end_on < today()", "“End” is before today", "“结束日期”早于今天"),
            ("not empty(subject.title)", "“Title” is not empty", "“标题”不为空"),
            (
                'subject.effective_rule in ["on_date", "on_signature"] or starter == subject.owner',
                "“Takes effect” is one of “On a date”, “On signature” or whoever began the case is “Owner”",
                "“生效方式”是“指定日期生效”、“签署即生效”之一或流程发起人为“负责人”",
            ),
            (
                "first_payment.paid and (subject.copies == 1 or subject.copies > 4)",
                "`paid` from “Check for the first payment” is “yes” and (“Copies” is 1 or “Copies” is more than 4)",
                "“核对首笔回款”得出的`paid`为“是”且（“份数”为1或“份数”大于 4）",
            ),
        ],
    )
    def test_conditions(self, shipped, expression, english, chinese):
        contract = shipped["contract_lifecycle"]
        assert words_of(expression, contract, ENGLISH) == english
        assert words_of(expression, contract, CHINESE) == chinese

    @pytest.mark.parametrize(
        ("text", "working", "english", "chinese"),
        [
            ("P1D", True, "1 working day", "1 个工作日"),
            ("P1DT4H", True, "1 working day 4 working hours", "1 个工作日 4 个工作小时"),
            ("P15D", False, "15 days", "15 天"),
            ("P2M", False, "2 months", "2 个月"),
            ("soon", False, "`soon`", "`soon`"),
        ],
    )
    def test_lengths_of_time(self, shipped, text, working, english, chinese):
        definition = shipped["contract_lifecycle"].definition
        assert Words(definition, ENGLISH).duration(text, working=working) == english
        assert Words(definition, CHINESE).duration(text, working=working) == chinese

    def test_rounds(self, shipped):
        words = Words(shipped["contract_lifecycle"].definition, ENGLISH)
        assert [words.cycle(text) for text in ("R/P30D", "R3/P1D", "0 9 * * *")] == [
            "every 30 days",
            "every day, 3 times",
            "`0 9 * * *`",
        ]

    def test_paragraphs_by_language(self):
        assert by_language("Look.\n请看。\n\nAgain.") == {"en": "Look.\n\nAgain.", "zh-hans": "请看。"}


class TestOtherDiagrams:
    def test_the_rules_of_a_decision_table_are_written_out(self):
        one = read(selling().bytes(), "selling", {"discount": GOOD})
        text = page(one, ENGLISH, {})
        assert "### Discount" in text
        assert "| 2 | `(100..1000]` | `0.05` |" in text
        assert "“折扣率” from “定折扣” is more than 0.05" in text
        assert "One rule fits at most." in text
        assert "由“定折扣”查询。最多只有一条规则适用。" in page(one, CHINESE, {})

    @pytest.mark.parametrize("name", DRAWN)
    def test_whatever_the_engine_runs_has_a_page_and_a_picture(self, name):
        root = read_xml(ensure_layout((HERE / "diagrams" / f"{name}.bpmn").read_bytes()))
        one = Read(definition_of(name), root)
        for tongue in TONGUES:
            text = page(one, tongue, {})
            assert all(step.label(tongue.code) in text for step in one.definition.user_tasks)
            drawn = read_xml(picture(one, tongue).encode())
            flows = drawn.findall(".//{*}polyline[@class='flow']")
            assert len(flows) == len(one.definition.flows)
