"""A mend is offered when trying it has shown that the problem goes away and nothing else comes.

What the lint finds, it finds in stages: while there are mistakes of one stage, those of later ones are
not looked for. A mend of an early stage may thus bring to light what was there all along, but it never
adds to its own stage or to one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from workflows.engine.compilation import Decisions, check_definition
from workflows.engine.outline import local
from workflows.engine.problems import DefinitionError, Mend, Problem
from workflows.engine.vocabulary import Vocabulary
from workflows.engine.xmlsafe import read_xml

from . import drawn, expressed, worded
from .changes import ChangeError, apply_change
from .sheet import Sheet
from .worded import Known

# Each try costs as much as a lint: so many in all, fewer in a large file, but always one.
TRIES: Final = 12
TRIED_BYTES: Final = 1_500_000

_STAGES: Final = (
    frozenset({"process_not_executable", "process_not_found", "no_process", "not_bpmn"}),
    frozenset[str](),  # everything not named here: what is read, drawn and written
    frozenset({"unreachable", "nothing_follows", "no_way_to_end"}),
    frozenset({"loop_never_waits"}),
    frozenset(
        {
            "join_never_fires",
            "second_token",
            "side_path_returns",
            "cannot_end",
            "never_reached",
            "too_complex",
            "too_complex_inclusive",
        }
    ),
    frozenset({"parallel_write"}),
)
# With these mended, something is read for the first time and may have mistakes of its own.
_REVEALING: Final = frozenset(
    {
        "missing_id",
        "duplicate_id",
        "unknown_operation",
        "unknown_work_form",
        "unknown_decision",
        "unknown_process",
        "unknown_subject_type",
        "unknown_word",
        "word_outside",
        "unknown_type",
    }
)


def stage_of(code: str) -> int:
    return next((stage for stage, codes in enumerate(_STAGES) if code in codes), 1)


def rank(problems: Sequence[Problem]) -> tuple[int, ...]:
    """How wrong a diagram is: the mistakes of each stage, then the warnings."""
    counts = [0] * (len(_STAGES) + 1)
    for problem in problems:
        counts[stage_of(problem.code) if problem.severity == "error" else -1] += 1
    return tuple(counts)


def offer_mends(
    bpmn: bytes,
    problems: Sequence[Problem],
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Decisions = MappingProxyType({}),
    wanted: Callable[[Problem], bool] = lambda problem: True,
) -> list[Problem]:
    """The same problems, those that are wanted and have one with their mend."""

    def check(changed: bytes) -> list[Problem]:
        return check_definition(changed, vocabulary, process_id=process_id, decisions=decisions)

    offered = _Offer(bpmn, problems, check, Known(vocabulary, tuple(decisions)))
    return [offered.with_mend(problem) if wanted(problem) else problem for problem in problems]


class _Offer:
    def __init__(
        self,
        bpmn: bytes,
        problems: Sequence[Problem],
        check: Callable[[bytes], list[Problem]],
        known: Known,
    ) -> None:
        self.bpmn = bpmn
        self.problems = problems
        self.check = check
        self.known = known
        self.tries = max(1, min(TRIES, TRIED_BYTES // max(1, len(bpmn))))
        try:
            root = read_xml(bpmn)
            self.sheet = Sheet(root) if local(root) == "definitions" else None
        except DefinitionError:
            self.sheet = None

    def with_mend(self, problem: Problem) -> Problem:
        for mend in self._proposed(problem):
            if self.tries <= 0:
                break
            self.tries -= 1
            if self._helps(problem, mend):
                return replace(problem, mend=mend)
        return problem

    def _proposed(self, problem: Problem) -> Iterator[Mend]:
        if self.sheet is None:
            return
        if problem.code in drawn.RULES:
            yield from drawn.RULES[problem.code](self.sheet, problem)
        for rules in (worded.RULES, expressed.RULES):
            if problem.code in rules:
                yield from rules[problem.code](self.sheet, problem, self.known)

    def _helps(self, problem: Problem, mend: Mend) -> bool:
        try:
            after = self.check(apply_change(self.bpmn, mend.change))
        except (ChangeError, DefinitionError):
            return False
        if _key(problem) in {_key(each) for each in after}:
            return False
        if problem.code in _REVEALING:
            return rank(after) <= rank(self.problems)
        return rank(after) < rank(self.problems) and not self._worse(problem, after)

    def _worse(self, problem: Problem, after: Sequence[Problem]) -> bool:
        """Whether there is a mistake that was not there, and was not hidden either."""
        if problem.severity == "warning":
            return (
                any(each.severity == "error" for each in after)
                and rank(after)[:-1] > rank(self.problems)[:-1]
            )
        known = {(each.code, each.element) for each in self.problems}
        stage = stage_of(problem.code)
        return any(
            each.severity == "error"
            and stage_of(each.code) <= stage
            and (each.code, each.element) not in known
            for each in after
        )


def _key(problem: Problem) -> tuple[str, str | None, str]:
    return problem.code, problem.element, repr(sorted(problem.params.items()))


RULES: Final[Mapping[str, object]] = {**drawn.RULES, **worded.RULES, **expressed.RULES}
