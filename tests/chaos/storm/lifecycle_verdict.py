"""The verdict on the deals of the storm: each case ended, each effect outside once, numbers without a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.chaos.storm.lifecycles import CALLING, CASES, PROCESSES


def lifecycle_faults(wanted: int, effects: Mapping[str, int]) -> Iterator[str]:
    """What of the deals is not as promised."""
    from django.db.models import Count

    from contracts.models import Contract, Payment
    from service.models import Complaint, MemberActivation, Onboarding, RenewalCase
    from workflows.models import Incident, ProcessInstance

    cases = ProcessInstance.objects.filter(definition__key__in=PROCESSES)
    main = Contract.objects.exclude(kind="supplement")
    for key, times in CASES.items():
        ends = Counter(cases.filter(definition__key=key).values_list("status", flat=True))
        if ends != {"completed": times * wanted}:
            yield f"{key}: {dict(ends)} instead of {times * wanted} completed"
    ended = {
        "contracts": (main, {"completed"}),
        "supplements": (Contract.objects.filter(kind="supplement"), {"completed"}),
        "onboardings": (Onboarding.objects.all(), {"done"}),
        "renewals": (RenewalCase.objects.all(), {"lost"}),
        "complaints": (Complaint.objects.all(), {"closed"}),
    }
    for name, (rows, states) in ended.items():
        found = Counter(rows.values_list("state", flat=True))
        if sum(found.values()) != wanted or set(found) - states:
            yield f"{name}: {dict(found)} instead of {wanted} in {sorted(states)}"
    payments = Counter(Payment.objects.values_list("state", flat=True))
    if payments != {"confirmed": 2 * wanted}:
        yield f"payments: {dict(payments)} instead of {2 * wanted} confirmed"
    # Outside: what we know as done was done once, what was declined never, and nothing else was.
    wishes = {one.request_key: one for one in MemberActivation.objects.all()}
    for key, wish in wishes.items():
        expected = 1 if wish.state == "ok" else 0
        if effects.get(key, 0) != expected or wish.state not in ("ok", "failed"):
            yield f"the platform has {effects.get(key, 0)} effects for {key}, which is {wish.state} here"
    for key in set(effects) - set(wishes):
        yield f"the platform has an effect for {key}, which no case asked for"
    done = MemberActivation.objects.filter(state="ok").values("contract", "kind").annotate(count=Count("pk"))
    for row in done.filter(count__gt=1):
        yield f"{row['kind']} was done {row['count']} times for contract {row['contract']}"
    yield from _numbers("contract", main.exclude(no=None).values_list("no", flat=True))
    yield from _numbers("complaint", Complaint.objects.values_list("no", flat=True))
    for one in Incident.objects.exclude(status="resolved", element__in=CALLING)[:10]:
        yield f"incident at {one.element} ({one.status}): {one.message[:200]}"


def _numbers(what: str, numbers: Any) -> Iterator[str]:
    """Numbers run from 1 without a gap, in each year."""
    runs: dict[str, list[int]] = {}
    for no in numbers:
        run, _dash, last = no.rpartition("-")
        runs.setdefault(run, []).append(int(last))
    for run, found in runs.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"numbers of {what} {run}: {sorted(found)}"
