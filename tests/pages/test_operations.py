"""The page Operations: what it tells, where its numbers lead, how it looks again."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import presence
from core.jobs import health
from core.models import Role
from tests.workflows.running import OPERATIONS, Hand, publish_drawing
from tests.workflows.test_incident_actions import charging
from tests.workflows.test_operations_status import ago, ahead, background, job, timer
from workflows.models import Alert

pytestmark = pytest.mark.django_db
MORE = {"HX-Request": "true", "HX-Target": "operations-now"}


@pytest.fixture
def case(cast, own_marks):
    presence.note(presence.expected())
    publish_drawing(charging(extensions=""), operations=OPERATIONS)
    hands = [Hand.start("charging", cast.rep1) for _ in range(3)]
    for hand in hands[:2]:
        hand.do("ask", cast.rep1, account="broken", amount="1.50")
    return hands[2].instance


@pytest.fixture
def admin(cast, signed_in):
    return signed_in(cast.admin)


def text(answer) -> str:
    return answer.content.decode()


def test_tells_what_waits_and_what_failed(case, admin):
    job(case, "1", due_at=ago(minutes=4))
    timer(case, "2", ago(minutes=20))
    background("a", status="failed", closed_at=ago(days=1))
    page = admin.get("/operations/")
    told = text(page)
    assert "2 个失败的环节等待处理。" in told
    assert "对外部系统的调用：最早的一项到时后已等待 4 分钟。" in told
    assert page.context["status"].level == "red"
    assert [one["count"] for one in page.context["causes"]] == [2]
    assert "未来 24 小时的定时器" in told
    assert "最近 14 天的异常" in told


def test_each_number_leads_to_as_many_rows(case, admin):
    job(case, "1", due_at=ago(minutes=4))
    job(case, "2", due_at=ahead(minutes=4), attempts=1, error_type="E")
    job(case, "3", kind="continuation", due_at=ago(minutes=4))
    timer(case, "4", ago(minutes=20), error="E")
    timer(case, "5", ahead(minutes=20))
    background("a", due_at=ago(minutes=3))
    background("b", kind="export", status="failed", closed_at=ago(days=1))
    page = admin.get("/operations/")
    numbers = [number for one in page.context["queues"] for number in one["numbers"] if number["url"]]
    assert len(numbers) == 7
    for number in numbers:
        assert len(admin.get(number["url"]).context["table"].rows) == number["value"], number["url"]


def test_looks_again_and_speaks_only_of_news(case, admin):
    whole = text(admin.get("/operations/"))
    address = re.search(r'hx-get="(/operations/\?state=[^"]+)"', whole)[1]
    again = text(admin.get(address, headers=MORE))
    assert "<html" not in again
    assert "hx-swap-oob" not in again
    job(case, "1", due_at=ago(minutes=4))
    assert 'hx-swap-oob="innerHTML:#operations-said">有 2 个问题需要处理。' in text(
        admin.get(address, headers=MORE)
    )


def test_as_many_statements_for_more_rows(case, admin):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin.get("/operations/", headers=MORE).status_code == 200
        return len(queries)

    count()
    first = count()
    for number in range(9):
        job(case, str(number))
        background(str(number), kind=("mail", "export", "bulk")[number % 3])
    assert count() == first <= 11


def manages_jobs(person):
    role = Role.objects.create(code="jobs", name_zh="作业", name_en="Jobs")
    role.grants.create(permission="core.manage_jobs", scope="all")
    person.roles.add(role)


def test_whoever_manages_jobs_alone_sees_no_cases(case, cast, signed_in):
    manages_jobs(cast.rep2)
    client = signed_in(type(cast.rep2).objects.get(pk=cast.rep2.pk))
    page = client.get("/operations/")
    assert page.status_code == 200
    assert page.context["causes"] == []
    assert client.get("/operations/calls/").status_code == 403


@pytest.fixture
def alert(db):
    given = {"code": "not_seen", "about": "beat", "level": "red", "state": "open"}
    return Alert.objects.create(**given, opened_at=ago(minutes=9), last_seen_at=ago(minutes=1))


class TestAlerts:
    def test_somebody_looks_after_it_and_gives_it_back(self, case, admin, alert, cast):
        assert "尚无人负责" in text(admin.get("/operations/"))
        address = f"/operations/alerts/{alert.pk}/"
        assert admin.post(address + "take/", {"note": "正在重启"}).status_code == 302
        shown = text(admin.get("/operations/"))
        assert f"由{cast.admin.name}负责处理" in shown
        assert "正在重启" in shown
        assert admin.post(address + "release/", {"note": ""}).status_code == 302
        assert admin.post(address + "release/", {"note": ""}).status_code == 409

    def test_the_list_has_open_and_past_ones_with_where_to_mend_them(self, case, admin, alert):
        closed = {"state": "closed", "opened_at": ago(days=3), "last_seen_at": ago(days=3)}
        Alert.objects.create(
            code="breaches", level="red", params={"count": 2}, closed_at=ago(days=2), **closed
        )
        late = {
            "about": "timers",
            "level": "amber",
            "params": {"since": ago(days=3, minutes=7, seconds=9).isoformat()},
        }
        Alert.objects.create(code="late", closed_at=ago(days=2), **late, **closed)
        Alert.objects.create(code="redis", level="red", opened_at=ago(minutes=1), last_seen_at=ago(minutes=1))
        page = admin.get("/operations/alerts/")
        assert len(page.context["table"].rows) == 3
        assert "/incidents/?kind=breach" in text(page)
        assert "已等待 7 分钟" in text(page)
        for query, count in (
            ("state=open", 1),
            ("code=late", 1),
            ("level=red", 2),
            ("opened_from=2999-01-01", 0),
        ):
            assert len(admin.get(f"/operations/alerts/?{query}").context["table"].rows) == count, query
        assert admin.get("/operations/alerts/?order=level").status_code == 200
        assert "/help/alerts/" in text(page)
        # Only what is open can be looked after.
        assert set(re.findall(r"/operations/alerts/(\d+)/take/", text(page))) == {str(alert.pk)}

    def test_the_dialogs_say_what_will_happen(self, case, admin, alert):
        address = f"/operations/alerts/{alert.pk}/"
        assert "持续期间不再重复通知" in text(admin.get(address + "take/"))
        assert "再次通知管理员" in text(admin.get(address + "release/"))

    def test_the_dialog_leads_to_a_page_that_is_loaded_anew(self, case, admin, alert):
        answer = admin.post(
            f"/operations/alerts/{alert.pk}/take/", {"note": ""}, headers={"HX-Request": "true"}
        )
        # An address that differs in its fragment alone loads nothing.
        assert "#" not in answer["HX-Redirect"]

    def test_the_settings_have_a_box_for_each_kind(self, case, admin):
        page = text(admin.get("/settings/"))
        assert page.count('name="workflows.alert_kinds"') == len(Alert.Code.choices)

    def test_the_notice_on_every_page_leads_administrators_to_the_operations(
        self, case, admin, signed_in, cast
    ):
        health.show(health.Background(ago(minutes=5), "the watch over the background"))
        try:
            assert "查看哪些程序未运行" in text(admin.get("/operations/"))
            assert "查看哪些程序未运行" not in text(signed_in(cast.rep1).get("/inbox/"))
            manages_jobs(cast.rep2)
            person = type(cast.rep2).objects.get(pk=cast.rep2.pk)
            assert 'href="/operations/">查看哪些程序未运行' in text(signed_in(person).get("/inbox/"))
        finally:
            health.show(None)
