"""Can this drawing get stuck, or run a part of itself twice?

Each scope is looked at by itself: a subprocess, a call or a marked activity is one step of what is
around it. A scope whose splits and joins are nested properly shrinks to nothing; what is left is played
through, marking by marking, within a bound. What can be decided neither way is refused.

A non-interrupting event starts something beside everything else. It is looked at alone, and may meet
what it runs beside only in end events: anything else would be started a second time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflows.engine.outline import Outline, Scope
from workflows.engine.problems import Findings

from .graph import Graph, graph_of
from .net import CLEAR, CLEAR_LATER, Net, NetBuilder, Standing
from .playing import Verdict, play
from .shrinking import shrink

__all__ = ["Graph", "Verdict", "check_flow", "graph_of", "judge", "judge_from", "judge_scope"]


def judge(outline: Outline) -> Verdict:
    """What is found in all scopes of a process together."""
    verdict = Verdict()
    for scope in outline.scopes:
        verdict.add(judge_scope(Graph.of_scope(scope)))
    return verdict


def judge_scope(graph: Graph) -> Verdict:
    """A scope from each of its starts, and from each event that starts something beside."""
    verdict = Verdict()
    reached = {entry: graph.region([entry]) for entry in (*graph.starts, *graph.beside)}
    for entry in reached:
        if graph.spots[entry].begins_beside:
            meeting = _meeting(graph, entry, reached)
            if meeting is not None:
                verdict.add(Verdict(second=[meeting], returns={meeting: entry}))
                continue
        verdict.add(_judge_net(NetBuilder(graph, entry=entry).build()))
    return verdict


def _meeting(graph: Graph, event: str, reached: Mapping[str, Mapping[str, None]]) -> str | None:
    """The first element at which the path of an event meets what it runs beside."""
    host = graph.spots[event].host
    around: dict[str, None] = {}
    pending = [host]
    while pending:
        inside = pending.pop()
        for entry, region in reached.items():
            if inside in region and entry not in around:
                around[entry] = None
                if graph.spots[entry].begins_beside:
                    pending.append(graph.spots[entry].host)
    for name in reached[event]:
        met = any(name in reached[entry] for entry in around)
        if met and graph.spots[name].kind != "end_event":
            return name
    return None


def _judge_net(net: Net) -> Verdict:
    if not (net.points[CLEAR].incoming or net.points[CLEAR_LATER].incoming):
        return Verdict() if shrink(net) else play(net)
    less = net.copy()
    verdict = Verdict() if shrink(less, without_clearing=True) else play(less)
    if verdict.sound or verdict.found:
        return verdict
    # It may be that clearing the scope is the only way to end.
    shrink(net)
    return play(net)


# -- from any marking


def judge_from(graph: Graph, tokens: Iterable[Standing]) -> Verdict:
    """A scope from a marking: a token is an element, or an arrival as (join, flow).

    At a gateway a token has passed its join. One that waits behind an event gateway stands for all that
    race there. What an event has started beside the rest is looked at by itself."""
    begun = graph.region(graph.starts)
    groups: dict[str, list[Standing]] = {}
    for token in tokens:
        name = token if isinstance(token, str) else token[0]
        group = "" if name in begun else _started_by(graph, name)
        groups.setdefault(group, []).append(_race_of(graph, token))
    verdict = Verdict()
    for group, together in groups.items():
        found = _judge_tokens(graph, together)
        if group and found.second and all(_judge_tokens(graph, [token]).sound for token in together):
            continue  # an event may happen again before what it started is over
        verdict.add(found)
    return verdict


def _judge_tokens(graph: Graph, tokens: Sequence[Standing]) -> Verdict:
    twice = [token for token in tokens if not isinstance(token, str) and tokens.count(token) > 1]
    if twice:
        return Verdict(second=list(dict.fromkeys(token[0] for token in twice)))
    return _judge_net(NetBuilder(graph, tokens=tokens).build())


def _started_by(graph: Graph, name: str) -> str:
    """The non-interrupting event on whose path an element lies."""
    return next((event for event in graph.beside if name in graph.region([event])), "")


def _race_of(graph: Graph, token: Standing) -> Standing:
    if isinstance(token, str) and len(graph.spots[token].incoming) == 1:
        source = graph.flows[graph.spots[token].incoming[0]][0]
        if graph.spots[source].kind == "event_gateway":
            return source
    return token


# -- findings


def check_flow(outline: Outline, findings: Findings) -> None:
    """Report joins that can wait for ever and parts that would run twice."""
    for scope in outline.scopes:
        _report(outline, scope, judge_scope(Graph.of_scope(scope)), findings)


def _report(outline: Outline, scope: Scope, verdict: Verdict, findings: Findings) -> None:
    def name_of(id: str) -> str:
        node = outline.nodes.get(id)
        return node.name or node.id if node is not None else id

    def report(code: str, id: str, **params: Any) -> None:
        node = outline.nodes[id]
        findings.error(code, node.id, node.line, name=node.name or node.id, **params)

    for id in verdict.stuck:
        report("join_never_fires", id, tokens=[name_of(each) for each in verdict.tokens.get(id, ())])
    for id in verdict.second:
        if id in verdict.returns:
            report("side_path_returns", id, event=name_of(verdict.returns[id]))
        else:
            report("second_token", id, tokens=[name_of(each) for each in verdict.tokens.get(id, ())])
    for id in verdict.never:
        report("never_reached", id)
    if verdict.cannot_end:
        findings.error("cannot_end", scope.id, scope.line)
    if verdict.undecided:
        code = "too_complex_inclusive" if verdict.why == "inclusive" else "too_complex"
        findings.error(code, scope.id, scope.line)
