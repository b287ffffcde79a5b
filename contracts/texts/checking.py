"""What a template lacks before it can be published, and a clause before it can stand in a contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contracts.texts.assembly import ALTERNATIVE, LOCKED, ClauseText
from contracts.texts.paragraphs import Paragraph
from contracts.texts.placeholders import ARTICLE, ITEMS, NEEDED_TABLES, VALUES
from core.pdf.placeholders import names_in


@dataclass(frozen=True)
class Fault:
    """``clause`` is the code of the clause that it concerns; empty: the whole template."""

    clause: str
    text: str


def names_for(values: Iterable[str], clauses: Sequence[ClauseText]) -> set[str]:
    """What paragraphs of a template may name: our values, its own, and its clauses or groups of alternatives."""
    articles = {f"{ARTICLE}{one.group or one.code}" for one in clauses}
    return {*VALUES, *values, *articles}


def faults_of_clause(clause: ClauseText, known: set[str]) -> Iterator[Fault]:
    """Names that nothing fills, in the clause's own paragraphs."""
    for number, paragraph in enumerate(clause.paragraphs, start=1):
        items = set(ITEMS[paragraph.each]) if paragraph.each else set()
        for name in sorted(paragraph.names - known - items):
            yield Fault(clause.code, _unknown(name, number, paragraph))


def _unknown(name: str, number: int, paragraph: Paragraph) -> str:
    values = {"name": name, "number": number}
    if name.startswith(ARTICLE):
        return (
            _(
                "Paragraph %(number)s refers to {%(name)s}, but there is no such clause or group of alternatives."
            )
            % values
        )
    if any(name in those for those in ITEMS.values()):
        return _("Paragraph %(number)s names {%(name)s}, but is not repeated for those rows.") % values
    return (
        _("Paragraph %(number)s names {%(name)s}, and nothing fills that in: add a value of this name.")
        % values
    )


def faults_of_template(
    texts: Mapping[str, Any], clauses: Sequence[ClauseText], *, may_sell_nothing: bool = False
) -> list[Fault]:
    """Everything that keeps a template from being published; empty when it is ready.

    ``may_sell_nothing``: a supplement; its tables of products and instalments may stand under a condition.
    """
    return [
        *_around(texts, clauses),
        *_tables(clauses, may_sell_nothing=may_sell_nothing),
        *_alternatives(clauses),
        *_references(clauses),
        *(
            fault
            for one in clauses
            for fault in faults_of_clause(one, names_for(texts.get("values", {}), clauses))
        ),
        *_values(texts, clauses),
    ]


def _around(texts: Mapping[str, Any], clauses: Sequence[ClauseText]) -> Iterator[Fault]:
    if not str(texts.get("title", "")).strip():
        yield Fault("", _("It has no title: enter what the contract is called."))
    if not clauses:
        yield Fault("", _("It has no clauses yet."))
    known = names_for(texts.get("values", {}), clauses)
    around = names_in(str(texts.get("preamble", ""))) | names_in(str(texts.get("preamble_en", "")))
    for name in sorted(around - known):
        yield Fault("", _("The preamble names {%(name)s}, and nothing fills that in.") % {"name": name})


def _tables(clauses: Sequence[ClauseText], *, may_sell_nothing: bool) -> Iterator[Fault]:
    names = {"lines": _("products"), "payment_plan": _("instalments")}
    for table in NEEDED_TABLES:
        holders = [(one, part) for one in clauses for part in one.paragraphs if part.table == table]
        if len(holders) != 1:
            text = _("Exactly one paragraph holds the table of %(table)s; there are %(count)s.")
            yield Fault("", text % {"table": names[table], "count": len(holders)})
        elif holders[0][0].kind != LOCKED or (holders[0][1].when and not may_sell_nothing):
            text = _(
                "The table of %(table)s stands in a clause that may fall away: put it into a locked one."
            )
            yield Fault(holders[0][0].code, text % {"table": names[table]})


def _alternatives(clauses: Sequence[ClauseText]) -> Iterator[Fault]:
    groups = {one.group for one in clauses if one.kind == ALTERNATIVE}
    for group in sorted(groups):
        those = [one for one in clauses if one.kind == ALTERNATIVE and one.group == group]
        if len(those) < 2:
            yield Fault(
                those[0].code, _("It is the only alternative of its group: there is nothing to choose.")
            )
        elif sum(one.is_default for one in those) != 1:
            text = _("Of the alternatives “%(group)s” exactly one is taken unless another is chosen.")
            yield Fault(those[0].code, text % {"group": group})


def _references(clauses: Sequence[ClauseText]) -> Iterator[Fault]:
    """A clause that may be left out is referred to by nobody else: its number would be missing."""
    loose = {f"{ARTICLE}{one.code}" for one in clauses if one.kind not in (LOCKED, ALTERNATIVE)}
    for one in clauses:
        for name in sorted({name for part in one.paragraphs for name in part.names} & loose):
            if name != f"{ARTICLE}{one.code}":
                text = _("It refers to {%(name)s}, which a contract may leave out: lock that clause.")
                yield Fault(one.code, text % {"name": name})
    for code, count in Counter(one.code for one in clauses).items():
        if count > 1:
            yield Fault(code, _("Two clauses have the code “%(code)s”.") % {"code": code})


def _values(texts: Mapping[str, Any], clauses: Sequence[ClauseText]) -> Iterator[Fault]:
    """A value that clauses name has an answer, unless each contract brings its own."""
    asked = {name for one in clauses for part in one.paragraphs for name in part.names}
    about = texts.get("variables", {})
    for name, answer in texts.get("values", {}).items():
        if name in asked and name not in VALUES and not answer and not about.get(name, {}).get("open"):
            yield Fault(
                "", _("The value {%(name)s} is empty: enter it, or leave it to the drafter.") % {"name": name}
            )
