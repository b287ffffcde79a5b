"""The pages of an import, as people go through them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from core.imports.services import run_import
from core.jobs.runner import run_background_job
from core.models import ImportMapping, ImportRun
from crm.models import Customer
from tests.imports.sheets import book, checked, imported, saved, states

HEADINGS = ["客户名称", "联系人", "手机"]
RIGHT = ["宁波海纳轴承有限公司", "王强", "13800138000"]
WRONG = ["坏行有限公司", "李", "1"]


def upload(client, content: bytes, name: str = "客户.xlsx"):
    url = reverse("import-start", args=["crm.customers"])
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def name(client, run: ImportRun, **changes):
    data = {"sheet": run.sheet, "heading_row": str(run.heading_row), "existing": "skip", "target": "pool"}
    data |= {f"column_{place}": field for place, field in run.mapping.items()}
    return client.post(reverse("import-columns", args=[run.pk]), {**data, **changes})


def work(run: ImportRun) -> ImportRun:
    run.refresh_from_db()
    run_background_job(run.job_id)
    run.refresh_from_db()
    return run


class TestTheWay:
    def test_from_the_file_to_the_rows_and_back(self, signed_in, company):
        client = signed_in(company.assistant)
        answer = upload(client, book(RIGHT, WRONG, headings=HEADINGS))
        run = ImportRun.objects.get()
        assert answer.url == reverse("import-columns", args=[run.pk])
        page = client.get(answer.url).text
        assert "宁波海纳轴承有限公司" in page
        assert name(client, run).url == run.get_absolute_url()
        assert "hx-trigger" in client.get(run.get_absolute_url()).text
        work(run)
        page = client.get(run.get_absolute_url())
        assert page.context["ready"] == page.context["to_mend"] == 1
        assert not Customer.objects.exists()
        client.post(reverse("import-run", args=[run.pk]))
        # A double click, or the back button: it is begun once.
        assert client.post(reverse("import-run", args=[run.pk])).status_code == 409
        assert states(work(run)) == [(2, "created"), (3, "bad")]
        page = client.get(run.get_absolute_url()).text
        assert reverse("crm:customer-detail", args=[Customer.objects.get().pk]) in page
        client.post(reverse("import-undo", args=[run.pk]))
        assert work(run).status == "undone"
        assert not Customer.objects.exists()

    def test_customers_can_become_the_importers_own(self, signed_in, company):
        client = signed_in(company.assistant)
        upload(client, book(RIGHT, headings=HEADINGS))
        run = ImportRun.objects.get()
        name(client, run, target="mine")
        work(run)
        client.post(reverse("import-run", args=[run.pk]))
        work(run)
        assert Customer.objects.get().owner == company.assistant

    def test_what_the_columns_mean_is_remembered(self, signed_in, company):
        client = signed_in(company.assistant)
        content = book(RIGHT, headings=["单位", "负责人", "手机"])
        upload(client, content)
        first = ImportRun.objects.get()
        name(client, first, column_0="name", column_1="contact.name")
        assert ImportMapping.objects.get().mapping == {
            "0": "name",
            "1": "contact.name",
            "2": "contact.mobile",
        }
        upload(client, content)
        assert ImportRun.objects.first().mapping["1"] == "contact.name"

    def test_another_sheet_and_another_row_of_headings_can_be_chosen(self, signed_in, company):
        made = Workbook()
        made.active.append(["说明"])
        other = made.create_sheet("名单")
        for row in (["三季度名单", "", ""], ["", "", ""], HEADINGS, RIGHT):
            other.append(row)
        client = signed_in(company.assistant)
        url = upload(client, saved(made)).url
        page = client.get(url, {"sheet": "名单", "heading_row": "3"})
        assert [one["values"] for one in page.context["columns"]] == [[one] for one in RIGHT]
        run = ImportRun.objects.get()
        run.mapping = {"0": "name", "1": "contact.name", "2": "contact.mobile"}
        name(client, run, sheet="名单", heading_row="3")
        assert states(work(run)) == [(4, "ready")]

    def test_a_stopped_import_goes_on_later(self, signed_in, company):
        run = checked(book(RIGHT, headings=HEADINGS), company.assistant)
        client = signed_in(company.assistant)
        client.post(reverse("import-run", args=[run.pk]))
        client.post(reverse("import-stop", args=[run.pk]))
        run.refresh_from_db()
        assert (run.status, run.job.status) == ("cancelled", "cancelled")
        assert run_background_job(run.job_id) is False
        client.post(reverse("import-run", args=[run.pk]))
        assert states(work(run)) == [(2, "created")]

    def test_rows_come_by_fifty_and_by_their_state(self, signed_in, company):
        rows = [[f"昆山第{n}有限公司", "王强", "13800138000"] for n in range(60)]
        run = checked(book(*rows, WRONG, headings=HEADINGS), company.assistant)
        client = signed_in(company.assistant)
        page = client.get(run.get_absolute_url())
        assert (len(page.context["lines"]), page.context["after"]) == (50, 51)
        more = client.get(run.get_absolute_url(), {"after": "51"}, headers={"HX-Request": "true"})
        assert "昆山第59有限公司" in more.text
        wrong = client.get(run.get_absolute_url(), {"state": "bad"})
        assert [one.number for one in wrong.context["lines"]] == [62]

    def test_a_page_of_rows_asks_a_fixed_number_of_questions(
        self, signed_in, company, django_assert_num_queries
    ):
        rows = [[f"昆山第{n}有限公司", "王强", "13800138000"] for n in range(40)]
        run = imported(book(*rows, headings=HEADINGS), company.assistant)
        client = signed_in(company.assistant)
        client.get(run.get_absolute_url())
        with django_assert_num_queries(9):
            client.get(run.get_absolute_url())


class TestRefusals:
    @pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04" + b"\0" * 100])
    def test_what_is_no_sheet_is_refused_beside_the_file(self, signed_in, company, content):
        response = upload(signed_in(company.assistant), content)
        assert response.status_code == 400
        assert "file" in response.context["form"].errors
        assert not ImportRun.objects.exists()

    def test_a_needed_column_that_is_left_out_is_asked_for(self, signed_in, company):
        client = signed_in(company.assistant)
        upload(client, book(RIGHT, headings=HEADINGS))
        run = ImportRun.objects.get()
        answer = name(client, run, column_0="")
        assert (answer.status_code, "客户名称" in answer.text) == (400, True)
        run.refresh_from_db()
        assert (run.status, run.job) == ("uploaded", None)

    def test_one_field_for_two_columns_is_refused(self, signed_in, company):
        client = signed_in(company.assistant)
        upload(client, book(RIGHT, headings=HEADINGS))
        answer = name(client, ImportRun.objects.get(), column_1="name")
        assert "column_1" in answer.context["form"].errors

    def test_a_sheet_without_rows_says_so(self, signed_in, company):
        client = signed_in(company.assistant)
        upload(client, book(headings=HEADINGS))
        run = ImportRun.objects.get()
        name(client, run)
        assert work(run).status == "failed"
        assert run.failure in client.get(run.get_absolute_url()).text

    def test_nobody_goes_on_with_the_import_of_somebody_else(self, signed_in, company):
        run = checked(book(RIGHT, headings=HEADINGS), company.assistant)
        client = signed_in(company.marketer)
        assert client.get(run.get_absolute_url()).status_code == 404
        assert client.post(reverse("import-run", args=[run.pk])).status_code == 404
        client = signed_in(company.admin)
        assert client.get(run.get_absolute_url()).status_code == 200
        assert client.post(reverse("import-run", args=[run.pk])).status_code == 403
        run.refresh_from_db()
        assert run.status == "checked"

    @pytest.mark.parametrize("page", ["import-start", "import-template"])
    def test_without_the_right_to_import_there_is_nothing(self, signed_in, company, page):
        client = signed_in(company.rep1)
        assert client.get(reverse(page, args=["crm.customers"])).status_code == 403
        assert client.get(reverse(page, args=["crm.nothing"])).status_code == 404

    def test_whoever_has_lost_the_right_meanwhile_writes_nothing(self, company):
        run = checked(book(RIGHT, headings=HEADINGS), company.assistant)
        run_import(run_id=run.pk, actor=company.assistant)
        company.assistant.roles.clear()
        work(run)
        assert (run.job.status, run.status) == ("failed", "running")
        assert not Customer.objects.exists()


class TestFiles:
    def test_the_rows_to_mend_can_be_downloaded(self, signed_in, company):
        run = checked(book(RIGHT, WRONG, headings=HEADINGS), company.assistant)
        answer = signed_in(company.assistant).get(reverse("import-mend", args=[run.pk]))
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet["A2"].value == "坏行有限公司"

    def test_a_template_can_be_downloaded(self, signed_in, company):
        answer = signed_in(company.assistant).get(reverse("import-template", args=["crm.customers"]))
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["A1"].value == "客户名称*"
