"""The customers' pages: who sees what, what is refused, and what stands on them."""

import pytest
from django.urls import reverse

from crm.models import Contact, Customer
from crm.services import create_customer

VALID_USCC = "91310000775785552L"


def enter(owner, name="上海明远机电有限公司", mobile="13800138000", **more):
    """A customer with a contact and a postal address."""
    return create_customer(
        fields={"name": name, "industry": "机械", "region": "上海", **more.pop("fields", {})},
        contacts=[{"name": "张敏", "mobile": mobile}],
        addresses=[{"kind": "postal", "address": "上海市徐汇区漕溪路 18 号", "postcode": "200030"}],
        actor=owner,
        **more,
    )


@pytest.fixture
def customer(company):
    return enter(company.rep1)


PAGES = ["customer-detail", "customer-edit", "customer-assign"]
PART_PAGES = ["contact-create", "address-create"]


class TestWhoSeesACustomer:
    @pytest.mark.parametrize("name", [*PAGES, *PART_PAGES])
    def test_a_stranger_gets_404(self, signed_in, company, customer, name):
        response = signed_in(company.rep2).get(reverse(f"crm:{name}", args=[customer.pk]))
        assert response.status_code == 404

    @pytest.mark.parametrize("name", [*PAGES[1:], *PART_PAGES])
    def test_a_reader_gets_403_from_every_form(self, signed_in, company, customer, name):
        response = signed_in(company.finance).get(reverse(f"crm:{name}", args=[customer.pk]))
        assert response.status_code == 403

    @pytest.mark.parametrize("name", [*PAGES, *PART_PAGES])
    def test_who_is_not_signed_in_is_led_to_the_sign_in(self, client, customer, name):
        response = client.get(reverse(f"crm:{name}", args=[customer.pk]))
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))

    @pytest.mark.parametrize("name", [*PAGES, *PART_PAGES])
    def test_the_owner_opens_every_page(self, signed_in, company, customer, name):
        response = signed_in(company.rep1).get(reverse(f"crm:{name}", args=[customer.pk]))
        assert response.status_code == 200

    def test_a_reader_sees_no_buttons_that_change(self, signed_in, company, customer):
        page = signed_in(company.finance).get(customer.get_absolute_url()).text
        assert "上海明远机电有限公司" in page
        assert reverse("crm:customer-edit", args=[customer.pk]) not in page

    def test_a_contact_is_found_only_under_its_own_customer(self, signed_in, company, customer):
        other = enter(company.rep1, "苏州工业园区华新电气有限公司")
        contact = other.contacts.get()
        response = signed_in(company.rep1).get(reverse("crm:contact-edit", args=[customer.pk, contact.pk]))
        assert response.status_code == 404


class TestTheList:
    @pytest.fixture(autouse=True)
    def _customers(self, company):
        enter(company.rep1, "上海明远机电有限公司")
        enter(company.rep1, "杭州北辰化工有限公司", fields={"region": "杭州"})
        enter(company.rep2, "宁波海纳轴承有限公司", mobile="13800138009")

    def names(self, client, **query):
        response = client.get(reverse("crm:customer-list"), query)
        assert response.status_code == 200
        return [row.record.name for row in response.context["table"].rows]

    def test_a_rep_sees_the_own_customers_by_pinyin(self, signed_in, company):
        assert self.names(signed_in(company.rep1)) == ["杭州北辰化工有限公司", "上海明远机电有限公司"]

    def test_a_manager_sees_those_of_the_team(self, signed_in, company):
        assert len(self.names(signed_in(company.manager1))) == 3

    @pytest.mark.parametrize("text", ["明远", "shmy", "mingyuan", "13800138000"])
    def test_is_searched_by_substring_pinyin_and_phone(self, signed_in, company, text):
        assert "上海明远机电有限公司" in self.names(signed_in(company.rep1), q=text)

    def test_a_search_that_matches_nothing_says_so(self, signed_in, company):
        page = signed_in(company.rep1).get(reverse("crm:customer-list"), {"q": "不存在的公司"}).text
        assert "没有找到" in page

    def test_is_narrowed_by_region_and_owner(self, signed_in, company):
        client = signed_in(company.manager1)
        assert self.names(client, region="杭州") == ["杭州北辰化工有限公司"]
        assert self.names(client, owner=str(company.rep2.pk)) == ["宁波海纳轴承有限公司"]
        assert self.names(client, owner="pool") == []

    def test_leads_those_who_may_to_the_import(self, signed_in, company):
        link = f'href="{reverse("import-start", args=["crm.customers"])}"'
        assert link in signed_in(company.assistant).get(reverse("crm:customer-list")).text
        assert link not in signed_in(company.finance).get(reverse("crm:customer-list")).text

    def test_without_the_right_to_see_customers_there_is_no_list(self, signed_in, company):
        assert signed_in(company.seal).get(reverse("crm:customer-list")).status_code == 403

    def test_is_exported_with_all_columns(self, signed_in, company):
        response = signed_in(company.rep1).get(reverse("crm:customer-list"), {"export": "csv"})
        text = b"".join(response.streaming_content).decode()
        assert "上海明远机电有限公司" in text
        assert "宁波海纳轴承有限公司" not in text

    def test_costs_a_fixed_number_of_queries(self, signed_in, company, django_assert_num_queries):
        for number in range(5):
            enter(company.rep1, f"嘉兴第{number}五金厂")
        client = signed_in(company.rep1)
        client.get(reverse("crm:customer-list"))
        with django_assert_num_queries(14):
            client.get(reverse("crm:customer-list"))


class TestEnteringACustomer:
    url = property(lambda self: reverse("crm:customer-create"))

    def fill(self, **more):
        return {
            "name": "无锡锦程模具有限公司",
            "kind": "company",
            "status": "interested",
            "level": "C",
            "source": "outbound",
            "contact_name": "王强",
            "contact_mobile": "138 0013 8001",
            "address_address": "无锡市滨湖区建筑路 5 号",
            "address_postcode": "214000",
            **more,
        }

    def test_enters_customer_contact_and_postal_address(self, signed_in, company):
        response = signed_in(company.rep1).post(self.url, self.fill(uscc=VALID_USCC))
        customer = Customer.objects.get()
        assert response.url == customer.get_absolute_url()
        assert (customer.owner, customer.uscc) == (company.rep1, VALID_USCC)
        assert customer.contacts.get().mobile == "13800138001"
        assert customer.addresses.get().kind == "postal"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("uscc", "91310000775785552A"),
            ("contact_mobile", "12345"),
            ("address_postcode", "12"),
            ("name", ""),
            ("contact_name", ""),
        ],
    )
    def test_marks_a_wrong_field_and_enters_nothing(self, signed_in, company, field, value):
        response = signed_in(company.rep1).post(self.url, self.fill(**{field: value}))
        assert response.status_code == 400
        assert field in response.context["form"].errors
        assert not Customer.objects.exists()

    def test_the_note_on_top_leads_to_each_field_to_mend(self, signed_in, company):
        page = signed_in(company.rep1).post(self.url, self.fill(name="", contact_phone="12ab")).text
        assert '<li><a href="#id_name">名称</a>: ' in page
        assert '<li><a href="#id_contact_phone">电话</a>: ' in page
        assert not Customer.objects.exists()

    def test_a_contact_nobody_can_reach_is_refused(self, signed_in, company):
        response = signed_in(company.rep1).post(self.url, self.fill(contact_mobile=""))
        assert "contact_mobile" in response.context["form"].errors
        assert not Contact.objects.exists()

    def test_a_company_that_is_tracked_already_is_refused_beside_its_name(self, signed_in, company):
        enter(company.rep2, "无锡锦程模具有限公司")
        response = signed_in(company.rep1).post(self.url, self.fill())
        assert response.status_code == 400
        assert "name" in response.context["form"].errors
        assert Customer.objects.count() == 1

    def test_a_reader_may_not_enter_one(self, signed_in, company):
        client = signed_in(company.finance)
        assert client.get(self.url).status_code == 403
        assert client.post(self.url, self.fill()).status_code == 403
        assert not Customer.objects.exists()


class TestChangingACustomer:
    def values(self, customer, **more):
        return {
            "name": customer.name,
            "kind": "company",
            "status": "interested",
            "level": "C",
            "source": "other",
            "seen_version": str(customer.revision),
            **more,
        }

    def test_saves_what_changed(self, signed_in, company, customer):
        url = reverse("crm:customer-edit", args=[customer.pk])
        response = signed_in(company.rep1).post(url, self.values(customer, industry="电气"))
        customer.refresh_from_db()
        assert response.url == customer.get_absolute_url()
        assert customer.industry == "电气"

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, signed_in, company, customer):
        stale = self.values(customer, industry="电气")
        Customer.objects.filter(pk=customer.pk).update(revision=customer.revision + 1, industry="轴承")
        url = reverse("crm:customer-edit", args=[customer.pk])
        response = signed_in(company.rep1).post(url, stale)
        customer.refresh_from_db()
        assert response.status_code == 409
        assert customer.industry == "轴承"

    def test_a_reader_changes_nothing(self, signed_in, company, customer):
        url = reverse("crm:customer-edit", args=[customer.pk])
        response = signed_in(company.finance).post(url, self.values(customer, industry="电气"))
        customer.refresh_from_db()
        assert response.status_code == 403
        assert customer.industry == "机械"

    def test_a_manager_hands_a_customer_to_somebody_of_the_team(self, signed_in, company, customer):
        url = reverse("crm:customer-assign", args=[customer.pk])
        signed_in(company.manager1).post(url, {"owner": company.rep2.pk})
        customer.refresh_from_db()
        assert customer.owner == company.rep2

    def test_nobody_hands_a_customer_out_of_reach(self, signed_in, company, customer):
        url = reverse("crm:customer-assign", args=[customer.pk])
        response = signed_in(company.manager1).post(url, {"owner": company.rep3.pk})
        customer.refresh_from_db()
        assert response.status_code == 400
        assert customer.owner == company.rep1


class TestPeopleAndAddresses:
    def test_a_second_contact_can_become_the_primary_one(self, signed_in, company, customer):
        url = reverse("crm:contact-create", args=[customer.pk])
        data = {
            "name": "刘芳",
            "phone": "021-61234567",
            "is_primary": "on",
            "seen_version": str(customer.revision),
        }
        response = signed_in(company.rep1).post(url, data)
        assert response.url.endswith("?tab=contacts")
        assert customer.contacts.get(is_primary=True).name == "刘芳"

    def test_a_contact_is_changed(self, signed_in, company, customer):
        contact = customer.contacts.get()
        url = reverse("crm:contact-edit", args=[customer.pk, contact.pk])
        data = {"name": "张敏", "mobile": "13900139000", "seen_version": str(customer.revision)}
        signed_in(company.rep1).post(url, data)
        contact.refresh_from_db()
        assert contact.mobile == "13900139000"
        assert contact.is_primary

    def test_an_address_is_changed(self, signed_in, company, customer):
        address = customer.addresses.get()
        url = reverse("crm:address-edit", args=[customer.pk, address.pk])
        data = {
            "kind": "postal",
            "address": "上海市长宁区天山路 1 号",
            "seen_version": str(customer.revision),
        }
        signed_in(company.rep1).post(url, data)
        address.refresh_from_db()
        assert address.address == "上海市长宁区天山路 1 号"

    @pytest.mark.parametrize(
        ("kind", "value", "wrong"),
        [
            ("uscc", VALID_USCC, False),
            ("uscc", "91310000775785552A", True),
            ("mobile", "123", True),
            ("mobile", "", False),
        ],
    )
    def test_a_number_is_checked_while_typing(self, signed_in, company, kind, value, wrong):
        answer = signed_in(company.rep1).get(reverse("crm:field-check"), {"kind": kind, "value": value})
        assert bool(answer.json()["error"]) is wrong

    def test_only_known_checks_are_answered(self, signed_in, company):
        assert signed_in(company.rep1).get(reverse("crm:field-check"), {"kind": "owner"}).status_code == 404
