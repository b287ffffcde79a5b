"""The shipped lifecycles in the storm: deals from a tracked customer to the end of the membership.

Each deal is one customer, one contract with a supplement and one complaint, and so a case of each of these processes:
follow-up, contract (two), collection, onboarding, changed term, complaint, renewal. Everything goes over the API, by those whose work it is. The
member platform beside them is the fake one of the demo: slow, down, silent, late, telling twice, saying no.
"""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from config.platform_fake import Platform
from tests.chaos.storm.site import Site
from tests.chaos.storm.staff import Staff

PROCESSES = (
    "customer_status",
    "contract_lifecycle",
    "contract_performance",
    "collection",
    "onboarding",
    "membership_extension",
    "complaint",
    "renewal",
)
# Cases of each for a deal: a supplement goes the way of contracts, too.
CASES = dict.fromkeys(PROCESSES, 1) | {"contract_lifecycle": 2}
EACH = sum(CASES.values())
# What the platform does for a deal: it opens the membership, moves its end, ends it.
AT_THE_PLATFORM = 3
# Where a platform that says nothing for long leaves an incident, which an operator retries.
CALLING = ("activate_member", "tell_platform", "deactivate_member")
# Who takes what waits in the queue of a role that several have.
OF_ROLE = {"rep": "rep1", "manager": "manager1", "finance": "finance", "aftersales": "aftersales"}
# Days: the renewal opens sixty days before its end.
TERM, EXTENDED_BY = 75, 30
FIRST, SECOND = "5000.00", "7800.00"
MOODS = ("well", "well", "slow", "down", "twice", "late", "silent", "decline")


@dataclass
class Ground:
    """What deals stand on, made before the storm."""

    tokens: dict[str, str]
    people: dict[str, int]
    of_role: dict[str, str]
    customers: list[int]
    product: int


def prepare_deals(count: int, url: str) -> Ground:
    """Our side, the platform's address and the customers, tracked by their owner; a key for everybody."""
    from config.demo.company import create_our_side, product
    from core.actors import SystemActor
    from core.models import User
    from core.tokens import create_token
    from tests.contracts.factory import customer_of
    from tests.processes.onboarding_walk import point_at

    create_our_side(SystemActor("storm"))
    point_at(url)
    people = {one.username: one for one in User.objects.select_related("department", "manager")}
    return Ground(
        tokens={name: create_token(actor=person)[1] for name, person in people.items()},
        people={name: person.pk for name, person in people.items()},
        of_role={
            role: name for name, one in people.items() for role in one.roles.values_list("code", flat=True)
        }
        | OF_ROLE,
        customers=[customer_of(people["rep1"]).pk for _number in range(count)],
        product=product("VIP-S").pk,
    )


@dataclass
class Robots(Staff):
    """The people of the company. Whoever a task belongs to answers it by its element."""

    ground: Ground = field(kw_only=True)
    # What was refused; the verdict tells it.
    errors: list[str] = field(default_factory=list, kw_only=True)
    # The contract of each customer, and what was paid.
    contracts: dict[int, str] = field(default_factory=dict, kw_only=True)
    paid: set[tuple[str, int]] = field(default_factory=set, kw_only=True)
    # The end of each contract's term, before a supplement moves it.
    ends: dict[str, date] = field(default_factory=dict, kw_only=True)

    def today(self) -> date:
        from core import clock

        return clock.today()

    def begin(self) -> None:
        """A contract and a complaint for each customer, spread over the storm by their own pace."""
        for number, customer in enumerate(self.ground.customers):
            today = self.today()
            contract = {
                "customer": str(customer),
                "start_on": today.isoformat(),
                "end_on": (today + timedelta(days=TERM)).isoformat(),
                "lines": [{"product": str(self.ground.product), "quantity": "1", "price": "12800.00"}],
                "payment_plan": [
                    {"due_on": (today + timedelta(days=5)).isoformat(), "amount": FIRST},
                    {"due_on": (today + timedelta(days=40)).isoformat(), "amount": SECOND},
                ],
            }
            made = self.wish("rep1", "contracts/", contract, f"contract-{number}")
            self.ends[made["id"]] = today + timedelta(days=TERM)
            self.contracts[customer] = made["id"]
            complaint = {"customer": str(customer), "description": "商铺打不开。", "severity": 3}
            self.wish("aftersales", "complaints/", complaint, f"complaint-{number}")

    def wish(self, who: str, path: str, body: Any, key: str, files: Any = None) -> dict[str, Any]:
        return self._insist(
            "POST", path, body, f"{self.seed}-{key}", token=self.ground.tokens[who], files=files
        )

    def _do(self, item: dict[str, Any]) -> None:
        if item["definition"] not in PROCESSES:
            super()._do(item)
            return
        try:
            self.answer_it(item)
        except Exception as error:
            self.errors.append(f"{item['definition']} {item['element']}: {error!r}")
            self._given_up.add(item["id"])

    def answer_it(self, item: dict[str, Any]) -> None:
        element = item["element"].rpartition("/")[2]
        dice = random.Random(f"{self.seed}:{item['id']}")
        who = item["assignee"] or self.ground.of_role[item["role"]]
        outcome, comment, data = self.answer(element, item, dice)
        key = f"do-{item['id']}"
        path = f"work-items/{item['id']}/complete/"
        if element == "collect_materials":
            form = {"outcome": "", "comment": "", "data": json.dumps({"kind": "photo"})}
            self.wish(who, path, form, key, files={"material_files": ("shop.jpg", photo(), "image/jpeg")})
        else:
            self.wish(who, path, {"outcome": outcome, "comment": comment, "data": data}, key)
        about = item["subject"]["id"]
        if element == "record_signature" and about in self.ends:
            self.pay(about, 1)
        if element == "build_shop":
            self.extend(about)

    def answer(
        self, element: str, item: dict[str, Any], dice: random.Random
    ) -> tuple[str, str, dict[str, Any]]:
        people = self.ground.people
        if element in ("manager_review", "legal_review", "finance_review") and dice.random() < 0.2:
            return "return", "付款计划不合理", {}
        if element == "chase_payment" or element.startswith("approve_level") or element == "hand_to_counsel":
            self.pay_rest(item["subject"]["id"])
        if element == "follow_up":
            return "stay", "", self.contact()
        if element == "record_signature":
            signed = {"customer_signer": "刘经理", "our_signer": "郑国栋", "method": "paper"}
            return "", "", {"signed_on": self.today().isoformat(), **signed}
        if element == "rule":
            blamed = {"party_1": f"person:{people['content']}", "share_1": "100", "basis": "服务器日志"}
            return "justified", "", {**blamed, "handler": str(people["aftersales2"])}
        return ANSWERS[element]

    def contact(self) -> dict[str, Any]:
        today = self.today()
        return {
            "type": "phone_call",
            "occurred_on": today.isoformat(),
            "description": "客户在比较方案。",
            "next_on": (today + timedelta(days=9)).isoformat(),
        }

    def extend(self, contract: str) -> None:
        """The membership is open by now; a supplement moves its end."""
        customer = next(customer for customer, pk in self.contracts.items() if pk == contract)
        new_day = self.ends[contract] + timedelta(days=EXTENDED_BY)
        body = {
            "customer": str(customer),
            "kind": "supplement",
            "parent": contract,
            "effective_rule": "on_signature",
            "changes": [{"kind": "term", "new_day": new_day.isoformat()}],
        }
        self.wish("rep1", "contracts/", body, f"extend-{contract}")

    def pay_rest(self, customer: str) -> None:
        self.pay(self.contracts[int(customer)], 2)

    def pay(self, contract: str, seq: int) -> None:
        """Finance records an instalment, its colleague confirms it; once, however often it is asked for."""
        if (contract, seq) in self.paid:
            return
        self.paid.add((contract, seq))
        path = f"contracts/{contract}/"
        found = self._insist("GET", path, None, "", token=self.ground.tokens["finance"])
        line = found["payment_plan"][seq - 1]
        body = {
            "customer": found["customer"],
            "received_on": self.today().isoformat(),
            "amount": line["amount"],
            "allocations": [{"instalment": line["id"], "amount": line["amount"]}],
        }
        payment = self.wish("finance", "payments/", body, f"pay-{contract}-{seq}")
        self.wish("finance2", f"payments/{payment['id']}/confirm/", {}, f"confirm-{contract}-{seq}")

    def operate(self, until: threading.Event) -> None:
        """The operator retries what the platform's silence has left."""
        while not until.wait(2):
            found = self._try("GET", "incidents/?status=open") or {}
            for one in found.get("results", []):
                if one["element"].rpartition("/")[2] in CALLING:
                    key = f"retry-{one['id']}-{one.get('attempts')}"
                    self._insist("POST", f"incidents/{one['id']}/retry/", {}, key)


ANSWERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "draft_contract": ("submit", "", {}),
    "manager_review": ("approve", "", {}),
    "legal_review": ("approve", "", {}),
    "finance_review": ("approve", "", {}),
    "panel_review": ("approve", "", {}),
    "gm_review": ("approve", "", {}),
    "seal_contract": ("", "", {"seal_kind": "contract", "copies": 2, "cross_page": True}),
    "press_signature": ("press", "", {}),
    "collect_materials": ("", "", {}),
    "check_contract": ("ok", "", {}),
    "build_shop": ("done", "", {}),
    "review_content": ("approve", "", {}),
    "accept": ("accept", "", {}),
    "first_week_call": ("done", "", {}),
    "mend_activation": ("again", "", {}),
    "mend_extension": ("again", "", {}),
    "mend_deactivation": ("again", "", {}),
    "remind_due": ("", "", {"result": "told", "note": "会按时付"}),
    "chase_payment": ("", "", {"result": "told", "note": "已付"}),
    "approve_level_manager": ("approve", "", {"again_on": ""}),
    "approve_level_director": ("approve", "", {"again_on": ""}),
    "hand_to_counsel": ("hand_over", "", {"again_on": ""}),
    "acknowledge": ("done", "", {"severity": "3", "response": "已致电。"}),
    "handle": ("done", "", {"kind": "rectify", "description": "已恢复。", "cost": "0"}),
    "instruct_director": ("agree", "", {}),
    "instruct_gm": ("agree", "", {}),
    "sum_up": ("done", "", {"root_cause": "证书过期", "prevention": "到期前提醒", "lesson": ""}),
    "call_customer": ("satisfied", "", {"score": "5", "note": ""}),
    "talk_renewal": ("refused", "询盘太少", {}),
    "win_back": ("give_up", "客户转行", {}),
}


def photo() -> bytes:
    from tests.processes.onboarding_walk import photo as taken

    return taken().read()


def moods(outside: Platform, seed: int, until: threading.Event) -> None:
    """The platform is well, slow, down, silent, late, tells twice or says no, for a call or two."""
    dice = random.Random(seed)
    while not until.wait(0.5):
        outside.behave(dice.choice(MOODS), times=dice.choice((1, 2)), seconds=1.0)
    outside.behave("well")
    outside.finish()


def tells_at(site: Site) -> None:
    """The platform's events are signed by the clock of the site, which jumps."""
    import time as real
    from types import SimpleNamespace

    from config.platform_fake import telling

    telling.time = SimpleNamespace(time=lambda: real.time() + site.offset())  # type: ignore[assignment]
