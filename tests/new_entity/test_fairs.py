"""A whole entity from a model, a table, a filter and a few lines of view: what the house gives it."""

import io
import json

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from core import finding
from core.acting import acting_as
from core.generic.forms import VERSION
from core.generic.opening import OPENING
from core.models import AuditEntry, FormDraft
from core.services.attachments import attach
from tests.around.test_files import picture
from tests.permissions.people import ASKING

pytestmark = pytest.mark.django_db
LIST = "/fairs/"


@pytest.fixture
def reader(people, client):
    client.force_login(people.reader)
    return client


@pytest.fixture
def writer(people, client):
    client.force_login(people.allowed)
    return client


def names(answer) -> list[str]:
    return [row.record.name for row in answer.context["table"].rows]


class TestTheList:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("机床", "中国国际机床展"),
            ("北京", "中国国际机床展"),
            ("gyblh", "工业博览会"),
            ("xiangsu", "国际橡塑展"),
        ],
    )
    def test_is_searched_in_chinese_by_pinyin_and_by_initials(self, fairs, reader, typed, found):
        assert names(reader.get(LIST, {"q": typed})) == [found]

    def test_is_narrowed_by_its_filter(self, fairs, reader):
        assert names(reader.get(LIST, {"state": "booked"})) == ["国际橡塑展"]
        assert names(reader.get(LIST, {"starts_from": "2027-01-01"})) == ["国际橡塑展", "中国国际机床展"]

    def test_is_sorted_by_pinyin_and_by_day(self, fairs, reader):
        by_name = ["工业博览会", "国际橡塑展", "中国国际机床展"]
        assert names(reader.get(LIST, {"order": "name"})) == by_name
        assert names(reader.get(LIST, {"order": "-name"})) == by_name[::-1]
        assert names(reader.get(LIST)) == ["国际橡塑展", "中国国际机床展", "工业博览会"]

    def test_leaves_as_a_workbook_and_that_is_recorded(self, fairs, people, reader):
        answer = reader.get(LIST, {"export": "xlsx", "order": "name"})
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        rows = list(load_workbook(io.BytesIO(content)).active.values)
        assert [row[0] for row in rows[1:]] == ["工业博览会", "国际橡塑展", "中国国际机床展"]
        assert float(rows[2][4]) == 96000.5
        assert AuditEntry.objects.get(action="core.export_list").actor == people.reader

    def test_costs_the_same_for_many_rows(self, fairs, people, reader, django_assert_max_num_queries):
        reader.get(LIST)
        with django_assert_max_num_queries(14):
            reader.get(LIST)

    def test_stands_in_the_navigation_and_in_the_search_of_everything(self, fairs, people, reader):
        assert f'href="{LIST}"' in reader.get("/").content.decode()
        (group,) = [one for one in finding.find(people.reader, "机床") if one.code == "fairs.fair"]
        assert [hit.title for hit in group.hits] == ["中国国际机床展"]
        assert finding.find(people.stranger, "机床") == []


class TestThePage:
    def test_its_own_tab_says_what_is_known(self, fairs, reader):
        page = reader.get(fairs.tools.get_absolute_url()).content.decode()
        assert "¥180,000.00" in page
        assert reverse("fairs:fair-edit", args=[fairs.tools.pk]) not in page

    def test_people_talk_about_it(self, fairs, reader):
        say = reverse("comment-add", args=["fairs.fair", fairs.tools.pk])
        reader.post(say, {"text": "展位要靠门"})
        page = reader.get(f"{fairs.tools.get_absolute_url()}?tab=discussion")
        assert "展位要靠门" in page.content.decode()

    def test_files_hang_at_it(self, fairs, people, reader):
        attach(
            subject_type="fairs.fair",
            subject_id=str(fairs.tools.pk),
            name="平面图.png",
            content=picture(),
            actor=people.allowed,
        )
        page = reader.get(f"{fairs.tools.get_absolute_url()}?tab=discussion")
        assert "平面图.png" in page.content.decode()

    def test_it_remembers_who_changed_what_from_what(self, fairs, people, reader):
        with acting_as(people.allowed):
            type(fairs.tools).objects.filter(pk=fairs.tools.pk).update(budget="200000", state="booked")
        page = reader.get(f"{fairs.tools.get_absolute_url()}?tab=changes").content.decode()
        assert "180,000.00" in page
        assert "200,000.00" in page
        assert people.allowed.name in page

    def test_its_timeline_tells_all_of_it(self, fairs, reader):
        reader.post(reverse("comment-add", args=["fairs.fair", fairs.tools.pk]), {"text": "展位要靠门"})
        page = reader.get(f"{fairs.tools.get_absolute_url()}?tab=timeline").content.decode()
        assert "展位要靠门" in page


FIELDS = {
    "name": "华南模具展",
    "city": "深圳",
    "state": "planned",
    "starts_on": "2027-06-01",
    "budget": "5,000",
}


class TestTheForms:
    def test_a_new_one_is_entered(self, people, writer):
        answer = writer.post("/fairs/new/", FIELDS)
        fair = apps.get_model("fairs.Fair").objects.get()
        assert answer.url == fair.get_absolute_url()
        assert (fair.name, fair.budget, fair.owner) == ("华南模具展", 5000, people.allowed)

    def test_what_is_wrong_stands_beside_its_field(self, writer):
        answer = writer.post("/fairs/new/", FIELDS | {"starts_on": "2027-13-01"})
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["starts_on"]

    def test_the_service_refuses_what_the_form_let_through(self, writer):
        """A rule of the database, said beside the field it is about."""
        answer = writer.post("/fairs/new/", FIELDS | {"budget": "-1"})
        assert answer.status_code == 400

    def test_a_field_is_judged_when_it_is_left(self, writer):
        answer = writer.post(
            "/fairs/new/", FIELDS | {"budget": "viel"}, headers={"X-Validate": "budget,name"}
        )
        assert list(answer.json()["errors"]) == ["name", "budget"]
        assert answer.json()["errors"]["budget"]

    def test_two_people_do_not_undo_each_other(self, fairs, people, writer):
        url = reverse("fairs:fair-edit", args=[fairs.tools.pk])
        opened = writer.get(url).context
        sent = FIELDS | {
            "name": fairs.tools.name,
            "city": "北京",
            "starts_on": "2027-04-12",
            "budget": "190000",
        }
        sent |= {VERSION: opened["version"], OPENING: opened["opening_values"]}
        with acting_as(people.allowed):
            rows = type(fairs.tools).objects.filter(pk=fairs.tools.pk)
            rows.update(budget="200000", city="天津", revision=fairs.tools.revision + 1)
        answer = writer.post(url, sent)
        met = answer.context["overtaken"]
        assert answer.status_code == 409
        assert [(one.was, one.now, one.typed) for one in met.asked] == [
            ("180,000.00", "200,000.00", "190,000.00")
        ]
        assert [one.now for one in met.taken] == ["天津"]
        context = answer.context
        again = sent | {"city": "天津", VERSION: context["version"], OPENING: context["opening_values"]}
        assert writer.post(url, again | {"stands-budget": "mine"}).status_code == 302
        fairs.tools.refresh_from_db()
        assert (fairs.tools.city, fairs.tools.budget) == ("天津", 190000)

    def test_what_was_typed_is_kept(self, writer):
        ticket = writer.get("/fairs/new/").context["kept"].ticket
        writer.post("/drafts/", {"ticket": ticket, "data": json.dumps({"name": ["华南"]})})
        assert writer.get("/fairs/new/?draft=take").context["form"]["name"].value() == "华南"
        writer.post("/fairs/new/", FIELDS)
        assert not FormDraft.objects.exists()


# What stranger, reader, other (another department) and allowed hear.
HEARD = [
    ("get", "fair-list", False, "403 200 200 200"),
    ("get", "fair-create", False, "403 403 200 200"),
    ("post", "fair-create", False, "403 403 400 400"),
    ("get", "fair-detail", True, "404 200 404 200"),
    ("get", "fair-edit", True, "404 403 404 200"),
    ("post", "fair-edit", True, "404 403 404 409"),
]


@pytest.mark.parametrize(("method", "name", "about_a_row", "hears"), HEARD)
def test_everybody_hears_what_they_may(fairs, people, client, method, name, about_a_row, hears):
    url = reverse(f"fairs:{name}", args=[fairs.tools.pk] if about_a_row else [])
    assert getattr(client, method)(url).status_code == 302
    heard = []
    for one in ASKING:
        client.force_login(getattr(people, one))
        heard.append(str(getattr(client, method)(url).status_code))
    assert " ".join(heard) == hears
    fairs.tools.refresh_from_db()
    assert fairs.tools.revision == 1


def test_its_migrations_say_what_its_model_says():
    call_command("makemigrations", "fairs", check=True, dry_run=True, verbosity=0)
