"""The trial code with which the engine was designed, as its own tests use it.

It is no part of this project and it patches the library, so it runs in a process without us. The
folder it stands in comes as ``TRIAL_ENGINE``."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any
from uuid import UUID

from bench.engines.cases import Act, EngineCase, filled


class Trial:
    def __init__(self, case: EngineCase) -> None:
        self.kernel: Any = importlib.import_module("kernel")
        self.states: Any = importlib.import_module("state2")
        scripts: Any = importlib.import_module("safe_engine")
        self.kernel.install()
        self.scripts = scripts.make_engine()
        self.spec, self.subs = self.kernel.parse(case.diagram, case.key)

    def start(self, data: dict[str, Any]) -> Any:
        return self.kernel.start(self.spec, self.subs, data, self.scripts)

    def load(self, state: Any) -> Any:
        return self.states.load(state, self.spec, self.subs, self.scripts)

    def dump(self, running: Any) -> Any:
        return self.states.dump(running)

    def find(self, running: Any, act: Act) -> UUID:
        found = [each.id for each in self.kernel.items(running) if each.task_spec.bpmn_id == act.element]
        return UUID(str(found[act.place]))

    def complete(self, running: Any, item: UUID, act: Act) -> None:
        self.kernel.complete(running, running.get_task_from_id(item), dict(filled(act.data, act)))

    def open(self, running: Any) -> list[str]:
        return [each.task_spec.bpmn_id for each in self.kernel.items(running)]


def open_engine(case: EngineCase) -> Trial:
    sys.path.insert(0, os.environ["TRIAL_ENGINE"])
    return Trial(case)
