"""Draw, import, publish; what breaks at start-up."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, transaction

from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import checks, services
from workflows.models import ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.services import shipped
from workflows.services.mending import Wanted

BPMN = diagrams.PARALLEL


class TestImport:
    def test_makes_a_draft_and_publishes_nothing(self, cast):
        report = services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        (found,) = report.processes
        assert (found.definition.key, found.is_new, found.problems) == ("parallel", True, [])
        assert found.draft.revision == 1
        assert found.draft.updated_by == cast.admin
        assert not ProcessVersion.objects.exists()

    def test_replaces_a_draft_as_its_next_revision(self, cast):
        services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        report = services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        assert report.processes[0].draft.revision == 2
        assert not report.processes[0].is_new

    def test_tells_what_is_wrong_and_keeps_it_for_whoever_goes_on_drawing(self, cast):
        wrong = BPMN.replace('role="finance"', 'role="astronaut"')
        (found,) = services.import_bpmn(bpmn=wrong.encode(), actor=cast.admin).processes
        assert [(one.severity, one.element) for one in found.problems] == [("error", "right")]
        assert 'role="astronaut"' in ProcessDraft.objects.get().bpmn

    def test_draws_a_diagram_that_came_without_a_drawing_and_leaves_a_drawn_one_alone(self, cast):
        report = services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        assert [one.code for one in report.translated] == ["laid_out"]
        drawn = ProcessDraft.objects.get().bpmn
        assert "BPMNShape" in drawn
        again = services.import_bpmn(bpmn=drawn.encode(), actor=cast.admin)
        assert again.translated == []
        assert ProcessDraft.objects.get().bpmn == drawn

    def test_says_words_of_another_tool_in_ours(self, cast):
        foreign = BPMN.replace('<flow:assign role="finance"/>', "").replace(
            '<bpmn:userTask id="right"',
            '<bpmn:userTask xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:candidateGroups="finance" id="right"',
        )
        report = services.import_bpmn(bpmn=foreign.encode(), actor=cast.admin)
        assert ("translated", "right") in {(one.code, one.element) for one in report.translated}
        assert 'flow:assign role="finance"' in ProcessDraft.objects.get().bpmn
        assert "camunda:" not in ProcessDraft.objects.get().bpmn

    def test_keeps_code_of_another_tool_so_that_publishing_refuses_it(self, cast):
        listener = '<camunda:taskListener xmlns:camunda="http://camunda.org/schema/1.0/bpmn" class="Evil"/>'
        evil = BPMN.replace('<flow:assign role="finance"/>', f'<flow:assign role="finance"/>{listener}')
        services.import_bpmn(bpmn=evil.encode(), actor=cast.admin)
        with pytest.raises(services.DiagramRefusedError):
            services.publish_draft(definition_key="parallel", actor=cast.admin)
        assert not ProcessVersion.objects.exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"hello",
            b"\xff\xfe\x00binary",
            b"<html/>",
            diagrams.HEAD.encode() + b"</bpmn:definitions>",
            BPMN.replace('isExecutable="true"', 'isExecutable="false"').encode(),
            BPMN.replace('id="parallel"', f'id="{"x" * 81}"').encode(),
            b"x" * (6 * 1024 * 1024),
        ],
    )
    def test_what_cannot_be_read_is_refused_and_leaves_nothing(self, cast, content):
        with pytest.raises(ApplicationError) as refusal:
            services.import_bpmn(bpmn=content, actor=cast.admin)
        assert str(refusal.value)
        assert not ProcessDefinition.objects.exists()

    def test_is_a_right(self, cast):
        with pytest.raises(PermissionDenied):
            services.import_bpmn(bpmn=BPMN.encode(), actor=cast.rep1)
        assert not ProcessDefinition.objects.exists()


class TestMendDraft:
    def draft(self, cast) -> tuple[ProcessDraft, Wanted]:
        wrong = BPMN.replace('role="finance"', 'role="finanse"')
        (found,) = services.import_bpmn(bpmn=wrong.encode(), actor=cast.admin).processes
        [problem] = found.problems
        return ProcessDraft.objects.get(), Wanted(problem.code, problem.element, problem.line)

    def test_saves_the_mended_diagram_as_the_next_revision(self, cast):
        before, wanted = self.draft(cast)
        draft, mend = services.mend_draft(
            definition_key="parallel", wanted=wanted, revision=1, actor=cast.admin
        )
        assert draft.revision == 2
        assert draft.bpmn == before.bpmn.replace("finanse", "finance")
        assert mend.label("en") == "Write “finance” instead of “finanse”"

    def test_refuses_a_stale_revision_and_changes_nothing(self, cast):
        before, wanted = self.draft(cast)
        with pytest.raises(Conflict, match="贺明"):
            services.mend_draft(definition_key="parallel", wanted=wanted, revision=7, actor=cast.admin)
        assert ProcessDraft.objects.get().bpmn == before.bpmn

    def test_refuses_what_is_no_problem(self, cast):
        before, wanted = self.draft(cast)
        with pytest.raises(ApplicationError) as refusal:
            services.mend_draft(
                definition_key="parallel", wanted=Wanted(wanted.code, "left"), revision=1, actor=cast.admin
            )
        assert refusal.value.code == "nothing_to_mend"
        assert ProcessDraft.objects.get().revision == before.revision

    def test_is_a_right(self, cast):
        before, wanted = self.draft(cast)
        with pytest.raises(ProcessDefinition.DoesNotExist):
            services.mend_draft(definition_key="parallel", wanted=wanted, revision=1, actor=cast.rep1)
        ProcessDefinition.objects.update(start_roles=["rep"])
        with pytest.raises(PermissionDenied):
            services.mend_draft(definition_key="parallel", wanted=wanted, revision=1, actor=cast.rep1)
        assert ProcessDraft.objects.get().revision == before.revision


class TestSaveDraft:
    def test_saves_over_the_revision_it_was_made_from(self, cast):
        publish_diagram("parallel", BPMN)
        services.save_draft(definition_key="parallel", bpmn=BPMN, revision=0, actor=cast.admin)
        draft = services.save_draft(definition_key="parallel", bpmn=BPMN, revision=1, actor=cast.admin)
        assert draft.revision == 2

    def test_a_stale_revision_is_told_who_saved(self, cast):
        services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        services.save_draft(definition_key="parallel", bpmn=BPMN, revision=1, actor=cast.admin)
        for stale in (0, 1, 3):
            with pytest.raises(Conflict, match="贺明"):
                services.save_draft(
                    definition_key="parallel", bpmn=BPMN + " ", revision=stale, actor=cast.admin
                )
        assert ProcessDraft.objects.get().bpmn == BPMN

    def test_a_diagram_of_another_process_is_refused(self, cast):
        services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        with pytest.raises(ApplicationError) as refusal:
            services.save_draft(
                definition_key="parallel", bpmn=diagrams.APPROVAL, revision=1, actor=cast.admin
            )
        assert refusal.value.code == "other_process"


class TestPublish:
    def test_makes_the_version_that_new_cases_run_on(self, cast):
        services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
        version = services.publish_draft(definition_key="parallel", note="first", actor=cast.admin)
        definition = ProcessDefinition.objects.get()
        assert (version.number, version.note, definition.current_version) == (1, "first", version)
        assert (definition.name_zh, definition.name_en) == ("测试流程", "Test process")
        assert definition.start_roles == ["finance", "rep"], "who does the first steps may start"
        assert not ProcessDraft.objects.exists()
        assert AuditEntry.objects.get(action="workflows.publish_draft").after["version"] == 1

    def test_refuses_a_wrong_diagram_with_its_problems(self, cast):
        services.import_bpmn(bpmn=BPMN.replace('role="rep"', 'role="astronaut"').encode(), actor=cast.admin)
        with pytest.raises(services.DiagramRefusedError) as refusal:
            services.publish_draft(definition_key="parallel", actor=cast.admin)
        assert {one.element for one in refusal.value.problems} == {"left", "last"}
        assert set(refusal.value.errors) == {"left", "last"}
        assert not ProcessVersion.objects.exists()
        assert ProcessDraft.objects.exists()

    def test_refuses_an_operation_that_is_not_granted_until_it_is(self, cast):
        services.import_bpmn(bpmn=diagrams.RENAMING.encode(), actor=cast.admin)
        with pytest.raises(services.DiagramRefusedError) as refusal:
            services.publish_draft(definition_key="renaming", actor=cast.admin)
        assert list(refusal.value.errors) == ["rename"]
        services.set_allowed_operations(
            definition_key="renaming", operations=["tests.rename"], actor=cast.admin
        )
        assert services.publish_draft(definition_key="renaming", actor=cast.admin).number == 1

    def test_shipped_processes_take_a_second_person(self, cast):
        definition = publish_diagram("parallel", BPMN)
        definition.is_shipped = True
        definition.save(update_fields=["is_shipped"])
        services.import_bpmn(bpmn=BPMN.replace("收尾", "结尾").encode(), actor=cast.admin)
        with pytest.raises(ApplicationError) as refusal:
            services.publish_draft(definition_key="parallel", actor=cast.admin)
        assert refusal.value.code == "second_person"
        cast.boss.is_superuser = True
        assert services.publish_draft(definition_key="parallel", actor=cast.boss).number == 2

    def test_an_unchanged_diagram_makes_no_version(self, cast):
        for _ in range(2):
            services.import_bpmn(bpmn=BPMN.encode(), actor=cast.admin)
            if not ProcessVersion.objects.exists():
                services.publish_draft(definition_key="parallel", actor=cast.admin)
        with pytest.raises(ApplicationError) as refusal:
            services.publish_draft(definition_key="parallel", actor=cast.admin)
        assert refusal.value.code == "unchanged"

    def test_there_must_be_a_draft_and_a_right(self, cast):
        publish_diagram("parallel", BPMN)
        with pytest.raises(ApplicationError) as refusal:
            services.publish_draft(definition_key="parallel", actor=cast.admin)
        assert refusal.value.code == "no_draft"
        with pytest.raises(PermissionDenied):
            services.publish_draft(definition_key="parallel", actor=cast.rep1)


class TestAllowedOperations:
    def test_unknown_ones_are_refused_and_it_is_a_right(self, cast):
        definition = publish_diagram("parallel", BPMN)
        with pytest.raises(ApplicationError) as refusal:
            services.set_allowed_operations(
                definition_key="parallel", operations=["tests.launch_rocket"], actor=cast.admin
            )
        assert refusal.value.code == "unknown_operation"
        with pytest.raises(PermissionDenied):
            services.set_allowed_operations(definition_key="parallel", operations=[], actor=cast.rep1)
        definition.refresh_from_db()
        assert definition.allowed_operations == ["tests.rename"]


class TestImmutability:
    def test_the_database_refuses_to_change_or_delete_a_version(self, cast):
        version = publish_diagram("parallel", BPMN).current_version
        for deed in (
            lambda: ProcessVersion.objects.filter(pk=version.pk).update(note="other"),
            lambda: ProcessVersion.objects.filter(pk=version.pk)._raw_delete("default"),
        ):
            with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
                deed()
        assert ProcessVersion.objects.get(pk=version.pk).note == ""

    def test_renaming_a_role_leaves_published_lanes_their_meaning(self, start, cast):
        from core.models import Role
        from workflows.definitions import compile_version

        version = publish_diagram("personal", diagrams.PERSONAL).current_version
        Role.objects.filter(code="finance").update(name_zh="财务中心")
        assert compile_version(version).elements["do"].role == "finance"


@pytest.fixture
def ships(tmp_path, monkeypatch) -> Path:
    """A folder of shipped diagrams of one's own."""
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "renaming.bpmn").write_text(diagrams.RENAMING)
    return tmp_path


class TestShipped:
    def test_publishes_new_and_changed_files_once(self, ships, cast, capsys):
        assert [str(one) for one in services.publish_shipped()] == ["renaming 1"]
        assert services.publish_shipped() == []
        definition = ProcessDefinition.objects.get()
        assert (definition.is_shipped, definition.allowed_operations) == (True, ["tests.rename"])
        (ships / "tests" / "renaming.bpmn").write_text(diagrams.RENAMING.replace("取名", "命名"))
        call_command("publish_shipped")
        assert "renaming 2" in capsys.readouterr().out

    def test_leaves_alone_what_somebody_of_the_company_published(self, ships, cast):
        services.publish_shipped()
        services.import_bpmn(bpmn=diagrams.RENAMING.replace("取名", "自己的").encode(), actor=cast.admin)
        cast.boss.is_superuser = True
        own = services.publish_draft(definition_key="renaming", actor=cast.boss)
        (ships / "tests" / "renaming.bpmn").write_text(diagrams.RENAMING.replace("取名", "命名"))
        assert services.publish_shipped() == []
        assert ProcessDefinition.objects.get().current_version == own


class TestStartUpCheck:
    def test_a_shipped_diagram_that_calls_a_missing_operation_is_named_with_step_and_hint(self, ships):
        broken = diagrams.RENAMING.replace("tests.rename", "tests.gone")
        (ships / "tests" / "renaming.bpmn").write_text(broken)
        (error,) = checks.check_shipped_diagrams(None)
        assert error.msg.startswith("tests/renaming.bpmn, rename (line")
        assert "tests.gone" in error.msg
        assert error.hint
        with pytest.raises(SystemCheckError, match=r"tests\.gone"):
            call_command("check", tags=["workflows"])

    def test_good_ones_pass(self, ships):
        assert checks.check_shipped_diagrams(None) == []

    def test_the_current_version_of_each_process_is_compiled(self, cast):
        definition = publish_diagram("renaming", diagrams.RENAMING)
        assert checks.check_current_versions(None, databases=["default"]) == []
        broken = ProcessVersion.objects.create(
            definition=definition,
            number=2,
            bpmn=diagrams.RENAMING.replace("tests.rename", "tests.gone"),
            roles=definition.current_version.roles,
            checksum="-",
            published_by_label="tests",
            published_at=definition.created_at,
        )
        definition.current_version = broken
        definition.save(update_fields=["current_version"])
        (error,) = checks.check_current_versions(None, databases=["default"])
        assert error.msg.startswith("renaming version 2, rename")
        assert checks.check_current_versions(None, databases=None) == []
