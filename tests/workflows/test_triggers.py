"""Cases that start by themselves: one for each round, whoever looks, through publishing, failure and pause."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from tests.workflows.clockwork import DAY, HOUR, MONDAY, timer
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import ABOUT_DEPARTMENT, Hand, form, publish_drawing, user
from workflows import services
from workflows.audit import audit
from workflows.models import ProcessDefinition, ProcessInstance, StartTrigger
from workflows.services.definitions import DiagramRefusedError

pytestmark = pytest.mark.django_db
ORDERED = '<bpmn:message id="ordered" name="ordered"/><bpmn:signal id="alarm" name="alarm"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="ordered"/>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="alarm"/>'


@pytest.fixture(autouse=True)
def _monday():
    with clock.travel(MONDAY):
        yield


def daily(text: str = "R/P1D", form: str = "Cycle", *, plain: bool = False, more: str = "") -> Drawing:
    """Work that comes by itself."""
    drawing = Drawing("daily", extensions=more).end()
    drawing.element("startEvent", "tick", timer(text, form))
    user(drawing, "work").chain("tick", "work", "end")
    return drawing.start().flow("start", "work") if plain else drawing


def heard(inner: str = MESSAGE, *, extensions: str = "", about: str = "") -> str:
    drawing = Drawing("heard", extensions=about).end()
    drawing.element("startEvent", "hear", inner, extensions=extensions)
    user(drawing, "work").chain("hear", "work", "end")
    return drawing.bytes(ORDERED).decode()


def pass_by(time: timedelta) -> int:
    with clock.travel(time):
        fired = services.fire_due_timers(seconds=60)
        assert audit(deep="all") == []
    return fired


def live(key: str = "daily") -> StartTrigger:
    return StartTrigger.objects.get(definition__key=key, status__in=StartTrigger.LIVE)


def cases(key: str = "daily") -> int:
    return ProcessInstance.objects.filter(definition__key=key).count()


class TestTimerStart:
    def test_each_round_starts_one_case_as_the_system(self, cast):
        publish_drawing(daily())
        published = live().anchor
        assert live().due_at == published + DAY
        assert pass_by(DAY - timedelta(minutes=1)) == 0
        assert pass_by(DAY + HOUR) == 1
        assert pass_by(2 * DAY + HOUR) == 1
        case = ProcessInstance.objects.latest("pk")
        assert (cases(), case.starter, case.starter_label) == (2, None, "daily:tick")
        assert case.events.get(seq=1).element == "tick"
        assert (live().due_at, live().round) == (published + 3 * DAY, 3)

    def test_what_was_missed_in_a_standstill_is_one_case_or_each(self, cast):
        publish_drawing(daily())
        assert pass_by(7 * DAY + HOUR) == 1
        assert live().round == 8
        missed = Drawing("each").end()
        missed.element(
            "startEvent", "tick", timer("R/P1D", "Cycle"), extensions='<flow:timer missed="each"/>'
        )
        publish_drawing(user(missed, "work").chain("tick", "work", "end"))
        pass_by(7 * DAY + HOUR)
        assert cases("each") == 7

    def test_the_last_round_ends_it(self, cast):
        publish_drawing(daily("R2/P1D"))
        for day in (1, 2, 3, 4):
            pass_by(day * DAY + HOUR)
        over = StartTrigger.objects.get()
        assert (cases(), over.status, over.due_at) == (2, "closed", None)

    def test_a_date_starts_one_case(self, cast):
        publish_drawing(daily("2026-12-03T10:00:00+09:00", "Date"))
        assert live().due_at == datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
        assert [pass_by(4 * DAY), pass_by(5 * DAY)] == [1, 0]
        assert cases() == 1

    def test_nobody_starts_it_by_hand(self, cast):
        publish_drawing(daily())
        definition = ProcessDefinition.objects.get(key="daily")
        assert definition.start_roles == []
        with pytest.raises(ApplicationError) as refusal:
            services.start_process(definition_key="daily", actor=cast.admin)
        assert (refusal.value.code, cases()) == ("starts_by_itself", 0)

    def test_with_a_plain_start_people_start_it_too(self, cast):
        publish_drawing(daily(plain=True))
        assert Hand.start("daily", cast.rep1).names == ["work"]
        assert pass_by(DAY + HOUR) == 1
        assert cases() == 2

    def test_questions_of_the_plain_start_do_not_hold_up_the_timer(self, cast):
        drawing = Drawing("daily").start("start", form("why:text")).end()
        drawing.element("startEvent", "tick", timer("R/P1D", "Cycle"))
        publish_drawing(user(drawing, "work").chain("start", "work", "end").flow("tick", "work"))
        assert pass_by(DAY + HOUR) == 1


class TestPublishing:
    def test_the_rhythm_is_kept_while_the_words_are_the_same(self, cast):
        publish_drawing(daily())
        first = live()
        with clock.travel(HOUR):
            version = publish_drawing(daily(plain=True))
        second = live()
        assert (second.version, second.due_at, second.anchor) == (version, first.due_at, first.anchor)
        first.refresh_from_db()
        assert (first.status, pass_by(DAY + timedelta(minutes=5))) == ("closed", 1)
        assert ProcessInstance.objects.get().version == version

    def test_other_words_begin_anew(self, cast):
        publish_drawing(daily())
        with clock.travel(HOUR):
            publish_drawing(daily("R/PT2H"))
            assert live().due_at > clock.now() + HOUR

    def test_without_the_start_nothing_starts(self, cast):
        publish_drawing(daily())
        publish_drawing(user(Drawing("daily").start().end(), "work").chain("start", "work", "end"))
        assert (pass_by(2 * DAY), cases()) == (0, 0)
        assert not StartTrigger.objects.filter(status__in=StartTrigger.LIVE).exists()

    def test_a_date_that_has_come_does_not_come_again_with_the_next_version(self, cast):
        publish_drawing(daily("2026-12-01", "Date"))
        assert pass_by(2 * DAY) == 1
        with clock.travel(3 * DAY):
            publish_drawing(daily("2026-12-01", "Date", plain=True))
            publish_drawing(daily("2026-12-01", "Date"))
        assert (pass_by(4 * DAY), cases()) == (0, 1)

    @pytest.mark.parametrize(
        ("inner", "code"),
        [
            (timer("R/P1D", "Cycle"), "start_without_subject"),
            (SIGNAL, "start_without_subject"),
            (MESSAGE, None),
        ],
    )
    def test_a_case_about_a_row_is_started_by_what_names_the_row(self, cast, inner, code):
        if code is None:
            publish_drawing(heard(inner, about=ABOUT_DEPARTMENT), key="heard")
            return
        with pytest.raises(DiagramRefusedError) as refusal:
            publish_drawing(heard(inner, about=ABOUT_DEPARTMENT), key="heard")
        assert [one.code for one in refusal.value.problems] == [code]
        assert refusal.value.problems[0].hint("en")
        assert not StartTrigger.objects.exists()


class TestMessageStart:
    def test_it_starts_with_its_row_and_its_data(self, cast, subject):
        asked = form("amount:decimal")
        publish_drawing(heard(extensions=asked, about=ABOUT_DEPARTMENT), key="heard")
        trigger = live("heard")
        assert (trigger.kind, trigger.name) == ("message", "ordered")
        case = services.start_by_trigger(
            trigger=trigger, subject=subject, payload={"amount": "5"}, actor=SystemActor("tests")
        )
        assert (case.subject_id, case.state["vars"]["amount"]) == (str(subject.pk), "5")
        assert audit(deep="all") == []
        with pytest.raises(Conflict) as refusal:
            services.start_by_trigger(
                trigger=trigger, subject=subject, payload={"amount": "5"}, actor=SystemActor("tests")
            )
        assert (refusal.value.code, cases("heard")) == ("already_running", 1)

    def test_what_does_not_fit_is_refused(self, cast):
        publish_drawing(heard(extensions=form("amount:decimal")), key="heard")
        with pytest.raises(ApplicationError) as refusal:
            services.start_by_trigger(
                trigger=live("heard"), subject=None, payload={"amount": "x"}, actor=SystemActor("tests")
            )
        assert (list(refusal.value.errors), cases("heard")) == (["amount"], 0)

    def test_a_version_published_meanwhile_takes_it(self, cast):
        publish_drawing(heard(), key="heard")
        old = live("heard")
        version = publish_drawing(heard(extensions="<flow:label lang='en'>Heard</flow:label>"), key="heard")
        case = services.start_by_trigger(trigger=old, subject=None, payload={}, actor=SystemActor("tests"))
        assert case.version == version

    def test_one_that_nobody_waits_for_any_more_is_refused(self, cast):
        publish_drawing(heard(), key="heard")
        old = live("heard")
        publish_drawing(heard(SIGNAL), key="heard")
        with pytest.raises(Conflict) as refusal:
            services.start_by_trigger(trigger=old, subject=None, payload={}, actor=SystemActor("tests"))
        assert (refusal.value.code, cases("heard")) == ("trigger_closed", 0)


class TestTrouble:
    def test_a_start_that_fails_is_shown_and_tried_again_at_the_latest_with_the_next_round(self, cast):
        publish_drawing(daily("R/PT1M"))
        trigger = live()
        StartTrigger.objects.filter(pk=trigger.pk).update(element="gone")
        with clock.travel(trigger.due_at - clock.now() + timedelta(seconds=1)):
            assert not services.fire_start(trigger_id=trigger.pk)
            trigger.refresh_from_db()
            assert (trigger.attempts, trigger.round, cases()) == (1, 1, 0)
            assert "gone" in trigger.error
            assert timedelta(seconds=4) < trigger.try_at - clock.now() < timedelta(seconds=6)
            for _attempt in range(6):
                services.fire_start(trigger_id=trigger.pk)
            trigger.refresh_from_db()
            assert trigger.try_at == trigger.due_at + timedelta(minutes=1), "the next round is nearer"
        StartTrigger.objects.filter(pk=trigger.pk).update(element="tick")
        assert pass_by(timedelta(minutes=2, seconds=5)) == 1
        assert (live().round, live().attempts, live().error) == (3, 0, "")

    def test_one_that_fails_in_its_first_step_has_started_and_is_held(self, cast):
        drawing = Drawing("daily").end().element("startEvent", "tick", timer("R/P1D", "Cycle"))
        drawing.service("charge", "tests.charge", account="'refuse'")
        publish_drawing(drawing.chain("tick", "charge", "end"))
        assert pass_by(DAY + HOUR) == 1
        assert ProcessInstance.objects.get().status == "waiting_incident"


class TestPausing:
    def test_a_paused_one_starts_nothing_and_leaves_the_pause_out_afterwards(self, cast):
        publish_drawing(daily())
        begun = live().anchor
        services.pause_trigger(trigger_id=live().pk, reason="holidays", actor=cast.admin)
        assert (pass_by(3 * DAY + HOUR), cases()) == (0, 0)
        with clock.travel(3 * DAY + HOUR):
            services.resume_trigger(trigger_id=live().pk, actor=cast.admin)
        assert (live().status, live().due_at) == ("open", begun + 4 * DAY)
        assert pass_by(4 * DAY + HOUR) == 1
        told = AuditEntry.objects.filter(action__in=["workflows.pause_trigger", "workflows.resume_trigger"])
        assert [(one.action, one.note) for one in told.order_by("pk")] == [
            ("workflows.pause_trigger", "holidays"),
            ("workflows.resume_trigger", ""),
        ]

    def test_it_stays_paused_through_publishing(self, cast):
        publish_drawing(daily())
        services.pause_trigger(trigger_id=live().pk, reason="holidays", actor=cast.admin)
        publish_drawing(daily(plain=True))
        assert live().status == "paused"

    def test_a_paused_message_start_hears_nothing(self, cast):
        publish_drawing(heard(), key="heard")
        services.pause_trigger(trigger_id=live("heard").pk, reason="x", actor=cast.admin)
        with pytest.raises(Conflict):
            services.start_by_trigger(
                trigger=live("heard"), subject=None, payload={}, actor=SystemActor("tests")
            )

    def test_it_takes_the_right_to_publish_and_a_reason(self, cast):
        publish_drawing(daily(plain=True))
        with pytest.raises(PermissionDenied):
            services.pause_trigger(trigger_id=live().pk, reason="x", actor=cast.rep1)
        with pytest.raises(ApplicationError) as refusal:
            services.pause_trigger(trigger_id=live().pk, reason=" ", actor=cast.admin)
        assert (refusal.value.code, live().status) == ("reason_needed", "open")
        with pytest.raises(Conflict):
            services.resume_trigger(trigger_id=live().pk, actor=cast.admin)
