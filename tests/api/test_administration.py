"""People, departments, roles, substitutes, calendar, settings and numbers over the API: what the pages do."""

from datetime import date, timedelta

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from contracts.models import Contract
from core import clock, configuration
from core.models import (
    CalendarDay,
    CalendarYear,
    Department,
    Grant,
    IdempotencyKey,
    NumberRule,
    Role,
    Substitution,
    User,
)
from core.numbers import peek
from core.permissions import MANAGE_PEOPLE
from tests.contracts.factory import customer_of, draft_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(company, as_):
    return as_("admin")


@pytest.fixture
def head_of_sales(company, as_):
    """Administers the people of sales, and no others: manager1 with a right below the department."""
    role = Role.objects.create(code="hr_sales", name_zh="销售人事", name_en="Sales HR")
    Grant.objects.create(role=role, permission=MANAGE_PEOPLE, scope=Grant.Scope.SUBTREE)
    company.manager1.roles.add(role)
    return as_("manager1")


def path_of(person: User) -> str:
    return f"people/{person.pk}/"


def refused(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.content.decode()
    return answer.json()


def done(answer, status: int = 200) -> dict:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


class TestPeople:
    NEW = {
        "username": "wangfang",
        "display_name": "王芳",
        "email": "wangfang@example.com",
        "department": "sales1",
        "manager": "manager1",
        "roles": ["rep"],
    }

    def test_from_new_to_signed_in(self, admin, anonymous, settings):
        made = done(admin.send("POST", "people/", self.NEW), 201)
        assert (made["state"], made["department"], made["manager"], made["roles"]) == (
            "invited",
            "sales1",
            "manager1",
            ["rep"],
        )
        password = done(admin.send("POST", f"people/{made['id']}/first-password/"))["password"]
        person = User.objects.get(username="wangfang")
        assert person.check_password(password)
        assert person.must_change_password

    def test_an_invitation_is_a_link_that_nobody_keeps(self, admin, anonymous):
        made = done(admin.send("POST", "people/", self.NEW), 201)
        answer = done(admin.send("POST", f"people/{made['id']}/invite/", **{"Idempotency-Key": "one"}))
        assert answer["by_mail"] is False
        assert anonymous.get(answer["link"]).status_code == 200
        assert not IdempotencyKey.objects.exists()

    def test_lists_are_narrowed_and_ordered(self, admin, company):
        def usernames(query):
            return [one["username"] for one in done(admin.read(f"people/?limit=200&{query}"))["results"]]

        assert usernames("q=rep1") == ["rep1"]
        assert usernames("department=sales1&order=username") == list(
            User.objects.filter(department__code="sales1")
            .order_by("username")
            .values_list("username", flat=True)
        )
        assert len(usernames("department=sales")) > len(usernames("department=sales1"))
        assert set(usernames("role=rep")) == set(
            User.objects.filter(roles__code="rep").values_list("username", flat=True)
        )
        assert usernames("manager=manager1") == [
            one.username for one in User.objects.filter(manager=company.manager1).order_by("name_sort", "pk")
        ]
        assert usernames("state=left") == []
        assert usernames("department=nowhere") == []
        assert len(usernames("")) == User.objects.count()

    def test_whoever_was_faster_wins(self, admin, company):
        first = done(admin.read(path_of(company.rep1)))
        done(admin.send("PATCH", path_of(company.rep1), {"position": "主管", "revision": first["revision"]}))
        late = {"position": "经理", "revision": first["revision"]}
        refused(admin.send("PATCH", path_of(company.rep1), late), 409, "stale")
        company.rep1.refresh_from_db()
        assert company.rep1.position == "主管"

    def test_wrong_fields_are_named(self, admin, company):
        body = refused(
            admin.send("POST", "people/", {**self.NEW, "roles": ["king"], "age": 5}), 400, "invalid"
        )
        assert set(body["errors"]) == {"roles", "age"}
        body = refused(admin.send("POST", "people/", {**self.NEW, "username": "REP1"}), 400, "username_taken")
        assert set(body["errors"]) == {"username"}
        assert not User.objects.filter(username="wangfang").exists()

    def test_leaving_hands_everything_over_or_does_nothing(self, admin, company):
        customer = customer_of(company.rep1)
        contract = draft_of(company.rep1, customer)
        held = done(admin.read(path_of(company.rep1) + "holdings/"))["held"]
        needing = [one["key"] for one in held if one["needs_taker"]]
        assert len(needing) > 1
        missing = refused(admin.send("POST", path_of(company.rep1) + "deactivate/", {}), 400, "taker_missing")
        assert set(missing["errors"]) == set(needing)
        customer.refresh_from_db()
        assert customer.owner == company.rep1
        given = {"takers": {needing[0]: "rep2"}, "for_all": "manager1", "note": "离职"}
        answer = done(admin.send("POST", path_of(company.rep1) + "deactivate/", given))
        assert answer["taken"][needing[0]]
        company.rep1.refresh_from_db()
        assert not company.rep1.is_active
        customer.refresh_from_db()
        assert customer.owner in (company.rep2, company.manager1)
        assert Contract.objects.get(pk=contract.pk).owner != company.rep1
        assert done(admin.read("people/?state=left"))["results"][0]["username"] == "rep1"
        back = done(admin.send("POST", path_of(company.rep1) + "reactivate/"))
        assert back["state"] in ("active", "invited")

    def test_nobody_closes_their_own_account_or_the_last_administrators(self, admin, company):
        refused(admin.send("POST", path_of(company.admin) + "deactivate/", {}), 403, "forbidden")
        others = User.objects.exclude(pk=company.admin.pk)
        others.update(is_superuser=False)
        Grant.objects.filter(permission=MANAGE_PEOPLE).exclude(role__users=company.admin).delete()
        company.admin.refresh_from_db()
        body = {"roles": [], "revision": company.admin.revision, "is_superuser": False}
        refused(admin.send("PATCH", path_of(company.admin), body), 400, "last_administrator")
        company.admin.refresh_from_db()
        assert company.admin.may(MANAGE_PEOPLE)

    def test_what_somebody_may_see_and_do(self, admin, company):
        customer_of(company.rep1)
        body = done(admin.read(path_of(company.rep1) + "rights/"))
        seen = {one["kind"]: one["count"] for one in body["sees"]}
        assert seen["crm.customer"] == "1"
        assert any(one["by"] == [{"role": "rep", "scope": one["scope"]}] for one in body["rights"])

    def test_access_ends_everywhere(self, admin, company, as_):
        rep = as_("rep1")
        assert done(admin.send("POST", path_of(company.rep1) + "end-access/")) == {"sessions": 0, "tokens": 1}
        assert rep.read("auth/me/").status_code == 401
        assert done(admin.send("POST", path_of(company.rep1) + "reset-second-factor/")) == {"factors": 0}


class TestLimitedAdministrators:
    """Whoever administers one department does no more here than on the pages."""

    def test_they_see_their_own_people_only(self, head_of_sales, company):
        found = {one["username"] for one in done(head_of_sales.read("people/?limit=200"))["results"]}
        assert "rep1" in found
        assert "finance" not in found
        assert head_of_sales.read(path_of(company.finance)).status_code == 404
        for deed in ("invite/", "first-password/", "end-access/", "deactivate/", "reactivate/"):
            refused(head_of_sales.send("POST", path_of(company.finance) + deed, {}), 404, "not_found")

    def test_they_give_no_rights_that_they_lack(self, head_of_sales, company):
        for roles, code in ((["finance"], "role_out_of_reach"), (["hr_sales"], None)):
            revision = done(head_of_sales.read(path_of(company.rep2)))["revision"]
            wanted = {"roles": ["rep", *roles], "revision": revision}
            answer = head_of_sales.send("PATCH", path_of(company.rep2), wanted)
            if code:
                refused(answer, 400, code)
            else:
                done(answer)
        assert set(company.rep2.roles.values_list("code", flat=True)) == {"rep", "hr_sales"}
        wanted = {
            "is_superuser": True,
            "revision": done(head_of_sales.read(path_of(company.rep2)))["revision"],
        }
        refused(head_of_sales.send("PATCH", path_of(company.rep2), wanted), 403, "forbidden")

    def test_they_put_nobody_elsewhere(self, head_of_sales):
        body = {"username": "x", "display_name": "某", "department": "finance"}
        refused(head_of_sales.send("POST", "people/", body), 400, "out_of_reach")
        assert not User.objects.filter(username="x").exists()

    def test_what_holds_for_the_whole_company_is_not_theirs(self, head_of_sales, company):
        sales = Department.objects.get(code="sales1")
        role = Role.objects.get(code="hr_sales")
        # They see the tree, for they choose a place in it.
        assert done(head_of_sales.read("departments/"))["results"]
        for method, path, body in (
            ("POST", "departments/", {"name": "新部门"}),
            ("PATCH", f"departments/{sales.pk}/", {"name": "改"}),
            ("POST", f"departments/{sales.pk}/move/", {"parent": None}),
            ("DELETE", f"departments/{sales.pk}/", None),
            ("GET", "roles/", None),
            ("GET", f"roles/{role.pk}/", None),
            ("PUT", f"roles/{role.pk}/grants/", {"grants": {MANAGE_PEOPLE: "all"}, "revision": "x"}),
            ("POST", f"roles/{role.pk}/members/", {"add": ["manager1"]}),
            ("POST", "roles/", {"name_zh": "甲", "name_en": "A"}),
            ("GET", "permissions/", None),
        ):
            refused(head_of_sales.send(method, path, body), 403, "forbidden")
        assert dict(role.grants.values_list("permission", "scope")) == {MANAGE_PEOPLE: "subtree"}


class TestDepartments:
    def test_made_renamed_moved_merged_and_deleted(self, admin, company):
        made = done(
            admin.send("POST", "departments/", {"name": "出口部", "parent": "hq", "code": "export"}), 201
        )
        assert (made["path"], made["people"]) == ("/hq/export/", 0)
        path = f"departments/{made['id']}/"
        assert done(admin.send("PATCH", path, {"name_en": "Export"}))["name"] == "出口部"
        assert done(admin.send("POST", path + "move/", {"parent": "service"}))["parent"] == "service"
        refused(admin.send("DELETE", f"departments/{_department('service')}/"), 400, "department_not_empty")
        done(admin.send("POST", "departments/", {"name": "东南亚", "parent": "export", "code": "asean"}), 201)
        merged = done(admin.send("POST", path + "merge/", {"into": "service"}))
        assert merged["code"] == "service"
        assert Department.objects.get(code="asean").path.endswith("/service/asean/")
        assert not Department.objects.filter(code="export").exists()
        assert admin.send("DELETE", f"departments/{_department('asean')}/").status_code == 204

    def test_a_department_does_not_stand_below_itself(self, admin, company):
        path = f"departments/{_department('hq')}/move/"
        body = refused(admin.send("POST", path, {"parent": "sales1"}), 400, "department_loop")
        assert set(body["errors"]) == {"parent"}

    def test_the_list_is_a_tree(self, admin, company):
        rows = done(admin.read("departments/?limit=200"))["results"]
        assert [one["path"] for one in rows] == sorted(one["path"] for one in rows)
        assert sum(one["people"] for one in rows) == User.objects.exclude(department=None).count()
        assert [one["code"] for one in done(admin.read("departments/?q=sales1"))["results"]] == ["sales1"]


class TestRoles:
    def test_a_role_from_copy_to_its_end(self, admin, company):
        rep = Role.objects.get(code="rep")
        body = {"name_zh": "出口代表", "name_en": "Export rep", "copy_of": str(rep.pk)}
        made = done(admin.send("POST", "roles/", body), 201)
        assert made["code"] == "export_rep"
        assert made["grants"] == dict(rep.grants.values_list("permission", "scope"))
        path = f"roles/{made['id']}/"
        assert done(admin.send("PATCH", path, {"description": "国外"}))["description"] == "国外"
        assert done(admin.send("POST", path + "members/", {"add": ["rep1", "rep2"]})) == {
            "added": 2,
            "removed": 0,
        }
        refused(admin.send("DELETE", path), 400, "role_in_use")
        done(admin.send("POST", path + "members/", {"remove": ["rep1", "rep2"]}))
        assert admin.send("DELETE", path).status_code == 204

    def test_grants_are_said_whole_and_on_what_was_read(self, admin, company):
        role = Role.objects.create(code="r", name_zh="甲", name_en="A")
        path = f"roles/{role.pk}/"
        read = done(admin.read(path))
        wanted = {"grants": {"crm.view_customer": "all"}, "revision": read["revision"]}
        assert done(admin.send("PUT", path + "grants/", wanted))["grants"] == {"crm.view_customer": "all"}
        refused(admin.send("PUT", path + "grants/", wanted), 409, "changed_since")
        now = done(admin.read(path))
        other = {"crm.edit_customer": "own"}
        preview = done(admin.send("POST", path + "grants/preview/", {"grants": other}))
        assert {(one["permission"], one["before"], one["after"]) for one in preview["changes"]} == {
            ("crm.view_customer", "all", ""),
            ("crm.edit_customer", "", "own"),
        }
        assert done(admin.read(path))["grants"] == now["grants"]
        done(admin.send("PUT", path + "grants/", {"grants": other, "revision": now["revision"]}))
        assert dict(role.grants.values_list("permission", "scope")) == other

    def test_the_last_administrator_stays(self, admin, company):
        User.objects.update(is_superuser=False)
        for role in Role.objects.filter(grants__permission=MANAGE_PEOPLE, grants__scope="all").distinct():
            read = done(admin.read(f"roles/{role.pk}/"))
            wanted = {"grants": {}, "revision": read["revision"]}
            answer = admin.send("PUT", f"roles/{role.pk}/grants/", wanted)
        refused(answer, 400, "last_administrator")
        assert Grant.objects.filter(permission=MANAGE_PEOPLE, scope="all").exists()

    def test_who_may_do_this(self, admin, company):
        rights = {one["code"] for one in done(admin.read("permissions/"))["results"]}
        assert "crm.view_customer" in rights
        holders = done(admin.read("permissions/crm.view_customer/holders/"))["results"]
        assert {"rep1", "boss"} <= {one["username"] for one in holders}
        assert admin.read("permissions/crm.fly/holders/").status_code == 404


class TestSubstitutions:
    def body(self, **more):
        today = clock.today()
        return {
            "substitute": "rep2",
            "starts_on": str(today),
            "ends_on": str(today + timedelta(days=3)),
            **more,
        }

    def test_set_and_ended(self, company, as_):
        rep = as_("rep1")
        made = done(rep.send("POST", "substitutions/", self.body(with_open_work=True)), 201)
        assert (made["person"], made["state"], made["moved"]) == ("rep1", "now", 0)
        refused(rep.send("POST", "substitutions/", self.body()), 400, "overlap")
        path = f"substitutions/{made['id']}/"
        assert as_("rep3").read(path).status_code == 404
        assert done(as_("rep2").read(path))["substitute"] == "rep2"
        assert done(rep.send("POST", path + "end/"))["state"] == "over"
        refused(rep.send("POST", path + "end/"), 409, "substitution_over")
        assert done(rep.read("substitutions/?over=false"))["results"] == []
        assert len(done(rep.read("substitutions/?over=true&person=rep1"))["results"]) == 1

    def test_nobody_sets_one_for_somebody_else(self, company, as_):
        refused(as_("rep3").send("POST", "substitutions/", self.body(person="rep1")), 403, "forbidden")
        done(as_("manager1").send("POST", "substitutions/", self.body(person="rep1")), 201)
        assert Substitution.objects.count() == 1


class TestCalendar:
    def test_a_year_is_imported_confirmed_and_taken_back(self, admin, company):
        year = done(admin.read("calendar/years/2026/"))
        assert (year["is_confirmed"], year["is_announced"]) == (False, True)
        change = done(admin.send("POST", "calendar/years/2026/import/"))
        days = done(admin.read("calendar/days/?year=2026&limit=200"))["results"]
        assert {"day": "2026-10-01", "kind": "holiday"}.items() <= next(
            one for one in days if one["day"] == "2026-10-01"
        ).items()
        confirmed = done(admin.send("POST", "calendar/years/2026/confirm/", {}))
        assert CalendarYear.objects.get(year=2026).is_confirmed
        refused(admin.send("POST", f"calendar/changes/{change['id']}/undo/"), 409, "changed_since")
        done(admin.send("POST", f"calendar/changes/{confirmed['id']}/undo/"))
        undone = done(admin.send("POST", f"calendar/changes/{change['id']}/undo/"))
        assert undone["undone"] == change["id"]
        assert not CalendarDay.objects.filter(day__year=2026).exists()
        assert len(done(admin.read("calendar/changes/"))["results"]) == 4

    def test_days_one_by_one_and_together(self, admin, company):
        put = admin.send("PUT", "calendar/days/2031-05-04/", {"kind": "make_up", "name": "调休"})
        done(put)
        body = {"days": [{"day": "2031-05-04", "kind": None}, {"day": "2031-05-05", "kind": "holiday"}]}
        assert "moves" in done(admin.send("POST", "calendar/days/preview/", body))
        assert CalendarDay.objects.get().day == date(2031, 5, 4)
        done(admin.send("POST", "calendar/days/", body))
        assert CalendarDay.objects.get().day == date(2031, 5, 5)
        refused(admin.send("PUT", "calendar/days/2031-05-06/", {"kind": "make_up"}), 400, "works_anyway")
        twice = {"days": [{"day": "2031-05-05", "kind": None}, {"day": "2031-05-05", "kind": "holiday"}]}
        refused(admin.send("POST", "calendar/days/", twice), 400, "invalid")
        assert admin.send("PUT", "calendar/days/2031-02-30/", {"kind": "holiday"}).status_code == 404

    def test_hours_of_the_week(self, admin, company):
        hours = done(admin.read("calendar/hours/"))["hours"]
        assert {"weekday": 0, "opens": "09:00", "closes": "12:00"} in hours
        wanted = [*hours, {"weekday": 5, "opens": "09:00", "closes": "12:00"}]
        done(admin.send("PUT", "calendar/hours/", {"hours": wanted}))
        assert done(admin.read("calendar/hours/"))["hours"] == wanted
        wrong = [{"weekday": 0, "opens": "12:00", "closes": "09:00"}]
        refused(admin.send("PUT", "calendar/hours/", {"hours": wrong}), 400, "hours_backwards")
        assert done(admin.read("calendar/hours/"))["hours"] == wanted


class TestSettingsAndNumbers:
    def test_a_setting_there_and_back(self, admin, company):
        path = "settings/contracts.pay_within_days/"
        assert done(admin.read(path))["value"] == 7
        changed = done(admin.send("PUT", path, {"value": 10}))
        assert (changed["value"], changed["is_default"], changed["changed_by"]) == (10, False, "admin")
        assert configuration.value("contracts.pay_within_days") == 10
        for wrong in (0, "soon", True, 2.5):
            answer = admin.send("PUT", path, {"value": wrong})
            assert answer.status_code == 400, wrong
            assert set(answer.json()["errors"]) == {"value"}
        refused(admin.send("PUT", "settings/core.send_mail/", {"value": "no"}), 400, "invalid")
        assert done(admin.send("POST", path + "default/"))["is_default"] is True
        assert admin.read("settings/core.fly/").status_code == 404
        assert {one["code"] for one in done(admin.read("settings/"))["results"]} >= {"core.send_mail"}

    def test_a_rule_of_numbers_never_repeats(self, admin, company):
        rule = NumberRule.objects.get(code="payment")
        path = f"number-rules/{rule.pk}/"
        read = done(admin.read(path))
        assert read["next"] == peek(rule, on=clock.today())
        wanted = {"pattern": "SK-{YYYY}-{SEQ:5}", "next_value": 700}
        preview = done(admin.send("POST", path + "preview/", wanted))["following"]
        assert [number[-5:] for number in preview] == ["00700", "00701", "00702"]
        assert done(admin.read(path)) == read
        assert done(admin.send("PATCH", path, {**wanted, "next": read["next"]}))["next"] == preview[0]
        refused(admin.send("PATCH", path, {**wanted, "next": read["next"]}), 409, "changed_since")
        low = {"next_value": 5, "next": preview[0]}
        assert set(refused(admin.send("PATCH", path, low), 400, "number_used")["errors"]) == {"next_value"}


def test_refusals_are_told_in_the_callers_language(company, as_):
    path = f"departments/{_department('hq')}/"
    told = {
        lang: as_("admin", language=lang).send("DELETE", path).json()["detail"] for lang in ("en", "zh-hans")
    }
    assert "Merge it" in told["en"]
    assert "并入" in told["zh-hans"]


def test_the_description_is_complete():
    """Nothing is described by a guess: the generator warns where it does not know."""
    GENERATOR_STATS.silence()
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS


def _department(code: str) -> int:
    return Department.objects.get(code=code).pk
