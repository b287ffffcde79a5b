"""People, departments, substitutes, one's own account and the set-up, as they are used on pages."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from config.demo.codes import uscc
from core import clock
from core.models import Department, Setting, Substitution, User
from core.services.access import invite_person, set_first_password
from core.tokens import create_token
from tests.contracts.factory import customer_of

PASSWORD = "liu-shui-xian-1"


@pytest.fixture
def admin(cast, signed_in) -> Client:
    return signed_in(cast.admin)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestPeople:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_every_page_is_shown_in_both_languages(self, cast, admin, language):
        User.objects.filter(pk=cast.admin.pk).update(language=language)
        pk = cast.rep1.pk
        addresses = [
            "/people/",
            "/people/new/",
            "/departments/",
            "/departments/new/",
            "/departments/several/",
        ]
        addresses += [f"/people/{pk}/?tab={tab}" for tab in ("overview", "work", "access", "history")]
        addresses += [f"/people/{pk}/{deed}/" for deed in ("edit", "invite", "password", "deactivate")]
        addresses += ["/substitutes/", "/substitutes/new/", "/me/", "/setup/", "/setup/people/"]
        for address in addresses:
            page(admin, address)

    def test_the_list_is_searched_and_narrowed(self, cast, admin):
        Substitution.objects.create(
            person=cast.rep2,
            substitute=cast.rep1,
            starts_on=clock.today(),
            ends_on=clock.today(),
            created_by=cast.rep2,
            created_at=clock.now(),
        )
        assert "王芳" in page(admin, "/people/?q=wangf")
        assert "李雷" not in page(admin, "/people/?q=wangf")
        found = page(admin, "/people/?state=away")
        assert "韩梅" in found
        assert "陈晨" not in found
        below = page(admin, "/people/?department=sales")
        assert "李雷" in below
        assert "孙丽" not in below
        assert "孙丽" in page(admin, "/people/?role=finance")
        User.objects.filter(pk=cast.rep3.pk).update(is_active=False)
        assert "陈晨" not in page(admin, "/people/")
        assert "陈晨" in page(admin, "/people/?state=left")

    def test_the_list_costs_the_same_however_long(self, cast, admin, django_assert_num_queries):
        page(admin, "/people/")
        with django_assert_num_queries(LIST_QUERIES):
            page(admin, "/people/")
        for number in range(20):
            User.objects.create(username=f"more{number}", display_name="多")
        with django_assert_num_queries(LIST_QUERIES):
            page(admin, "/people/")

    def test_a_person_is_entered_and_gets_a_link_shown_once(self, cast, admin):
        answer = admin.post(
            "/people/new/",
            {"display_name": "林夏", "username": "linxia", "access": "invite"},
        )
        person = User.objects.get(username="linxia")
        assert answer.url == f"/people/{person.pk}/invite/"
        shown = admin.post(answer.url).content.decode()
        (link,) = re.findall(r'value="http://testserver(/join/[^"]+)"', shown)
        stranger = Client()
        assert "linxia" in page(stranger, link)
        assert stranger.post(link, {"password": PASSWORD, "again": "other"}).status_code == 400
        assert stranger.post(link, {"password": PASSWORD, "again": PASSWORD}).url == "/"
        assert stranger.get("/inbox/").status_code == 200
        assert Client().get(link).status_code == 404

    def test_a_change_meets_another_one(self, cast, admin):
        form = {"display_name": "李雷", "username": "rep1", "seen_version": cast.rep1.revision}
        User.objects.filter(pk=cast.rep1.pk).update(revision=9, phone="021")
        answer = admin.post(f"/people/{cast.rep1.pk}/edit/", {**form, "phone": "110"})
        assert answer.status_code == 409
        assert User.objects.get(pk=cast.rep1.pk).phone == "021"

    def test_readers_are_refused_and_nothing_changes(self, cast, signed_in):
        client = signed_in(cast.boss)
        pk = cast.rep1.pk
        for name in ("edit", "invite", "password", "second-factor", "sign-out", "deactivate", "reactivate"):
            assert client.get(f"/people/{pk}/{name}/").status_code == 403, name
            assert client.post(f"/people/{pk}/{name}/").status_code == 403, name
        for address in ("/people/", "/people/new/", "/departments/", "/departments/new/", "/setup/people/"):
            assert client.get(address).status_code == 403, address
        assert User.objects.get(pk=pk).is_active

    def test_only_a_system_administrator_opens_the_deeds_on_another(self, cast, admin):
        User.objects.filter(pk=cast.boss.pk).update(is_superuser=True)
        for name in ("edit", "password", "deactivate"):
            assert admin.get(f"/people/{cast.boss.pk}/{name}/").status_code == 403
        assert f"/people/{cast.boss.pk}/edit/" not in page(admin, f"/people/{cast.boss.pk}/")


class TestLeaving:
    def test_the_page_shows_what_is_held_and_hands_it_over(self, company, signed_in):
        client = signed_in(company.admin)
        customer = customer_of(company.rep1, "上海试验阀门有限公司")
        address = f"/people/{company.rep1.pk}/deactivate/"
        shown = page(client, address)
        assert "上海试验阀门有限公司" in shown
        assert client.post(address, {"for_all": ""}).status_code == 400
        assert User.objects.get(pk=company.rep1.pk).is_active
        answer = client.post(address, {"for_all": company.manager1.pk, "note": "离职"}, follow=True)
        assert answer.status_code == 200
        customer.refresh_from_db()
        assert customer.owner == company.manager1
        assert client.get(address).url == f"/people/{company.rep1.pk}/"


class TestDepartments:
    def test_a_department_is_made_moved_and_merged(self, cast, admin):
        hq = Department.objects.get(code="hq")
        admin.post("/departments/new/", {"name": "华南区", "parent": hq.pk})
        made = Department.objects.get(name="华南区")
        sales = Department.objects.get(code="sales")
        admin.post(f"/departments/{made.pk}/move/", {"parent": sales.pk})
        made.refresh_from_db()
        assert made.path == f"/hq/sales/{made.code}/"
        assert admin.post(f"/departments/{sales.pk}/move/", {"parent": made.pk}).status_code == 400
        admin.post(f"/departments/{made.pk}/merge/", {"into": hq.pk})
        assert not Department.objects.filter(pk=made.pk).exists()


class TestSubstitutes:
    def test_everybody_sets_their_own_and_ends_it(self, cast, signed_in):
        client = signed_in(cast.rep2)
        today = clock.today()
        answer = client.post(
            "/substitutes/new/",
            {
                "person": cast.rep2.pk,
                "substitute": cast.rep1.pk,
                "starts_on": today,
                "ends_on": today + timedelta(days=3),
            },
        )
        assert answer.url == "/substitutes/"
        row = Substitution.objects.get()
        assert "李雷" in page(client, "/substitutes/")
        assert signed_in(cast.finance).get(f"/substitutes/{row.pk}/end/").status_code == 404
        client.post(f"/substitutes/{row.pk}/end/")
        row.refresh_from_db()
        assert row.ended_at is not None

    def test_nobody_sets_one_for_a_stranger(self, cast, signed_in):
        today = clock.today()
        form = {"person": cast.gm.pk, "substitute": cast.rep1.pk, "starts_on": today, "ends_on": today}
        assert signed_in(cast.rep2).post("/substitutes/new/", form).status_code == 400
        assert not Substitution.objects.exists()


class TestOwnPassword:
    def test_a_first_password_leads_to_the_page_that_replaces_it(self, cast):
        password = set_first_password(person_id=cast.rep1.pk, actor=cast.admin)
        client = Client()
        client.post("/account/login/", {"login": "rep1", "password": password})
        for address in ("/inbox/", "/me/", "/account/password/change/", "/customers/"):
            assert client.get(address).url == "/me/password/"
        assert client.get("/api/v1/customers/").json()["code"] == "password_change_required"
        assert client.post("/me/password/", {"password": password, "again": password}).status_code == 400
        assert client.post("/me/password/", {"password": PASSWORD, "again": PASSWORD}).url == "/"
        assert client.get("/inbox/").status_code == 200

    def test_the_api_refuses_until_then(self, cast):
        _row, key = create_token(actor=cast.rep1)
        password = set_first_password(person_id=cast.rep1.pk, actor=cast.admin)
        answer = Client().get("/api/v1/customers/", headers={"Authorization": f"Token {key}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "password_change_required")
        answer = Client().post(
            "/api/v1/auth/token/",
            {"username": "rep1", "password": password},
            content_type="application/json",
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "password_change_required")

    def test_the_profile_keeps_what_its_owner_says(self, cast, signed_in):
        client = signed_in(cast.rep1)
        form = {"display_name": "李雷", "phone": "021-1", "seen_version": cast.rep1.revision}
        assert client.post("/me/", form).url == "/me/"
        assert User.objects.get(pk=cast.rep1.pk).phone == "021-1"

    def test_a_used_link_is_no_page(self, cast):
        link = invite_person(person_id=cast.rep1.pk, actor=cast.admin)
        User.objects.filter(pk=cast.rep1.pk).update(password="changed")
        assert Client().get(link).status_code == 404


class TestSetUp:
    def test_from_nothing_to_a_submitted_contract(self, client, db):
        client.post(
            "/first-run/",
            {"company": "东方阀门", "display_name": "贺明", "username": "admin", "password": PASSWORD},
        )
        assert "初始设置" in page(client, "/setup/")
        hq = Department.objects.get(code="hq")
        client.post("/departments/several/", {"parent": hq.pk, "lines": "销售部\n  销售一部\n财务部"})
        answer = client.post(
            "/setup/people/",
            {
                "access": "password",
                "lines": "王芳，wangfang，销售部，销售经理\n李雷，lilei，销售一部，销售代表，，wangfang",
            },
        )
        shown = answer.content.decode()
        passwords = re.findall(r"<code>([^<]+)</code>", shown)
        assert answer.status_code == 200
        assert len(passwords) == 2
        client.post(
            "/our-companies/new/",
            OUR_COMPANY,
        )
        from contracts.models import OwnCompany

        ours = OwnCompany.objects.get()
        client.post(
            reverse("contracts:account-create", args=[ours.pk]),
            {
                "holder": "东方阀门有限公司",
                "bank_name": "工商银行",
                "number": "1001 1234 0930 0268 026",
                "is_active": "on",
            },
        )
        client.post(
            reverse("contracts:product-create"),
            {
                "code": "VIP",
                "name": "会员（年）",
                "kind": "membership",
                "unit": "年",
                "list_price": "12800.00",
                "floor_price": "9800.00",
                "term_months": "12",
                "is_active": "on",
            },
        )
        seller = Client()
        seller.post("/account/login/", {"login": "lilei", "password": passwords[1]})
        seller.post("/me/password/", {"password": PASSWORD, "again": PASSWORD})
        self.sells(User.objects.get(username="lilei"))
        shown = page(client, "/setup/")
        assert shown.count("<li") >= 7
        from core.set_up import is_open

        assert not is_open()
        assert "/setup/" not in page(client, "/administration/")

    def sells(self, person: User) -> None:
        from contracts.models import Contract, Product
        from contracts.services import Line, start_contract
        from tests.contracts.factory import instalments, term
        from workflows.models import WorkItem
        from workflows.selectors import open_work_item_of
        from workflows.services import complete_work_item

        product = Product.objects.get()
        contract = start_contract(
            customer_id=customer_of(person).pk,
            actor=person,
            fields=term(),
            lines=[Line(product_id=product.pk, price=product.list_price)],
            plan=instalments((10, "12800.00")),
        )
        item = open_work_item_of(contract, element="draft_contract", actor=person)
        complete_work_item(work_item_id=item.pk, actor=person, outcome="submit")
        contract.refresh_from_db()
        assert contract.state == Contract.State.REVIEWING
        assert contract.no
        review = WorkItem.objects.open().get(element="manager_review")
        assert review.assignee.username == "wangfang"

    def test_it_can_be_put_away(self, cast, admin):
        assert "/setup/" in page(admin, "/administration/")
        assert admin.get("/setup/dismiss/").status_code == 405
        admin.post("/setup/dismiss/")
        assert Setting.objects.filter(code="core.set_up_dismissed").exists()
        assert "/setup/" not in page(admin, "/administration/")
        assert page(admin, "/setup/")

    def test_wrong_lines_are_named_and_nobody_is_entered(self, cast, admin):
        before = User.objects.count()
        answer = admin.post("/setup/people/", {"access": "password", "lines": "甲，，没有的部门"})
        assert answer.status_code == 400
        assert "没有的部门" in answer.content.decode()
        assert User.objects.count() == before


# The person, the page's frame, three filters, rows with their roles, unread notifications, open tasks.
LIST_QUERIES = 13
OUR_COMPANY = {
    "name": "东方阀门有限公司",
    "short_name": "东方阀门",
    "uscc": uscc("310115", 260001),
    "legal_representative": "贺明",
    "address": "上海市浦东新区张江路1号",
    "phone": "021-68880368",
    "sign_place": "上海市",
}
