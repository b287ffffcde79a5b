"""Who may draw and publish which process, and how a draft goes from the one to the other and back."""

import pytest
from django.core.exceptions import PermissionDenied

from config.company_roles import GIVEN
from config.process_roles import CHANGERS, give_process_roles
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Notification, Setting, User
from core.navigation import entries_for
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services.drawing_presence import say_present
from workflows.services.drawing_rights import publishers_of

pytestmark = pytest.mark.django_db

KEY = "parallel"
BPMN = diagrams.PARALLEL
OTHER = BPMN.replace('role="finance"', 'role="gm"')
THIRD = BPMN.replace('role="finance"', 'role="rep"')


@pytest.fixture
def process(cast) -> ProcessDefinition:
    """Sales managers draw it, the sales director publishes it; representatives may start it."""
    made = publish_diagram(KEY, BPMN)
    made.start_roles, made.draw_roles, made.publish_roles = ["rep"], ["manager"], ["director"]
    made.save()
    return made


def save(actor, bpmn: str = OTHER, revision: int = 0) -> ProcessDraft:
    return services.save_draft(definition_key=KEY, bpmn=bpmn, revision=revision, actor=actor)


def ask(actor, revision: int = 1, note: str = "two days more") -> ProcessDraft:
    return services.ask_for_publishing(definition_key=KEY, revision=revision, actor=actor, note=note)


def told(person) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


class TestDrawing:
    def test_by_role_by_owner_and_by_the_right_for_all(self, cast, process):
        process.owner = cast.finance
        process.save()
        for number, actor in enumerate((cast.manager1, cast.finance, cast.admin)):
            assert save(actor, revision=number).updated_by == actor
            assert say_present(process, actor) is not None

    def test_who_only_sees_it_is_refused_and_nothing_changes(self, cast, process):
        save(cast.manager1)
        deeds = [
            lambda: save(cast.rep1, THIRD, revision=1),
            lambda: services.restore_as_draft(definition_key=KEY, number=1, revision=1, actor=cast.rep1),
            lambda: services.import_bpmn(bpmn=THIRD.encode(), actor=cast.rep1),
            lambda: say_present(process, cast.rep1),
            lambda: ask(cast.rep1),
            # Publishing is another right.
            lambda: save(cast.director, THIRD, revision=1),
        ]
        for deed in deeds:
            with pytest.raises(PermissionDenied):
                deed()
        draft = ProcessDraft.objects.get()
        assert (draft.bpmn, draft.revision, draft.is_asked_for) == (OTHER, 1, False)

    def test_strangers_do_not_learn_that_there_is_one(self, cast, process):
        with pytest.raises(ProcessDefinition.DoesNotExist):
            save(cast.marketer)
        with pytest.raises(ProcessDefinition.DoesNotExist):
            services.publish_draft(definition_key=KEY, actor=cast.marketer)

    def test_whoever_has_left_draws_nothing(self, cast, process):
        process.owner = cast.manager1
        cast.manager1.is_active = False
        assert not process.may_be_drawn_by(cast.manager1)
        assert not process.may_be_published_by(cast.manager1)

    def test_a_file_changes_what_one_may_draw_and_makes_nothing_new(self, cast, process):
        report = services.import_bpmn(bpmn=OTHER.encode(), actor=cast.manager1)
        assert [(one.definition.key, one.is_new) for one in report.processes] == [(KEY, False)]
        with pytest.raises(PermissionDenied):
            services.import_bpmn(bpmn=OTHER.replace(f'id="{KEY}"', 'id="new"').encode(), actor=cast.manager1)
        assert ProcessDefinition.objects.count() == 1


class TestPublishing:
    def test_by_role_and_by_the_right_for_all(self, cast, process):
        save(cast.manager1)
        assert services.publish_draft(definition_key=KEY, actor=cast.director).published_by == cast.director
        save(cast.manager1, THIRD)
        assert services.publish_draft(definition_key=KEY, actor=cast.admin).number == 3

    def test_neither_its_drawer_nor_its_owner_publishes_it(self, cast, process):
        process.owner = cast.finance
        process.save()
        save(cast.manager1)
        for actor in (cast.manager1, cast.finance):
            with pytest.raises(PermissionDenied):
                services.publish_draft(definition_key=KEY, actor=actor)
        process.refresh_from_db()
        assert process.current_version.number == 1

    def test_the_second_person_stays_one(self, cast, process):
        ProcessDefinition.objects.update(is_shipped=True, draw_roles=["director"])
        save(cast.director)
        with pytest.raises(ApplicationError) as refusal:
            services.publish_draft(definition_key=KEY, actor=cast.director)
        assert refusal.value.code == "second_person"

    def test_everybody_who_may_is_found_once(self, cast, process):
        assert {one.username for one in publishers_of(process)} == {"admin", "director"}


def names_for(person: User) -> list[str]:
    return [one.url_name for one in entries_for(person)]


class TestNavigation:
    def test_whoever_may_change_some_process_finds_them(self, cast, process):
        process.owner = cast.finance
        process.save()
        people = User.objects.in_bulk([one.pk for one in vars(cast).values()])
        found = {one.username for one in people.values() if "workflows:definition-list" in names_for(one)}
        assert found >= {"admin", "manager1", "director", "finance"}
        assert not found & {"rep1", "marketer", "boss"}

    def test_it_costs_no_statement_of_its_own(self, cast, process, django_assert_num_queries):
        person = User.objects.get(pk=cast.manager1.pk)
        with django_assert_num_queries(1):
            assert "workflows:definition-list" in names_for(person)


class TestAsking:
    def test_whoever_may_publish_is_told_and_the_asker_hears_of_it(self, cast, process):
        save(cast.manager1)
        draft = ask(cast.manager1)
        assert (draft.asked_by, draft.asked_revision, draft.asked_note) == (cast.manager1, 1, "two days more")
        assert (told(cast.director), told(cast.admin), told(cast.manager1)) == (
            ["process.asked"], ["process.asked"], [],
        )  # fmt: skip
        notice = Notification.objects.get(person=cast.director)
        assert notice.url.endswith(f"/processes/{KEY}/publish/")
        services.publish_draft(definition_key=KEY, actor=cast.director, revision=1)
        assert told(cast.manager1) == ["process.published_as_asked"]
        assert AuditEntry.objects.filter(action="workflows.ask_for_publishing").count() == 1

    def test_who_drew_it_is_not_asked(self, cast, process):
        ProcessDefinition.objects.update(is_shipped=True)
        ProcessDefinition.objects.update(draw_roles=["director"])
        save(cast.director)
        ask(cast.director)
        assert (told(cast.director), told(cast.admin)) == ([], ["process.asked"])

    def test_saving_again_shows(self, cast, process):
        save(cast.manager1)
        assert not ask(cast.manager1).has_changed_since_asking
        save(cast.manager1, THIRD, revision=1)
        assert ProcessDraft.objects.get().has_changed_since_asking
        assert not ask(cast.manager1, revision=2).has_changed_since_asking
        assert told(cast.director) == ["process.asked"] * 2

    def test_what_cannot_be_published_is_not_asked_for(self, cast, process):
        with pytest.raises(ApplicationError) as refusal:
            ask(cast.manager1)
        assert refusal.value.code == "no_draft"
        save(cast.manager1, BPMN)
        with pytest.raises(ApplicationError) as refusal:
            ask(cast.manager1)
        assert refusal.value.code == "unchanged"
        save(cast.manager1, BPMN.replace('role="finance"', 'role="astronaut"'), revision=1)
        with pytest.raises(services.DiagramRefusedError):
            ask(cast.manager1, revision=2)
        with pytest.raises(Conflict):
            ask(cast.manager1, revision=1)
        assert not ProcessDraft.objects.get().is_asked_for
        assert not Notification.objects.exists()

    def test_where_nobody_may_publish_it_says_so(self, cast, process):
        ProcessDefinition.objects.update(publish_roles=[], is_shipped=True)
        save(cast.admin)
        with pytest.raises(ApplicationError) as refusal:
            ask(cast.admin)
        assert refusal.value.code == "nobody_publishes"

    def test_can_be_taken_back(self, cast, process):
        save(cast.manager1)
        ask(cast.manager1)
        with pytest.raises(PermissionDenied):
            services.take_back_request(definition_key=KEY, actor=cast.director)
        services.take_back_request(definition_key=KEY, actor=cast.manager2)
        draft = ProcessDraft.objects.get()
        assert (draft.is_asked_for, draft.bpmn) == (False, OTHER)
        with pytest.raises(ApplicationError):
            services.take_back_request(definition_key=KEY, actor=cast.manager1)


class TestSendingBack:
    def test_the_draft_stays_and_the_asker_hears_why(self, cast, process):
        save(cast.manager1)
        ask(cast.manager1)
        services.send_back_draft(definition_key=KEY, reason="three days", actor=cast.director)
        draft = ProcessDraft.objects.get()
        assert (draft.is_asked_for, draft.asked_note, draft.bpmn) == (False, "", OTHER)
        notice = Notification.objects.get(person=cast.manager1)
        assert (notice.kind, notice.params["reason"]) == ("process.sent_back", "three days")

    def test_is_for_those_who_publish_and_takes_a_reason(self, cast, process):
        save(cast.manager1)
        ask(cast.manager1)
        with pytest.raises(PermissionDenied):
            services.send_back_draft(definition_key=KEY, reason="no", actor=cast.manager1)
        with pytest.raises(ApplicationError):
            services.send_back_draft(definition_key=KEY, reason=" ", actor=cast.director)
        assert ProcessDraft.objects.get().is_asked_for

    def test_the_reason_stays_with_the_draft_until_somebody_asks_again(self, cast, process):
        save(cast.manager1)
        ask(cast.manager1)
        services.send_back_draft(definition_key=KEY, reason=" two days \n", actor=cast.director)
        draft = save(cast.manager1, THIRD, revision=1)
        assert (draft.is_sent_back, draft.sent_back_by) == (True, cast.director)
        assert draft.sent_back_reason == "two days"
        asked = ask(cast.manager1, revision=2)
        assert (asked.is_sent_back, asked.sent_back_by, asked.sent_back_reason) == (False, None, "")


class TestSettingThem:
    def test_an_administrator_does_and_it_is_written_down(self, cast, process):
        services.set_process_roles(
            definition_key=KEY, draw_roles=["rep", "finance"], publish_roles=[], actor=cast.admin
        )
        process.refresh_from_db()
        assert (process.start_roles, process.draw_roles, process.publish_roles) == (
            ["rep"], ["finance", "rep"], [],
        )  # fmt: skip
        entry = AuditEntry.objects.get(action="workflows.set_process_roles")
        assert entry.before == {"draw_roles": ["manager"], "publish_roles": ["director"]}
        assert entry.after == {"draw_roles": ["finance", "rep"], "publish_roles": []}

    def test_nobody_else_does_and_no_role_is_made_up(self, cast, process):
        with pytest.raises(PermissionDenied):
            services.set_process_roles(definition_key=KEY, draw_roles=["rep"], actor=cast.manager1)
        with pytest.raises(ApplicationError) as refusal:
            services.set_process_roles(definition_key=KEY, draw_roles=["astronaut"], actor=cast.admin)
        assert list(refusal.value.errors) == ["draw_roles"]
        process.refresh_from_db()
        assert process.draw_roles == ["manager"]


class TestShipped:
    def test_managers_draw_what_came_with_the_program_and_directors_publish_it(self, company):
        found = ProcessDefinition.objects.filter(is_shipped=True)
        assert found
        assert {one.key: (one.draw_roles, one.publish_roles) for one in found} == {
            one.key: CHANGERS[one.key] for one in found
        }

    def test_what_the_company_changed_or_took_away_stays_so(self, company):
        definition = ProcessDefinition.objects.filter(is_shipped=True).first()
        definition.draw_roles, definition.publish_roles = [], ["finance"]
        definition.save()
        give_process_roles()
        definition.refresh_from_db()
        assert (definition.draw_roles, definition.publish_roles) == ([], ["finance"])

    def test_a_site_from_before_gets_them_where_nobody_has_them(self, company):
        definition = ProcessDefinition.objects.filter(is_shipped=True).first()
        definition.draw_roles, definition.publish_roles = [], ["finance"]
        definition.save()
        memory = Setting.objects.get(code=GIVEN)
        memory.value = [one for one in memory.value if not one.startswith("process:")]
        memory.save()
        give_process_roles()
        definition.refresh_from_db()
        assert (definition.draw_roles, definition.publish_roles) == (["director", "manager"], ["finance"])
