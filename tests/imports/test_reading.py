"""Files from anywhere: what is read, what is said of single cells, and what is refused in a sentence."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.errors import ApplicationError
from core.imports import reading
from core.imports.guessing import fingerprint, guess, guess_heading_row
from core.imports.registry import kind_named
from tests.imports.sheets import book, good, saved

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def texts(content: bytes, **kwargs) -> list[tuple[str, ...]]:
    return [row.cells for row in reading.read(content, **kwargs).rows]


class TestWorkbooks:
    def test_cells_are_read_as_people_see_them(self):
        made = Workbook()
        made.active.append(
            [
                "  文字 ",
                13800138000,
                13800138000.0,
                0.1 + 0.2,
                date(2026, 12, 20),
                datetime(2026, 12, 20, 9, 30),  # noqa: DTZ001  a workbook knows no zones
                True,
            ]
        )
        assert texts(saved(made)) == [
            ("文字", "13800138000", "13800138000", "0.3", "2026-12-20", "2026-12-20 09:30", "True")
        ]

    def test_a_number_that_excel_has_cut_is_told(self):
        made = Workbook()
        made.active.append([91320583000000000, "9.1320583E+17", "9.13E+17"])
        (row,) = reading.read(saved(made)).rows
        assert set(row.problems) == {0, 1, 2}

    def test_a_formula_counts_with_its_result_and_is_told_without_one(self):
        made = Workbook()
        made.active.append(["=1+1", "x"])
        content = saved(made)
        (row,) = reading.read(content).rows
        assert (row[1], set(row.problems)) == ("x", {0})
        (row,) = reading.read(patched(content, b"<v></v>", b"<v>2</v>", b"<v />", b"<v>2</v>")).rows
        assert (row[0], row.problems) == ("2", {})

    def test_hidden_rows_are_read_and_told(self):
        made = Workbook()
        for n in range(3):
            made.active.append([n])
        made.active.row_dimensions[2].hidden = True
        sheet = reading.read(saved(made))
        assert [row.is_hidden for row in sheet.rows] == [False, True, False]
        assert len(sheet.notes) == 1

    def test_what_stands_in_merged_cells_counts_for_each_row(self):
        made = Workbook()
        for row in (["江苏", "甲"], [None, "乙"], ["浙江", "丙"]):
            made.active.append(row)
        made.active.merge_cells("A1:A2")
        sheet = reading.read(saved(made))
        assert [row[0] for row in sheet.rows] == ["江苏", "江苏", "浙江"]
        assert sheet.notes

    def test_a_date_outside_the_calendar_is_told(self):
        made = Workbook()
        made.active["A1"] = 99999999
        made.active["A1"].number_format = "yyyy-mm-dd"
        (row,) = reading.read(saved(made)).rows
        assert set(row.problems) == {0}

    def test_the_first_sheet_with_rows_is_taken(self):
        made = Workbook()
        made.create_sheet("名单").append(["客户名称"])
        beginning = reading.begin(saved(made))
        assert (beginning.sheets, beginning.sheet.name) == (["Sheet", "名单"], "名单")


def patched(content: bytes, *pairs: bytes) -> bytes:
    """The workbook with other bytes in its sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename.startswith("xl/worksheets/"):
                for old, new in zip(pairs[::2], pairs[1::2], strict=True):
                    part = part.replace(old, new)
            target.writestr(item, part)
    return stream.getvalue()


class TestTexts:
    LINES = "客户名称,手机\r\n昆山精工,13800138000\r\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_each_usual_encoding_is_understood(self, encoding):
        assert texts(self.LINES.encode(encoding)) == [("客户名称", "手机"), ("昆山精工", "13800138000")]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_each_usual_delimiter_is_found(self, delimiter):
        assert texts(self.LINES.replace(",", delimiter).encode())[1] == ("昆山精工", "13800138000")

    def test_quoted_lines_stay_in_their_cell(self):
        assert texts('名称,备注\n甲,"一行\n又一行, 还有"\n'.encode())[1] == ("甲", "一行\n又一行, 还有")

    def test_our_own_guard_against_formulas_is_taken_off(self):
        assert texts(b"a,b\n'=1+1,'-x\n")[1] == ("=1+1", "-x")

    def test_what_excel_did_to_a_long_number_is_told(self):
        row = reading.read("代码,名称\n9.13206E+17,甲\n".encode()).rows[1]
        assert set(row.problems) == {0}


# Written once: a workbook holds the moment it was saved, so its length differs from one to the next.
WORKBOOK = book(good(1))


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>&b;</sheetData></worksheet>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>&a;</sheetData></worksheet>"""


def with_sheet(content: bytes) -> bytes:
    """A workbook with another text in place of its sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(good(1)))) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            is_sheet = item.filename.startswith("xl/worksheets/")
            target.writestr(item, content if is_sheet else source.read(item))
    return stream.getvalue()


def too_many_rows() -> bytes:
    return ("名称\n" + "甲\n" * (reading.MOST_ROWS + 100)).encode()


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b" \r\n ", "empty"),
            (b"\x00\x01\x02\xff", "unreadable"),
            (b"PK\x03\x04" + b"\0" * 100, "unreadable"),
            (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old_workbook"),
            (zipped(hello=b"world"), "unreadable"),
            (zipped(**{f"part{n}": b"" for n in range(2_100)}), "too_large"),
            (b"x" * (reading.LARGEST_FILE + 1), "too_large"),
            (with_sheet(ENTITIES), "unreadable"),
            (with_sheet(OUTSIDE), "unreadable"),
            (b"a," * 300 + b"\n", "too_many_columns"),
            (book(headings=[f"c{n}" for n in range(250)]), "too_many_columns"),
            (too_many_rows(), "too_many_rows"),
        ],
        ids=[
            "empty",
            "blank",
            "binary",
            "broken",
            "old",
            "no-book",
            "parts",
            "large",
            "entities",
            "outside",
            "columns-csv",
            "columns",
            "rows",
        ],
    )
    def test_each_says_what_is_the_matter(self, content, code):
        with pytest.raises(ApplicationError) as refused:
            reading.read(content)
        assert (refused.value.code, list(refused.value.errors)) == (code, ["file"])

    def test_a_bomb_is_unpacked_no_further_than_the_limit(self, monkeypatch):
        monkeypatch.setattr(reading, "LARGEST_UNPACKED", 2**20)
        with pytest.raises(ApplicationError) as refused:
            reading.read(zipped(bomb=b"\0" * (2**20 + 1)))
        assert refused.value.code == "too_large"

    @QUICK
    @given(st.binary(max_size=400))
    def test_any_bytes_are_read_or_refused(self, content):
        self.read_or_refused(content)

    @QUICK
    @given(st.text(max_size=200), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
    def test_any_text_is_read_or_refused(self, text, encoding):
        self.read_or_refused(text.encode(encoding, "ignore"))

    @QUICK
    @given(st.data())
    def test_a_workbook_with_any_bytes_changed_is_read_or_refused(self, data):
        content = bytearray(WORKBOOK)
        for _change in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        self.read_or_refused(bytes(content))

    @staticmethod
    def read_or_refused(content: bytes) -> None:
        try:
            rows = reading.read(content).rows
            reading.begin(content)
        except ApplicationError:
            return
        assert all("\x00" not in cell for row in rows for cell in row.cells)


class TestColumns:
    @pytest.mark.parametrize(
        ("heading", "field"),
        [
            ("客户名称*", "name"),
            (" 公司名称（必填） ", "name"),
            ("COMPANY", "name"),
            ("统一社会信用代码/税号", "uscc"),
            ("kehumingcheng", "name"),
            ("手机号码", "contact.mobile"),
            ("Ｅ－ｍａｉｌ", "contact.email"),
            ("联系人手机", "contact.mobile"),
            ("说不清的列", ""),
        ],
    )
    def test_a_heading_is_known_however_it_is_written(self, heading, field):
        assert guess(kind_named("crm.customers"), [heading]) == {"0": field}

    @QUICK
    @given(st.lists(st.text(max_size=12), max_size=30))
    def test_each_column_has_one_meaning_at_most_and_each_field_one_column(self, headings):
        for code in ("crm.customers", "contracts.products", "core.people"):
            mapping = guess(kind_named(code), headings)
            named = [name for name in mapping.values() if name]
            assert list(mapping) == [str(place) for place in range(len(headings))]
            assert len(named) == len(set(named))

    @QUICK
    @given(st.permutations([one.zh for one in kind_named("crm.customers").fields]), st.integers(0, 3))
    def test_our_own_headings_are_known_in_any_order_below_any_title(self, headings, above):
        kind = kind_named("crm.customers")
        mapping = guess(kind, headings)
        assert [kind.field(mapping[str(n)]).zh for n in range(len(headings))] == list(headings)
        content = book(*([["2026 年名单"]] * above), headings, ["昆山精工"], headings=["名单"])
        assert guess_heading_row(kind, reading.begin(content).sheet.rows) == above + 2

    def test_the_same_headings_are_recognised(self):
        assert fingerprint(["客户名称*", "手机"]) == fingerprint([" 客户名称", "手机："])
        assert fingerprint(["客户名称", "手机"]) != fingerprint(["手机", "客户名称"])
