"""Tables as a page edits them: read, taken apart, put together, written again, read by the engine."""

from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from workflows.engine.decisions import read_decision
from workflows.engine.decisions.analysis import gaps
from workflows.engine.decisions.cells import read_cell
from workflows.engine.decisions.celltexts import (
    Parts,
    plain_result,
    put_together,
    result_text,
    take_apart,
    typed_values,
)
from workflows.engine.decisions.celltexts import (
    tests_of as offered_tests,
)
from workflows.engine.decisions.sheets import (
    ConditionColumn,
    ResultColumn,
    Row,
    Sheet,
    check_table,
    read_sheet,
)
from workflows.engine.decisions.writing import write_sheet
from workflows.engine.expressions import ExpressionError, Names
from workflows.engine.problems import DefinitionError, Findings
from workflows.engine.vocabulary import Type

SHIPPED = sorted(Path("workflows/bpmn").rglob("*.dmn"))
KINDS = {"level": "text", "amount": "decimal", "overdue": "integer", "export": "boolean", "signed_on": "date"}
NAMES = Names({name: Type(kind) for name, kind in KINDS.items()}, {})

CELLS = {
    "text": ["-", '"gold"', '"gold", "silver"', 'not("gold")', "null"],
    "decimal": ["-", "< 5", "<= 5000", "> 0.5", ">= 10", "[1..10]", "(1..10)", "]1..10]", "7, 8", "not(3)"],
    "integer": ["-", "1", ">= 4", "[0..7]", "null", "< 5, > 10"],
    "boolean": ["-", "true", "false", "null"],
    "date": ["-", 'date("2026-01-02")', '< "2026-01-01"', '[date("2026-01-01")..date("2026-06-30")]'],
}
RESULTS = ['"a"', '"b & <c>"', 'coalesce(level, "x")', '"quoted \\" text"', '"中文、逗号"']


@st.composite
def sheets(draw) -> Sheet:
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True))
    conditions = [ConditionColumn(f"列 {name}", draw(st.sampled_from(["", name])), name) for name in names]
    rows = [
        Row(
            [draw(st.sampled_from(CELLS[KINDS[name]])) for name in names],
            [draw(st.sampled_from(RESULTS))],
            draw(st.sampled_from(["", "why & how"])),
        )
        for _ in range(draw(st.integers(1, 5)))
    ]
    default = draw(st.sampled_from([None, '"z"']))
    return Sheet("表", "Table", "FIRST", None, conditions, [ResultColumn("who", "谁", default=default)], rows)


def reading(dmn: str, name: str = "t", names: Names = NAMES):
    """What the engine makes of a file: None if it cannot decide."""
    findings = Findings()
    table = read_decision(dmn, names, findings, name=name)
    return table and (
        table.hit_policy,
        table.aggregation,
        [(one.label, dict(one.labels), one.expression.text, one.type) for one in table.inputs],
        [(one.name, dict(one.labels), one.type) for one in table.outputs],
        [
            ([cell.text for cell in rule.cells], [one.expression.text for one in rule.results])
            for rule in table.rules
        ],
        [one.expression.text for one in table.default or ()],
        [rule.description for rule in table.rules],
    )


def without_origins(sheet: Sheet) -> Sheet:
    plain = deepcopy(sheet)
    for part in (*plain.conditions, *plain.results, *plain.rows):
        part.origin = None
    return plain


class TestRoundTrip:
    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_a_shipped_table_that_was_not_changed_stays_as_it_is_written(self, path):
        text = path.read_text()
        assert write_sheet(read_sheet(text, path.stem), text, name=path.stem) == text

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_one_changed_cell_changes_one_line(self, path):
        text = path.read_text()
        sheet = read_sheet(text, path.stem)
        sheet.rows[-1].conditions[-1] = ">= 77"
        after = write_sheet(sheet, text, name=path.stem)
        changed = [
            (old, new)
            for old, new in zip(text.splitlines(), after.splitlines(), strict=True)
            if old.strip() != new.strip()
        ]
        assert len(changed) == 1
        assert "&gt;= 77" in changed[0][1]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sheets())
    def test_what_is_written_anew_is_read_as_it_was_meant(self, sheet):
        dmn = write_sheet(sheet, None, name="t")
        assert without_origins(read_sheet(dmn, "t")) == sheet
        assert reading(dmn) is not None
        assert write_sheet(read_sheet(dmn, "t"), dmn, name="t") == dmn

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sheets(), st.randoms(use_true_random=False))
    def test_edits_over_a_file_come_to_the_table_that_was_edited(self, sheet, chance):
        base = write_sheet(sheet, None, name="t")
        edited = read_sheet(base, "t")
        for _ in range(4):
            edit(edited, chance)
        after = write_sheet(edited, base, name="t")
        assert without_origins(read_sheet(after, "t")) == without_origins(edited)
        anew = write_sheet(without_origins(edited), None, name="t")
        assert reading(after) == reading(anew)

    def test_what_the_page_does_not_show_stays(self):
        text = (
            SHIPPED[-1]
            .read_text()
            .replace("</decisionTable>", "</decisionTable><question>Why?</question>")
            .replace("<rule id=", '<rule xmlns:t="urn:tool" t:colour="red" id=')
        )
        sheet = read_sheet(text, "t")
        sheet.rows.insert(0, sheet.rows.pop())
        after = write_sheet(sheet, text, name="t")
        root = etree.fromstring(after.encode())
        assert "<question>Why?</question>" in after
        rules = root.findall(".//{*}rule")
        assert {rule.get("{urn:tool}colour") for rule in rules} == {"red"}
        assert rules[0].get("id") == f"rule_{len(rules)}"

    def test_what_xml_cannot_hold_does_not_break_the_file(self):
        sheet = Sheet("表\x00\ud800", "", "FIRST", None, [ConditionColumn("a", "", "amount")])
        assert "表" in write_sheet(sheet, None, name="t")

    def test_what_is_no_table_is_refused(self):
        with pytest.raises(DefinitionError):
            read_sheet("<html/>", "t")


def edit(sheet: Sheet, chance) -> None:
    """One thing that the page can do."""
    deed = chance.randrange(6)
    row = chance.randrange(len(sheet.rows))
    if deed == 0:
        copied = deepcopy(sheet.rows[row])
        copied.origin = None
        sheet.rows.insert(row + 1, copied)
    elif deed == 1 and len(sheet.rows) > 1:
        del sheet.rows[row]
    elif deed == 2:
        sheet.rows.insert(0, sheet.rows.pop(row))
    elif deed == 3:
        sheet.conditions.append(ConditionColumn("新", "New", "overdue + 1", "integer"))
        for one in sheet.rows:
            one.conditions.append("> 1")
    elif deed == 4 and len(sheet.conditions) > 1:
        at = chance.randrange(len(sheet.conditions))
        del sheet.conditions[at]
        for one in sheet.rows:
            del one.conditions[at]
    else:
        sheet.rows[row].results[0] = chance.choice(RESULTS)
        sheet.rows[row].description = chance.choice(["", "said <otherwise>"])
        sheet.label, sheet.results[0].default = "改", chance.choice([None, '"else"'])


class TestParts:
    @pytest.mark.parametrize(
        ("kind", "cell"), [(kind, cell) for kind, cells in CELLS.items() for cell in cells]
    )
    def test_parts_say_what_the_cell_says(self, kind, cell):
        parts = take_apart(cell, kind)
        if parts is None:
            assert cell in ("]1..10]", "< 5, > 10")
            return
        assert parts.test in offered_tests(kind)
        again = read_cell(put_together(parts, kind), Type(kind))
        assert (again.spans, again.null, again.negated) == _meaning(cell, kind)

    @pytest.mark.parametrize(
        ("typed", "values"),
        [("5,000", ("5000",)), ("1, 2", ("1", "2")), ("１２３", ("123",)), ("3、4", ("3", "4")), ("", ())],
    )
    def test_numbers_are_typed_as_people_type_them(self, typed, values):
        assert typed_values(typed, "integer") == values

    def test_a_comparison_without_its_value_is_a_mistake_and_not_anything(self):
        for test in ("is", "lt", "between", "not"):
            with pytest.raises(ExpressionError):
                read_cell(put_together(Parts(test), "integer"), Type("integer"))

    def test_what_is_no_number_stays_as_it_was_typed(self):
        cell = put_together(Parts("ge", ("lots",)), "integer")
        assert take_apart(cell, "integer") == Parts("ge", ("lots",))

    @pytest.mark.parametrize(("text", "kind", "plain"), [
        ('"PT1H"', "text", "PT1H"),
        ('"a \\" b"', "text", 'a " b'),
        ("0.08", "decimal", "0.08"),
        ("true", "boolean", "true"),
        ("amount * 2", "decimal", None),
        ('["a"]', "text", None),
    ])  # fmt: skip
    def test_results_that_are_plain_values(self, text, kind, plain):
        assert plain_result(text, kind) == plain
        if plain is not None:
            assert result_text(plain, kind) == text


def _meaning(cell: str, kind: str):
    read = read_cell(cell, Type(kind))
    return read.spans, read.null, read.negated


class TestGaps:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sheets())
    def test_the_rules_that_are_offered_cover_what_was_missing(self, sheet):
        for _ in range(60):
            checked = check_table(write_sheet(sheet, None, name="t"), NAMES, "t")
            if not checked.gaps:
                break
            sheet.rows.append(Row(list(checked.gaps[0]), ['"m"']))
        assert checked.gaps == []
        assert "rules_leave_gap" not in {one.code for one in checked.problems}

    def test_a_whole_number_between_two_is_named(self):
        sheet = Sheet(
            "t", "", "UNIQUE", None, [ConditionColumn("n", "", "overdue")], [ResultColumn("who", "w")]
        )
        sheet.rows = [Row([cell], ['"a"']) for cell in ("1", "2", "3", ">= 5")]
        table = check_table(write_sheet(sheet, None, name="t"), NAMES, "t").table
        assert gaps(table) == [("4",)]
