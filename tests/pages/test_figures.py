"""The figures of a process on its page: what they say, where they lead, who sees them, as files."""

from __future__ import annotations

import json
import random
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.models import AuditEntry
from tests.workflows.clockwork import MONDAY
from tests.workflows.figures.world import KEY, Walk, publish
from workflows import services
from workflows.models import PathVariant, ProcessDefinition, ProcessInstance, WorkItem

pytestmark = pytest.mark.django_db
PAGE = f"/processes/{KEY}/?tab=figures"
LATER = MONDAY + timedelta(days=600)
PERIOD = "period=custom&from=2026-11-01&to=2028-06-01"


@pytest.fixture
def cases(cast):
    """Some cases, looked at when all of them have ended or come to a rest."""
    publish()
    chance = random.Random(2)
    for _number in range(4):
        Walk(cast, chance).go(30)
    with clock.travel(LATER):
        services.roll_up()
        yield cast


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def heat_of(answer: Any) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(found)


class TestPage:
    def test_tells_cards_chart_diagram_ways_and_tables(self, cases, signed_in):
        answer = signed_in(cases.admin).get(f"{PAGE}&{PERIOD}")
        text = text_of(answer)
        finished = ProcessInstance.objects.filter(status="completed").count()
        assert f"已办结 {finished}" in text
        for heading in ("发起与结束", "经过的路径", "环节", "重复办理", "人员", "部门"):
            assert heading in text
        heat = heat_of(answer)["heat"]
        assert heat["elements"]["draft"]["text"].endswith(("天", "小时"))
        passed = WorkItem.objects.filter(element="draft", status="completed").count()
        passes = heat_of(signed_in(cases.admin).get(f"{PAGE}&{PERIOD}&heat=passes"))["heat"]
        assert passes["elements"]["draft"]["text"] == str(passed)
        assert passes["flows"]["on"]["level"] <= 4

    def test_a_way_is_marked_on_the_diagram(self, cases, signed_in):
        variant = PathVariant.objects.filter(steps__contains=["payment"]).first()
        answer = signed_in(cases.admin).get(f"{PAGE}&{PERIOD}&way={variant.pk}")
        way = heat_of(answer)["way"]
        assert {"draft", "payment", "call"} <= set(way["elements"])
        assert "on" in way["flows"]
        assert "已标出一条路径" in text_of(answer)

    def test_words_that_mean_nothing_harm_nothing(self, cases, signed_in):
        for wrong in ("way=x", "way=9" + "9" * 30, "heat=red", "person=a", "steps_order=x"):
            assert signed_in(cases.admin).get(f"{PAGE}&{wrong}").status_code == 200

    def test_a_period_that_ends_before_it_begins_is_refused_in_words(self, cases, signed_in):
        answer = signed_in(cases.admin).get(f"{PAGE}&period=custom&from=2026-12-02&to=2026-12-01")
        assert "结束日早于" in text_of(answer) or "早于" in text_of(answer)

    def test_says_so_where_no_case_has_run(self, cast, signed_in):
        publish()
        assert "还没有流程运行" in text_of(signed_in(cast.admin).get(PAGE))

    def test_says_so_while_the_cases_are_being_counted(self, cast, signed_in):
        publish()
        Walk(cast, random.Random(2)).go(3)
        assert "正在统计流程" in text_of(signed_in(cast.admin).get(PAGE))

    def test_tables_sort_by_what_is_asked(self, cases, signed_in):
        client = signed_in(cases.admin)

        def column(order: str) -> list[int]:
            page = client.get(f"{PAGE}&{PERIOD}&steps_order={order}").content.decode()
            table = page.split('id="steps"')[1].split("</section>")[0]
            rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
            return [int(re.findall(r"<td[^>]*>(.*?)</td>", row)[1]) for row in rows]

        assert column("passes") == sorted(column("passes"))
        assert column("-passes") == sorted(column("passes"), reverse=True)

    def test_the_number_of_statements_does_not_depend_on_the_cases(self, cases, signed_in):
        client = signed_in(cases.admin)
        client.get(PAGE)

        def statements() -> int:
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                client.get(f"{PAGE}&{PERIOD}&part=panel", headers={"HX-Request": "true"})
            return len(captured)

        before = statements()
        with clock.travel(-timedelta(days=400)):
            chance = random.Random(8)
            for _number in range(3):
                Walk(cases, chance).go(8)
        services.roll_up()
        assert statements() == before
        assert before == 27


class TestWhoSeesThem:
    def test_nobody_who_sees_only_own_cases(self, cases, signed_in):
        ProcessDefinition.objects.filter(key=KEY).update(start_roles=["rep"])
        client = signed_in(cases.rep1)
        assert client.get(f"/processes/{KEY}/").status_code == 200
        assert "tab=figures" not in client.get(f"/processes/{KEY}/").content.decode()
        assert client.get(PAGE).status_code == 404
        assert client.get(f"/processes/{KEY}/figures/steps/csv/").status_code == 403

    def test_whoever_draws_it_sees_no_names(self, cases, signed_in):
        ProcessDefinition.objects.filter(key=KEY).update(owner=cases.rep1)
        page = signed_in(cases.rep1).get(f"{PAGE}&{PERIOD}").content.decode()
        assert 'id="steps"' in page
        assert 'id="people"' not in page
        assert signed_in(cases.rep1).get(f"/processes/{KEY}/figures/people/csv/").status_code == 404


class TestWhereTheyLead:
    """Each number leads to a list with as many cases."""

    def number_in(self, client: Any, address: str) -> int:
        with clock.travel(LATER):
            found = re.findall(r"/cases/(\d+)/", client.get(address).content.decode())
        return len(set(found))

    def test_cards_and_ways_and_waiting(self, cases, signed_in):
        client = signed_in(cases.admin)
        page = client.get(f"{PAGE}&{PERIOD}").content.decode()
        leads = re.findall(r'<a [^>]*href="(/cases/\?[^"]+)"[^>]*>(\d+)', page)
        assert len(leads) > 5
        for address, number in leads:
            address = address.replace("&amp;", "&")
            found = self.number_in(client, address)
            # Tasks at a step may be several of one case.
            assert 0 < found <= int(number) if "element=" in address else found == int(number), address

    def test_the_list_says_what_it_is_narrowed_to(self, cases, signed_in):
        answer = signed_in(cases.admin).get("/cases/?status=completed&late=1&variant=1&element=draft")
        assert all(word in text_of(answer) for word in ("逾期", "所选路径", "停留环节: draft"))


class TestFiles:
    def test_a_table_as_a_file_holds_the_rows_of_the_page(self, cases, signed_in):
        client = signed_in(cases.admin)
        answer = client.get(f"/processes/{KEY}/figures/steps/xlsx/?{PERIOD}")
        rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
        assert rows[0][:2] == ("环节", "经过次数")
        passed = WorkItem.objects.filter(element="draft", status="completed").count()
        assert ("起草", passed) in [row[:2] for row in rows]
        entry = AuditEntry.objects.get(action="workflows.export_figures")
        assert entry.after["rows"] == len(rows) - 1

    def test_every_table_can_be_had(self, cases, signed_in):
        client = signed_in(cases.admin)
        for table in ("steps", "ways", "again", "people", "departments"):
            answer = client.get(f"/processes/{KEY}/figures/{table}/csv/?{PERIOD}")
            assert len(b"".join(answer.streaming_content).decode().splitlines()) > 1

    def test_what_there_is_not_is_not_found(self, cases, signed_in):
        client = signed_in(cases.admin)
        for path in ("steps/pdf", "nothing/csv"):
            assert client.get(f"/processes/{KEY}/figures/{path}/").status_code == 404
