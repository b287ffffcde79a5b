"""Lists, exports and forms that every app's pages are made of."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.http import Http404
from django.test import RequestFactory
from openpyxl import load_workbook

from core.errors import ApplicationError
from core.generic import exports, keyset
from core.generic.forms import VERSION, FormPage, show_refusal
from core.generic.widgets import DateInput, MoneyInput
from core.models import AuditEntry, Department

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")']


class TestKeyset:
    @pytest.fixture
    def departments(self, cast):
        return Department.objects.all()

    @pytest.mark.parametrize("order", [("name", "pk"), ("-name", "pk"), ("-pk",)])
    def test_all_pages_together_are_the_whole_list_once(self, departments, order):
        seen, after = [], ""
        while True:
            page = keyset.take(departments, order, after=after, size=3)
            seen += page.rows
            after = page.after
            if not after:
                break
        assert seen == list(departments.order_by(*order))

    @pytest.mark.parametrize("after", ["!", "e30", "W10", "WzEsMl0", "W251bGxd", "WyJ4Il0"])
    def test_a_cursor_that_is_none_of_ours_is_not_found(self, departments, after):
        with pytest.raises(Http404):
            keyset.take(departments, ("pk",), after=after)


class TestExports:
    def test_a_hostile_text_is_no_formula_in_a_workbook(self):
        answer = exports.xlsx([["名称"], *[[text] for text in HOSTILE]], name="list", title="a[b]:c")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert [cell.data_type for (cell,) in sheet.iter_rows(min_row=2)] == ["s"] * len(HOSTILE)
        assert [cell.value for (cell,) in sheet.iter_rows(min_row=2)] == HOSTILE

    def test_a_hostile_text_is_no_formula_in_csv(self):
        answer = exports.as_csv([["名称"], *[[text] for text in HOSTILE]], name="list")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert [row[0] for row in csv.reader(io.StringIO(text))][1:] == [f"'{one}" for one in HOSTILE]

    def test_numbers_and_dates_stay_what_they_are(self):
        row = [Decimal("128400.00"), date(2026, 12, 20), datetime(2026, 12, 20, 14, 5, tzinfo=UTC), 7]
        answer = exports.xlsx([row], name="list", title="list")
        cells = next(load_workbook(io.BytesIO(answer.content)).active.iter_rows())
        assert [cell.data_type for cell in cells] == ["n", "d", "d", "n"]

    def test_the_file_name_may_be_chinese(self):
        answer = exports.xlsx([["x"]], name="客户-2026-12-20", title="客户")
        assert "filename*=utf-8''%E5%AE%A2" in answer.headers["Content-Disposition"]

    def test_who_took_a_list_is_recorded(self, company, signed_in):
        answer = signed_in(company.assistant).get("/customers/?export=xlsx")
        if answer.status_code == 403:
            pytest.skip("assistants may not export customers")
        entry = AuditEntry.objects.get(action="core.export_list")
        assert entry.actor == company.assistant


class NameForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ("name",)


class Rename(FormPage):
    form_class = NameForm
    version_field = "name_en"

    def get_queryset(self):
        return Department.objects.all()

    def save(self, form):
        if form.cleaned_data["name"] == "verboten":
            raise ApplicationError("Not this.", errors={"name": ["Choose another name."]})
        self.object.save(update_fields=["name"])
        return "/there/"


class TestFormPage:
    @pytest.fixture
    def send(self, cast, monkeypatch):
        """send(name, version) -> the answer, with the context instead of a rendered page."""
        sales = Department.objects.get(code="sales")
        monkeypatch.setattr("core.generic.forms.messages.success", lambda *a: None)
        monkeypatch.setattr(Rename, "render_to_response", lambda self, context, status=200: (status, context))

        def post(name, version):
            request = RequestFactory().post("/", {"name": name, VERSION: version})
            request.user = cast.admin
            return Rename.as_view()(request, pk=sales.pk)

        return post

    def test_it_saves_what_nobody_else_touched(self, send):
        assert send("市场", "Sales").url == "/there/"
        assert Department.objects.get(code="sales").name == "市场"

    def test_it_saves_nothing_on_top_of_somebody_elses_change(self, send):
        status, context = send("市场", "Old sales")
        assert status == 409
        assert [one.now for one in context["overtaken"].asked] == ["销售部"]
        assert context["version"] == "Sales"
        assert context["form"]["name"].value() == "市场"
        assert Department.objects.get(code="sales").name == "销售部"

    def test_a_refusal_lands_on_its_field(self, send):
        status, context = send("verboten", "Sales")
        assert status == 400
        assert context["form"].errors["name"] == ["Choose another name."]
        assert Department.objects.get(code="sales").name == "销售部"

    def test_a_refusal_without_a_field_stands_on_top(self):
        form = NameForm({"name": "x"})
        show_refusal(form, ApplicationError("Not today."))
        assert form.non_field_errors() == ["Not today."]


class TestWidgets:
    def test_a_date_is_written_the_same_in_both_languages(self):
        html = DateInput().render("on", date(2026, 12, 20), {"id": "on"})
        assert 'value="2026-12-20"' in html
        assert 'type="text"' in html

    @pytest.mark.parametrize("typed", ["128,400.00", "¥128400", " 128，400 "])
    def test_an_amount_is_understood_as_people_write_it(self, typed):
        field = forms.DecimalField(widget=MoneyInput())
        assert field.clean(field.widget.value_from_datadict({"a": typed}, {}, "a")) == Decimal("128400")

    def test_an_amount_is_shown_with_separators(self):
        assert MoneyInput().format_value(Decimal("128400")) == "128,400.00"
