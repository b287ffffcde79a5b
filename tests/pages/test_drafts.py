"""What is typed and not sent: kept for its person, offered again, gone with the sending."""

import json
from datetime import timedelta

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from core import clock
from core.errors import ApplicationError
from core.generic.drafting import kept_for
from core.generic.forms import VERSION
from core.models import Comment, FormDraft
from core.services import drafts
from core.services.drafts import discard_draft, keep_draft, ticket_for
from core.services.tidying import forget_old_rows
from crm.models import Customer
from crm.services import update_customer
from tests.contracts.factory import customer_of
from tests.crm.raw import ownership_follows

pytestmark = pytest.mark.django_db
KEEP, DISCARD = "/drafts/", "/drafts/discard/"


@pytest.fixture
def customer(company):
    return customer_of(company.rep1, industry="机械", source="other")


@pytest.fixture
def owner(company, client):
    client.force_login(company.rep1)
    return client


@pytest.fixture
def url(customer):
    return reverse("crm:customer-edit", args=[customer.pk])


def typed_into(client: Client, url: str, **changes: str) -> dict[str, list[str]]:
    """Keep a draft as the browser does: everything that stands in the form, with what was typed."""
    page = client.get(url)
    form, kept = page.context["form"], page.context["kept"]
    data = {bound.html_name: [str(bound.value() or "")] for bound in form}
    data |= {VERSION: [str(page.context["version"])]} if page.context["version"] else {}
    data |= {"opening_values": [page.context["opening_values"] or ""]}
    data |= {name: [value] for name, value in changes.items()}
    answer = client.post(KEEP, {"ticket": kept.ticket, "data": json.dumps(data)})
    assert answer.status_code == 200
    return data


class TestOfAForm:
    def test_it_is_offered_with_its_time_and_taken_back(self, owner, url, customer):
        typed_into(owner, url, industry="电气")
        page = owner.get(url)
        assert page.context["kept"].draft is not None
        assert page.context["form"]["industry"].value() == "机械"
        assert f"{clock.now().astimezone(clock.COMPANY_ZONE):%H:}" in page.content.decode()
        taken = owner.get(page.context["kept"].take_url)
        assert taken.context["form"]["industry"].value() == "电气"
        assert taken.context["form_url"] == url
        customer.refresh_from_db()
        assert customer.industry == "机械"

    def test_half_a_form_is_taken_back_without_complaints(self, owner):
        url = reverse("crm:customer-create")
        typed_into(owner, url, contact_mobile="1380013")
        page = owner.get(f"{url}?draft=take")
        assert page.context["form"]["contact_mobile"].value() == "1380013"
        assert "field-error" not in page.content.decode()
        assert not Customer.objects.exists()

    def test_sending_the_form_ends_it(self, owner, url):
        data = typed_into(owner, url, industry="电气")
        assert owner.post(url, data).status_code == 302
        assert not FormDraft.objects.exists()

    def test_a_form_that_is_refused_keeps_it(self, owner, url):
        data = typed_into(owner, url, industry="电气", name="")
        assert owner.post(url, data).status_code == 400
        assert FormDraft.objects.count() == 1

    def test_it_can_be_thrown_away(self, owner, url):
        typed_into(owner, url, industry="电气")
        ticket = owner.get(url).context["kept"].ticket
        answer = owner.post(DISCARD, {"ticket": ticket})
        assert (answer.status_code, answer.url) == (302, url)
        assert owner.get(url).context["kept"].draft is None

    def test_what_others_changed_since_is_shown_with_it(self, company, owner, url, customer):
        typed_into(owner, url, industry="电气")
        row = Customer.objects.get(pk=customer.pk)
        update_customer(
            customer_id=row.pk,
            revision=row.revision,
            changes={"industry": "轴承", "region": "浙江"},
            actor=company.manager1,
        )
        page = owner.get(url)
        assert page.context["kept"].has_changed
        taken = owner.get(page.context["kept"].take_url)
        met = taken.context["overtaken"]
        assert [(one.was, one.now, one.typed) for one in met.asked] == [("机械", "轴承", "电气")]
        assert [one.now for one in met.taken] == ["浙江"]
        assert taken.context["form"]["region"].value() == "浙江"

    def test_what_was_still_to_be_decided_is_asked_again(self, company, owner, url, customer):
        """Going away in the middle of a decision decides nothing."""
        data = typed_into(owner, url, industry="电气")
        row = Customer.objects.get(pk=customer.pk)
        changes = {"industry": "轴承"}
        update_customer(customer_id=row.pk, revision=row.revision, changes=changes, actor=company.manager1)
        met = owner.post(url, data)
        assert met.status_code == 409
        context = met.context
        data |= {VERSION: [context["version"]], "opening_values": [context["opening_values"]]}
        owner.post(KEEP, {"ticket": context["kept"].ticket, "data": json.dumps(data)})
        taken = owner.get(f"{url}?draft=take")
        (one,) = taken.context["overtaken"].asked
        assert (one.was, one.now, one.typed) == ("机械", "轴承", "电气")

    def test_forms_that_differ_in_what_they_ask_have_drafts_of_their_own(self, company, owner, customer):
        owner.force_login(company.finance)
        other = customer_of(customer.owner)
        url = reverse("contracts:payment-create")
        typed_into(owner, f"{url}?customer={customer.pk}", note="甲")
        assert owner.get(f"{url}?customer={other.pk}").context["kept"].draft is None
        assert owner.get(f"{url}?customer={customer.pk}").context["kept"].draft is not None

    def test_a_draft_of_a_form_that_is_no_longer_open_to_one_shows_nothing(
        self, company, owner, url, customer
    ):
        typed_into(owner, url, industry="电气")
        Customer.objects.filter(pk=customer.pk).update(
            owner=company.rep3, department_path=company.rep3.department.path
        )
        ownership_follows(customer, company.rep3)
        assert owner.get(f"{url}?draft=take").status_code == 404


class TestOnesOwn:
    def test_nobody_sees_or_ends_the_draft_of_another(self, company, owner, url):
        typed_into(owner, url, industry="电气")
        ticket = owner.get(url).context["kept"].ticket
        owner.force_login(company.manager1)
        assert owner.get(url).context["kept"].draft is None
        for address in (KEEP, DISCARD):
            assert owner.post(address, {"ticket": ticket, "data": '{"a": ["b"]}'}).status_code == 400
        assert FormDraft.objects.get().person == company.rep1

    @pytest.mark.parametrize("ticket", ["", "x", "WzFd:1x:zz", "\x00", "é"])
    def test_a_forged_ticket_is_refused(self, owner, ticket):
        assert owner.post(KEEP, {"ticket": ticket, "data": '{"a": ["b"]}'}).status_code == 400
        assert not FormDraft.objects.exists()

    def test_who_is_not_signed_in_is_led_to_the_sign_in(self, company, client):
        assert client.post(KEEP).url.startswith("/account/login/")


class TestWhatIsKept:
    def keep(self, person, data, **more):
        return keep_draft(ticket=ticket_for(person, path="/x/", **more), data=data, actor=person)

    def test_never_a_password_nor_a_file_nor_what_the_form_calls_secret(self, company, rf):
        class Secrets(forms.Form):
            name = forms.CharField()
            password = forms.CharField(widget=forms.PasswordInput)
            scan = forms.FileField()
            pin = forms.CharField()

        request = rf.get("/x/")
        request.user = company.rep1
        kept = kept_for(request, path="/x/", forms=[Secrets()], secret=["pin"])
        sent = {name: ["abc"] for name in ("name", "password", "scan", "pin", "csrfmiddlewaretoken")}
        draft = keep_draft(ticket=kept.ticket, data=json.dumps(sent), actor=company.rep1)
        assert draft.data == {"name": ["abc"]}

    @pytest.mark.parametrize(
        "data", ["", "x", "[]", "1", '{"a": "b"}', '{"a": [1]}', '{"a": [["b"]]}', "[" * 9000]
    )
    def test_what_is_no_form_is_refused(self, company, data):
        with pytest.raises(ApplicationError) as refused:
            self.keep(company.rep1, data)
        assert refused.value.code == "bad_draft"
        assert not FormDraft.objects.exists()

    def test_too_long_a_text_is_refused_and_the_earlier_one_stays(self, company):
        self.keep(company.rep1, '{"a": ["b"]}')
        with pytest.raises(ApplicationError) as refused:
            self.keep(company.rep1, json.dumps({"a": ["长" * drafts.LARGEST]}))
        assert refused.value.code == "too_large"
        assert FormDraft.objects.get().data == {"a": ["b"]}

    def test_what_no_database_keeps_is_left_out(self, company):
        draft = self.keep(company.rep1, '{"a\\u0000": ["b\\u0000c", "\\ud800"]}')
        draft = FormDraft.objects.get()
        assert draft.data == {"a": ["bc", "?"]}

    def test_an_emptied_form_keeps_nothing(self, company):
        self.keep(company.rep1, '{"a": ["b"]}')
        assert self.keep(company.rep1, '{"a": [""]}') is None
        assert not FormDraft.objects.exists()

    def test_one_of_each_form_and_only_so_many(self, company, monkeypatch):
        monkeypatch.setattr(drafts, "MOST", 2)
        for number in (1, 2, 3, 3):
            ticket = ticket_for(company.rep1, path=f"/{number}/")
            with clock.travel(timedelta(minutes=number)):
                keep_draft(ticket=ticket, data=f'{{"a": ["{number}"]}}', actor=company.rep1)
        assert sorted(FormDraft.objects.values_list("path", flat=True)) == ["/2/", "/3/"]

    def test_old_ones_go_by_themselves(self, company):
        self.keep(company.rep1, '{"a": ["b"]}')
        with clock.travel(timedelta(days=29)):
            forget_old_rows()
            assert FormDraft.objects.exists()
        with clock.travel(timedelta(days=31)):
            forget_old_rows()
        assert not FormDraft.objects.exists()

    def test_ending_one_ends_no_other(self, company):
        for person in (company.rep1, company.rep2):
            self.keep(person, '{"a": ["b"]}')
        discard_draft(path="/x/", actor=company.rep1)
        assert FormDraft.objects.get().person == company.rep2


class TestOfAComment:
    def test_it_stands_in_the_field_until_it_is_sent(self, owner, customer):
        page = f"{customer.get_absolute_url()}?tab=discussion"
        say = reverse("comment-add", args=["crm.customer", customer.pk])
        ticket = owner.get(page).context["kept"].ticket
        owner.post(KEEP, {"ticket": ticket, "data": json.dumps({"text": ["还没写完 <b>"]})})
        assert "还没写完 &lt;b&gt;</textarea>" in owner.get(page).content.decode()
        owner.post(say, {"text": "写完了"}, headers={"HX-Request": "true"})
        assert Comment.objects.get().text == "写完了"
        assert not FormDraft.objects.exists()


class TestOfAContract:
    def test_rows_come_back_as_they_were_typed(self, owner, company, customer):
        from contracts.services import start_contract
        from tests.contracts.test_editor import form_of

        contract = start_contract(customer_id=customer.pk, actor=company.rep1)
        url = reverse("contracts:contract-edit", args=[contract.pk])
        page = owner.get(url)
        sent = form_of(contract, lines=[("VIP-S", "3", "1,000.00"), ("", "", "")], plan=[("", "7.5")])
        sent |= {"opening_values": page.context["opening_values"]}
        data = json.dumps({name: [str(value)] for name, value in sent.items()})
        owner.post(KEEP, {"ticket": page.context["kept"].ticket, "data": data})
        assert owner.get(url).context["draft"].lines.forms[0]["quantity"].value() in ("1", 1)
        taken = owner.get(f"{url}?draft=take")
        lines = taken.context["draft"].lines.forms
        assert [row["quantity"].value() for row in lines] == ["3", ""]
        assert taken.context["draft"].plan.forms[0]["amount"].value() == "7.5"
        assert "field-error" not in taken.content.decode()
        contract.refresh_from_db()
        assert contract.lines.count() == 0
        full = form_of(contract, action="save")
        assert owner.post(url, full).status_code == 302
        assert not FormDraft.objects.exists()


class TestOfATask:
    def test_it_is_offered_after_signing_in_again(self, office, signed_in):
        manager = office.people.manager1
        client = signed_in(manager)
        item = next(one for one in client.get("/inbox/").context["items"].page.rows)
        url = reverse("workflows:work-item", args=[item.pk])
        ticket = client.get(url).context["kept"].ticket
        data = json.dumps({"comment": ["价格太低，请"], "outcome": [""]})
        assert client.post(KEEP, {"ticket": ticket, "data": data}).status_code == 200
        client.logout()
        done = reverse("workflows:work-item-complete", args=[item.pk])
        assert client.post(done, {"comment": "价格太低，请重报"}).status_code == 302
        client = signed_in(manager)
        page = client.get(url)
        assert page.context["kept"].draft is not None
        taken = client.get(page.context["kept"].take_url)
        assert "价格太低，请</textarea>" in taken.content.decode()
        assert "field-error" not in taken.content.decode()
        answer = client.post(done, {"outcome": "reject", "comment": "价格太低"})
        assert (answer.status_code, FormDraft.objects.count()) in {(302, 0), (400, 1)}
        item.refresh_from_db()
        assert item.is_open == (answer.status_code == 400)
