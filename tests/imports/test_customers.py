"""A sheet of customers: the good rows are saved, the bad ones come back with what to mend."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from openpyxl import load_workbook

from core import clock
from core.errors import ApplicationError
from core.imports import books
from core.imports.registry import kind_named
from core.imports.services import run_import, start_import, undo_import
from core.models import AuditEntry, ImportRun
from core.services.tidying import forget_old_rows
from crm.models import Customer
from crm.services import add_contact, create_customer, update_customer
from tests.imports.sheets import book, checked, good, imported, problems, row, saved, states, undone, worked


class TestCheckAndImport:
    def test_saves_every_part_of_a_row(self, company):
        run = imported(book(good(1)), company.marketer)
        customer = Customer.objects.get()
        assert (customer.level, customer.source, customer.is_in_pool) == ("B", "import", True)
        assert customer.contacts.get().mobile == "13800138001"
        assert customer.addresses.get().postcode == "215300"
        assert run.mapping["7"] == ""
        assert (row(run, 2).status, row(run, 2).subject_id) == ("created", str(customer.pk))

    def test_saves_the_good_rows_and_names_row_column_and_cure_of_the_bad(self, company):
        run = imported(
            book(
                good(1),
                good(2, mobile="1380013"),
                good(3, uscc="91320583MA000003XX", level="最好"),
                good(4, name=""),
                good(5),
            ),
            company.marketer,
        )
        assert Customer.objects.count() == 2
        assert (run.status, run.rows_total, run.rows_done, run.rows_bad) == ("done", 5, 2, 3)
        assert problems(run) == [(3, "contact.mobile"), (4, "uscc"), (4, "level"), (5, "name")]
        assert all(one["text"] for line in run.rows.all() for one in line.errors)

    def test_the_check_saves_nothing_and_takes_no_number(self, company):
        run = checked(book(good(1), good(2)), company.marketer)
        assert (run.status, states(run)) == ("checked", [(2, "ready"), (3, "ready")])
        assert not Customer.objects.exists()
        worked(run_import(run_id=run.pk, actor=company.marketer))
        assert set(Customer.objects.values_list("no", flat=True)) == {"KH-00001", "KH-00002"}

    def test_the_same_file_twice_saves_once(self, company):
        content = book(good(1), good(1))
        first = imported(content, company.marketer)
        second = checked(content, company.marketer)
        assert [status for _n, status in states(first)] == ["created", "bad"]
        assert row(first, 3).duplicate_title == "2"
        assert [status for _n, status in states(second)] == ["skipped", "bad"]
        assert Customer.objects.count() == 1
        with pytest.raises(ApplicationError):
            run_import(run_id=second.pk, actor=company.marketer)

    def test_knows_companies_that_somebody_tracks_and_says_which(self, company):
        create_customer(fields={"name": "昆山精密1有限责任公司"}, actor=company.rep1)
        run = checked(book(good(1)), company.marketer)
        assert states(run) == [(2, "skipped")]
        assert "KH-00001" in row(run, 2).duplicate_title

    def test_a_company_entered_after_the_check_is_not_entered_twice(self, company):
        run = checked(book(good(1), good(2)), company.marketer)
        create_customer(fields={"name": "昆山精密1有限公司"}, actor=company.rep1)
        run = worked(run_import(run_id=run.pk, actor=company.marketer))
        assert [status for _n, status in states(run)] == ["skipped", "created"]
        assert Customer.objects.count() == 2

    def test_reads_english_headings_and_choices_below_a_title(self, company):
        content = book(
            ["Customer name", "Level", "Contact", "E-mail"],
            ["Acme Pumps Ltd", "A: key account", "Joe", "joe@example.com"],
            headings=["My list", "", "", ""],
        )
        imported(content, company.marketer)
        assert Customer.objects.get().level == "A"

    def test_an_assistant_may_import_for_themselves_a_marketer_only_into_the_pool(self, company):
        imported(book(good(1)), company.assistant, target="mine")
        assert Customer.objects.get().owner == company.assistant
        with pytest.raises(ApplicationError):
            checked(book(good(2)), company.marketer, target="mine")
        assert Customer.objects.count() == 1

    def test_refuses_without_the_permission(self, company):
        with pytest.raises(PermissionDenied):
            start_import(
                kind_code="crm.customers", content=book(good(1)), file_name="a.xlsx", actor=company.rep1
            )
        assert not ImportRun.objects.exists()

    def test_says_that_excel_has_cut_a_long_number(self, company):
        run = checked(
            book(["某厂", 12345678901234567890], headings=["客户名称", "银行账号"]), company.marketer
        )
        assert problems(run) == [(2, "bank_account")]

    def test_one_name_with_two_codes_is_left_to_a_person(self, company):
        create_customer(fields={"name": "昆山精密1有限公司", "uscc": good(9)[1]}, actor=company.rep1)
        run = checked(book(good(1)), company.marketer, existing="update")
        assert problems(run) == [(2, "uscc")]

    def test_says_who_did_it(self, company):
        run = imported(book(good(1), good(2, mobile="1")), company.marketer)
        entry = AuditEntry.objects.get(action="core.import_rows")
        assert (entry.actor, entry.subject_id) == (company.marketer, str(run.pk))
        assert (entry.after["rows"], entry.after["refused"]) == (1, 1)


class TestRowsThatExist:
    @pytest.fixture
    def mine(self, company):
        fields = {"name": "昆山精密1有限公司", "level": "D", "region": "苏州"}
        return create_customer(fields=fields, actor=company.assistant)

    def test_are_left_alone_unless_asked(self, company, mine):
        imported(book(good(1), good(2)), company.assistant)
        mine.refresh_from_db()
        assert (mine.level, mine.uscc, mine.revision) == ("D", None, 1)

    def test_empty_fields_are_filled_and_others_kept(self, company, mine):
        run = imported(book(good(1)), company.assistant, existing="fill")
        mine.refresh_from_db()
        assert (mine.level, mine.uscc) == ("D", good(1)[1])
        assert row(run, 2).differences == [{"field": "uscc", "old": "", "new": good(1)[1]}]

    def test_are_changed_where_the_sheet_says_so(self, company, mine):
        run = imported(book(good(1)), company.assistant, existing="update")
        mine.refresh_from_db()
        assert (mine.level, mine.region, row(run, 2).status) == ("B", "苏州", "updated")

    def test_of_others_are_refused(self, company):
        theirs = create_customer(fields={"name": "昆山精密1有限公司", "level": "D"}, actor=company.rep1)
        run = checked(book(good(1)), company.marketer, existing="update")
        assert (states(run), row(run, 2).errors[0]["field"]) == ([(2, "bad")], "")
        theirs.refresh_from_db()
        assert theirs.level == "D"


class TestAfterHalfAYear:
    def test_the_rows_go_the_import_stays_and_nothing_is_undone(self, company):
        run = imported(book(good(1)), company.assistant)
        assert forget_old_rows() == 0
        with clock.travel(timedelta(days=190)):
            forget_old_rows()
            assert not run.rows.exists()
            with pytest.raises(ApplicationError):
                undo_import(run_id=run.pk, actor=company.assistant)
        assert ImportRun.objects.get().rows_done == 1
        assert Customer.objects.count() == 1


class TestUndo:
    def test_takes_all_of_it_back(self, company):
        create_customer(fields={"name": "昆山精密1有限公司", "level": "D"}, actor=company.assistant)
        run = imported(book(good(1), good(2)), company.assistant, existing="update")
        assert Customer.objects.count() == 2
        run = undone(run, company.assistant)
        left = Customer.objects.get()
        assert (run.status, run.rows_done, left.level, left.uscc) == ("undone", 0, "D", None)
        assert {status for _n, status in states(run)} == {"undone"}

    def test_leaves_what_has_moved_on_and_says_why(self, company):
        run = imported(book(good(1), good(2), good(3)), company.assistant, target="mine")
        first, second, _third = Customer.objects.order_by("pk")
        update_customer(
            customer_id=first.pk, revision=first.revision, changes={"level": "A"}, actor=company.assistant
        )
        add_contact(
            customer_id=second.pk, fields={"name": "钱工", "mobile": "13900139000"}, actor=company.assistant
        )
        run = undone(run, company.assistant)
        assert run.status == "done"
        assert [status for _n, status in states(run)] == ["created", "created", "undone"]
        assert "级别" in row(run, 2).undo_refusal
        assert row(run, 3).undo_refusal
        assert set(Customer.objects.values_list("pk", flat=True)) == {first.pk, second.pk}


class TestSheetsHandedOut:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize(
        ("code", "who"),
        [("crm.customers", "marketer"), ("contracts.products", "product"), ("core.people", "admin")],
    )
    def test_the_template_is_understood_when_it_comes_back(self, company, language, code, who):
        kind = kind_named(code)
        with translation.override(language):
            made = load_workbook(io.BytesIO(books.template(kind)))
            made.worksheets[0].append(["某某"])
            run = start_import(
                kind_code=code, content=saved(made), file_name="t.xlsx", actor=getattr(company, who)
            )
        assert [run.mapping[str(n)] for n in range(len(kind.fields))] == [one.name for one in kind.fields]

    def test_the_rows_to_mend_can_be_mended_and_imported_again(self, company):
        run = imported(book(good(1), good(2, mobile="1")), company.marketer)
        bad = list(run.rows.filter(status="bad"))
        made = load_workbook(io.BytesIO(books.rows_to_mend(run, kind_named(run.kind), bad)))
        lines = list(made.active.iter_rows(values_only=True))
        assert len(lines) == 2
        assert "手机" in lines[1][-1]
        made.active.cell(2, 5).value = "13900139000"
        again = imported(saved(made), company.marketer)
        assert (again.rows_done, Customer.objects.count()) == (1, 2)

    def test_what_people_typed_never_becomes_a_formula(self, company):
        wrong = ['=HYPERLINK("http://x")', "+1", "-1", "@x", "1", "x", "1", "x"]
        run = checked(book(wrong, good(1)), company.marketer)
        made = load_workbook(
            io.BytesIO(books.rows_to_mend(run, kind_named(run.kind), list(run.rows.filter(status="bad"))))
        )
        assert {cell.data_type for cell in made.active[2]} <= {"s", "inlineStr"}
