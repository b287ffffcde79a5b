"""The role of a step that a value of the case names: each element of a multi-instance in another role's queue."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from core.errors import ApplicationError
from core.models import Grant, Role, User
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import FINANCE, Hand, each, form, publish_drawing, user
from workflows import selectors, services
from workflows.models import HistoryEvent, ProcessDefinition, WorkItem
from workflows.queues import roles_with_people
from workflows.role_info import roles_of_version
from workflows.services.handing_over import possible_assignees
from workflows.services.taking_over import hand_over_items

pytestmark = pytest.mark.django_db
BY_MEMBER = '<flow:assign roleFrom="member.role"/>'
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:tests">
<decision id="panel" name="会签表"><decisionTable hitPolicy="COLLECT">
<input label="金额"><inputExpression><text>amount</text></inputExpression></input>
<output name="role" label="角色"/><output name="about" label="事项"/>{}</decisionTable></decision></definitions>"""
RULE = (
    "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>{}</text></outputEntry>"
    '<outputEntry><text>"x"</text></outputEntry></rule>'
)


def panel(*words: str, lane: str = "manager", by: str = BY_MEMBER) -> Drawing:
    """Somebody asks; a table says which roles appraise; each does; then finance closes."""
    drawing = Drawing("panel").start().end()
    user(drawing, "ask", form("amount:integer"))
    decision = '<flow:decision ref="panel" result="members"/>'
    drawing.element("businessRuleTask", "choose", extensions=decision, name="会签人员")
    marker = each("members", "member")
    user(drawing, "appraise", by, form("note:text?"), *words, inner=marker, name="会签")
    user(drawing, "close", FINANCE)
    if lane:
        drawing.lane(lane, "start", "ask", "choose", "appraise", "close", "end")
    return drawing.chain("start", "ask", "choose", "appraise", "close", "end")


def publish(*roles: str, **more) -> None:
    """Roles as the cells of the table say them: a word, or an expression of its own."""
    cells = [role if '"' in role or role == "null" else f'"{role}"' for role in roles]
    rules = "".join(RULE.format(cell.replace("<", "&lt;")) for cell in cells)
    publish_drawing(panel(**more), decisions={"panel": TABLE.format(rules)})


def begin(cast) -> Hand:
    return Hand.start("panel", cast.rep1).do("ask", cast.rep1, amount=1)


def queues(hand: Hand) -> list[tuple[str, str]]:
    return [(item.role, item.alarm) for item in hand.open.values()]


def empty(role: str) -> None:
    User.roles.through.objects.filter(role__code=role).delete()


def claim(item: WorkItem, person: User) -> WorkItem:
    services.claim_work_item(work_item_id=item.pk, actor=person)
    item.refresh_from_db()
    return item


class TestOpening:
    def test_each_element_lies_in_the_queue_of_its_role(self, cast):
        publish("finance", "legal", "gm")
        hand = begin(cast)
        assert queues(hand) == [("finance", ""), ("legal", ""), ("gm", "")]
        for name, person in (
            ("appraise#0", cast.finance),
            ("appraise#1", cast.legal),
            ("appraise#2", cast.gm),
        ):
            assert list(selectors.inbox(person, box="queue")) == [hand.open[name]]
        assert not selectors.inbox(cast.manager1, box="queue"), (
            "the lane's role is only where it falls back to"
        )
        hand.do("appraise#1", cast.legal).do("appraise#0", cast.finance).do("appraise#2", cast.gm)
        assert hand.names == ["close"]

    def test_a_role_is_named_by_its_code_or_its_names(self, cast):
        legal = Role.objects.get(code="legal")
        publish("legal", legal.name_zh, legal.name_en)
        assert queues(begin(cast)) == [("legal", "")] * 3

    def test_a_name_of_the_day_of_publishing_keeps_its_meaning(self, cast):
        publish(Role.objects.get(code="legal").name_zh)
        Role.objects.filter(code="legal").update(name_zh="另一个名称")
        assert queues(begin(cast)) == [("legal", "")]

    @pytest.mark.parametrize("cell", ['"nobody_of_this_name"', '""', 'null if amount > 0 else "legal"'])
    def test_what_names_no_role_goes_to_the_role_of_the_lane(self, cast, cell):
        publish("legal", cell.replace(">", "&gt;"))
        assert queues(begin(cast)) == [("legal", ""), ("manager", "")]

    def test_and_without_a_lane_to_the_administrators_with_the_alarm(self, cast):
        publish("legal", "nobody_of_this_name", lane="")
        hand = begin(cast)
        assert queues(hand) == [("legal", ""), ("process_admin", "nobody_entitled")]
        assert hand.instance.events.get(kind=HistoryEvent.Kind.UNASSIGNED).data["indices"] == [1]

    def test_an_expression_that_fails_goes_to_the_role_of_the_lane(self, cast, subject):
        drawing = Drawing("panel", extensions='<flow:subject type="core.department"/>').start().end()
        user(drawing, "appraise", '<flow:assign roleFrom="subject.broken"/>')
        publish_drawing(drawing.lane("manager", "appraise").chain("start", "appraise", "end"))
        hand = Hand.start("panel", cast.manager1, subject=subject)
        assert queues(hand) == [("manager", "")]

    def test_a_role_without_people_is_the_administrators(self, cast):
        """Not the lane's: the table has said whose it is."""
        publish("legal")
        empty("legal")
        assert queues(begin(cast)) == [("process_admin", "nobody_entitled")]

    def test_whoever_may_not_is_nobody(self, cast):
        """Of the reps only the one who asked is left; the appraisal checks what they did."""
        User.objects.filter(username__in=["rep2", "rep3", "manager1"]).update(is_active=False)
        publish_drawing(
            panel('<flow:distinct from="ask"/>'),
            decisions={"panel": TABLE.format(RULE.format('"rep"') + RULE.format('"legal"'))},
        )
        cast.rep1.roles.set(Role.objects.filter(code="rep"))
        User.roles.through.objects.filter(role__code="rep").exclude(user=cast.rep1.pk).delete()
        assert queues(begin(cast)) == [("process_admin", "nobody_entitled"), ("legal", "")]

    def test_the_elements_of_one_role_are_for_different_people(self, cast):
        publish_drawing(
            panel('<flow:distinct from="appraise"/>'),
            decisions={"panel": TABLE.format(RULE.format('"rep"') * 2)},
        )
        hand = begin(cast)
        hand.do("appraise#0", cast.rep2)
        with pytest.raises(ApplicationError) as caught:
            services.complete_work_item(work_item_id=hand.open["appraise#1"].pk, actor=cast.rep2, data={})
        assert caught.value.code == "separation_of_duties"
        assert hand.do("appraise#1", cast.rep3).names == ["close"]

    def test_it_costs_the_same_for_one_role_and_for_many(self, cast):
        costs = []
        for roles in (["legal"], ["legal", "finance", "gm", "rep", "manager", "legal", "gm"]):
            publish(*roles)
            warm = Hand.start("panel", cast.rep1)
            services.cancel_instance(instance_id=warm.instance.pk, reason="warm", actor=cast.admin)
            item, person = Hand.start("panel", cast.rep1).open["ask"], User.objects.get(pk=cast.rep1.pk)
            with CaptureQueriesContext(connection) as captured:
                services.complete_work_item(work_item_id=item.pk, actor=person, data={"amount": 1})
            costs.append(len(captured))
        assert costs[0] == costs[1]


class TestChangingHands:
    def test_whoever_leaves_the_work_stays_with_its_role(self, cast):
        publish("legal", "finance")
        hand = begin(cast)
        item = claim(hand.open["appraise#1"], cast.finance)
        User.objects.filter(pk=cast.finance.pk).update(is_active=False)
        assert services.reassign_orphans() == 1
        item.refresh_from_db()
        # The nearest manager of the one who had it has it now; it is finance's work all the same.
        assert (item.role, item.alarm) == ("finance", "")

    def test_it_is_handed_over_within_its_role(self, cast):
        publish("legal", "finance")
        item = claim(begin(cast).open["appraise#1"], cast.finance)
        taken = hand_over_items(person=cast.finance, to=cast.legal, actor=cast.admin)
        item.refresh_from_db()
        assert (taken.to_queue, item.role, item.assignee) == (1, "finance", None)

    def test_a_role_that_became_empty_goes_to_the_administrators(self, cast):
        publish("legal", "finance")
        hand = begin(cast)
        empty("finance")
        assert services.reassign_orphans() == 1
        assert queues(hand) == [("legal", ""), ("process_admin", "nobody_entitled")]

    def test_an_administrator_gives_it_back_to_its_role(self, cast):
        publish("legal")
        empty("legal")
        item = begin(cast).open["appraise#0"]
        services.transfer_work_item(work_item_id=item.pk, to=cast.gm, reason="x", actor=cast.admin)
        item.refresh_from_db()
        assert (item.assignee, item.role, item.alarm) == (cast.gm, "legal", "")

    def test_only_people_of_its_role_can_be_given_it(self, cast):
        publish("legal", "finance")
        hand = begin(cast)
        people = set(possible_assignees(hand.open["appraise#1"]).values_list("username", flat=True))
        assert people == set(
            User.objects.filter(roles__code="finance", is_active=True).values_list("username", flat=True)
        )


class TestTelling:
    def test_a_choice_tells_who_may_have_to_do_it(self, cast):
        choices = '<flow:choice value="legal"/><flow:choice value="gm"/>'
        words = f'<flow:form><flow:field id="who" type="choice" required="true">{choices}</flow:field></flow:form>'
        drawing = Drawing("panel").start(extensions=words).end()
        user(drawing, "appraise", '<flow:assign roleFrom="who"/>')
        version = publish_drawing(drawing.lane("manager", "appraise").chain("start", "appraise", "end"))
        assert roles_of_version(version.pk) == {"legal", "gm", "manager"}
        assert set(ProcessDefinition.objects.get(key="panel").start_roles) == {"legal", "gm", "manager"}
        assert queues(Hand.start("panel", cast.gm, data={"who": "legal"})) == [("legal", "")]

    def test_what_comes_next_says_which_value_names_the_role(self, cast, client):
        publish("legal", "finance")
        hand = Hand.start("panel", cast.rep1)
        client.force_login(cast.admin)
        address = reverse("workflows:case-detail", args=[hand.instance.pk])
        text = re.sub(r"\s+", "", strip_tags(client.get(address).content.decode()))
        assert "会签（“会签人员”得出的“角色”所指岗位的人员）" in text


def test_several_queues_are_asked_at_once(cast):
    path = cast.rep1.department_path
    Grant.objects.filter(role__code="manager", permission="workflows.take_from_queue").update(
        scope="department"
    )
    assert roles_with_people(["rep", "manager", "no_such_role"], department_path=path) == {"rep", "manager"}
    assert roles_with_people(["gm"], department_path=path, excluded=[cast.gm.pk]) == set()
