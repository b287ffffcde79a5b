"""What people see of subprocesses, called processes, multi-instances and decision tables."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import translation

from core.models import User
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import Hand, each, event, form, inside, publish_drawing, user
from tests.workflows.test_called_processes import credit, order
from tests.workflows.test_decision_tables import GOOD, selling, table
from workflows.models import ProcessDefinition, WorkItem
from workflows.views.timeline import Timeline

pytestmark = pytest.mark.django_db
LINES = '<flow:variable name="lines" type="list" item="text"/>'


def inspecting() -> Drawing:
    """Each line is inspected in a subprocess with a name."""
    inner = Drawing("inner").start("s").end("e")
    user(inner, "inspect", form("grade:integer"), name="验货").chain("s", "inspect", "e")
    drawing = Drawing("goods", extensions=LINES).start().end()
    drawing.add(inside("subProcess", "every_line", inner, marker=each("lines", "line"), name="逐项验货"))
    user(drawing, "ship", name="发货")
    return drawing.chain("start", "every_line", "ship", "end")


@pytest.fixture
def goods(cast) -> Hand:
    publish_drawing(inspecting())
    return Hand.start("goods", cast.rep1, data={"lines": ["铜阀门", "轴承"]})


@pytest.fixture
def ordered(cast) -> Hand:
    publish_drawing(credit())
    publish_drawing(order())
    return Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)


def case_page(client, hand: Hand, tab: str = "overview") -> str:
    return client.get(
        reverse("workflows:case-detail", args=[hand.instance.pk]), {"tab": tab}
    ).content.decode()


def marks(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.S).group(1))


def rows(page: str) -> dict[str, str]:
    """The table beside the diagram: element -> the words of its row."""
    found = re.findall(r'<tr data-element="([^"]+)">(.*?)</tr>', page, re.S)
    return {element: " ".join(re.sub(r"<[^>]+>", " ", row).split()) for element, row in found}


class TestCasePage:
    def test_a_subprocess_is_marked_while_its_steps_wait(self, cast, goods, signed_in):
        goods.do("inspect#0", cast.rep1, grade=1)
        page = case_page(signed_in(cast.admin), goods)
        elements = marks(page)["elements"]
        assert elements["inspect"] == {"state": "active", "count": 1, "who": "销售代表"}
        assert elements["every_line"] == {"state": "active", "count": 1, "who": "销售代表"}
        assert rows(page)["every_line"] == "逐项验货 进行中 销售代表"
        assert list(rows(page)) == ["every_line", "inspect", "ship", "end"]

    def test_a_call_is_marked_while_its_process_runs_whose_steps_stand_below_it(
        self, cast, ordered, signed_in
    ):
        page = case_page(signed_in(cast.admin), ordered)
        elements = marks(page)["elements"]
        assert elements["check"]["state"] == "active"
        assert not any("/" in element for element in elements), "the picture knows only its own elements"
        told = rows(page)
        assert list(told) == ["ask", "check", "check/assess", "ship", "end"]
        assert told["check/assess"] == "评估 进行中 财务"
        assert 'class="depth-1">评估' in page

    def test_what_ended_early_says_so(self, cast, signed_in):
        inner = Drawing("inner").start("s").choice("which", default="fine").end("e")
        user(inner, "try", form("worked:boolean?"), name="试").add(
            event("endEvent", "failed", "error", "bad")
        )
        inner.chain("s", "try", "which").flow("which", "failed", "not worked").flow("which", "e", id="fine")
        drawing = Drawing("outer").start().end()
        drawing.add(inside("subProcess", "part", inner, name="一段"))
        drawing.add(event("boundaryEvent", "on_bad", "error", "bad", attachedToRef="part", name="失败"))
        user(drawing, "mend", name="补救")
        publish_drawing(drawing.chain("start", "part", "end").chain("on_bad", "mend", "end"))
        hand = Hand.start("outer", cast.rep1).do("try", cast.rep1, worked=False)
        page = case_page(signed_in(cast.admin), hand)
        assert rows(page)["part"] == "一段 提前结束"
        told = {entry.text: entry.mark for entry in Timeline(hand.instance).entries()}
        assert told["失败"] == "no"

    def test_several_elements_that_are_done_count_as_so_many_times(self, cast, goods, signed_in):
        goods.do("inspect#0", cast.rep1, grade=1).do("inspect#1", cast.rep2, grade=1)
        assert rows(case_page(signed_in(cast.admin), goods))["inspect"] == "验货 已完成 2 次"

    def test_open_steps_say_which_element_they_are_for(self, cast, goods, signed_in):
        page = case_page(signed_in(cast.admin), goods)
        assert "验货 (1/2 · 铜阀门)" in page
        assert "验货 (2/2 · 轴承)" in page


class TestHistory:
    def test_steps_inside_are_told_with_where_and_for_what(self, cast, goods):
        goods.do("inspect#1", cast.rep2, grade=4).do("inspect#0", cast.rep1, grade=2)
        told = [(entry.where, entry.text, entry.who) for entry in Timeline(goods.instance).entries()[1:]]
        assert told == [
            ("逐项验货", "验货 (2/2 · 轴承)", cast.rep2),
            ("逐项验货", "验货 (1/2 · 铜阀门)", cast.rep1),
        ]

    def test_a_called_process_is_told_by_its_steps(self, cast, ordered, signed_in):
        ordered.do("check/assess", cast.finance, score=70).do("ship", cast.rep1)
        told = [(entry.where, entry.text) for entry in Timeline(ordered.instance).entries()]
        assert told[:4] == [("", "发起"), ("", "下单"), ("查信用", "评估"), ("", "发货")]
        assert "查信用 ›" in case_page(signed_in(cast.admin), ordered, "history")

    def test_a_table_tells_which_rule_decided_and_what_it_read(self, cast):
        publish_drawing(selling(), decisions={"discount": GOOD})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        (ruled,) = [entry for entry in Timeline(hand.instance).entries() if entry.text == "定折扣"]
        ruling, gateway = ruled.decisions
        assert (ruling.name, ruling.led_to) == ("折扣", "第 2 条规则：折扣率 0.05")
        assert dict(ruling.values)["金额"] == "500"
        assert gateway.led_to

    def test_in_english_too(self, cast):
        publish_drawing(selling(), decisions={"discount": GOOD})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        with translation.override("en"):
            entries = Timeline(hand.instance).entries()
        (ruling, *_more) = next(entry.decisions for entry in entries if entry.text == "定折扣")
        assert (ruling.name, ruling.led_to) == ("Discount", "rule 2: 折扣率 0.05")

    def test_a_default_is_told_as_no_rule(self, cast):
        publish_drawing(selling(), decisions={"discount": table("<= 100 -> 0.01", default="0")})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        (ruled,) = [entry for entry in Timeline(hand.instance).entries() if entry.text == "定折扣"]
        assert ruled.decisions[0].led_to == "没有适用的规则：折扣率 0"


class TestTaskPage:
    def test_a_record_is_shown_beside_the_task_of_its_element(self, cast, signed_in):
        record = (
            '<flow:variable name="first" type="record"><flow:field name="品名" type="text"/>'
            '<flow:field name="数量" type="integer"/></flow:variable>'
        )
        drawing = Drawing("goods", extensions=record.replace("品名", "product").replace("数量", "pieces"))
        drawing.start().end().script("gather", "lines = [first, first]")
        user(drawing, "inspect", name="验货", inner=each("lines", "line"))
        publish_drawing(drawing.chain("start", "gather", "inspect", "end"))
        data = {"first": {"product": "轴承", "pieces": 12}}
        hand = Hand.start("goods", cast.rep1, data=data)
        item = hand.open["inspect#1"]
        page = signed_in(cast.rep2).get(reverse("workflows:work-item", args=[item.pk])).content.decode()
        assert item.name == "验货 (2/2)"
        assert "本项：2/2" in page
        assert "<dt>pieces</dt><dd>12</dd>" in page

    def test_what_was_filled_in_is_that_of_the_element(self, cast, goods, signed_in):
        one, two = goods.open["inspect#0"], goods.open["inspect#1"]
        goods.do("inspect#0", cast.rep1, grade=11).do("inspect#1", cast.rep1, grade=22)
        client = signed_in(cast.rep1)
        for item, grade in ((one, "11"), (two, "22")):
            page = client.get(reverse("workflows:work-item", args=[item.pk])).content.decode()
            assert f"<dd>{grade}</dd>" in page

    def test_a_step_of_a_called_process_is_done_on_its_page(self, cast, ordered, signed_in):
        item = ordered.open["check/assess"]
        client = signed_in(cast.finance)
        assert "评估" in client.get(reverse("workflows:work-item", args=[item.pk])).content.decode()
        answer = client.post(reverse("workflows:work-item-complete", args=[item.pk]), {"f-score": "70"})
        assert answer.status_code == 302
        assert WorkItem.objects.get(pk=item.pk).status == "completed"
        assert ordered.prove().variables["score"] == 70


class TestProcessPage:
    def test_it_shows_the_tables_of_the_version_in_use(self, cast, signed_in):
        publish_drawing(selling(), decisions={"discount": GOOD})
        client = signed_in(cast.admin)
        url = reverse("workflows:definition-detail", args=["selling"])
        page = client.get(url, {"tab": "tables"}).content.decode()
        assert "折扣率" in page
        assert "&gt; 1000" in page
        assert "定折扣" in page
        version = client.get(reverse("workflows:version-detail", args=["selling", 1]), {"tab": "tables"})
        assert "(100..1000]" in version.content.decode()

    def test_a_process_without_tables_has_no_such_tab(self, cast, signed_in):
        publish_drawing(inspecting())
        page = (
            signed_in(cast.admin).get(reverse("workflows:definition-detail", args=["goods"])).content.decode()
        )
        assert 'data-tab="tables"' not in page

    def test_it_says_what_it_calls_in_which_version(self, cast, ordered, signed_in):
        publish_drawing(credit(step="assess_anew"))
        url = reverse("workflows:definition-detail", args=["order"])
        page = signed_in(cast.admin).get(url).content.decode()
        link = reverse("workflows:version-detail", args=["credit", 1])
        assert f'<a href="{link}">信用调查（第 1 版）</a>' in page

    def test_those_who_may_not_look_at_what_is_called_get_no_link(self, cast, ordered, signed_in):
        url = reverse("workflows:definition-detail", args=["order"])
        assert not ProcessDefinition.objects.visible_to(User.objects.get(pk=cast.rep1.pk)).filter(
            key="credit"
        )
        page = signed_in(cast.rep1).get(url).content.decode()
        assert "信用调查（第 1 版）" in page
        assert "/processes/credit/" not in page
