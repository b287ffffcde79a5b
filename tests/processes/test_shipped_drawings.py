"""The shipped diagrams as a person meets them: no warning, lanes, read from left to right, and every name legible."""

from functools import cache
from itertools import combinations, pairwise

import pytest

from config.process_pages.reading import read_shipped, roles_of_the_start
from tests.workflows.engine.picture import NS, Picture
from workflows import registry
from workflows.engine import check_definition
from workflows.services.shipped import shipped_processes

SHIPPED = {one.key: one for one in shipped_processes()}
# Three decisions lead to the same two places, and four ways come to one customer: no drawing of these has none.
CROSSINGS = {"collection": 3, "onboarding": 1}


@cache
def drawn(key: str) -> Picture:
    return Picture(SHIPPED[key].bpmn.encode())


@pytest.mark.parametrize("key", SHIPPED)
def test_it_opens_without_a_warning(key):
    shipped = SHIPPED[key]
    called = {name: one.definition for name, one in read_shipped().items() if name != key}
    words = registry.vocabulary(roles=roles_of_the_start(), processes=called)
    problems = check_definition(shipped.bpmn.encode(), words, process_id=key, decisions=shipped.tables)
    # What it may call is granted when it is published.
    assert [one for one in problems if one.code != "operation_not_allowed"] == []


@pytest.mark.parametrize("key", SHIPPED)
def test_nothing_lies_on_anything_and_every_name_can_be_read(key):
    found = [
        one
        for one in drawn(key).findings()
        # Drawn by hand: events on the right edge, and names in the free corners around a gateway.
        if "lower edge" not in one and not is_of_itself(one)
    ]
    assert found == []


def is_of_itself(finding: str) -> bool:
    name, on, other = finding.removeprefix("the name of ").partition(" lies on ")
    return bool(on) and name == other


@pytest.mark.parametrize("key", SHIPPED)
def test_every_step_stands_in_a_lane(key):
    picture = drawn(key)
    named = {reference.text for reference in picture.root.iterfind(".//bpmn:lane/bpmn:flowNodeRef", NS)}
    outside = [name for name in picture.shapes if picture.parent(name) is None and name not in named]
    assert [
        name for name in outside if picture.tag(name) not in ("textAnnotation", "dataObjectReference")
    ] == []


@pytest.mark.parametrize("key", SHIPPED)
def test_only_loops_lead_back_to_the_left(key):
    picture = drawn(key)
    behind = {name: set(reached(picture, name)) for name in picture.shapes}
    back = []
    for flow, (source, target) in picture.flows.items():
        left, _top, width, _height = picture.shapes[target]
        if left + width < picture.shapes[source][0] and source not in behind[target]:
            back.append(flow)
    assert back == []


def reached(picture: Picture, start: str) -> list[str]:
    """What may come after an element: along flows, in and out of subprocesses, and through events at borders."""
    ways: dict[str, set[str]] = {}
    for source, target in picture.flows.values():
        ways.setdefault(source, set()).add(target)
    for name in picture.shapes:
        host, around = picture.elements[name].get("attachedToRef"), picture.parent(name)
        if host is not None:
            ways.setdefault(host, set()).add(name)
        elif around is not None:
            ways.setdefault(around, set()).add(name)
            ways.setdefault(name, set()).add(around)
    seen, pending = {start}, [start]
    while pending:
        fresh = ways.get(pending.pop(), set()) - seen
        seen |= fresh
        pending.extend(fresh)
    return sorted(seen)


@pytest.mark.parametrize("key", SHIPPED)
def test_flows_cross_only_where_they_must(key):
    assert len(crossings(drawn(key))) == CROSSINGS.get(key, 0)


def crossings(picture: Picture) -> list[tuple[str, str]]:
    """Pairs of flows whose pieces cross; flows that meet on their way to, or from, one element do not."""
    found = []
    pieces = [(flow, piece) for flow, points in picture.lines.items() for piece in pairwise(points)]
    for (flow, one), (other, two) in combinations(pieces, 2):
        if flow != other and (cross(one, two) or cross(two, one)):
            found.append((flow, other))
    return found


def cross(upright, level) -> bool:
    (x, top), (x2, low) = upright
    (left, y), (right, y2) = level
    if x != x2 or y != y2:
        return False
    return min(left, right) < x < max(left, right) and min(top, low) < y < max(top, low)


def test_a_crossing_is_seen():
    assert cross(((5, 0), (5, 10)), ((0, 5), (10, 5)))
    assert not cross(((5, 0), (5, 10)), ((0, 10), (10, 10))), "meeting at a corner"
