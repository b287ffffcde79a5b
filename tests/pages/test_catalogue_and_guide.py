"""Starting a process from the catalogue, and the guide that says how it goes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock, subjects
from core.models import Department
from core.subjects import SubjectKind
from tests.workflows import diagrams
from tests.workflows.clockwork import MONDAY
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import ABOUT_DEPARTMENT, FINANCE, Hand, form, publish_drawing, user
from workflows.models import FavouriteProcess, ProcessDefinition, ProcessInstance

pytestmark = pytest.mark.django_db

KIND = SubjectKind(
    model=Department,
    label="Department",
    label_plural="Departments",
    icon="users",
    permission=None,
    url=lambda row: "/",
    visible_to=lambda actor: Department.objects.all(),
)
HOSTILE = "<img src=x onerror=alert(1)> [here](javascript:alert(1)) ![x](https://evil.example/x.png) | `**`"


def asking(name: str = "Purchase", first: str = "Ask") -> Drawing:
    drawing = Drawing("purchase", name=name).start().end("done")
    user(drawing, "ask", form("amount:integer"), name=first)
    user(drawing, "check", FINANCE, name="Check")
    return drawing.chain("start", "ask", "check", "done")


@pytest.fixture
def purchase(cast) -> ProcessDefinition:
    return publish_drawing(asking(), key="purchase").definition


def page(client, name: str, *args: str, **query: str) -> str:
    answer = client.get(reverse(f"workflows:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestCatalogue:
    def test_it_says_what_there_is_and_who_does_the_first_step(self, cast, purchase, signed_in):
        text = page(signed_in(cast.rep1), "catalogue")
        assert "Purchase" in text
        assert "销售代表" in text
        assert "尚无数据" in text

    def test_how_long_it_usually_takes_is_the_median(self, cast, purchase, signed_in):
        for hours in (1, 2, 30):
            with clock.travel(MONDAY):
                hand = Hand.start("purchase", cast.rep1).do("ask", cast.rep1, amount=1)
            with clock.travel(MONDAY + timedelta(hours=hours, minutes=5)):
                hand.do("check", cast.finance)
        text = page(signed_in(cast.rep1), "catalogue")
        assert "2 小时" in text, text[text.index("<main") :]

    def test_what_one_starts_most_stands_first(self, cast, purchase, signed_in):
        other = Drawing("aaa", name="Another").start().end("done")
        publish_drawing(user(other, "do", name="Do").chain("start", "do", "done"), key="aaa")
        before = page(signed_in(cast.rep1), "catalogue")
        assert before.index("Another") < before.index("Purchase")
        Hand.start("purchase", cast.rep1)
        after = page(signed_in(cast.rep1), "catalogue")
        assert after.index("Purchase") < after.index("Another")

    def test_what_one_puts_a_star_on_stands_first_for_oneself(self, cast, purchase, signed_in):
        other = Drawing("aaa", name="Another").start().end("done")
        publish_drawing(user(other, "do", name="Do").chain("start", "do", "done"), key="aaa")
        client, star = signed_in(cast.rep1), reverse("workflows:process-star", args=["purchase"])
        for _again in range(2):
            answer = client.post(star, {"on": "1", "q": "a &"})
            assert answer.url == f"{reverse('workflows:catalogue')}?q=a+%26#star-{purchase.pk}"
            text = page(client, "catalogue")
            assert text.index("Purchase") < text.index("Another")
            assert f'id="star-{purchase.pk}" aria-pressed="true"' in text
            assert text.count('id="star-') == 2
        others = page(signed_in(cast.rep2), "catalogue")
        assert others.index("Another") < others.index("Purchase")
        client = signed_in(cast.rep1)
        client.post(star, {"on": "0"})
        text = page(client, "catalogue")
        assert text.index("Another") < text.index("Purchase")
        assert f'id="star-{purchase.pk}" aria-pressed="false"' in text

    def test_a_star_is_for_what_one_may_start(self, cast, purchase, signed_in):
        star = reverse("workflows:process-star", args=["purchase"])
        assert signed_in(cast.finance).post(star, {"on": "1"}).status_code == 404, (
            "takes part, but sees no list"
        )
        assert signed_in(cast.tech).post(star, {"on": "1"}).status_code == 404
        assert not FavouriteProcess.objects.exists()

    def test_it_is_searched(self, cast, purchase, signed_in):
        assert "Purchase" in page(signed_in(cast.rep1), "catalogue", q="purch")
        text = page(signed_in(cast.rep1), "catalogue", q="nothing like it")
        assert reverse("workflows:process-start", args=["purchase"]) not in text

    def test_who_may_start_none_is_told_so(self, cast, purchase, signed_in):
        text = page(signed_in(cast.tech), "catalogue")
        assert "没有您可以发起的流程" in text

    def test_one_about_nothing_else_starts_at_once(self, cast, purchase, signed_in):
        client, address = signed_in(cast.rep1), reverse("workflows:process-start", args=["purchase"])
        assert "purchase" in client.get(address).content.decode()
        answer = client.post(address)
        case = ProcessInstance.objects.get()
        assert answer.headers["Location"] == reverse("workflows:case-detail", args=[case.pk])
        assert case.starter == cast.rep1

    def test_one_about_a_row_leads_to_the_rows_it_may_begin_with(self, cast, signed_in, monkeypatch):
        assert diagrams.DepartmentSubject.model is Department
        monkeypatch.setitem(subjects._kinds, "core.department", KIND)
        drawing = Drawing("visit", name="Visit", extensions=ABOUT_DEPARTMENT).start().end("done")
        publish_drawing(user(drawing, "go", name="Go").chain("start", "go", "done"), key="visit")
        sales, service = Department.objects.get(code="sales1"), Department.objects.get(code="service")
        Hand.start("visit", cast.admin, subject=sales)
        text = page(signed_in(cast.admin), "process-start", "visit")
        start = "workflows:case-start"
        assert f"{reverse(start, args=['core.department', service.pk])}?process=visit" in text
        assert reverse(start, args=["core.department", sales.pk]) not in text, "one is under way there"

    def test_whoever_may_not_start_it_is_refused(self, cast, purchase, signed_in):
        address = reverse("workflows:process-start", args=["purchase"])
        assert signed_in(cast.finance).post(address).status_code == 403, "takes part, but does not begin it"
        assert signed_in(cast.tech).post(address).status_code == 404
        assert not ProcessInstance.objects.exists()


class TestGuide:
    def test_it_says_who_does_what_in_both_languages(self, cast, purchase, signed_in):
        client = signed_in(cast.rep1)
        text = page(client, "process-guide", "purchase")
        assert "人工环节" in text
        assert "财务" in text
        type(cast.rep1).objects.filter(pk=cast.rep1.pk).update(language="en")
        assert "What people do" in page(client, "process-guide", "purchase")

    def test_whoever_takes_part_reads_it_and_a_stranger_finds_nothing(self, cast, purchase, signed_in):
        assert "Check" in page(signed_in(cast.finance), "process-guide", "purchase")
        for name in ("process-guide", "guide-picture"):
            address = reverse(f"workflows:{name}", args=["purchase"])
            assert signed_in(cast.tech).get(address).status_code == 404

    def test_ones_own_open_tasks_stand_on_it(self, cast, purchase, signed_in):
        hand = Hand.start("purchase", cast.rep1)
        address = reverse("workflows:work-item", args=[hand.open["ask"].pk])
        assert address in page(signed_in(cast.rep1), "process-guide", "purchase")
        assert address not in page(signed_in(cast.finance), "process-guide", "purchase")

    def test_a_hostile_label_stays_a_label(self, cast, signed_in):
        publish_drawing(asking(name=HOSTILE, first=HOSTILE), key="purchase")
        client = signed_in(cast.rep1)
        for text in (page(client, "process-guide", "purchase"), page(client, "catalogue")):
            assert "<img src=x" not in text
            assert 'href="javascript' not in text
            assert "evil.example/x.png&quot;" not in text
            assert 'src="https://evil' not in text
            assert "&lt;img src=x" in text
        drawn = client.get(reverse("workflows:guide-picture", args=["purchase"]))
        assert b"<img" not in drawn.content
        assert "script" not in drawn.headers["Content-Security-Policy"]
