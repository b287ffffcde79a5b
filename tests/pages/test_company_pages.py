"""Calendar, roles, rights, numbers and settings as administrators see and change them."""

import pytest
from django.urls import reverse

from config.company_roles import GIVEN
from core import calendar, configuration
from core.models import CalendarDay, Grant, NumberRule, Role, Setting, User

pytestmark = pytest.mark.django_db

PAGES = [
    "/calendar/",
    "/calendar/?year=2026",
    "/calendar/week/",
    "/calendar/day/2026-12-05/",
    "/calendar/2026/import/",
    "/calendar/2026/confirm/",
    "/roles/",
    "/roles/new/",
    "/who/",
    "/who/?permission=crm.view_customer",
    "/number-rules/",
    "/settings/",
    "/settings/contracts.pay_within_days/default/",
]


@pytest.mark.parametrize("address", PAGES)
def test_administrators_open_them_and_representatives_do_not(signed_in, cast, address):
    assert signed_in(cast.admin).get(address).status_code == 200
    assert signed_in(cast.rep1).get(address).status_code == 403


@pytest.mark.parametrize("part", ["", "edit/", "copy/", "people/", "rights/", "delete/"])
def test_the_pages_of_a_role(signed_in, cast, part):
    address = f"/roles/{Role.objects.get(code='rep').pk}/{part}"
    assert signed_in(cast.admin).get(address).status_code == 200
    assert signed_in(cast.admin).get(address + "?tab=changes").status_code == 200
    assert signed_in(cast.rep1).get(address).status_code == 403


class TestCalendar:
    def test_a_day_is_changed_in_its_dialog_and_the_change_taken_back(self, signed_in, cast):
        client = signed_in(cast.admin)
        address = reverse("calendar-day", args=["2026-12-03"])
        moves = client.get(address, {"part": "moves", "kind": "holiday"})
        assert "不影响正在进行的任何期限" in moves.content.decode()
        client.post(address, {"kind": "holiday", "name": "厂庆"})
        row = CalendarDay.objects.get()
        assert (str(row.day), row.kind, row.name) == ("2026-12-03", "holiday", "厂庆")
        page = client.get("/calendar/?year=2026").content.decode()
        assert "厂庆" in page
        change = page.split("/calendar/undo/")[1].split("/")[0]
        client.post(reverse("calendar-undo", args=[change]))
        assert not CalendarDay.objects.exists()

    def test_a_make_up_day_is_not_offered_on_a_working_day(self, signed_in, cast):
        client = signed_in(cast.admin)
        assert "make_up" not in client.get("/calendar/day/2026-12-03/").content.decode()
        assert "make_up" in client.get("/calendar/day/2026-12-05/").content.decode()
        assert client.post("/calendar/day/2026-12-03/", {"kind": "make_up"}).status_code == 400

    def test_an_impossible_day_is_not_found(self, signed_in, cast):
        assert signed_in(cast.admin).get("/calendar/day/2026-02-30/").status_code == 404

    def test_hours_are_typed_as_one_writes_them(self, signed_in, cast):
        client = signed_in(cast.admin)
        hours = {f"day{number}": "8:30-12:00，13:00至17:30" for number in range(6)}
        assert client.post("/calendar/week/", hours).status_code == 302
        read = calendar.read()
        assert (read.days_a_week, [f"{a:%H:%M}" for a, _b in read.week[0]]) == (6, ["08:30", "13:00"])
        assert client.post("/calendar/week/", {"day0": "half past eight"}).status_code == 400

    def test_a_year_is_imported_and_confirmed(self, signed_in, cast):
        client = signed_in(cast.admin)
        client.post("/calendar/2026/import/")
        assert CalendarDay.objects.filter(kind="make_up").count() == 6
        assert "暂定" in client.get("/calendar/?year=2026").content.decode()
        client.post("/calendar/2026/confirm/")
        assert not calendar.read().is_provisional(2026)
        assert client.post("/calendar/2050/import/").status_code == 400


class TestGrants:
    def test_the_difference_is_shown_before_it_is_saved(self, signed_in, cast):
        role = Role.objects.get(code="rep")
        client, address = signed_in(cast.admin), reverse("role-grants", args=[role.pk])
        seen = client.get(address).context["seen"]
        wanted = {"scope:crm.view_customer": "all", "seen": seen}
        shown = client.post(address, wanted).content.decode()
        assert "查看客户" in shown
        assert Grant.objects.get(role=role, permission="crm.view_customer").scope == "own"
        assert client.post(address, {**wanted, "confirmed": "1"}).status_code == 302
        assert Grant.objects.get(role=role, permission="crm.view_customer").scope == "all"
        assert client.post(address, {**wanted, "confirmed": "1"}).status_code == 409

    def test_whom_somebody_else_added_meanwhile_stays(self, signed_in, cast):
        role = Role.objects.get(code="legal")
        members = set(role.users.values_list("pk", flat=True))
        role.users.add(cast.rep3)
        client, address = signed_in(cast.admin), reverse("role-members", args=[role.pk])
        seen = ",".join(map(str, members))
        client.post(address, {"people": [*members, cast.rep1.pk], "seen": seen})
        assert set(role.users.values_list("pk", flat=True)) == members | {cast.rep1.pk, cast.rep3.pk}


class TestRights:
    def test_a_persons_rights_name_the_role(self, signed_in, cast):
        client = signed_in(cast.admin)
        page = client.get(reverse("person-rights", args=[cast.rep1.pk])).content.decode()
        assert "查看客户" in page
        assert "销售代表" in page

    def test_whoever_is_deactivated_may_do_nothing_and_it_says_so(self, signed_in, cast):
        User.objects.filter(pk=cast.rep1.pk).update(is_active=False)
        page = signed_in(cast.admin).get(reverse("person-rights", args=[cast.rep1.pk])).content.decode()
        assert "此人已停用" in page

    def test_who_may_see_a_row(self, signed_in, company):
        from crm.services import create_customer

        row = create_customer(fields={"name": "云上"}, actor=company.rep1)
        address = reverse("who-may-see", args=["crm.customer", row.pk])
        page = signed_in(company.admin).get(address).content.decode()
        assert "李雷" in page
        assert "云上" not in page, "managing people opens no business row"
        assert signed_in(company.rep1).get(address).status_code == 403
        assert signed_in(company.admin).get("/who/crm.customer/999999/").status_code == 404
        assert signed_in(company.admin).get("/who/no.kind/1/").status_code == 404


def kept():
    """What was set on the page; the program remembers a thing of its own beside it."""
    return Setting.objects.exclude(code=GIVEN)


class TestNumbersAndSettings:
    def test_a_rule_is_changed_with_a_preview(self, signed_in, company):
        rule = NumberRule.objects.get(code="contract")
        client, address = signed_in(company.admin), reverse("number-rule-edit", args=[rule.pk])
        given = {"pattern": "HT-{YY}{MM}-{SEQ:3}", "reset": "month"}
        assert "HT-" in client.get(address, {**given, "part": "preview"}).content.decode()
        assert (
            "{YYYY}"
            in client.get(
                address, {"pattern": "HT-{SEQ}", "reset": "year", "part": "preview"}
            ).content.decode()
        )
        assert client.post(address, {**given, "seen": ""}).status_code == 302
        rule.refresh_from_db()
        assert (rule.pattern, rule.reset) == ("HT-{YY}{MM}-{SEQ:3}", "month")

    def test_a_setting_is_changed_and_set_back(self, signed_in, cast):
        client = signed_in(cast.admin)
        # As a browser sends it: what is not ticked is left out.
        shown = {code: value for code, value in configuration.values().items() if value is not False}
        wrong = client.post("/settings/", {**shown, "contracts.pay_within_days": "900"})
        assert (wrong.status_code, kept().count()) == (400, 0)
        given = {**shown, "contracts.pay_within_days": "14"}
        assert client.post("/settings/", given).status_code == 302
        assert list(kept().values_list("code", "value")) == [("contracts.pay_within_days", 14)]
        client.post("/settings/contracts.pay_within_days/default/")
        assert not kept().exists()
