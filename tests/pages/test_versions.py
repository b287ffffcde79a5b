"""The pages of versions: what changed, back to an old one, publishing now and later, rights."""

from datetime import datetime

import pytest
from django.urls import reverse

from core import clock
from core.calendar import COMPANY_ZONE
from core.models import Grant, Role
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft, ProcessVersion

KEY = "parallel"
OTHER = diagrams.PARALLEL.replace('role="finance"', 'role="gm"')
THIRD = diagrams.PARALLEL.replace('role="finance"', 'role="rep"')


@pytest.fixture
def process(cast) -> ProcessDefinition:
    """Published once; the director has drawn the next version."""
    role = Role.objects.get(code="director")
    for permission in ("import_definition", "publish_definition"):
        Grant.objects.create(role=role, permission=f"workflows.{permission}", scope="all")
    made = publish_diagram(KEY, diagrams.PARALLEL)
    services.save_draft(definition_key=KEY, bpmn=OTHER, revision=0, actor=cast.director)
    return made


def at(name: str, *args) -> str:
    return reverse(f"workflows:{name}", args=[KEY, *args])


def text_of(answer) -> str:
    return answer.content.decode()


class TestDifference:
    def test_of_the_draft_in_words_and_marks(self, signed_in, cast, process):
        answer = signed_in(cast.admin).get(at("version-difference", 1, "draft"))
        assert "办理人 财务 → 总经理" in text_of(answer)
        before, after = answer.context["sides"]
        assert before["data"]["marks"] == after["data"]["marks"] == {"right": "changed"}
        assert after["title"] == "草稿"

    def test_turned_round_says_the_reverse(self, signed_in, cast, process):
        answer = signed_in(cast.admin).get(at("version-difference", "draft", 1))
        assert "办理人 总经理 → 财务" in text_of(answer)

    def test_of_a_version_that_is_none_is_404(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        for side in ("7", "x", "9" * 12, "-1"):
            assert client.get(at("version-difference", 1, side)).status_code == 404
            assert client.get(f"{at('version-compare')}?before=1&after={side}").status_code == 404

    def test_the_draft_is_for_those_who_draw_or_publish(self, signed_in, cast, process):
        ProcessDefinition.objects.update(start_roles=["rep"])
        client = signed_in(cast.rep1)
        assert client.get(at("version-difference", 1, "draft")).status_code == 403
        assert client.get(at("draft-diagram")).status_code == 403
        assert client.get(at("version-difference", 1, 1)).status_code == 200

    def test_hostile_names_harm_nobody(self, signed_in, cast, process):
        evil = OTHER.replace('name="parallel"', 'name="&lt;script&gt;alert(1)&lt;/script&gt;"')
        ProcessDraft.objects.update(bpmn=evil.replace('role="gm"', 'role="&lt;img src=x onerror=y&gt;"'))
        page = text_of(signed_in(cast.admin).get(at("version-difference", 1, "draft")))
        assert "<script>alert" not in page
        assert "<img src=x" not in page

    def test_any_two_are_chosen_in_the_list(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        page = text_of(client.get(at("definition-detail") + "?tab=versions"))
        assert at("version-compare") in page
        answer = client.get(at("version-compare") + "?before=1&after=draft")
        assert answer.url == at("version-difference", 1, "draft")


class TestVersionList:
    def test_counts_cases_and_leads_to_what_changed(self, signed_in, cast, process):
        services.start_process(definition_key=KEY, subject=None, actor=cast.admin)
        services.publish_draft(definition_key=KEY, actor=cast.admin, note="GM decides")
        answer = signed_in(cast.admin).get(at("definition-detail") + "?tab=versions")
        rows = [row.record for row in answer.context["table"].rows]
        assert [(one.number, one.running, one.finished) for one in rows] == [(2, 0, 0), (1, 1, 0)]
        assert "GM decides" in text_of(answer)
        assert at("version-difference", 1, 2) in text_of(answer)
        # On the phone nothing else says what a figure counts.
        assert '<td class="num" data-label="在办">1</td>' in text_of(answer)


class TestRestore:
    def test_asks_before_a_draft_of_somebody_else_goes(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        url = at("version-restore", 1)
        assert cast.director.name in text_of(client.get(url))
        assert client.post(url, {"revision": 1}).status_code == 409
        assert ProcessDraft.objects.get().bpmn == OTHER
        assert client.post(url, {"revision": 1, "replace": "on"}).status_code == 302
        assert ProcessDraft.objects.get().bpmn == diagrams.PARALLEL


class TestHistory:
    """Of the draft: the director has drawn, the administrator goes on."""

    @pytest.fixture
    def states(self, cast, process) -> list[DraftSnapshot]:
        services.save_draft(definition_key=KEY, bpmn=THIRD, revision=1, actor=cast.admin)
        return list(DraftSnapshot.objects.order_by("pk"))

    def test_says_who_left_it_how_and_what_they_changed(self, signed_in, cast, states):
        answer = signed_in(cast.admin).get(at("draft-history"))
        page = text_of(answer)
        assert [row.record for row in answer.context["table"].rows] == states[::-1]
        assert cast.director.name in page
        assert "办理人 财务 → 总经理" in page  # against the version in use
        assert "办理人 总经理 → 销售代表" in page  # against the state before
        assert at("version-difference", f"s{states[0].pk}", f"s{states[1].pk}") in page
        assert at("version-difference", "1", f"s{states[0].pk}") in page

    def test_two_states_stand_side_by_side(self, signed_in, cast, states):
        client = signed_in(cast.admin)
        answer = client.get(at("version-difference", f"s{states[0].pk}", "draft"))
        assert "办理人 总经理 → 销售代表" in text_of(answer)
        before, _after = answer.context["sides"]
        assert before["xml_url"] == at("snapshot-diagram", states[0].pk)
        assert text_of(client.get(before["xml_url"])) == OTHER

    def test_an_earlier_state_comes_back(self, signed_in, cast, states):
        client = signed_in(cast.director)
        url = at("snapshot-restore", states[0].pk)
        assert cast.admin.name in text_of(client.get(url))
        assert client.post(url, {"revision": 2}).status_code == 409
        assert ProcessDraft.objects.get().bpmn == THIRD
        assert client.post(url, {"revision": 2, "replace": "on"}).status_code == 302
        assert ProcessDraft.objects.get().bpmn == OTHER

    def test_a_draft_is_dropped_and_its_history_stays(self, signed_in, cast, states):
        client = signed_in(cast.admin)
        assert at("process-draft-discard") in text_of(client.get(at("definition-detail") + "?tab=draft"))
        answer = client.post(at("process-draft-discard"), {"revision": 2}, follow=True)
        assert answer.redirect_chain == [(at("draft-history"), 302)]
        assert not ProcessDraft.objects.exists()
        assert DraftSnapshot.objects.count() == 2
        assert at("draft-history") in text_of(client.get(at("definition-detail")))

    def test_states_that_are_none_are_404(self, signed_in, cast, states):
        client = signed_in(cast.admin)
        for side in ("s0", "s", "sx", "s" + "9" * 30):
            assert client.get(at("version-difference", side, "draft")).status_code == 404
        assert client.get(at("snapshot-diagram", 0)).status_code == 404
        assert client.get(at("snapshot-restore", 0)).status_code == 404

    def test_is_for_those_who_draw_or_publish(self, signed_in, cast, states):
        ProcessDefinition.objects.update(start_roles=["rep"])
        client = signed_in(cast.rep1)
        for url in (
            at("draft-history"),
            at("snapshot-diagram", states[0].pk),
            at("snapshot-restore", states[0].pk),
            at("process-draft-discard"),
            at("version-difference", "1", f"s{states[0].pk}"),
        ):
            assert client.get(url).status_code == 403


class TestPublishing:
    def test_shows_the_difference_and_publishes_what_was_seen(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        page = text_of(client.get(at("draft-publish")))
        assert "办理人 财务 → 总经理" in page
        assert client.post(at("draft-publish"), {"revision": 9, "deed": "publish"}).status_code == 409
        answer = client.post(at("draft-publish"), {"revision": 1, "note": "new", "deed": "publish"})
        assert answer.status_code == 302
        assert ProcessVersion.objects.get(number=2).note == "new"

    def test_a_second_person_is_asked_for(self, signed_in, cast, process):
        ProcessDefinition.objects.update(is_shipped=True)
        client = signed_in(cast.director)
        page = text_of(client.get(at("draft-publish")))
        assert 'value="publish"' not in page
        assert client.post(at("draft-publish"), {"revision": 1, "deed": "publish"}).status_code == 400
        assert 'value="publish"' in text_of(signed_in(cast.admin).get(at("draft-publish")))

    def test_later_and_taken_back(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        asked = {"revision": 1, "deed": "publish", "at": "2031-03-04 10:00"}
        assert client.post(at("draft-publish"), {**asked, "at": "2031-03-04 03:00"}).status_code == 400
        assert client.post(at("draft-publish"), asked).status_code == 302
        draft = ProcessDraft.objects.get()
        assert draft.publish_at == datetime(2031, 3, 4, 10, tzinfo=COMPANY_ZONE)
        assert "2031" in text_of(client.get(at("draft-publish")))
        assert client.post(at("draft-publish"), {"revision": 1, "deed": "take_back"}).status_code == 302
        with clock.travel(draft.publish_at):
            assert services.publish_scheduled() == 0


class TestRights:
    def test_an_administrator_names_the_owner_and_grants_operations(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        assert "改名" in text_of(client.get(at("definition-rights")))
        given = {"owner": cast.director.pk, "operations": ["tests.rename"]}
        assert client.post(at("definition-rights"), given).status_code == 302
        process.refresh_from_db()
        assert process.owner == cast.director
        assert process.allowed_operations == ["tests.rename"]
        assert signed_in(cast.director).get(at("definition-rights")).status_code == 403
