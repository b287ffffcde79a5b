"""Our engine, as the application uses it."""

from __future__ import annotations

from typing import Any

from bench.engines.cases import Act, EngineCase
from bench.floor import FloorHost
from workflows.engine import Case, Definition, Vocabulary, compile_definition


class Ours:
    def __init__(self, definition: Definition) -> None:
        self.definition, self.host = definition, FloorHost()

    def start(self, data: dict[str, Any]) -> Case:
        return Case.start(self.definition, self.host, data)

    def load(self, state: Any) -> Case:
        return Case.load(self.definition, state, self.host)

    def dump(self, running: Case) -> Any:
        return running.state()

    def find(self, running: Case, act: Act) -> str:
        found = [
            each.token
            for each in running.waiting()
            if each.element.id == act.element and each.kind == "work_item"
        ]
        return found[act.place]

    def complete(self, running: Case, item: str, act: Act) -> None:
        running.complete(item, act.data, outcome=act.outcome, by="rep1")

    def open(self, running: Case) -> list[str]:
        return [each.element.id for each in running.waiting() if each.kind == "work_item"]


def open_engine(case: EngineCase) -> Ours:
    processes = {}
    if case.called:
        processes[case.called] = compile_definition(case.diagram, Vocabulary(), process_id=case.called)
    return Ours(compile_definition(case.diagram, Vocabulary(processes=processes), process_id=case.key))
