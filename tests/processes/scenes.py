"""Each place of the other lifecycles where the program does something: cases brought so far, and the deed that is next.

A scene is a context, since most of them stand at another time; it yields the deed, which ends with everything
done that fell due. A deed may be done, undone by rolling back, and done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from config.reference import load_all
from contracts import services as contract_services
from core import clock
from core.calendar import current
from crm.models import CustomerStatus
from crm.services import create_customer
from service import services
from service.models import MemberActivation
from tests.contracts.debts import owing
from tests.contracts.factory import customer_of, instalments, membership, term
from tests.contracts.pages import signed_contract
from tests.contracts.supplement_world import changed_by
from tests.processes.complaint_walk import SAID, ComplaintWalk
from tests.processes.onboarding_walk import EVENT, OnboardingWalk, member_platform
from tests.processes.renewal_walk import RenewalWalk
from tests.processes.status_walk import APPROVE, StatusWalk, settle
from tests.service.factory import contract_in_effect
from workflows.models import ProcessInstance, WorkItem
from workflows.selectors import running_process_of
from workflows.services import complete_work_item, start_process

Do = Callable[[], Any]
Scene = Callable[[Any], AbstractContextManager[Do]]
DAY = timedelta(days=1)


@contextmanager
def on(moment: date | datetime | timedelta) -> Iterator[None]:
    """At that time, with everything done that is due by then."""
    with clock.travel(moment):
        settle()
        yield


# What a contract asks for by a day ----------------------------------------------------------------


@contextmanager
def duty_due(company: Any) -> Iterator[Do]:
    """The day of the reminder has come: whoever is in charge says that it was done."""
    with on_a_duty(company, 24) as case:

        def do() -> None:
            item = WorkItem.objects.get(instance=case, status="open")
            complete_work_item(work_item_id=item.pk, actor=company.rep1, outcome="done", data={})

        yield do


@contextmanager
def duty_overdue(company: Any) -> Iterator[Do]:
    """Nobody has said anything by its day."""
    with on_a_duty(company, 24), clock.travel(timedelta(days=7)):
        yield settle


@contextmanager
def on_a_duty(company: Any, days: int) -> Iterator[Any]:
    """So many days after it was recorded; it is due in thirty."""
    load_all(processes={"contract_obligation"})
    contract = signed_contract(company, company.rep1, (10, "12800.00"))
    duty = contract_services.record_obligation(
        contract_id=contract.pk,
        actor=company.rep1,
        fields={"party": "A", "what": "提供营业执照", "due_on": clock.today() + timedelta(days=30)},
    )
    with on(timedelta(days=days)):
        yield running_process_of(duty)


# The follow-up of a customer ----------------------------------------------------------------------


@contextmanager
def tracked(company: Any) -> Iterator[Do]:
    load_all(processes={"customer_status"})

    def do() -> None:
        create_customer(fields={"name": "无锡新启阀门"}, actor=company.rep1)
        settle()

    yield do


def followed_up(outcome: str, days: int = 0, **more: Any) -> Scene:
    """The follow-up is the deed; with days, what comes of it by itself after so many."""

    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        walk = StatusWalk(company)
        if not days:
            yield lambda: walk.follow_up(outcome, **more)
            return
        walk.follow_up(outcome, **more)
        with clock.travel(days * DAY):
            yield settle

    return scene


@contextmanager
def status_to_approve(company: Any) -> Iterator[Do]:
    """The manager agrees to the status that the owner wants to advance to."""
    walk = StatusWalk(company)
    CustomerStatus.objects.filter(code="quoted").update(needs_approval=True)
    walk.follow_up("advance", in_days=3, to_status="quoted", facts="已发报价单")
    yield lambda: walk.do("manager1", APPROVE, "approve")


# Collection ---------------------------------------------------------------------------------------


@contextmanager
def debt_of_before(company: Any) -> Iterator[Do]:
    contract = owing(company, plan=((-2, "5000.00"),))
    settle()
    load_all(processes={"collection"})

    def do() -> None:
        start_process(definition_key="collection", subject=contract.customer, data={}, actor=company.manager1)
        settle()

    yield do


@contextmanager
def overdue(company: Any, days: int = 4) -> Iterator[Do]:
    load_all(processes={"collection"})
    owing(company, plan=((-days, "5000.00"),))
    yield settle


def collects(
    company: Any,
    who: str,
    element: str,
    outcome: str = "",
    *,
    case: ProcessInstance | None = None,
    **data: Any,
) -> Do:
    """Somebody does the task of the collection, the only one unless said."""

    def do() -> None:
        items = WorkItem.objects.filter(element=element, status="open")
        item = items.get(instance=case) if case else items.get()
        complete_work_item(
            work_item_id=item.pk, actor=getattr(company, who), outcome=outcome, comment="", data=data
        )
        settle()

    return do


def asked(days: int, who: str, element: str, outcome: str = "", **data: Any) -> Scene:
    """So many days overdue, a task is done."""

    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        with overdue(company, days):
            settle()
            yield collects(company, who, element, outcome, **data)

    return scene


@contextmanager
def disputed(company: Any) -> Iterator[Do]:
    load_all(processes={"collection"})
    line = owing(company, plan=((-2, "5000.00"),)).plan_lines.get()
    settle()
    collects(company, "rep1", "chase_payment", result="disputed", instalment=str(line.pk), note="未上线")()
    yield collects(company, "manager1", "resolve_dispute", "release", until="", note="已上线")


@contextmanager
def second_level(company: Any) -> Iterator[Do]:
    with overdue(company):
        settle()
        with on(12 * DAY):
            yield collects(company, "manager1", "approve_level_manager", "approve", again_on="")


@contextmanager
def third_level(company: Any) -> Iterator[Do]:
    with second_level(company) as approve:
        approve()
        with on(16 * DAY):
            yield collects(company, "director", "approve_level_director", "approve", again_on="")


@contextmanager
def counsel(company: Any) -> Iterator[Do]:
    with third_level(company) as approve:
        approve()
        with on(32 * DAY):
            yield collects(company, "director", "hand_to_counsel", "hand_over", again_on="")


# Onboarding ---------------------------------------------------------------------------------------


def takes_effect(key: str) -> Scene:
    """A contract takes effect; what begins with that is the deed."""

    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        load_all(processes={key})
        contract_in_effect(company, company.rep1)
        yield settle

    return scene


@contextmanager
def materials(company: Any) -> Iterator[Do]:
    yield OnboardingWalk(company).collect


@contextmanager
def checked(company: Any) -> Iterator[Do]:
    walk = OnboardingWalk(company)
    walk.collect()
    yield walk.check


@contextmanager
def called(company: Any) -> Iterator[Do]:
    with member_platform():
        walk = OnboardingWalk(company)
        walk.ready()
        yield walk.call


@contextmanager
def told(company: Any) -> Iterator[Do]:
    walk = OnboardingWalk(company)
    walk.ready()
    yield walk.hears


@contextmanager
def last_call(company: Any) -> Iterator[Do]:
    """Not the last item: with that the onboarding's own message would end the case, whatever failed."""
    lines = [membership("12800.00"), membership("8000.00", "AD-HOME")]
    with member_platform():
        walk = OnboardingWalk(company, price="20800.00", lines=lines)
        walk.shown()
        walk.do("rep1", "accept", "accept")
        with walk.week_over():
            yield lambda: walk.do("aftersales", "first_week_call", "done")


@contextmanager
def forgotten(company: Any) -> Iterator[Do]:
    OnboardingWalk(company)
    with clock.travel(25 * DAY):
        yield settle


# Renewal ------------------------------------------------------------------------------------------


def by_then(days: int, before: int) -> Scene:
    """The renewal so many days from the term's end, having been looked at ``before``."""

    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        walk = RenewalWalk(company)
        with walk.at(before):
            pass
        with clock.travel(walk.end + days * DAY):
            yield settle

    return scene


def talked(outcome: str, comment: str = "") -> Scene:
    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        walk = RenewalWalk(company)
        with walk.at(-60):
            yield lambda: walk.do("rep1", "talk_renewal", outcome, comment)

    return scene


@contextmanager
def term_moves(company: Any) -> Iterator[Do]:
    """A supplement in effect moves the end of the term while its renewal is talked about."""
    walk = RenewalWalk(company)
    with walk.at(-60):
        main = walk.contract
        main.refresh_from_db()
        changed_by(company, main, contract_services.Amendment("term", new_day=walk.end + 90 * DAY))
        yield settle


@contextmanager
def given_up(company: Any) -> Iterator[Do]:
    walk = RenewalWalk(company)
    with walk.at(-60):
        walk.do("rep1", "talk_renewal", "refused", "询盘太少")
        yield lambda: walk.do("director", "win_back", "give_up", "客户转行")


@contextmanager
def signs_in_time(company: Any) -> Iterator[Do]:
    walk = RenewalWalk(company)
    with walk.at(-60):
        walk.do("rep1", "talk_renewal", "renew")
        draft = walk.draft()
    with walk.at(-50):
        contract_services.update_contract(
            contract_id=draft.pk,
            revision=draft.revision,
            actor=company.rep1,
            plan=instalments((10, str(draft.lines.get().amount))),
        )
        yield lambda: walk.sign(walk.draft())


@contextmanager
def signs_early(company: Any) -> Iterator[Do]:
    walk = RenewalWalk(company)
    with walk.at(-200):
        contract_services.create_contract(
            customer_id=walk.contract.customer_id,
            actor=company.rep1,
            fields={
                **term(),
                "kind": "renewal",
                "parent_id": walk.contract.pk,
                "start_on": walk.end + DAY,
                "end_on": walk.end + 365 * DAY,
            },
            lines=[membership()],
            plan=instalments((10, "12800.00")),
        )
        yield lambda: walk.sign(walk.draft())


@contextmanager
def term_ends(company: Any) -> Iterator[Do]:
    """Lost, and the membership is open on the platform."""
    walk = RenewalWalk(company)
    walk.membership_is_open()
    with walk.at(-60):
        walk.do("rep1", "talk_renewal", "refused", "询盘太少")
        walk.do("director", "win_back", "give_up", "客户转行")
    with clock.travel(walk.end + DAY):
        yield settle


@contextmanager
def end_called(company: Any) -> Iterator[Do]:
    with member_platform(), term_ends(company) as end:
        end()
        walk = RenewalWalk.__new__(RenewalWalk)
        walk.case = ProcessInstance.objects.get(definition__key="renewal")
        yield walk.call


@contextmanager
def end_told(company: Any) -> Iterator[Do]:
    with term_ends(company) as end:
        end()
        wish = MemberActivation.objects.get(kind="deactivate")

        def do() -> None:
            services.record_answer(request_key=wish.request_key, answer={"ok": True}, actor=EVENT)
            settle()

        yield do


# Complaints ---------------------------------------------------------------------------------------


@contextmanager
def received(company: Any) -> Iterator[Do]:
    load_all(processes={"complaint"})
    customer = customer_of(company.rep1)

    def do() -> None:
        services.receive_complaint(
            customer_id=customer.pk,
            fields={"description": SAID, "severity": 3},
            actor=company.aftersales,
        )

    yield do


def complaint(step: str, *before: str) -> Scene:
    """The named step of a complaint is the deed, after the others."""

    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        load_all(processes={"complaint"})
        walk = ComplaintWalk(company)
        for name in before:
            getattr(walk, name)()
        yield getattr(walk, step)

    return scene


def called_back(outcome: str) -> Scene:
    @contextmanager
    def scene(company: Any) -> Iterator[Do]:
        load_all(processes={"complaint"})
        walk = ComplaintWalk(company)
        walk.until_summed_up()
        with on(walk.complaint.follow_ups.get().due_at + timedelta(minutes=1)):
            yield lambda: walk.call(outcome)

    return scene


@contextmanager
def no_response(company: Any) -> Iterator[Do]:
    load_all(processes={"complaint"})
    walk = ComplaintWalk(company)
    with clock.travel(walk.complaint.respond_due_at + timedelta(minutes=1)):
        yield settle


@contextmanager
def no_solution(company: Any) -> Iterator[Do]:
    load_all(processes={"complaint"})
    walk = ComplaintWalk(company)
    walk.acknowledge()
    walk.complaint.refresh_from_db()
    with clock.travel(walk.complaint.resolve_due_at + timedelta(minutes=1)):
        yield settle


@contextmanager
def still_none(company: Any) -> Iterator[Do]:
    with no_solution(company) as pass_it:
        pass_it()
        with clock.travel(current().add(clock.now(), 2, timedelta(minutes=1))):
            yield settle
