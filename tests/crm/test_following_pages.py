"""The pages of following up: activities, statuses, whom to contact today, and who maintains the vocabulary."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.home import figures_for
from crm.models import Activity, ActivityType, Customer, CustomerStatus, StatusChange
from crm.models.status import forget_statuses
from crm.services import log_activity, release_customer, save_status
from tests.around.test_files import picture
from tests.contracts.factory import customer_of
from tests.processes.status_walk import APPROVE, StatusWalk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew():
    yield
    forget_statuses()


@pytest.fixture
def customer(company) -> Customer:
    return customer_of(company.rep1)


def in_days(days: int):
    return clock.today() + timedelta(days=days)


def said(kind="phone_call", **more):
    """What the dialog sends."""
    return {"type": kind, "subject": "询价", "occurred_on": clock.today().isoformat(), **more}


def plan(customer, actor, days, **fields):
    """The next contact, so many days from today; what lies in the past was planned then."""
    log_activity(
        customer_id=customer.pk,
        fields={
            "type": "phone_call",
            "subject": "沟通",
            "occurred_on": min(in_days(days), clock.today()),
            "next_on": in_days(days),
            **fields,
        },
        actor=actor,
    )


class TestActivities:
    def url(self, customer):
        return reverse("crm:activity-log", args=[customer.pk])

    def test_one_is_logged_and_stands_on_the_tab(self, signed_in, company, customer):
        client = signed_in(company.rep1)
        sent = said(description="第一行\n第二行", next_on=in_days(3).isoformat())
        answer = client.post(self.url(customer), sent)
        assert (answer.status_code, answer.url) == (302, f"{customer.get_absolute_url()}?tab=activities")
        page = client.get(customer.get_absolute_url(), {"tab": "activities"}).text
        assert "询价" in page
        assert in_days(3).isoformat() in page
        # What was said keeps its lines.
        assert Activity.objects.get().description == "第一行\n第二行"

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"type": "wechat"}, "transcript"),
            ({"type": "mailing"}, "next_on"),
            ({"subject": ""}, "subject"),
            ({"occurred_on": "2199-01-01"}, "occurred_on"),
            ({"next_on": "2000-01-01"}, "next_on"),
            ({"type": "msn"}, "type"),
            ({"type": "no_such"}, "type"),
            ({"occurred_on": "昨天"}, "occurred_on"),
        ],
    )
    def test_what_breaks_a_rule_is_refused_beside_its_field(self, signed_in, company, customer, more, field):
        answer = signed_in(company.rep1).post(self.url(customer), {**said(), **more})
        assert answer.status_code == 400
        assert field in answer.context["form"].errors
        customer.refresh_from_db()
        assert (Activity.objects.count(), customer.contact_count) == (0, 0)

    def test_a_picture_counts_as_the_record_of_a_chat(self, signed_in, company, customer):
        client = signed_in(company.rep1)
        file = SimpleUploadedFile("聊天.png", picture(), content_type="image/png")
        assert client.post(self.url(customer), {**said("wechat"), "files": [file]}).status_code == 302
        activity = Activity.objects.get()
        address = reverse("crm:activity-file", args=[activity.pk, activity.files.get().pk])
        assert address in client.get(customer.get_absolute_url(), {"tab": "activities"}).text
        shown = client.get(address)
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
        assert signed_in(company.rep2).get(address).status_code == 404

    def test_a_file_of_no_known_kind_is_refused_with_everything(self, signed_in, company, customer):
        file = SimpleUploadedFile("聊天.exe", b"MZ\x90\x00", content_type="application/x-msdownload")
        answer = signed_in(company.rep1).post(self.url(customer), {**said("wechat"), "files": [file]})
        assert answer.status_code == 400
        assert "files" in answer.context["form"].errors
        assert not Activity.objects.exists()

    def test_the_rules_of_a_type_are_said_while_it_is_chosen(self, signed_in, company):
        client = signed_in(company.rep1)
        chat = client.get(reverse("crm:activity-rules"), {"type": "wechat"}).text
        call = client.get(reverse("crm:activity-rules"), {"type": "phone_call"}).text
        assert "id_transcript_help" in chat
        assert chat != call
        assert client.get(reverse("crm:activity-rules"), {"type": "no_such"}).status_code == 404

    def test_whoever_recorded_it_corrects_it(self, signed_in, company, customer):
        plan(customer, company.rep1, 2)
        activity = Activity.objects.get()
        url = reverse("crm:activity-correct", args=[activity.pk])
        client = signed_in(company.rep1)
        assert activity.subject in client.get(url).text
        sent = said("visit", subject="上门", next_on=in_days(2).isoformat(), executors=[company.rep2.pk])
        assert client.post(url, sent).status_code == 302
        activity.refresh_from_db()
        assert (activity.subject, activity.type.code) == ("上门", "visit")
        assert list(activity.executors.all()) == [company.rep2]
        assert client.post(url, said("visit", subject="")).status_code == 400
        activity.refresh_from_db()
        assert activity.subject == "上门"

    def test_who_only_reads_is_offered_nothing_and_refused(self, signed_in, company, customer):
        plan(customer, company.rep1, 2)
        boss = signed_in(company.boss)
        page = boss.get(customer.get_absolute_url(), {"tab": "activities"}).text
        assert "沟通" in page
        assert self.url(customer) not in page
        assert boss.post(self.url(customer), said()).status_code == 403
        assert signed_in(company.rep2).post(self.url(customer), said()).status_code == 404
        assert Activity.objects.count() == 1


class TestStatus:
    def url(self, customer, name="status-change"):
        return reverse(f"crm:{name}", args=[customer.pk])

    def test_only_the_ways_that_lead_on_are_offered(self, signed_in, company, customer):
        form = signed_in(company.rep1).get(self.url(customer)).context["form"]
        assert [code for code, _name in form.fields["to"].choices] == [
            "planned", "quoted", "dormant", "lost", "invalid",
        ]  # fmt: skip

    def test_one_is_taken_with_fact_and_next_contact(self, signed_in, company, customer):
        sent = {"to": "planned", "facts": "已列入预算", "next_on": in_days(5).isoformat()}
        assert signed_in(company.rep1).post(self.url(customer), sent).status_code == 302
        customer.refresh_from_db()
        assert (customer.status, customer.next_contact_on) == ("planned", in_days(5))

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"to": "planned", "days": 5}, "facts"),
            ({"to": "planned", "facts": "x"}, "next_on"),
            ({"to": "planned", "facts": "x", "days": -1}, "next_on"),
            ({"to": "lost"}, "reason"),
            ({"to": "signed", "facts": "x"}, "to"),
            ({}, "to"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_changes(self, signed_in, company, customer, sent, field):
        data = dict(sent)
        if days := data.pop("days", None):
            data["next_on"] = in_days(days).isoformat()
        answer = signed_in(company.rep1).post(self.url(customer), data)
        assert answer.status_code == 400
        assert field in answer.context["form"].errors
        customer.refresh_from_db()
        assert (customer.status, customer.next_contact_on) == ("interested", None)
        assert not StatusChange.objects.exists()

    def test_what_the_manager_approves_is_named_and_not_offered(self, signed_in, company, customer):
        save_status(code="quoted", fields={"needs_approval": True}, ways={}, actor=company.director)
        page = signed_in(company.rep1).get(self.url(customer))
        assert "quoted" not in dict(page.context["form"].fields["to"].choices)
        assert page.context["approved"]
        answer = signed_in(company.rep1).post(self.url(customer), {"to": "quoted", "facts": "x"})
        assert answer.status_code == 400
        customer.refresh_from_db()
        assert customer.status == "interested"

    def test_a_manager_sets_any_by_hand_and_says_why(self, signed_in, company, customer):
        url = self.url(customer, "status-by-hand")
        assert signed_in(company.rep1).post(url, {"to": "signed", "reason": "x"}).status_code == 403
        manager = signed_in(company.manager1)
        assert manager.post(url, {"to": "signed", "reason": ""}).status_code == 400
        assert manager.post(url, {"to": "signed", "reason": "纸质合同已签"}).status_code == 302
        customer.refresh_from_db()
        assert customer.status == "signed"
        assert StatusChange.objects.get().is_override


class TestContactToday:
    def names(self, client, **query):
        answer = client.get(reverse("crm:contact-today"), query)
        assert answer.status_code == 200
        return [row.record.name for row in answer.context["table"].rows]

    @pytest.fixture
    def planned(self, company):
        """Late, today and later of rep1; today of rep2."""
        rows = {}
        for name, who, days in (
            ("late", "rep1", -2), ("today", "rep1", 0), ("later", "rep1", 4), ("other", "rep2", 0),
        ):  # fmt: skip
            person = getattr(company, who)
            rows[name] = customer_of(person)
            plan(rows[name], person, days, description=f"谈了{name}", next_text=f"再问{name}")
        return rows

    def test_the_late_ones_stand_first_and_later_ones_do_not(self, signed_in, company, planned):
        client = signed_in(company.rep1)
        assert self.names(client) == [planned["late"].name, planned["today"].name]
        assert self.names(client, when="overdue") == [planned["late"].name]
        assert self.names(client, when="soon") == [planned["later"].name]
        unplanned = customer_of(company.rep1)
        assert self.names(client, when="none") == [unplanned.name]

    def test_a_line_says_whom_to_call_and_what_was_said(self, signed_in, company, planned):
        page = signed_in(company.rep1).get(reverse("crm:contact-today")).text
        number = planned["late"].contacts.get().best_number
        assert f'href="tel:{number}"' in page
        assert "谈了late" in page
        assert "再问late" in page
        assert f"{reverse('crm:activity-log', args=[planned['late'].pk])}?from=today" in page

    def test_what_is_logged_in_place_leaves_the_list(self, signed_in, company, planned):
        client = signed_in(company.rep1)
        url = f"{reverse('crm:activity-log', args=[planned['late'].pk])}?from=today"
        answer = client.post(url, said(next_on=in_days(6).isoformat()))
        assert (answer.status_code, answer.url) == (302, reverse("crm:contact-today"))
        assert self.names(client) == [planned["today"].name]

    def test_the_manager_sees_the_team_by_person(self, signed_in, company, planned):
        answer = signed_in(company.manager1).get(reverse("crm:contact-today"))
        found = {one["owner"]: (one["due"], one["late"]) for one in answer.context["team"]}
        assert found == {company.rep1.pk: (2, 1), company.rep2.pk: (1, 0)}
        mine = self.names(signed_in(company.manager1), owner=company.rep2.pk)
        assert mine == [planned["other"].name]

    def test_the_figure_counts_what_the_list_holds(self, signed_in, company, planned):
        for person, count in ((company.rep1, 2), (company.manager1, 3)):
            (figure,) = [one for one in figures_for(person) if one.code == "to-contact-today"]
            assert figure.value(person) == count
            assert len(self.names(signed_in(person))) == count
        assert "to-contact-today" not in {one.code for one in figures_for(company.boss)}

    def test_a_customer_that_nobody_tracks_is_not_on_it(self, signed_in, company, planned):
        release_customer(customer_id=planned["late"].pk, reason="not_interested", actor=company.rep1)
        assert self.names(signed_in(company.manager1)).count(planned["late"].name) == 0

    def test_the_customers_list_is_narrowed_by_the_next_contact(self, signed_in, company, planned):
        client = signed_in(company.rep1)

        def found(**query):
            rows = client.get(reverse("crm:customer-list"), query).context["table"].rows
            return [row.record.pk for row in rows]

        assert found(contact="overdue") == [planned["late"].pk]
        assert found(contact="due", order="next_contact_on") == [planned["late"].pk, planned["today"].pk]
        assert found(contact="none") == []
        asked = {"contacted_from": in_days(-3).isoformat(), "contacted_to": in_days(-1).isoformat()}
        assert found(**asked) == [planned["late"].pk]
        assert len(found(order="-last_contact_on", columns="name,last_contact_on,contact_count")) == 3


class TestVocabulary:
    def test_a_status_is_added_with_its_ways(self, signed_in, company):
        client = signed_in(company.director)
        sent = {
            "code": "trial", "name_zh": "试用中", "name_en": "On trial", "kind": "open", "order": "35",
            "probability": "60", "max_days": "20", "is_active": "on", "way_quoted": "fact", "way_lost": "free",
        }  # fmt: skip
        answer = client.post(reverse("crm:status-create"), sent)
        assert answer.status_code == 302
        status = CustomerStatus.objects.get(code="trial")
        ways = dict(status.ways.values_list("to_status__code", "needs_fact"))
        assert ways == {"quoted": True, "lost": False}
        page = client.get(reverse("crm:status-list")).text
        assert "试用中" in page

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"code": "interested"}, "code"),
            ({"code": "有"}, "code"),
            ({"code": "a" * 21}, "code"),
            ({"probability": "101"}, "probability"),
            ({"max_days": "0"}, "max_days"),
            ({"name_zh": ""}, "name_zh"),
            ({"kind": "none"}, "kind"),
            ({"order": "99999"}, "order"),
        ],
    )
    def test_a_wrong_value_is_refused(self, signed_in, company, more, field):
        before = CustomerStatus.objects.count()
        sent = {
            "code": "trial", "name_zh": "试用中", "name_en": "On trial", "kind": "open", "order": "35",
            "probability": "60", "is_active": "on", **more,
        }  # fmt: skip
        answer = signed_in(company.director).post(reverse("crm:status-create"), sent)
        assert answer.status_code == 400
        assert field in answer.context["form"].errors
        assert CustomerStatus.objects.count() == before

    def test_saving_as_shown_changes_no_way(self, signed_in, company):
        status = CustomerStatus.objects.get(code="planned")
        before = dict(status.ways.values_list("to_status__code", "needs_fact"))
        url = reverse("crm:status-edit", args=[status.pk])
        client = signed_in(company.director)
        form = client.get(url).context["form"]
        sent = {name: form[name].value() for name in form.fields}
        assert client.post(url, {name: value for name, value in sent.items() if value}).status_code == 302
        assert dict(status.ways.values_list("to_status__code", "needs_fact")) == before

    def test_one_in_use_is_not_deleted(self, signed_in, company, customer):
        status = CustomerStatus.objects.get(code="interested")
        client = signed_in(company.director)
        answer = client.post(reverse("crm:status-delete", args=[status.pk]))
        assert answer.status_code == 409
        assert CustomerStatus.objects.filter(code="interested").exists()

    def test_one_that_was_never_used_goes(self, signed_in, company):
        fields = {"name_zh": "试", "name_en": "T", "kind": "open"}
        status = save_status(code="trial", fields=fields, ways={}, is_new=True, actor=company.director)
        url = reverse("crm:status-delete", args=[status.pk])
        assert signed_in(company.rep1).post(url).status_code == 403
        assert signed_in(company.director).post(url).status_code == 302
        assert not CustomerStatus.objects.filter(code="trial").exists()

    def test_a_type_is_added_and_its_rule_holds(self, signed_in, company, customer):
        client = signed_in(company.director)
        sent = {
            "code": "sms", "name_zh": "短信", "name_en": "Text message", "channel": "chat", "order": "60",
            "transcript_required": "on", "counts_as_contact": "on", "is_active": "on",
        }  # fmt: skip
        assert client.post(reverse("crm:activity-type-create"), sent).status_code == 302
        assert "短信" in client.get(reverse("crm:activity-type-list")).text
        log = reverse("crm:activity-log", args=[customer.pk])
        assert signed_in(company.rep1).post(log, said("sms")).status_code == 400
        assert signed_in(company.rep1).post(log, said("sms", transcript="您好")).status_code == 302

    def test_a_type_in_use_is_not_deleted_but_retired(self, signed_in, company, customer):
        plan(customer, company.rep1, 2)
        kind = ActivityType.objects.get(code="phone_call")
        client = signed_in(company.director)
        assert client.post(reverse("crm:activity-type-delete", args=[kind.pk])).status_code == 409
        url = reverse("crm:activity-type-edit", args=[kind.pk])
        form = client.get(url).context["form"]
        sent = {name: form[name].value() for name in form.fields if form[name].value()}
        sent.pop("is_active")
        assert client.post(url, sent).status_code == 302
        kind.refresh_from_db()
        assert not kind.is_active
        log = reverse("crm:activity-log", args=[customer.pk])
        assert signed_in(company.rep1).post(log, said()).status_code == 400
        client = signed_in(company.director)
        unused = ActivityType.objects.get(code="msn")
        assert client.post(reverse("crm:activity-type-delete", args=[unused.pk])).status_code == 302
        assert not ActivityType.objects.filter(code="msn").exists()


class TestTheSteps:
    """What people see of the follow-up in their inbox."""

    def test_who_decides_sees_the_new_status_the_fact_and_what_was_said(self, signed_in, company):
        walk = StatusWalk(company)
        save_status(code="quoted", fields={"needs_approval": True}, ways={}, actor=company.director)
        told = {"description": "见到总经理，预算十五万。", "next_text": "发报价"}
        walk.follow_up("advance", in_days=4, to_status="quoted", facts="邮件确认预算", **told)
        url = reverse("workflows:work-item", args=[walk.task.pk])
        page = signed_in(company.manager1).get(url).text
        for text in ("已报价待批准", "邮件确认预算", *told.values()):
            assert text in page
        walk.do("manager1", APPROVE, "approve")
        walk.stands("quoted")

    def test_who_follows_up_sees_what_was_said_before(self, signed_in, company):
        walk = StatusWalk(company)
        log_activity(
            customer_id=walk.customer_pk,
            fields={"type": "visit", "subject": "拜访", "description": "下周再问预算。"},
            actor=company.rep1,
        )
        url = reverse("workflows:work-item", args=[walk.task.pk])
        assert "下周再问预算。" in signed_in(company.rep1).get(url).text
