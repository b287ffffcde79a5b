"""A sheet of customers: the good rows are saved, the bad ones come back with what to mend."""

import io
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from openpyxl import Workbook, load_workbook

from config.demo.codes import uscc
from core.errors import ApplicationError
from crm.importers import customer_template, import_customers, problems_workbook
from crm.models import Customer
from crm.services import create_customer

HEADINGS = ["客户名称*", "统一社会信用代码", "级别", "联系人", "手机", "邮寄地址", "邮编", "说不清的列"]


def sheet(*rows, headings=HEADINGS) -> bytes:
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def good(n: int, **changes) -> list:
    row = {
        "name": f"昆山精密{n}有限公司",
        "uscc": uscc("320583", n),
        "level": "B",
        "contact": "赵工",
        # Typed as a number, as Excel does.
        "mobile": 13800138000 + n,
        "address": f"江苏省昆山市开发区{n}号",
        "postcode": 215300,
        "other": "忽略",
    }
    return list({**row, **changes}.values())


class TestImportCustomers:
    def test_saves_every_part_of_a_row(self, company):
        report = import_customers(content=sheet(good(1)), actor=company.marketer)
        customer = Customer.objects.get(pk=report.saved[0])
        assert (customer.level, customer.source, customer.is_in_pool) == ("B", "import", True)
        assert customer.contacts.get().mobile == "13800138001"
        assert customer.addresses.get().postcode == "215300"
        assert report.ignored == ["说不清的列"]

    def test_saves_the_good_rows_and_names_row_column_and_cure_of_the_bad(self, company):
        report = import_customers(
            content=sheet(
                good(1),
                good(2, mobile="1380013"),
                good(3, uscc="91320583MA000003XX", level="最好"),
                good(4, name=""),
                good(5),
            ),
            actor=company.marketer,
        )
        assert len(report.saved) == Customer.objects.count() == 2
        assert (report.total, report.ready, report.bad) == (5, 2, 3)
        assert [(one.row, one.column) for one in report.problems] == [
            (3, "手机"),
            (4, "级别"),
            (4, "统一社会信用代码"),
            (5, "客户名称"),
        ]
        assert all(one.message for one in report.problems)

    def test_a_preview_saves_nothing_and_takes_no_number(self, company):
        report = import_customers(content=sheet(good(1), good(2)), actor=company.marketer, preview=True)
        assert (report.ready, report.saved) == (2, [])
        assert not Customer.objects.exists()
        assert import_customers(content=sheet(good(1)), actor=company.marketer).saved
        assert Customer.objects.get().no == "KH-00001"

    def test_the_same_file_twice_saves_once(self, company):
        content = sheet(good(1), good(1))
        first = import_customers(content=content, actor=company.marketer)
        second = import_customers(content=content, actor=company.marketer)
        assert (len(first.saved), len(second.saved)) == (1, 0)
        assert [one.row for one in first.problems] == [3]
        assert Customer.objects.count() == 1

    def test_knows_companies_that_somebody_tracks(self, company):
        create_customer(fields={"name": "昆山精密1有限责任公司"}, actor=company.rep1)
        report = import_customers(content=sheet(good(1)), actor=company.marketer)
        assert report.saved == []
        assert "KH-00001" in report.problems[0].message

    def test_reads_english_headings_and_choices_below_a_title(self, company):
        content = sheet(
            ["Customer name", "Level", "Contact", "E-mail"],
            ["Acme Pumps Ltd", "A: key account", "Joe", "joe@example.com"],
            headings=["My list", "", "", ""],
        )
        import_customers(content=content, actor=company.marketer)
        assert Customer.objects.get().level == "A"

    def test_an_assistant_may_import_for_themselves_a_marketer_only_into_the_pool(self, company):
        import_customers(content=sheet(good(1)), actor=company.assistant, owner=company.assistant)
        assert Customer.objects.get().owner == company.assistant
        with pytest.raises(PermissionDenied):
            import_customers(content=sheet(good(2)), actor=company.marketer, owner=company.marketer)
        assert Customer.objects.count() == 1

    def test_refuses_without_the_permission(self, company):
        with pytest.raises(PermissionDenied):
            import_customers(content=sheet(good(1)), actor=company.rep1)
        assert not Customer.objects.exists()

    def test_says_that_excel_has_cut_a_long_number(self, company):
        content = sheet(["某厂", 12345678901234567890], headings=["客户名称", "银行账号"])
        report = import_customers(content=content, actor=company.marketer)
        assert [one.column for one in report.problems] == ["银行账号"]


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>&b;</sheetData></worksheet>"""


def with_entities() -> bytes:
    """A workbook whose sheet declares entities."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(good(1)))) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            content = ENTITIES if item.filename.startswith("xl/worksheets/") else source.read(item)
            target.writestr(item, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a workbook",
        b"PK\x03\x04" + b"\0" * 100,
        zipped(hello=b"world"),
        zipped(bomb=b"\0" * (61 * 1024 * 1024)),
        zipped(**{f"part{n}": b"" for n in range(600)}),
        b"\0" * (6 * 1024 * 1024),
        with_entities(),
        sheet(["无表头"], headings=["一", "二"]),
        sheet(*[[f"公司{n}"] for n in range(2001)], headings=["客户名称"]),
    ],
    ids=["empty", "text", "broken", "no-book", "bomb", "parts", "large", "entities", "no-heading", "rows"],
)
def test_refuses_a_file_that_is_no_sheet_of_customers(company, content):
    with pytest.raises(ApplicationError):
        import_customers(content=content, actor=company.marketer)
    assert not Customer.objects.exists()


class TestSheets:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_the_template_is_understood_when_it_comes_back(self, company, language):
        with translation.override(language):
            book = load_workbook(io.BytesIO(customer_template()))
            book.active.append(["某某轴承有限公司"])
            stream = io.BytesIO()
            book.save(stream)
            report = import_customers(content=stream.getvalue(), actor=company.marketer)
        assert (report.ignored, len(report.saved)) == ([], 1)

    def test_the_rows_to_mend_can_be_mended_and_imported_again(self, company):
        report = import_customers(content=sheet(good(1), good(2, mobile="1")), actor=company.marketer)
        book = load_workbook(io.BytesIO(problems_workbook(report)))
        rows = list(book.active.iter_rows(values_only=True))
        assert len(rows) == 2
        assert "手机" in rows[1][-1]
        book.active.cell(2, 5).value = "13900139000"
        stream = io.BytesIO()
        book.save(stream)
        again = import_customers(content=stream.getvalue(), actor=company.marketer)
        assert len(again.saved) == 1

    def test_what_people_typed_never_becomes_a_formula(self, company):
        report = import_customers(
            content=sheet(good(1, mobile="'=1+1", name="@SUM(A1)")), actor=company.marketer
        )
        report.bad_rows = {2: ('=HYPERLINK("http://x")', "+1", "-1", "@x")}
        book = load_workbook(io.BytesIO(problems_workbook(report)))
        assert {cell.data_type for cell in book.active[2][:4]} == {"s"}
