"""The pages of a process for those who draw it, those who publish it, and the administrator who says who may."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import Notification
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.role_info import sections, uses

KEY = "parallel"
OTHER = diagrams.PARALLEL.replace('role="finance"', 'role="gm"')


@pytest.fixture
def process(cast) -> ProcessDefinition:
    """manager1 has drawn its next version; the finance people publish it and see nothing else of processes."""
    made = publish_diagram(KEY, diagrams.PARALLEL)
    made.is_shipped, made.draw_roles, made.publish_roles = True, ["manager"], ["finance"]
    made.save()
    services.save_draft(definition_key=KEY, bpmn=OTHER, revision=0, actor=cast.manager1)
    return made


def at(name: str, *args) -> str:
    return reverse(f"workflows:{name}", args=[KEY, *args])


def text_of(answer) -> str:
    return answer.content.decode()


def addresses(page: str) -> set[str]:
    return set(re.findall(r'href="([^"?]*)', page))


PAGES = [
    ("definition-edit", ()), ("draft-tables", ()), ("draft-forms", ()), ("version-restore", (1,)),
]  # fmt: skip


def heard(client, pages) -> list[int]:
    return [client.get(at(name, *args)).status_code for name, args in pages]


class TestPages:
    def test_of_drawing_are_for_those_who_draw(self, signed_in, cast, process):
        assert heard(signed_in(cast.manager1), PAGES) == [200] * 4
        assert heard(signed_in(cast.finance), PAGES) == [403] * 4
        assert heard(signed_in(cast.boss), PAGES) == [403] * 4
        assert heard(signed_in(cast.marketer), PAGES) == [404] * 4

    def test_of_publishing_are_for_both(self, signed_in, cast, process):
        pages = [("draft-publish", ()), ("version-difference", (1, "draft")), ("draft-diagram", ())]
        for person, status in (
            (cast.manager1, 200), (cast.finance, 200), (cast.boss, 403), (cast.marketer, 404),
        ):  # fmt: skip
            assert heard(signed_in(person), pages) == [status] * 3

    def test_buttons_follow(self, signed_in, cast, process):
        drawer = text_of(signed_in(cast.manager1).get(at("definition-detail")))
        assert at("definition-edit") in addresses(drawer)
        assert "提请发布 …" in drawer
        assert "?tab=draft" in drawer
        publisher = text_of(signed_in(cast.finance).get(at("definition-detail")))
        assert at("definition-edit") not in addresses(publisher)
        assert at("draft-publish") in addresses(publisher)
        assert "提请发布 …" not in publisher
        reader = text_of(signed_in(cast.boss).get(at("definition-detail")))
        assert not {at("definition-edit"), at("draft-publish")} & addresses(reader)

    def test_the_list_and_the_entry_of_the_navigation(self, signed_in, cast, process):
        url = reverse("workflows:definition-list")
        for person in (cast.manager1, cast.finance):
            page = text_of(signed_in(person).get(url))
            assert at("definition-detail") in addresses(page)
            assert url in addresses(text_of(signed_in(person).get(reverse("home"))))
        assert url not in addresses(text_of(signed_in(cast.marketer).get(reverse("home"))))

    def test_a_file_with_a_new_process_is_refused_on_the_page(self, signed_in, cast, process):
        client, url = signed_in(cast.manager1), reverse("workflows:definition-import")
        assert client.get(url).status_code == 200
        new = OTHER.replace(f'id="{KEY}"', 'id="new"').encode()
        answer = client.post(url, {"file": SimpleUploadedFile("new.bpmn", new)})
        assert answer.status_code == 403
        assert "无权绘制" in text_of(answer)
        assert signed_in(cast.marketer).get(url).status_code == 403

    def test_the_editor_says_whether_one_asks_or_publishes(self, signed_in, cast, process):
        def page(person):
            text = text_of(signed_in(person).get(at("definition-edit")))
            found = re.search(r'<script id="editor-page"[^>]*>(.*?)</script>', text)
            return json.loads(found[1])

        assert {name: page(cast.manager1)[name] for name in ("may_publish", "takes_another", "is_mine")} == {
            "may_publish": False, "takes_another": True, "is_mine": True,
        }  # fmt: skip
        assert (page(cast.admin)["may_publish"], page(cast.admin)["is_mine"]) == (True, False)


class TestAsking:
    def test_from_the_drawer_to_the_publisher(self, signed_in, cast, process):
        url = at("draft-publish")
        page = text_of(signed_in(cast.manager1).get(url))
        assert 'value="ask"' in page
        assert 'value="publish"' not in page
        assert cast.finance.name in page
        given = {"deed": "ask", "revision": 1, "note": "总经理也要看"}
        assert signed_in(cast.manager1).post(url, given).url == url
        assert "总经理也要看" in text_of(signed_in(cast.manager1).get(at("definition-detail") + "?tab=draft"))
        seen = text_of(signed_in(cast.finance).get(url))
        assert f"{cast.manager1.name}提请发布" in seen
        assert "办理人 财务 → 总经理" in seen
        assert 'value="publish"' in seen
        assert 'value="send_back"' in seen
        done = signed_in(cast.finance).post(url, {"deed": "publish", "revision": 1, "note": "好"})
        assert done.status_code == 302
        assert ProcessVersion.objects.get(number=2).published_by == cast.finance
        bell = text_of(signed_in(cast.manager1).get(reverse("notifications")))
        assert f"{cast.finance.name}发布了您提请的流程" in bell

    def test_it_says_what_was_saved_since(self, signed_in, cast, process):
        services.ask_for_publishing(definition_key=KEY, revision=1, actor=cast.manager1)
        assert "提请之后有改动" not in text_of(signed_in(cast.finance).get(at("draft-publish")))
        third = OTHER.replace('role="gm"', 'role="rep"')
        services.save_draft(definition_key=KEY, bpmn=third, revision=1, actor=cast.manager1)
        assert "提请之后有改动" in text_of(signed_in(cast.finance).get(at("draft-publish")))
        refused = signed_in(cast.finance).post(at("draft-publish"), {"deed": "publish", "revision": 1})
        assert refused.status_code == 409

    def test_is_sent_back_with_a_reason(self, signed_in, cast, process):
        services.ask_for_publishing(definition_key=KEY, revision=1, actor=cast.manager1)
        url = at("draft-publish")
        assert signed_in(cast.finance).post(url, {"deed": "send_back"}).status_code == 400
        assert signed_in(cast.finance).post(url, {"deed": "send_back", "reason": "三天"}).url == url
        assert not ProcessDraft.objects.get().is_asked_for
        assert Notification.objects.get(person=cast.manager1).params["reason"] == "三天"
        again = signed_in(cast.finance).post(url, {"deed": "send_back", "reason": "三天"})
        assert again.status_code == 400

    def test_is_taken_back(self, signed_in, cast, process):
        services.ask_for_publishing(definition_key=KEY, revision=1, actor=cast.manager1)
        assert 'value="take_back_asking"' not in text_of(signed_in(cast.finance).get(at("draft-publish")))
        client = signed_in(cast.manager1)
        assert 'value="take_back_asking"' in text_of(client.get(at("draft-publish")))
        assert client.post(at("draft-publish"), {"deed": "take_back_asking"}).status_code == 302
        assert not ProcessDraft.objects.get().is_asked_for

    def test_nobody_does_what_is_not_theirs(self, signed_in, cast, process):
        given = {"deed": "publish", "revision": 1}
        assert signed_in(cast.manager1).post(at("draft-publish"), given).status_code == 403
        assert signed_in(cast.finance).post(at("draft-publish"), {**given, "deed": "ask"}).status_code == 403
        assert ProcessDraft.objects.get().revision == 1


class TestRights:
    def test_roles_are_ticked_in_a_table(self, signed_in, cast, process):
        client = signed_in(cast.admin)
        page = text_of(client.get(at("definition-rights")))
        starters = sorted(process.start_roles)
        boxes = re.findall(r'name="(\w+_roles)" value="(\w+)"[^>]* checked', page)
        assert sorted(boxes) == [
            ("draw_roles", "manager"), ("publish_roles", "finance"), *(("start_roles", one) for one in starters),
        ]  # fmt: skip
        given = {"start_roles": ["rep"], "draw_roles": ["manager", "director"], "publish_roles": ["gm"]}
        assert (
            client.post(at("definition-rights"), {**given, "operations": ["tests.rename"]}).status_code == 302
        )
        process.refresh_from_db()
        assert (process.start_roles, process.draw_roles, process.publish_roles) == (
            ["rep"], ["director", "manager"], ["gm"],
        )  # fmt: skip
        assert process.allowed_operations == ["tests.rename"]

    def test_a_role_that_is_none_is_refused(self, signed_in, cast, process):
        answer = signed_in(cast.admin).post(at("definition-rights"), {"draw_roles": ["astronaut"]})
        assert answer.status_code == 400
        process.refresh_from_db()
        assert process.draw_roles == ["manager"]

    def test_what_a_role_may_is_said_with_the_role(self, signed_in, cast, process):
        found = [str(one.label) for one in uses(["finance", "manager"])["manager"]]
        assert any("绘制" in label for label in found)
        (changes,) = [one for one in sections(cast.finance) if str(one.title) == "可以修改的流程"]
        assert [(name, text) for name, text, _url in changes.lines] == [(process.name, "发布")]
