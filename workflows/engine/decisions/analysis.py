"""What the rules of a table do together: overlaps, gaps, repeats, rules never reached.

All of it follows from the regions of the columns, so what is said here is so; where it would take
too long to know, nothing is said."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from workflows.engine.expressions import Expression, ExpressionError
from workflows.engine.expressions.lexer import tokenize

from .columns import Column
from .table import DecisionTable

if TYPE_CHECKING:
    from .dmn import Trouble

MAX_STEPS: Final = 20_000
MOST_GAPS: Final = 3
MOST_RULES: Final = 20
MOST_OTHERS: Final = 5


def examine(table: DecisionTable, trouble: Trouble) -> None:
    """Report as warnings what can hardly be meant."""
    _Analysis(table, trouble).run()


def gaps(table: DecisionTable) -> list[tuple[str, ...]]:
    """Conditions of rules that would cover what no rule of a table covers, as `examine` tells of it."""
    if table.hit_policy == "COLLECT" or table.default is not None:
        return []
    if not _independent([each.expression for each in table.inputs]):
        return []
    columns = [each.column for each in table.inputs]
    found = _Search(columns, len(table.rules)).run()
    return [
        tuple(column.cell(at) for column, at in zip(columns, _widened(columns, each), strict=True))
        for each in found
    ]


def _widened(columns: list[Column], regions: list[int]) -> list[set[int]]:
    """A combination that no rule covers, with the neighbours in each column that none covers either."""
    wide = [{region} for region in regions]
    for at, column in enumerate(columns):
        others = -1
        for other, taken in enumerate(wide):
            if other != at:
                others &= reduce(or_, (columns[other].rules_of(region) for region in taken))
        known = column.expected()
        if regions[at] not in known:
            continue
        start = known.index(regions[at])
        for way in (known[start + 1 :], known[:start][::-1]):
            for region in way:
                if not column.rules_of(region) & others:
                    wide[at].add(region)
                elif column.ordered:
                    break
    return wide


class _Analysis:
    def __init__(self, table: DecisionTable, trouble: Trouble) -> None:
        self.table = table
        self.trouble = trouble
        self.columns = [each.column for each in table.inputs]
        # The cells of each rule as bits, without regions in which there is never a value.
        self.rows = [
            [column.cells[index] & column.possible for column in self.columns]
            for index in range(len(table.rules))
        ]
        self.silent: set[int] = set()
        self.repeats: set[int] = set()
        self.said: Counter[str] = Counter()

    def run(self) -> None:
        self.never_matching()
        self.repeated()
        independent = _independent([each.expression for each in self.table.inputs])
        if self.table.hit_policy == "FIRST":
            self.unreachable()
        if self.table.hit_policy == "UNIQUE" and independent:
            self.overlaps()
        if self.table.hit_policy != "COLLECT" and self.table.default is None and independent:
            self.gaps()

    def warn(self, code: str, index: int, **params: Any) -> None:
        """The first so many of each kind: a table copied twice must not drown all else."""
        self.said[code] += 1
        if self.said[code] <= MOST_RULES:
            self.trouble.warn(code, self.table.rules[index].line, **params)

    def never_matching(self) -> None:
        for index, rule in enumerate(self.table.rules):
            for each, cell, bits in zip(self.table.inputs, rule.cells, self.rows[index], strict=True):
                if not bits:
                    self.silent.add(index)
                    place = each.place.in_rule(rule.number, rule.line)
                    place.warn(self.trouble.findings, ExpressionError("cell_never_matches"), cell.text)

    def repeated(self) -> None:
        """Rules with the same conditions and the same results."""
        known: dict[object, int] = {}
        for index, rule in enumerate(self.table.rules):
            results = tuple(
                repr(result.fixed) if result.is_fixed else result.expression.text for result in rule.results
            )
            first = known.setdefault((tuple(self.rows[index]), results), index)
            if first != index:
                self.repeats.add(index)
                self.warn("rule_repeated", index, rule=index + 1, other=first + 1)

    def unreachable(self) -> None:
        for later, row in enumerate(self.rows):
            if later in self.silent or later in self.repeats:
                continue
            for earlier in range(later):
                covers = self.rows[earlier]
                if all(not bits & ~wide for bits, wide in zip(row, covers, strict=True)):
                    self.warn("rule_unreachable", later, rule=later + 1, other=earlier + 1)
                    break

    def overlaps(self) -> None:
        rows = [(index, row) for index, row in enumerate(self.rows) if index not in self.repeats]
        for position, (index, row) in enumerate(rows):
            others, example = [], ""
            for other, more in rows[position + 1 :]:
                shared = _shared(row, more)
                if shared is not None:
                    others.append(other + 1)
                    example = example or self.example(shared)
            if others:
                shown = [str(number) for number in others[:MOST_OTHERS]]
                shown += ["…"] if len(others) > MOST_OTHERS else []
                self.warn("rules_overlap", index, rule=index + 1, others=shown, example=example)

    def gaps(self) -> None:
        for example in _Search(self.columns, len(self.rows)).run():
            self.trouble.warn("rules_leave_gap", self.table.rules[0].line, example=self.example(example))

    def example(self, regions: list[int]) -> str:
        """One case in words that need no language: `Amount: (5..10); Level: "gold"`."""
        pairs = zip(self.table.inputs, self.columns, regions, strict=True)
        return "; ".join(f"{each.label}: {column.describe(region)[:60]}" for each, column, region in pairs)


def _shared(row: list[int], other: list[int]) -> list[int] | None:
    """A region of every column in which both rules match, or None."""
    regions = []
    for bits, more in zip(row, other, strict=True):
        both = bits & more
        if not both:
            return None
        regions.append((both & -both).bit_length() - 1)
    return regions


class _Search:
    """Looks for a choice of regions that no rule covers, a column at a time, within bounds."""

    def __init__(self, columns: list[Column], rules: int) -> None:
        self.everything = (1 << rules) - 1
        self.found: list[list[int]] = []
        self.steps = 0
        self.seen: set[tuple[int, int]] = set()
        # Regions that match the same rules need one look only.
        self.options: list[dict[int, int]] = []
        for column in columns:
            options: dict[int, int] = {}
            for region in column.expected():
                options.setdefault(column.rules_of(region), region)
            self.options.append(options)

    def run(self) -> list[list[int]]:
        self.look(0, self.everything, [])
        return self.found

    def look(self, depth: int, matching: int, regions: list[int]) -> None:
        if len(self.found) >= MOST_GAPS or self.steps > MAX_STEPS or (depth, matching) in self.seen:
            return
        if not matching:
            rest = [next(iter(options.values())) for options in self.options[depth:]]
            self.found.append([*regions, *rest])
            return
        self.steps += 1
        self.seen.add((depth, matching))
        if depth == len(self.options):
            return
        for rules, region in self.options[depth].items():
            self.look(depth + 1, matching & rules, [*regions, region])


def _independent(expressions: list[Expression]) -> bool:
    """Do the inputs read different values? Else not every combination of them can come."""
    seen: set[str] = set()
    for expression in expressions:
        paths = _paths(expression.text)
        if paths & seen:
            return False
        seen |= paths
    return True


def _paths(text: str) -> set[str]:
    """The names an expression reads, with their fields."""
    tokens = tokenize(text.removeprefix("$").removeprefix("#").strip("{}"))
    paths: set[str] = set()
    path = ""
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.kind == "name" and not (following.kind == "(" and not path):
            path += str(token.value)
        elif token.kind == "." and path:
            path += "."
        elif path:
            paths.add(path)
            path = ""
    return paths
