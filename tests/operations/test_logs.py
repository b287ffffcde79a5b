"""The log: one line for each request, with the numbers by which lines are found, and nobody's secrets."""

import io
import json
import logging
import logging.config
import subprocess
import sys

import pytest
from celery import current_app, shared_task
from django.conf import settings
from django.test import Client, override_settings
from django.urls import path

from config.logs import ACCESS, AboutFilter, JsonLines, PlainLines, configuration
from config.urls import urlpatterns as real_patterns
from core.log_context import log_context
from tests.processes.walk import Walk
from workflows.models import WorkItem

pytestmark = pytest.mark.django_db
logger = logging.getLogger("tests.operations")


def broken(request, **_parts):
    logger.warning("about to fail")
    raise RuntimeError("on purpose")


urlpatterns = [
    path("broken/", broken),
    path("open/<str:token>/", broken),
    path("api/v1/broken/", broken),
    *real_patterns,
]
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"


@pytest.fixture
def lines():
    """lines(logger=...) -> what was written as JSON since the test began."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(AboutFilter())
    root, access = logging.getLogger(), logging.getLogger(ACCESS)
    before = access.level
    root.addHandler(handler)
    access.setLevel("INFO")

    def read(**wanted):
        found = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [one for one in found if all(one.get(name) == value for name, value in wanted.items())]

    yield read
    root.removeHandler(handler)
    access.setLevel(before)


class TestRequests:
    def test_has_one_line_with_who_what_and_how_long(self, signed_in, cast, lines):
        answer = signed_in(cast.rep1).get("/customers/?q=13800138000")
        assert answer.status_code == 200
        (line,) = lines(logger=ACCESS)
        assert line["request_id"] == answer.headers["X-Request-ID"]
        assert (line["method"], line["path"], line["status"]) == ("GET", "/customers/", 200)
        assert (line["user"], line["level"], line["route"]) == (cast.rep1.pk, "info", "customers/")
        assert line["duration_ms"] > 0
        assert line["time"].endswith("+00:00")

    def test_holds_no_search_text_no_name_and_no_address(self, signed_in, cast, lines):
        signed_in(cast.rep1).get("/customers/?q=13800138000", REMOTE_ADDR="127.0.0.9")
        (line,) = lines(logger=ACCESS)
        text = json.dumps(line, ensure_ascii=False)
        for secret in ("13800138000", "rep1", str(cast.rep1), "127.0.0.9"):
            assert secret not in text

    def test_nobody_is_named_who_is_not_signed_in(self, cast, lines):
        Client().get("/customers/")
        (line,) = lines(logger=ACCESS)
        assert "user" not in line
        assert line["status"] == 302

    def test_the_api_names_the_owner_of_the_token(self, cast, lines):
        from core.tokens import create_token

        _row, key = create_token(actor=cast.rep1)
        Client().get("/api/v1/customers/", headers={"Authorization": f"Token {key}"})
        (line,) = lines(logger=ACCESS)
        assert (line["user"], line["status"]) == (cast.rep1.pk, 200)
        assert key not in json.dumps(line)

    def test_machines_and_files_have_none(self, cast, lines):
        for address in ("/health/live", "/health/ready", "/metrics", "/static/nothing.css"):
            assert "X-Request-ID" in Client().get(address).headers
        assert lines(logger=ACCESS) == []

    @override_settings(ROOT_URLCONF=__name__)
    @pytest.mark.parametrize(
        "address", ["/open/SESAME-4711/", "/account/password/reset/key/2x-abc-SESAME-4711/"]
    )
    def test_an_address_that_lets_somebody_in_is_not_written_down(self, cast, lines, address):
        Client(raise_request_exception=False).get(address)
        (line,) = lines(logger=ACCESS)
        assert "***" in line["path"]
        assert "SESAME" not in json.dumps(line)

    def test_costs_no_statement(self, signed_in, cast, lines, django_assert_num_queries):
        client = signed_in(cast.rep1)
        with django_assert_num_queries(0):
            Client().get("/health/live")
        client.get("/language/")  # 405: nobody looks at the session's person in vain
        assert lines(logger=ACCESS, path="/language/")

    def test_names_the_cases_that_moved(self, signed_in, company, lines):
        walk = Walk(company)
        walk.submit()
        item = WorkItem.objects.get(status="open")
        with override_settings(ROOT_URLCONF="config.urls"):
            answer = signed_in(company.manager1).post(
                f"/inbox/{item.pk}/complete/", {"decision": "approve", "outcome": "approve"}
            )
        assert answer.status_code < 500
        line = lines(logger=ACCESS)[-1]
        assert line["instances"] == [item.instance_id]


class TestNumbers:
    @pytest.mark.parametrize("sent", ["edge-7f3a9b21", "0af7651916cd43dd8448eb211c80319c", "a:b.c_d-12345"])
    def test_a_sane_one_of_the_proxy_is_kept(self, cast, lines, sent):
        answer = Client().get("/account/login/", headers={"X-Request-ID": sent})
        assert answer.headers["X-Request-ID"] == sent
        assert lines(logger=ACCESS)[0]["request_id"] == sent

    @pytest.mark.parametrize(
        "sent", ["", "short", "x" * 65, "<script>alert(1)</script>", "a b c d e f g", "číslo-1234567"]
    )
    def test_any_other_is_replaced(self, cast, lines, sent):
        answer = Client().get("/account/login/", headers={"X-Request-ID": sent})
        found = answer.headers["X-Request-ID"]
        assert found != sent
        assert len(found) == 16

    @override_settings(ROOT_URLCONF=__name__)
    def test_a_failure_shows_it_on_the_page_and_in_every_line(self, signed_in, cast, lines):
        client = signed_in(cast.rep1)
        client.raise_request_exception = False
        answer = client.get("/broken/")
        assert answer.status_code == 500
        number = answer.headers["X-Request-ID"]
        assert (
            f'如需帮助，请告知此编号：<code class="user-select-all">{number}</code>'
            in answer.content.decode()
        )
        (warning,) = lines(logger="tests.operations")
        (error,) = lines(logger="django.request")
        assert warning["request_id"] == error["request_id"] == number
        assert warning["user"] == cast.rep1.pk
        assert "RuntimeError: on purpose" in error["exception"]
        assert lines(logger=ACCESS)[0]["status"] == 500

    @override_settings(ROOT_URLCONF=__name__)
    def test_a_problem_of_the_api_carries_it(self, cast):
        answer = Client(raise_request_exception=False).get("/api/v1/broken/")
        assert answer.status_code == 500
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
        missing = Client().get("/api/v1/nothing/")
        assert missing.json()["request_id"] == missing.headers["X-Request-ID"]

    def test_two_requests_share_nothing(self, cast, lines):
        first, second = (Client().get("/account/login/").headers["X-Request-ID"] for _each in range(2))
        assert first != second
        logger.warning("afterwards")
        assert "request_id" not in lines(message="afterwards")[0]


class TestCasesAndJobs:
    def test_lines_of_a_step_name_its_case(self, company, lines):
        from workflows.services import step as steps

        walk = Walk(company)
        item = WorkItem.objects.get(status="open")
        with steps.step_of_work_item(item.pk, actor=walk.owner):
            logger.warning("inside")
        logger.warning("outside")
        (inside,), (outside,) = lines(message="inside"), lines(message="outside")
        assert (inside["instance"], inside["work_item"]) == (item.instance_id, item.pk)
        assert "instance" not in outside

    def test_lines_of_a_job_name_it(self, cast, lines):
        from core.jobs import enqueue
        from core.jobs.runner import run_background_job

        job = enqueue("tests.unknown_kind", {}, key="logs")
        assert run_background_job(job.pk)
        (line,) = [one for one in lines() if one["logger"] == "core.jobs.runner"]
        assert line["job"] == f"core.BackgroundJob:{job.pk}"


@shared_task(name="tests.operations.say")
def say() -> None:
    logger.warning("at work")


class TestTasks:
    def test_a_task_says_which_request_asked_for_it(self, lines):
        with log_context(request_id="edge-7f3a9b21"):
            sent = published("tests.operations.say")
        assert sent["xiaoliu_request_id"] == "edge-7f3a9b21"
        say.apply(headers=None, task_id="t-1")
        (line,) = lines(message="at work")
        assert (line["task"], line["task_id"]) == ("tests.operations.say", "t-1")
        logger.warning("afterwards")
        assert "task" not in lines(message="afterwards")[0]

    def test_a_worker_takes_the_number_over(self, lines):
        from config.celery import begin_lines, end_lines

        say.push_request(xiaoliu_request_id="edge-7f3a9b21")
        try:
            begin_lines(task_id="t-2", task=say)
            say.run()
            end_lines(task_id="t-2")
        finally:
            say.pop_request()
        assert lines(message="at work")[0]["request_id"] == "edge-7f3a9b21"


def published(name: str) -> dict:
    """The headers of a message as the broker got it."""
    queue = "operations-tests"
    with current_app.connection_for_write() as connection:
        current_app.send_task(name, queue=queue, connection=connection)
        simple = connection.SimpleQueue(queue)
        message = simple.get(timeout=5)
        message.ack()
        simple.close()
        return message.headers


class TestLook:
    def test_each_line_is_one_json_object_whatever_it_says(self, lines):
        logger.warning("two\nlines\t%s\u2028 \x00 中文", '\r\n{"level": "forged"}')
        (line,) = lines(logger="tests.operations")
        assert line["level"] == "warning"
        assert line["message"].startswith("two\nlines")

    def test_extras_of_any_type_are_told(self, lines):
        logger.warning("x", extra={"path": settings.BASE_DIR, "count": 3})
        (line,) = lines(logger="tests.operations")
        assert (line["path"], line["count"]) == (str(settings.BASE_DIR), 3)

    def test_people_read_the_message_first(self):
        record = logging.makeLogRecord(
            {"name": "n", "levelname": "WARNING", "msg": "hello", "about": {"instance": 7}}
        )
        assert PlainLines().format(record).endswith("WARNING n hello [instance=7]")

    @pytest.mark.parametrize("style", ["json", "text"])
    def test_a_process_writes_it_to_standard_error(self, style):
        code = (
            "import logging, logging.config, sys; from config.logs import configuration;"
            f"logging.config.dictConfig(configuration(style='{style}', level='INFO', access=True));"
            "logging.getLogger('xiaoliu.access').info('hello', extra={'status': 200})"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR
        )
        assert done.stdout == ""
        if style == "json":
            assert json.loads(done.stderr)["status"] == 200
        else:
            assert done.stderr.endswith("INFO xiaoliu.access hello [status=200]\n")

    def test_without_access_lines_django_tells_of_refusals(self):
        assert "django.request" not in configuration(style="text", level="WARNING", access=False)["loggers"]
