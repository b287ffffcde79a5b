"""What is wrong with a diagram: found by the lint, shown in the editor and by the importer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from .messages import hint, message

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Mend:
    """A small change of the diagram that makes one problem go away (see `mends`).

    `change` is plain JSON: steps that an editor applies by itself, in their order."""

    code: str
    params: Mapping[str, Any]
    change: Sequence[Mapping[str, Any]]

    def label(self, lang: str = "en") -> str:
        """What applying it will do, as the words on a button."""
        return message(self.code, lang, self.params)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding, with the element it concerns and the line of the file where that begins.

    The lint finds it without a `mend`; those are offered to whoever draws (`mends.offer_mends`)."""

    severity: Severity
    code: str
    element: str | None = None
    line: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    mend: Mend | None = field(default=None, compare=False, repr=False)

    def message(self, lang: str = "en") -> str:
        """What is wrong."""
        return message(self.code, lang, self.params)

    def hint(self, lang: str = "en") -> str:
        """What to do about it."""
        return hint(self.code, lang, self.params)

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        element = f"{self.element}: " if self.element else ""
        return f"{where}{element}{self.message('en')}"


class DefinitionError(Exception):
    """A diagram that cannot run. `problems` holds everything that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(p) for p in self.problems if p.severity == "error")[:2_000])


class Findings:
    """Collects problems while a diagram is read, the first so many of each severity."""

    MOST = 100

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._counts: dict[str, int] = {"error": 0, "warning": 0}
        self._seen: set[tuple[str, str | None, str]] = set()

    def error(self, code: str, element: str | None = None, line: int | None = None, /, **params: Any) -> None:
        self._add("error", code, element, line, params)

    def warn(self, code: str, element: str | None = None, line: int | None = None, /, **params: Any) -> None:
        self._add("warning", code, element, line, params)

    def _add(
        self, severity: Severity, code: str, element: str | None, line: int | None, params: dict[str, Any]
    ) -> None:
        key = (code, element, repr(sorted(params.items())))
        if key in self._seen:
            return
        self._counts[severity] += 1
        if self._counts[severity] > self.MOST:
            return
        self._seen.add(key)
        self.problems.append(Problem(severity, code, element, line, params))

    def take(self, others: Findings, element: str) -> None:
        """Take over what was found in something that belongs to an element, such as its decision table."""
        for problem in others.problems:
            self._add(problem.severity, problem.code, element, problem.line, dict(problem.params))

    @property
    def has_errors(self) -> bool:
        return self._counts["error"] > 0

    def sorted(self) -> list[Problem]:
        return sorted(self.problems, key=lambda p: (p.severity != "error", p.line or 0))
