"""Differences in words: each edit is named once, truly, and nothing else is; backwards the reverse is named."""

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workflows.engine import edits
from workflows.engine.differences import Change, Differences, Glossary, compare_versions

# What comes with the program, and one with forms, a script and a called process.
DIAGRAMS = [*sorted(Path("workflows/bpmn").glob("*/*.bpmn")), Path("tests/workflows/engine/travel.bpmn")]
CONTRACT = Path("workflows/bpmn/contracts/contract_lifecycle.bpmn").read_text()
ISO = re.compile(r"\bP(?:T?\d+[YMWDHS])+|\bR\d*/")
BACK = {"+": "-", "-": "+", "~": "~"}


def said(changes: tuple[Change, ...], language: str = "zh-hans") -> list[str]:
    return [one.text(language) for one in changes]


def compared(before: str, after: str, **more) -> Differences:
    """The differences, after a look that they are the reverse of those backwards."""
    turned = {name: held[::-1] if isinstance(held, tuple) else held for name, held in more.items()}
    found, back = compare_versions(before, after, **more), compare_versions(after, before, **turned)
    forth = Counter((one.element, one.sign) for one in found.changes)
    assert forth == Counter((one.element, BACK[one.sign]) for one in back.changes)
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), path=st.sampled_from(DIAGRAMS))
def test_each_edit_is_named_once_and_nothing_else(seed: int, path: Path) -> None:
    check(seed, path)


@pytest.mark.long
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), path=st.sampled_from(DIAGRAMS))
def test_each_edit_is_named_once_in_five_hundred(seed: int, path: Path) -> None:
    check(seed, path)


@pytest.mark.parametrize("edit", edits.CHANGES, ids=lambda edit: edit.__name__)
def test_every_kind_of_edit_is_named(edit: edits.Edit) -> None:
    assert any(check(1, path, [edit]) for path in DIAGRAMS)


def check(seed: int, path: Path, chosen: list[edits.Edit] | None = None) -> int:
    """Make up to three edits at different places, and look at what is said of them."""
    random = Random(seed)
    before = path.read_text()
    desk = edits.Desk(etree.fromstring(before.encode()), random)
    expected: list[edits.Named] = []
    for edit in chosen or random.sample(edits.CHANGES, random.randint(1, 3)):
        undone = desk.text(), set(desk.touched)
        made = edit(desk)
        if made is None:
            desk.root, desk.touched = etree.fromstring(undone[0].encode()), undone[1]
            continue
        expected += made
    for edit in edits.NO_CHANGES:
        if chosen is None and random.random() < 0.3:
            edit(desk)
    found = compared(before, desk.text())
    texts = said(found.changes)
    assert Counter((one.element, one.sign) for one in found.changes) == Counter(
        (one.element, one.sign) for one in expected
    ), texts
    for one in expected:
        text = next(
            c.text("zh-hans") for c in found.changes if (c.element, c.sign) == (one.element, one.sign)
        )
        assert all(piece in text for piece in one.pieces), (text, one.pieces)
    for text in (*texts, *said(found.changes, "en")):
        assert not ISO.search(text), text
    return len(expected)


def test_nothing_is_named_where_nothing_changed() -> None:
    for path in DIAGRAMS:
        found = compared(path.read_text(), path.read_text())
        assert not found.changes
        assert not found.is_redrawn
        assert found.summary("zh-hans") == "没有变化。"


@pytest.mark.parametrize("edit", edits.NO_CHANGES, ids=lambda edit: edit.__name__)
def test_shapes_and_spelling_are_no_change(edit: edits.Edit) -> None:
    desk = edits.Desk(etree.fromstring(CONTRACT.encode()), Random(3))
    edit(desk)
    found = compared(CONTRACT, desk.text())
    assert said(found.changes) == []
    assert found.is_redrawn == (edit is edits.move_shape)
    if found.is_redrawn:
        assert found.summary("en") == "Only the drawing has changed."


GLOSSARY = Glossary(
    roles={"legal": {"zh-hans": "法务", "en": "Legal"}},
    fields={"contracts.contract": {"amount": {"zh-hans": "金额", "en": "amount"}}},
)


def test_the_words_of_the_issue() -> None:
    """等待 7 天 → 10 天; 财务审核：新增条件 金额 > 100,000; a new step with who does it; a deadline."""
    # The shipped limits stand in tables; here one stands on a flow.
    limited = CONTRACT.replace("appraisal.panel or appraisal.gm", "subject.amount &gt;= 50000")
    changed = limited.replace(
        '<bpmn:userTask id="finance_review"',
        '<bpmn:userTask id="legal" name="法务审核"><bpmn:extensionElements><flow:assign role="legal"/>'
        '</bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="on" sourceRef="legal"'
        ' targetRef="which_reviews"/><bpmn:userTask id="finance_review"',
    )
    changed = changed.replace(
        'sourceRef="manager_decided" targetRef="which_reviews"',
        'sourceRef="manager_decided" targetRef="legal"',
    )
    changed = changed.replace("subject.amount &gt;= 50000", "subject.amount &gt; 100000")
    changed = changed.replace('<flow:due in="P1D"/>', '<flow:due in="P2D"/>', 1).replace(
        ">P15D<", ">P10D<", 1
    )
    assert said(compared(limited, changed, glossary=GLOSSARY).changes) == [
        "业务审核：期限 1 个工作日 → 2 个工作日",
        "法务审核：新增环节，办理人 法务，位于“意见？”之后，条件为 “业务审核”同意",
        "转入评审：条件 金额 ≥ 50,000 → 金额 > 100,000",
        "满 15 天：15 天 → 10 天",
    ]


def test_a_role_that_a_value_names_is_told() -> None:
    changed = CONTRACT.replace('<flow:assign role="finance"/>', '<flow:assign roleFrom="subject.number"/>', 1)
    [change] = compared(CONTRACT, changed, glossary=GLOSSARY).changes
    assert said([change])[0].endswith("所指角色的人员")
    same = changed.replace('"subject.number"', '"( subject.number )"')
    assert said(compare_versions(changed, same, GLOSSARY).changes) == []


def test_two_roles_of_one_name_are_told_apart() -> None:
    glossary = Glossary(roles={"a_role": {"zh-hans": "主管"}, "b_role": {"zh-hans": "主管"}})
    before = CONTRACT.replace('role="finance"', 'role="a_role"')
    after = CONTRACT.replace('role="finance"', 'role="b_role"')
    assert said(compare_versions(before, after, glossary).changes) == ["财务：办理人 a_role → b_role"]


# -- decision tables

TABLE = Path("workflows/bpmn/contracts/collection_step.dmn").read_text()
RULES = re.findall(r"\s*<rule.*?</rule>", TABLE, re.DOTALL)


def of_table(before: str | None, after: str | None) -> list[str]:
    held = tuple({"step": text} if text is not None else {} for text in (before, after))
    return (
        said(compared(CONTRACT, CONTRACT, decisions=held).changes)
        if before and after
        else said(compare_versions(CONTRACT, CONTRACT, decisions=held).changes)
    )


def test_rules_and_cells_are_named_by_their_number() -> None:
    name = "规则表“催款的下一步”："
    cell = RULES[1].replace("<text>-</text>", "<text>&gt; 77</text>", 1)
    column = re.search(r'<input label="(.*?)"', TABLE).group(1)
    assert of_table(TABLE, TABLE.replace(RULES[1], cell)) == [f"{name}规则 2：“{column}”：任意 → > 77"]
    [gone] = of_table(TABLE, TABLE.replace(RULES[2], ""))
    assert gone.startswith(f"{name}删除规则 3（")
    [come] = of_table(TABLE.replace(RULES[2], ""), TABLE)
    assert come.startswith(f"{name}新增规则 3（")
    swapped = TABLE.replace(RULES[2] + RULES[3], RULES[3] + RULES[2])
    assert of_table(TABLE, swapped) == [f"{name}规则顺序 “3”、“4” → “4”、“3”"]
    assert of_table(TABLE, TABLE.replace('hitPolicy="FIRST"', "")) == [
        f"{name}命中规则 取第一条匹配的规则 → 最多匹配一条"
    ]
    assert of_table(TABLE, TABLE.replace(f'label="{column}"', 'label="另一列"', 1)) == [
        f"{name}列“另一列”：名称 “{column}” → “另一列”"
    ]
    assert of_table(None, TABLE) == [f"{name}新增规则表"]
    assert of_table(TABLE, TABLE.replace("<text>-</text>", "<text></text>")) == []


def test_a_column_comes_without_its_cells() -> None:
    column = '<input label="地区"><inputExpression><text>region</text></inputExpression></input>'
    changed = TABLE.replace("<input label", f"{column}<input label", 1)
    changed = changed.replace("<rule>", "<rule><inputEntry><text>-</text></inputEntry>")
    [text] = of_table(TABLE, changed)
    assert "新增列“地区”" in text
