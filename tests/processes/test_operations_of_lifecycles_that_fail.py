"""What the other lifecycles call fails at every moment, again and again, until it is mended.

The contract's own operations are tried one moment at a time, and on the pages, in test_operations_that_fail.py.
What the platform does outside is tried in test_onboarding.py: its journal shows each effect once.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import DataError

from core.errors import ApplicationError
from tests.processes import scenes
from tests.processes.failing import (
    MOMENTS,
    BrokenError,
    Fault,
    broken_form,
    broken_operation,
    business,
    everything,
    outcome,
    same,
    would_come_to,
)
from tests.processes.scenes import Scene, settle
from tests.tiers import sampled
from workflows.audit import audit
from workflows.definitions import definition_of
from workflows.models import Incident, ProcessDefinition
from workflows.services import retry_incident

PERSON, ITSELF = "a person", "by itself"


@dataclass(frozen=True)
class Deed:
    """What is called from where, who stands before it, and the case that has come so far."""

    process: str
    element: str
    name: str
    who: str
    scene: Scene

    def __str__(self) -> str:
        return f"{self.process}-{self.element}"


OPERATIONS = [
    Deed("customer_status", "read_status", "crm.read_status", ITSELF, scenes.tracked),
    Deed("customer_status", "read_next", "crm.read_status", PERSON, scenes.followed_up("stay", in_days=5)),
    Deed(
        "customer_status",
        "hint_manager",
        "crm.hint_manager",
        ITSELF,
        scenes.followed_up("stay", 60, in_days=200),
    ),
    Deed(
        "customer_status",
        "advance_status",
        "crm.change_status",
        PERSON,
        scenes.followed_up("advance", in_days=3, to_status="planned", facts="预算已批"),
    ),
    Deed(
        "customer_status",
        "set_dormant",
        "crm.change_status",
        PERSON,
        scenes.followed_up("dormant", comment="明年"),
    ),
    Deed(
        "customer_status", "set_lost", "crm.change_status", PERSON, scenes.followed_up("lost", comment="竞品")
    ),
    Deed(
        "customer_status",
        "wake",
        "crm.wake_customer",
        ITSELF,
        scenes.followed_up("dormant", 90, comment="明年"),
    ),
    Deed(
        "contract_obligation",
        "remind_obligation",
        "contracts.remind_obligation",
        ITSELF,
        scenes.duty_overdue,
    ),
    Deed("collection", "read_account", "contracts.read_account", PERSON, scenes.debt_of_before),
    Deed("collection", "raise_level", "contracts.raise_level", ITSELF, scenes.overdue),
    Deed("collection", "raise_by_manager", "contracts.raise_level", PERSON, scenes.second_level),
    Deed("collection", "raise_by_director", "contracts.raise_level", PERSON, scenes.third_level),
    Deed("collection", "raise_to_counsel", "contracts.raise_level", PERSON, scenes.counsel),
    Deed(
        "onboarding",
        "open_onboarding",
        "service.open_onboarding",
        ITSELF,
        scenes.takes_effect("onboarding"),
    ),
    Deed("onboarding", "ask_for_activation", "service.ask_for_activation", PERSON, scenes.checked),
    Deed("onboarding", "record_activation", "service.record_activation", ITSELF, scenes.called),
    Deed("onboarding", "read_activation", "service.read_activation", ITSELF, scenes.told),
    Deed("onboarding", "close_onboarding", "service.close_onboarding", PERSON, scenes.last_call),
    Deed("onboarding", "escalate", "service.escalate_onboarding", ITSELF, scenes.forgotten),
    Deed("renewal", "plan_renewal", "service.plan_renewal", ITSELF, scenes.takes_effect("renewal")),
    Deed("renewal", "record_early", "service.record_renewed", ITSELF, scenes.signs_early),
    Deed("renewal", "open_renewal", "service.open_renewal", ITSELF, scenes.by_then(-60, -61)),
    Deed("renewal", "move_renewal", "service.move_renewal", ITSELF, scenes.term_moves),
    Deed("renewal", "draft_renewal", "service.draft_renewal", PERSON, scenes.talked("renew")),
    Deed("renewal", "remind_owner", "service.remind_of_renewal", ITSELF, scenes.by_then(-30, -60)),
    Deed("renewal", "remind_owner_again", "service.remind_of_renewal", ITSELF, scenes.by_then(-7, -30)),
    Deed("renewal", "record_renewed", "service.record_renewed", ITSELF, scenes.signs_in_time),
    Deed("renewal", "record_ran_out", "service.record_lost", ITSELF, scenes.by_then(31, 30)),
    Deed("renewal", "record_refused", "service.record_lost", PERSON, scenes.given_up),
    Deed("renewal", "end_membership", "service.end_membership", ITSELF, scenes.term_ends),
    Deed("renewal", "ask_for_end", "service.ask_for_activation", ITSELF, scenes.term_ends),
    Deed("renewal", "record_end", "service.record_activation", ITSELF, scenes.end_called),
    Deed("renewal", "read_end", "service.read_activation", ITSELF, scenes.end_told),
    Deed("complaint", "set_deadlines", "service.set_deadlines", PERSON, scenes.received),
    Deed("complaint", "escalate_response", "service.escalate_complaint", ITSELF, scenes.no_response),
    Deed(
        "complaint",
        "plan_follow_up",
        "service.plan_follow_up",
        PERSON,
        scenes.complaint("sum_up", "until_handled", "instruct"),
    ),
    Deed("complaint", "close_complaint", "service.close_complaint", PERSON, scenes.called_back("satisfied")),
    Deed("complaint", "reopen", "service.reopen_complaint", PERSON, scenes.called_back("unsatisfied")),
    Deed("complaint", "check_deadline", "service.check_deadline", ITSELF, scenes.no_solution),
    Deed("complaint", "tell_director", "service.escalate_complaint", ITSELF, scenes.no_solution),
    Deed("complaint", "check_again", "service.check_deadline", ITSELF, scenes.still_none),
    Deed("complaint", "tell_gm", "service.escalate_complaint", ITSELF, scenes.still_none),
]
FORMS = [
    Deed("customer_status", "follow_up", "crm.follow_up", PERSON, OPERATIONS[4].scene),
    Deed("contract_obligation", "follow_up", "contracts.settle_obligation", PERSON, scenes.duty_due),
    Deed("customer_status", "approve_status", "crm.approve_status", PERSON, scenes.status_to_approve),
    Deed(
        "collection",
        "remind_due",
        "contracts.remind_due",
        PERSON,
        scenes.asked(-7, "rep1", "remind_due", result="told", note=""),
    ),
    Deed(
        "collection",
        "chase_payment",
        "contracts.chase_payment",
        PERSON,
        scenes.asked(2, "rep1", "chase_payment", result="told", note="排款"),
    ),
    Deed("collection", "approve_level_manager", "contracts.approve_level", PERSON, scenes.second_level),
    Deed("collection", "resolve_dispute", "contracts.resolve_dispute", PERSON, scenes.disputed),
    Deed("onboarding", "collect_materials", "service.collect_materials", PERSON, scenes.materials),
    Deed("onboarding", "check_contract", "service.onboarding_step", PERSON, scenes.checked),
    Deed("renewal", "talk_renewal", "service.talk_renewal", PERSON, scenes.talked("renew")),
    Deed(
        "complaint",
        "acknowledge",
        "service.acknowledge_complaint",
        PERSON,
        scenes.complaint("acknowledge"),
    ),
    Deed("complaint", "rule", "service.rule_complaint", PERSON, scenes.complaint("rule", "acknowledge")),
    Deed(
        "complaint",
        "explain",
        "service.explain_complaint",
        PERSON,
        scenes.complaint("explain", "acknowledge", "refuse"),
    ),
    Deed(
        "complaint",
        "handle",
        "service.handle_complaint",
        PERSON,
        scenes.complaint("handle", "acknowledge", "rule"),
    ),
    Deed(
        "complaint",
        "instruct_director",
        "service.instruct_complaint",
        PERSON,
        scenes.complaint("instruct", "until_handled"),
    ),
    Deed(
        "complaint",
        "sum_up",
        "service.sum_up_complaint",
        PERSON,
        scenes.complaint("sum_up", "until_handled", "instruct"),
    ),
    Deed(
        "complaint",
        "call_customer",
        "service.follow_up_complaint",
        PERSON,
        scenes.called_back("satisfied"),
    ),
]
# These look, and change nothing of the company.
READING = {
    "crm.read_status",
    "crm.approve_status",
    "contracts.read_account",
    "contracts.approve_level",
    "service.read_activation",
    "service.check_deadline",
    "service.plan_renewal",
    "service.close_onboarding",
}
OUTSIDE = {"service.change_membership"}
# Tried in files of their own.
ELSEWHERE = ("contract_lifecycle", "contract_performance", "membership_extension", "service_end")


def test_every_operation_and_every_form_of_the_others_is_tried(company):
    from config.reference import load_all

    load_all()
    called, shown = set(), set()
    for known in ProcessDefinition.objects.filter(is_shipped=True).exclude(key__in=ELSEWHERE):
        elements = definition_of(known.current_version_id).elements.values()
        called |= {(known.key, one.id, one.operation) for one in elements if one.operation}
        shown |= {one.work_form for one in elements if one.work_form}
    found = {(deed.process, deed.element, deed.name) for deed in OPERATIONS}
    assert {one for one in called if one[2] not in OUTSIDE} == found
    assert {deed.name for deed in FORMS} == shown


@pytest.mark.parametrize("deed", sampled(OPERATIONS, every=3), ids=str)
def test_an_operation_that_fails_at_every_moment_is_held_and_mended_by_a_retry(company, deed):
    with deed.scene(company) as do:
        expected = would_come_to(do)
        refused = fault("after", deed, ApplicationError("客户在黑名单上。"))
        first, *moments = MOMENTS
        with broken_operation(deed.name, refused, deed.element):
            if deed.who == PERSON:
                # Who stands before it is told, and nothing at all has happened.
                before = everything()
                with pytest.raises(ApplicationError, match="黑名单"):
                    do()
                same(everything(), before)
            else:
                # Nobody stands there who could be told: it is held.
                do()
                moments = list(MOMENTS)
                assert business() == refused.found[0]
        if deed.who == PERSON:
            broken = fault(first, deed)
            with broken_operation(deed.name, broken, deed.element):
                do()
            assert business() == broken.found[0]
        incident = Incident.objects.get(status="open")
        assert (incident.element, incident.attempts) == (deed.element, 1)
        assert audit() == []

        # Coming again changes nothing, nor does trying again too early, whenever it fails.
        held = business()
        settle()
        for moment in moments:
            with broken_operation(deed.name, fault(moment, deed), deed.element):
                retry_incident(incident_id=incident.pk, actor=company.admin)
            same(business(), held)
            assert audit() == []
        incident.refresh_from_db()
        assert (incident.status, incident.attempts) == ("open", 1 + len(moments))

        # Mended: the very rows that there would have been without the failure.
        retry_incident(incident_id=incident.pk, actor=company.admin)
        settle()
        same(outcome(), expected)
        assert not Incident.objects.filter(status="open").exists()
        assert audit() == []


@pytest.mark.parametrize("deed", sampled(FORMS, every=3), ids=str)
def test_a_form_that_fails_changes_nothing_and_the_task_is_done_again(company, deed):
    with deed.scene(company) as do:
        expected = would_come_to(do)
        before = everything()
        for moment in MOMENTS:
            expects = DataError if moment == "in the database" else BrokenError
            with broken_form(deed.name, fault(moment, deed)), pytest.raises(expects):
                do()
            same(everything(), before)
            assert audit() == []
        do()
        same(outcome(), expected)
        assert audit() == []


def fault(moment: str, deed: Deed, error: Exception | None = None) -> Fault:
    return Fault(moment, error, writes=deed.name not in READING)
