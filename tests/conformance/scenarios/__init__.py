"""What is accepted, shown element by element; each module is one family.

A family lists its `SCENARIOS` (see `tests.conformance.scenario`); `refused` and `traps` also list
`REFUSALS`, what must not be published."""

from tests.conformance.scenario import Refusal, Scenario
from tests.conformance.scenarios import (
    borders,
    calls,
    data,
    events,
    gateways,
    markers,
    refused,
    subprocesses,
    tasks,
    traps,
)

FAMILIES = (tasks, gateways, events, subprocesses, calls, data, markers, borders, traps)

ALL: dict[str, Scenario] = {}
for _family in FAMILIES:
    _name = _family.__name__.rpartition(".")[2]
    for _each in _family.SCENARIOS:
        _id = f"{_name}: {_each.name}"
        assert _id not in ALL, f"two scenarios are called {_id!r}"
        ALL[_id] = _each

REFUSALS: dict[str, Refusal] = {
    f"{name}: {each.name}": each
    for name, listed in (("refused", refused.REFUSALS), ("traps", traps.REFUSALS))
    for each in listed
}
