"""Purging on the pages: many chosen cases, the figures of the process before and after, and the help about it."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.configuration import change
from core.jobs.runner import run_background_job
from core.models import AuditEntry, BackgroundJob
from tests.workflows.clockwork import MONDAY
from tests.workflows.conftest import rows_of, start, subject  # noqa: F401 - fixtures
from tests.workflows.figures.world import KEY, Walk, publish
from tests.workflows.test_purging import ended
from workflows import services
from workflows.models import ProcessDefinition, ProcessInstance, PurgedCase
from workflows.services.purge_policy import reason_in_short, why_not

pytestmark = pytest.mark.django_db
LIST = "/cases/?status=any"
LATER = MONDAY + timedelta(days=600)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


class TestMany:
    def chosen(self, *cases: ProcessInstance, **more: str) -> dict[str, Any]:
        return {"bulk": "purge", "row": [str(one.pk) for one in cases], **more}

    def test_it_is_offered_to_whoever_may_and_asks_first(self, start, cast, signed_in):
        case = ended(start, cast)
        assert 'value="purge"' in signed_in(cast.admin).get(LIST).content.decode()
        assert 'value="purge"' not in signed_in(cast.rep1).get(LIST).content.decode()
        answer = signed_in(cast.admin).post(LIST, self.chosen(case))
        assert answer.status_code == 200
        assert case.subject_title in text_of(answer)
        assert ProcessInstance.objects.filter(pk=case.pk).exists()

    def test_what_may_go_goes_the_others_are_named_with_the_reason(self, start, cast, signed_in):
        gone, held, running = ended(start, cast), ended(start, cast), start("approval")
        services.hold_case(instance_id=held.pk, reason="court", actor=cast.admin)
        before = [rows_of(one) for one in (held, running)]
        answer = signed_in(cast.admin).post(
            LIST, self.chosen(gone, held, running, agreed="1", reason="privacy")
        )
        assert answer.status_code == 200
        text = text_of(answer)
        assert why_not("held") in text
        assert why_not("open") in text
        assert [rows_of(one) for one in (held, running)] == before
        assert PurgedCase.objects.get().pk == gone.pk
        entry = AuditEntry.objects.get(action="workflows.purge_case")
        assert (entry.actor, entry.note) == (cast.admin, "privacy")

    def test_without_a_reason_or_the_right_nothing_goes(self, start, cast, signed_in):
        case = ended(start, cast)
        assert signed_in(cast.admin).post(LIST, self.chosen(case, agreed="1")).status_code == 400
        asked = self.chosen(case, agreed="1", reason="x")
        assert signed_in(cast.rep1).post(LIST, asked).status_code == 403
        assert ProcessInstance.objects.filter(pk=case.pk).exists()

    def test_many_go_by_a_job_whose_file_says_what_became_of_each(self, start, cast, signed_in, monkeypatch):
        monkeypatch.setattr("core.generic.bulk.DIRECT_ROWS", 1)
        gone, held = ended(start, cast), ended(start, cast)
        services.hold_case(instance_id=held.pk, reason="court", actor=cast.admin)
        answer = signed_in(cast.admin).post(LIST, self.chosen(gone, held, agreed="1", reason="x"))
        assert answer.status_code == 302
        job = BackgroundJob.objects.get(kind="bulk")
        assert run_background_job(job.pk)
        job.refresh_from_db()
        assert job.status == "done"
        assert list(ProcessInstance.objects.values_list("pk", flat=True)) == [held.pk]


def test_the_figures_of_a_process_are_the_same_before_and_after(cast, signed_in):
    publish()
    chance = random.Random(2)
    for _number in range(4):
        Walk(cast, chance).go(30)
    page = f"/processes/{KEY}/?tab=figures&period=custom&from=2026-11-01&to=2028-06-01"
    with clock.travel(LATER):
        services.sweep_figures()
        client = signed_in(cast.admin)
        shown = [text_of(client.get(f"{page}{more}")) for more in ("", "&heat=passes")]
        over = list(ProcessInstance.objects.filter(ended_at__isnull=False).values_list("pk", flat=True))
        assert over
        for pk in over:
            services.purge_case(instance_id=pk, reason="x", actor=cast.admin)
        services.sweep_figures()
        assert [text_of(client.get(f"{page}{more}")) for more in ("", "&heat=passes")] == shown
    assert not ProcessInstance.objects.filter(pk__in=over).exists()


class TestPage:
    def test_it_tells_how_many_go_and_what_stays_and_why(self, start, cast, signed_in):
        ended(start, cast)
        held = ended(start, cast)
        services.hold_case(instance_id=held.pk, reason="court", actor=cast.admin)
        ProcessDefinition.objects.update(keep_months=12)
        text = text_of(signed_in(cast.admin).get(reverse("workflows:purge")))
        assert reason_in_short("held") in text
        assert "立即清除 1 个流程" in text
        answer = signed_in(cast.admin).post(reverse("workflows:purge"), {"reason": "law"})
        job = BackgroundJob.objects.get(kind="workflows.purge_cases")
        assert (answer.status_code, answer["Location"]) == (302, job.get_absolute_url())
        run_background_job(job.pk)
        assert list(ProcessInstance.objects.values_list("pk", flat=True)) == [held.pk]
        page = signed_in(cast.admin).get(job.get_absolute_url())
        assert "已清除 1 个流程" in text_of(page)
        assert reverse("workflows:purged-case-list") in page.content.decode()

    def test_the_line_of_a_purged_case_says_in_words_how_it_ended(self, start, cast, signed_in):
        services.purge_case(instance_id=ended(start, cast).pk, reason="law", actor=cast.admin)
        assert "已办结" in text_of(signed_in(cast.admin).get(reverse("workflows:purged-case-list")))

    def test_the_months_of_a_process_stand_beside_the_rule_of_the_company(self, start, cast, signed_in):
        key = ended(start, cast).definition.key
        change(actor=cast.admin, changes={"workflows.purge_after_months": 24})
        address = reverse("workflows:definition-retention", args=[key])
        assert "按公司规定：结束 24 个月后清除" in text_of(signed_in(cast.admin).get(address))
        assert signed_in(cast.admin).post(address, {"rule": "months", "months": "6"}).status_code == 302
        assert ProcessDefinition.objects.get(key=key).keep_months == 6

    def test_lifting_a_hold_tells_what_it_holds_and_why(self, start, cast, signed_in):
        hold = services.hold_case(instance_id=ended(start, cast).pk, reason="court order 7", actor=cast.admin)
        assert "court order 7" in text_of(
            signed_in(cast.admin).get(reverse("workflows:hold-lift", args=[hold.pk]))
        )

    @pytest.mark.parametrize(
        ("language", "words"), [("zh-hans", "保留、清除与法律保全"), ("en", "Keeping, purging")]
    )
    def test_the_help_about_it_opens_in_both_languages(self, cast, signed_in, language, words):
        type(cast.admin).objects.filter(pk=cast.admin.pk).update(language=language)
        client = signed_in(cast.admin)
        assert words in text_of(client.get(reverse("help-topic", args=["keeping-cases"])))
        address = reverse("help-topic", args=["keeping-cases"])
        assert address in client.get(reverse("workflows:purge")).content.decode()
