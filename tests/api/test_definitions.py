"""Definitions over the API: draw, check, publish, compare, and who is told that somebody was faster."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.files.downloads import NEVER_RUN
from tests.api.diagrams import form_field, travel, user
from workflows.models import ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.services.shipped_offers import note_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(as_):
    return as_("admin")


def import_text(client, text: str):
    return client.send("POST", "process-definitions/import/", {"bpmn": text})


def publish(client, key: str = "travel"):
    return client.send("POST", f"process-definitions/{key}/draft/publish/", {"note": "why"})


class TestImport:
    def test_takes_json_and_files_alike(self, admin):
        assert import_text(admin, travel()).status_code == 201
        file = SimpleUploadedFile("travel.bpmn", travel().encode())
        again = admin.post("/api/v1/process-definitions/import/", {"file": file})
        assert again.status_code == 200
        assert (again.json()["processes"][0]["is_new"], again.json()["processes"][0]["revision"]) == (
            False,
            2,
        )

    def test_reports_problems_with_element_line_and_a_way_out(self, admin):
        report = import_text(admin, travel(group="astronaut", condition="nobody > 1")).json()
        found = {one["element"]: one for one in report["problems"] if one["severity"] == "error"}
        assert set(found) >= {"ask", "large_check"}
        for one in found.values():
            assert one["line"] > 1
            assert one["message"]
            assert one["hint"]

    def test_speaks_the_callers_language(self, as_):
        def message(language: str) -> str:
            client = as_("admin", language=language)
            return import_text(client, travel(condition="nobody > 1")).json()["problems"][0]["message"]

        assert message("en").isascii() or "“" in message("en")
        assert not message("zh-hans").isascii()

    @pytest.mark.parametrize("body", [{}, {"bpmn": ""}, {"bpmn": 5}, {"bpmn": None}, {"file": "travel.bpmn"}])
    def test_needs_a_diagram(self, admin, body):
        assert admin.send("POST", "process-definitions/import/", body).status_code == 400
        assert not ProcessDefinition.objects.exists()


class TestDraft:
    def test_is_saved_over_the_revision_that_was_read(self, admin):
        import_text(admin, travel())
        draft = admin.read("process-definitions/travel/draft/").json()
        body = {"bpmn": travel(name="新的"), "revision": draft["revision"]}
        saved = admin.send("PUT", "process-definitions/travel/draft/", body)
        assert (saved.status_code, saved.json()["revision"]) == (200, 2)

    def test_a_stale_revision_is_409_and_says_who_and_when(self, admin):
        import_text(admin, travel())
        import_text(admin, travel(name="另一个"))
        before = ProcessDraft.objects.get().bpmn
        body = {"bpmn": travel(name="旧的"), "revision": 1}
        answer = admin.send("PUT", "process-definitions/travel/draft/", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_revision")
        assert "He Ming" in answer.json()["detail"]
        assert ProcessDraft.objects.get().bpmn == before

    def test_what_is_being_drawn_is_checked_without_being_saved(self, admin):
        import_text(admin, travel())
        before = ProcessDraft.objects.get().bpmn
        wrong = travel(condition="amount > 'a lot'")
        found = admin.send("POST", "process-definitions/travel/draft/lint/", {"bpmn": wrong}).json()[
            "problems"
        ]
        assert [one["element"] for one in found if one["severity"] == "error"] == ["large_check"]
        assert ProcessDraft.objects.get().bpmn == before


class TestMend:
    LINT, MEND = "process-definitions/travel/draft/lint/", "process-definitions/travel/draft/mend/"

    def wrong(self, admin, body):
        found = admin.send("POST", self.LINT, body).json()["problems"]
        return [one for one in found if one["severity"] == "error"]

    def test_a_problem_comes_with_what_would_make_it_go_away(self, admin):
        import_text(admin, travel())
        [found] = self.wrong(admin, {"bpmn": travel(condition="amuont > 1000")})
        assert (found["code"], found["element"]) == ("unknown_name", "large_check")
        assert found["mend"]["label"] == "Write “amount” instead of “amuont”"
        [step] = found["mend"]["change"]
        assert (step["do"], step["element"], step["value"]) == ("text", "large_check", "amount > 1000")

    def test_what_only_a_person_can_decide_has_none(self, admin):
        import_text(admin, travel())
        assert [one["mend"] for one in self.wrong(admin, {"bpmn": travel(condition="nobody > 1")})] == [None]

    def test_is_applied_without_being_saved(self, admin):
        import_text(admin, travel(condition="amuont > 1000"))
        saved = ProcessDraft.objects.get()
        [found] = self.wrong(admin, {})
        problem = {name: found[name] for name in ("code", "element", "line")}
        answer = admin.send("POST", self.MEND, {"problem": problem})
        assert answer.status_code == 200, answer.content
        assert "amount &gt; 1000" in answer.json()["bpmn"]
        assert answer.json()["done"] == found["mend"]["label"]
        assert not [one for one in answer.json()["problems"] if one["severity"] == "error"]
        again = ProcessDraft.objects.get()
        assert (again.bpmn, again.revision) == (saved.bpmn, saved.revision)
        mended = {"bpmn": answer.json()["bpmn"], "problem": problem}
        refused = admin.send("POST", self.MEND, mended)
        assert (refused.status_code, refused.json()["code"]) == (400, "nothing_to_mend")

    def test_speaks_the_callers_language(self, admin, as_):
        import_text(admin, travel(condition="amuont > 1000"))
        found = as_("admin", language="zh-hans").send("POST", self.LINT, {}).json()["problems"]
        assert "将“amuont”改为“amount”" in {one["mend"]["label"] for one in found if one["mend"]}

    @pytest.mark.parametrize(
        "body", [{}, {"problem": "x"}, {"problem": {}}, {"problem": {"code": "x", "line": "y"}}]
    )
    def test_names_a_problem(self, admin, body):
        import_text(admin, travel())
        assert admin.send("POST", self.MEND, body).status_code == 400


class TestPublish:
    def test_makes_the_version_that_the_definition_shows(self, admin):
        import_text(admin, travel())
        version = publish(admin)
        assert version.status_code == 201
        assert (version.json()["version"], version.json()["published_by"], version.json()["note"]) == (
            1,
            "admin",
            "why",
        )
        row = admin.read("process-definitions/travel/").json()
        assert (row["version"], row["has_draft"], row["is_shipped"]) == (1, False, False)
        assert row["rights"] == {"start": True, "draw": True, "publish": True, "set_operations": True}

    def test_refuses_with_the_problems(self, admin):
        import_text(admin, travel(group="astronaut"))
        answer = publish(admin)
        assert (answer.status_code, answer.json()["code"]) == (400, "diagram_refused")
        assert {one["element"] for one in answer.json()["problems"]} == {"ask"}
        assert not ProcessVersion.objects.exists()

    def test_two_who_publish_at_once_make_one_version(self, admin):
        import_text(admin, travel())
        assert [publish(admin).status_code for _ in range(2)] == [201, 400]
        assert ProcessVersion.objects.count() == 1

    def test_a_shipped_process_takes_a_second_person(self, company, as_):
        admin = as_("admin")
        key = "process-definitions/contract_lifecycle/"
        bpmn = admin.read(f"{key}versions/1/bpmn/").content.decode().replace("草拟", "起草")
        draft = admin.send("PUT", f"{key}draft/", {"bpmn": bpmn, "revision": 0})
        assert draft.status_code == 200, draft.content
        answer = publish(admin, "contract_lifecycle")
        assert (answer.status_code, answer.json()["code"]) == (400, "second_person")
        assert ProcessVersion.objects.filter(definition__key="contract_lifecycle").count() == 1

    def test_operations_are_granted_before_a_diagram_may_call_them(self, company, as_):
        admin = as_("admin")
        import_text(admin, travel())
        grant = {"operations": ["contracts.activate_contract"]}
        granted = admin.send("PUT", "process-definitions/travel/operations/", grant)
        assert granted.json()["allowed_operations"] == ["contracts.activate_contract"]
        unknown = admin.send("PUT", "process-definitions/travel/operations/", {"operations": ["os.system"]})
        assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_operation")
        names = {one["name"] for one in admin.read("operations/").json()["results"]}
        assert "contracts.activate_contract" in names


class TestVersions:
    @pytest.fixture
    def two(self, admin):
        import_text(admin, travel())
        publish(admin)
        more = user("ask", fields=[form_field("amount", "long", required=True, max=500)])
        import_text(admin, travel(ask=more, condition="amount > 400").replace('"done"', '"finished"'))
        publish(admin)
        return admin

    def test_are_listed_newest_first_and_read_alone(self, two):
        rows = two.read("process-definitions/travel/versions/").json()["results"]
        assert [row["version"] for row in rows] == [2, 1]
        assert "bpmn" not in rows[0]
        assert "amount &gt; 1000" in two.read("process-definitions/travel/versions/1/").json()["bpmn"]

    def test_are_downloaded_as_a_file_that_no_browser_runs(self, two):
        file = two.read("process-definitions/travel/versions/2/bpmn/")
        assert file["Content-Disposition"] == 'attachment; filename="travel-2.bpmn"'
        assert file["X-Content-Type-Options"] == "nosniff"
        assert file["Content-Security-Policy"] == NEVER_RUN
        assert file.content.startswith(b"<?xml")

    def test_differ_by_element_whatever_the_drawing(self, two):
        found = two.read("process-definitions/travel/versions/1/diff/2/").json()
        assert [one["id"] for one in found["added"]] == ["finished"]
        assert [one["id"] for one in found["removed"]] == ["done"]
        changed = {one["id"]: one["changes"] for one in found["changed"]}
        assert set(changed) == {"ask", "large_check", "large_done", "check_done"}
        (condition,) = changed["large_check"]
        assert condition["what"] == "conditionExpression"
        assert ("1000" in condition["before"], "400" in condition["after"]) == (True, True)
        words = [one["text"] for one in found["words"] if one["element"] == "large_check"]
        assert any("amount > 1,000 → amount > 400" in text for text in words)
        assert two.read("process-definitions/travel/versions/2/diff/2/").json() == {
            "words": [],
            "summary": "Nothing has changed.",
            "added": [],
            "removed": [],
            "changed": [],
        }

    def test_become_the_draft_again_and_are_published_at_a_moment(self, two):
        at = "process-definitions/travel/"
        draft = two.send("POST", f"{at}versions/1/restore/", {"revision": 0}).json()
        assert (draft["revision"], draft["publish_at"]) == (1, None)
        planned = {"at": "2031-03-04T10:00:00+08:00", "revision": 1}
        answer = two.send("PUT", f"{at}draft/schedule/", planned)
        assert answer.json()["publish_at"] == "2031-03-04T10:00:00+08:00"
        assert two.send("DELETE", f"{at}draft/schedule/").status_code == 204
        assert two.read(f"{at}draft/").json()["publish_at"] is None

    @pytest.mark.parametrize("number", ["0", "3", "99999999999", "x", "-1"])
    def test_that_are_not_there_are_404(self, two, number):
        for path in (f"versions/{number}/", f"versions/{number}/bpmn/", f"versions/1/diff/{number}/"):
            assert two.read(f"process-definitions/travel/{path}").status_code == 404


class TestHistoryOfADraft:
    def test_lists_shows_and_restores_states(self, admin):
        import_text(admin, travel())
        path = "process-definitions/travel/draft/"
        changed = travel(condition="amount > 5000")
        admin.send("PUT", path, {"bpmn": changed, "revision": 1})
        newest, oldest = admin.read(f"{path}history/").json()["results"]
        assert (newest["origin"], newest["revision"], newest["saved_by"]) == ("drawn", 2, "admin")
        assert (oldest["origin"], "bpmn" in oldest) == ("imported", False)
        assert admin.read(f"{path}history/{newest['id']}/").json()["bpmn"] == changed
        answer = admin.send("POST", f"{path}history/{oldest['id']}/restore/", {"revision": 2})
        assert (answer.status_code, answer.json()["revision"]) == (200, 3)
        assert "amount > 5000" not in admin.read(path).json()["bpmn"]

    def test_a_draft_is_dropped_by_whoever_has_seen_it(self, admin):
        import_text(admin, travel())
        path = "process-definitions/travel/draft/"
        assert admin.send("POST", f"{path}discard/", {"revision": 7}).json()["code"] == "stale_revision"
        assert admin.send("POST", f"{path}discard/", {"revision": 1}).status_code == 204
        assert admin.read(path).status_code == 404
        assert len(admin.read(f"{path}history/").json()["results"]) == 1


class TestOffers:
    """What the program newly brings about a process that the company has made its own."""

    NEWER = travel(condition="amount > 9000")

    @pytest.fixture
    def offer(self, admin) -> str:
        import_text(admin, travel())
        publish(admin)
        note_offer(ProcessDefinition.objects.get(), bpmn=self.NEWER, decisions={})
        return "process-definitions/travel/offer/"

    def test_becomes_the_draft_once(self, admin, offer):
        shown = admin.read(offer).json()
        assert (shown["status"], shown["bpmn"], shown["decided_by"]) == ("open", self.NEWER, None)
        seen = {"checksum": shown["checksum"], "revision": 0}
        assert admin.send("POST", f"{offer}take/", {**seen, "checksum": "0"}).json()["code"] == "stale_offer"
        draft = admin.send("POST", f"{offer}take/", seen)
        assert (draft.status_code, draft.json()["bpmn"]) == (200, self.NEWER)
        assert admin.send("POST", f"{offer}take/", {**seen, "revision": 1}).json()["code"] == "stale_offer"
        assert (admin.read(offer).json()["status"], admin.read(offer).json()["decided_by"]) == (
            "taken",
            "admin",
        )

    def test_a_draft_of_somebody_else_is_not_lost_unasked(self, admin, as_, offer):
        admin.send("PUT", "process-definitions/travel/roles/", {"draw_roles": ["manager"]})
        as_("manager1").send("PUT", "process-definitions/travel/draft/", {"bpmn": travel(), "revision": 0})
        seen = {"checksum": admin.read(offer).json()["checksum"], "revision": 1}
        assert admin.send("POST", f"{offer}take/", seen).json()["code"] == "draft_would_be_lost"
        assert admin.send("POST", f"{offer}take/", {**seen, "replace": True}).status_code == 200

    def test_is_declined(self, admin, offer):
        seen = {"checksum": admin.read(offer).json()["checksum"]}
        assert admin.send("POST", f"{offer}decline/", seen).json()["status"] == "declined"
        assert admin.send("POST", f"{offer}decline/", seen).status_code == 409

    def test_where_nothing_is_offered_is_404(self, admin):
        import_text(admin, travel())
        assert admin.read("process-definitions/travel/offer/").status_code == 404


class TestFavourites:
    def test_are_ones_own(self, admin, as_):
        import_text(admin, travel())
        publish(admin)
        there, star = "process-definitions/travel/", "process-definitions/travel/favourite/"
        for _again in range(2):
            assert admin.send("PUT", star, {}).status_code == 204
        assert admin.read(there).json()["is_favourite"] is True
        assert [one["is_favourite"] for one in admin.read("process-definitions/").json()["results"]] == [True]
        assert as_("rep1").read(there).json()["is_favourite"] is False
        assert admin.send("DELETE", star, {}).status_code == 204
        assert admin.read(there).json()["is_favourite"] is False


class TestRightsOfAProcess:
    """Managers draw it, finance publishes it."""

    @pytest.fixture
    def there(self, admin) -> str:
        import_text(admin, travel())
        publish(admin)
        path = "process-definitions/travel/"
        given = {"draw_roles": ["manager"], "publish_roles": ["finance"]}
        answer = admin.send("PUT", f"{path}roles/", given).json()
        assert (answer["draw_roles"], answer["publish_roles"]) == (["manager"], ["finance"])
        assert answer["start_roles"] == ProcessDefinition.objects.get().start_roles
        return path

    def rights(self, client, there: str) -> dict[str, bool]:
        told = client.read(there).json()["rights"]
        return {name: told[name] for name in ("draw", "publish")}

    def test_are_told_by_definition(self, as_, there):
        assert self.rights(as_("manager1"), there) == {"draw": True, "publish": False}
        assert self.rights(as_("finance"), there) == {"draw": False, "publish": True}
        (row,) = as_("manager1").read("process-definitions/?q=travel").json()["results"]
        assert row["rights"]["draw"]

    def test_roles_that_are_none_are_refused(self, admin, there):
        answer = admin.send("PUT", f"{there}roles/", {"draw_roles": ["astronaut"]})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_role")
        assert ProcessDefinition.objects.get().draw_roles == ["manager"]

    def test_a_draft_is_drawn_asked_for_sent_back_and_published(self, as_, there):
        drawer, publisher = as_("manager1"), as_("finance")
        changed = travel(condition="amount > 5000")
        saved = drawer.send("PUT", f"{there}draft/", {"bpmn": changed, "revision": 0})
        assert saved.status_code == 200
        assert publisher.send("PUT", f"{there}draft/", {"bpmn": changed, "revision": 1}).status_code == 403
        assert publish(drawer).status_code == 403
        asked = {"revision": 1, "note": "5,000 from now on"}
        answer = drawer.send("PUT", f"{there}draft/request/", asked).json()
        assert (answer["request"]["by"], answer["request"]["note"]) == ("manager1", "5,000 from now on")
        assert publisher.read(f"{there}draft/").json()["request"]["revision"] == 1
        sent = publisher.send("POST", f"{there}draft/send-back/", {"reason": "not yet"})
        assert (sent.status_code, sent.json()["request"]) == (200, None)
        why = drawer.read(f"{there}draft/").json()["sent_back"]
        assert (why["by"], why["reason"]) == ("finance", "not yet")
        assert drawer.send("PUT", f"{there}draft/request/", asked).status_code == 200
        assert drawer.send("DELETE", f"{there}draft/request/", {}).status_code == 204
        assert drawer.send("PUT", f"{there}draft/request/", asked).status_code == 200
        assert publish(publisher).json()["published_by"] == "finance"
