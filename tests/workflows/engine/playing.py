"""Driving cases in tests: by the name of the element, saved and loaded between any two steps."""

import json

from tests.workflows.engine.drawing import VOCABULARY, FakeHost
from workflows.engine import Case, compile_definition


class Play:
    """A case whose state goes through JSON after every step, unless `sleeps` is False."""

    def __init__(self, drawing, host=None, *, data=None, vocabulary=VOCABULARY, sleeps=True, by="rep1"):
        self.definition = compile_definition(drawing.bytes(), vocabulary)
        self.host = host or FakeHost()
        self.sleeps = sleeps
        self.trace = []
        self.events = []
        self._after(Case.start(self.definition, self.host, data, by=by))

    def _after(self, case):
        self.events = case.events
        self.trace += [event.element.id for event in case.events if event.kind == "completed"]
        if self.sleeps:
            case = Case.load(self.definition, json.loads(json.dumps(case.state())), self.host)
        self.case = case
        case.events = []

    def at(self, kind="work_item"):
        return [waiting.element.id for waiting in self.case.waiting() if waiting.kind == kind]

    def token(self, element):
        return next(w.token for w in self.case.waiting() if w.element.id == element and w.kind != "join")

    def complete(self, element, data=None, **decision):
        self.case.complete(self.token(element), data, **decision)
        self._after(self.case)
        return self

    def retry(self, element):
        self.case.retry(self.token(element))
        self._after(self.case)
        return self

    def go_on(self):
        self.case.continue_()
        self._after(self.case)
        return self

    @property
    def variables(self):
        return self.case.variables

    @property
    def is_over(self):
        return self.case.is_completed
