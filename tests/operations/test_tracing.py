"""Traces: off without a word, on with one address; what people do stands in them, what they typed does not."""

import subprocess
import sys

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connections
from django.test import Client

from config import tracing
from core import outbound
from core.errors import Conflict
from core.tracing import span
from tests.fakes.collector import about, collecting
from tests.workflows.posts import begin, message, telling
from workflows import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def collector(settings):
    with collecting() as found:
        settings.OTEL_EXPORTER_OTLP_ENDPOINT = found.url
        assert tracing.set_up() is True
        try:
            yield found
        finally:
            tracing.stop()


def test_without_an_address_nothing_of_it_is_loaded():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, sys, django; os.environ.pop('OTEL_EXPORTER_OTLP_ENDPOINT', None); django.setup(); "
            "print([name for name in sys.modules if name.startswith(('opentelemetry.instr', 'opentelemetry.exp'))])",
        ],
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip().splitlines()[-1] == "[]", said.stderr


class TestOn:
    def test_a_step_stands_in_the_trace_of_its_request(self, collector, cast, signed_in):
        hand = begin(telling(message("paid")), cast.rep1)
        item = hand.instance.work_items.get()
        client = signed_in(cast.rep1)
        answer = client.post(
            f"/api/v1/work-items/{item.pk}/claim/", {"note": "机密备注"}, query_params={"q": "某公司"}
        )
        tracing.flush()
        assert answer.status_code == 200, answer.content
        steps = [one for one in collector.named("step") if about(one).get("xiaoliu.work_item") == item.pk]
        request = next(one for one in collector.spans if one.span_id == steps[0].parent_span_id)
        assert (len(steps), request.trace_id) == (1, steps[0].trace_id)
        assert about(request)["http.status_code"] == 200
        assert ("机密备注" in collector.text, "某公司" in collector.text) == (False, False)
        assert "%E6%9F%90" not in collector.text

    def test_a_link_that_lets_people_in_is_not_told(self, collector, cast):
        for path in ("/confirm/geheim-geheim/", "/join/MQ/geheim-geheim/"):
            assert Client().get(path).status_code == 404
        tracing.flush()
        assert "/confirm/" in collector.text
        assert "geheim" not in collector.text

    def test_statements_stand_below_what_asks_them_without_values(self, collector):
        other = connections.create_connection("default")
        try:
            with span("job", job="4"), other.cursor() as cursor:
                cursor.execute("SELECT %s::text", ["机密"])
        finally:
            other.close()
        tracing.flush()
        (job,) = collector.named("job")
        told = [about(one)["db.statement"] for one in collector.spans if one.parent_span_id == job.span_id]
        assert "SELECT %s::text" in told
        assert "机密" not in collector.text

    def test_a_refusal_is_told_by_its_code_and_is_no_error(self, collector, cast):
        hand = begin(telling(message("paid")), cast.rep1)
        item = hand.instance.work_items.get()
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        services.complete_work_item(work_item_id=item.pk, data={}, actor=cast.rep1)
        with pytest.raises(Conflict):
            services.complete_work_item(work_item_id=item.pk, data={}, actor=cast.rep1)
        tracing.flush()
        refused = [one for one in collector.named("step") if "xiaoliu.refused" in about(one)]
        assert [one.status.code for one in refused] == [0]

    def test_an_error_is_told_by_its_kind_alone(self, collector):
        with pytest.raises(ValueError, match="12800"), span("job", job="1"):
            raise ValueError("东方阀门欠款 12800 元")
        tracing.flush()
        (failed,) = collector.named("job")
        assert (about(failed)["error.type"], failed.status.code) == ("ValueError", 2)
        assert "12800" not in collector.text

    def test_a_system_that_is_called_is_told_the_trace(self, collector):
        with collecting() as other, span("job", job="2"):
            heard = []
            outbound.call("POST", other.url + "/v1/traces", body=b"", allow_private=True)
            heard = other
        tracing.flush()
        (call,) = collector.named("call")
        (job,) = collector.named("job")
        assert heard is other
        assert (call.parent_span_id, about(call)["xiaoliu.method"]) == (job.span_id, "POST")

    def test_stopped_it_is_silent(self, collector, cast):
        tracing.stop()
        with span("job", job="3"):
            begin(telling(message("paid")), cast.rep1)
        assert collector.spans == []


def test_a_stranger_is_told_the_same_with_tracing(collector, cast):
    hand = begin(telling(message("paid")), cast.admin)
    with pytest.raises(ObjectDoesNotExist):
        services.claim_work_item(work_item_id=hand.instance.work_items.get().pk, actor=cast.finance)
    tracing.flush()
    refused = [
        about(one)["xiaoliu.refused"] for one in collector.named("step") if "xiaoliu.refused" in about(one)
    ]
    assert refused == ["DoesNotExist"]
