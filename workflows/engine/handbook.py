"""Writes docs/bpmn-support.md and docs/expressions.md from the tables the engine itself uses.

`python -m workflows.engine.handbook` writes them; a test says whether they are current."""

from __future__ import annotations

from pathlib import Path

from .decisions import decision_tables
from .expressions.functions import FUNCTIONS, Function
from .extensions import KNOWN_OUTCOMES
from .support import ELEMENTS, EVENTS, MARKERS, PLACES, REFUSED, TRIGGERS, Accepted, Refused

_SUPPORT_HEAD = """# What a diagram may contain

This page is written from the tables of the engine (`python -m workflows.engine.handbook`); do not edit it.

What is accepted runs exactly as drawn. Everything else is refused with the element, its line, the reason and
a way out, in the editor and again on publishing. Nothing is silently skipped.

*Runs* means: as BPMN 2.0 says. *With our mend*: the library under us would be wrong there, and this is what we
do instead. Each row has a diagram that proves it, alone and with the others, in `tests/conformance/`.

## Elements

| BPMN element | 中文 | runs | how | our mend |
|---|---|---|---|---|
"""

_SUPPORT_MARKERS = """
## Markers

| marker | 中文 | runs | how | our mend |
|---|---|---|---|---|
"""

_SUPPORT_EVENTS = """
## Events

| event | 中文 | runs | where | how | our mend |
|---|---|---|---|---|---|
"""

_SUPPORT_DRAWN = """
Sequence flows, lanes (also nested) and a single pool are read; text annotations, associations and groups are
kept for people and change nothing. Sequence flows out of an exclusive gateway are tried in the order in which
they stand in the file, then the default flow is taken. If no condition holds and there is no default, the step
is held and an operator sees why.

A drawing must be sound: every element reachable, an end reachable from everywhere, no join that can wait for
ever, no part that can be started again while it is still open, no loop that never waits, no name set in two
branches that run at the same time. That is found by playing the drawing through with tokens; one that is too
tangled to be decided is refused, and says so.

A timer, message, signal or conditional event waits until the application fires it (a condition: until the
variables change). An installation that cannot fire one of them refuses it.

## Refused

| element | 中文 | why | what to draw instead |
|---|---|---|---|
"""

_SUPPORT_WORDS = """
## Our own words

They live in `bpmn:extensionElements`, in the namespace `urn:xiaoliu:bpmn:flow:1` (prefix `flow`).

| where | word | says |
|---|---|---|
| process | `<flow:subject type="contracts.contract"/>` | the business entity the case is about; `subject.…` reads its fields |
| process | `<flow:variable name="rate" type="decimal" required="true" default="0.06"/>` | a variable; part of the data a case may be started with. `choice` has `<flow:choice value="…"/>`, a `record` has `<flow:field name="…" type="…"/>`, a `list` has `item="text"` |
| anything with a name | `<flow:label lang="en">Manager review</flow:label>` | its name in another language |
| lane | `<flow:assign role="finance"/>` | the role, where the lane's name is not one |
| user task | `<flow:assign role="finance"/>`, `<flow:assign person="subject.owner"/>` or `<flow:assign roleFrom="member.role"/>` | who does it: everybody with a role, the person whose user name an expression gives, or everybody with the role whose code or name an expression gives (a text or a choice). Without it the role of the lane, which also takes what an expression gives nobody for |
| user task | `<flow:outcome code="reject" style="danger" comment="required"><flow:label lang="en">Reject</flow:label></flow:outcome>` | a way to finish it: a button. `style` is primary, danger or quiet |
| user task, start event | `<flow:form><flow:field id="amount" type="decimal" required="true" min="0.01"><flow:label>金额</flow:label></flow:field></flow:form>` | a form. Types: text (with `minLength`, `maxLength`, `multiline`), integer, decimal, boolean, date, datetime, choice; `min` and `max` for numbers and dates; `default`, `readonly`. `shownIf="amount > 1000"` asks for a field only while that holds: it may read the other fields of the form and, but for a start form, all the data of the case. What is sent for a field that is not shown is not taken |
| user task | `<flow:workForm name="contracts.record_signature"/>` | a form written in Python |
| user task | `<flow:due in="P1DT4H" remind="100" copy="150" handover="200"/>` | working time until it is due: weeks, days, hours, minutes. At which percentage of it people are reminded, their manager is told, and the manager may give the step to somebody else: 1 to 1000 or `none`; 100, 150 and 200 if not given |
| user task | `<flow:due on="subject.end_on" in="P2D"/>` | due on the day, or at the moment, that an expression gives. 100 percent is that day, what exceeds it is of `in` (P2D if not given) and counted from there; less than 100 is refused. Where the expression gives nothing, `in` counts from when the step begins |
| user task | `<flow:priority value="70"/>` | 0 to 100, 50 if not given |
| user task | `<flow:distinct from="draft first_review"/>` | not by a person who did one of these steps; a multi-instance may name itself, so that each of its elements is done by somebody else |
| service task | `<flow:operation name="contracts.activate_contract" result="activation"><flow:param name="on" value="today()"/></flow:operation>` | an operation of the registry; `result` names the variable its answer goes to |
| script task | `<bpmn:script>` with lines `name = expression` | sets variables; all lines or none |
| business rule task | `<flow:decision ref="discount" result="terms"/>` | asks a decision table; `terms` is a record of its outputs |
| call activity | `<flow:in name="amount" value="total"/>`, `<flow:out name="score" value="result.score"/>` | what the process named by `calledElement` is given, and what of its data comes back |
| subprocess, transaction, data object | `<flow:variable name="note" type="text"/>` | a variable of its own; all other names are those around it |
| multi-instance marker | `<flow:each in="lines" as="line" value="check.outcome" into="outcomes"/>` | once for each item of a list; `value` of each element is gathered. What is written inside stays inside. `loopCounter` counts from 0; the completion condition may read `nrOfInstances`, `nrOfCompletedInstances`, `nrOfActiveInstances` |
| message event, receive and send task | `<flow:correlate value="order_number"/>` | the value by which sender and receiver find each other |
| timer event | `<flow:timer time="working" missed="each"/>` | a duration or cycle that counts working time; rounds nobody was there for come each (`once` if not given: together as one) |
| message and signal throw | `<flow:param name="amount" value="total"/>` | what is sent along; nothing else is |
| message and signal catch | `<flow:form>` with fields | what comes along, typed; it becomes variables |

A finished user task leaves a record under its id: `manager_review.outcome`, `manager_review.comment`,
`manager_review.by`. The fields of its form become variables of their own. `starter` is who started the case.

Buttons whose code is one of these need no label: """

_SUPPORT_CAMUNDA = """

## Other tools' words

Files of Camunda 7, Camunda 8 (Zeebe), Flowable and Activiti are taken in: what they say in their own words is
translated into ours, and the report of the import names each translation, what is left out and what is refused.

| what they say | becomes |
|---|---|
| assignee, candidateGroups (one, or an expression that gives one), candidateUsers (one); Zeebe's assignmentDefinition | `flow:assign` |
| formData, formProperty with constraints | `flow:form` |
| dueDate (a duration), priority | `flow:due`, `flow:priority` |
| topic or taskDefinition type, with input and output mappings and result variable | `flow:operation` |
| decisionRef, calledDecision with its result variable | `flow:decision` |
| collection and elementVariable; Zeebe's loopCharacteristics | `flow:each` |
| in and out of a call activity; Zeebe's ioMapping | `flow:in`, `flow:out` |
| Zeebe's correlation key | `flow:correlate` |
| conditions and values as `${…}`, `#{…}` or `=…` | expressions of ours |

Listeners, delegates, connectors, mail and shell tasks and scripts of other languages would run code and are
refused; what only concerns another engine's own scheduling is left out with a note; anything else is named in a
warning. A file without a drawing, or with half of one, is laid out.
"""

_EXPRESSIONS_HEAD = """# Expressions

This page is written from the tables of the engine (`python -m workflows.engine.handbook`); do not edit it.

Conditions, script lines, parameters of operations and assignments are written in one small language. It is
checked when a diagram is published: an unknown name, a comparison of text with a number, a misspelt choice or a
missing field is an error there and not a surprise later. No text of a diagram is ever run as Python.

```
manager_review.outcome == "approve" and subject.amount > 50000
"high" if subject.amount >= 100000 else "low"
level in ["low", "middle"] or not empty(note)
subject.due_on < today() - 30
```

## Values

| type | written | remarks |
|---|---|---|
| text | `"approve"`, `'同意'` | escapes: `\\\\\\\\ \\\\" \\\\' \\\\n \\\\t` |
| whole and decimal numbers | `5`, `0.06` | exact decimals, never floating point; below 10^18 |
| yes or no | `true`, `false` | |
| date, moment | `"2026-12-20"` beside a date, `"2026-12-20T09:00:00+08:00"` beside a moment | `date("2026-12-20")` elsewhere. A moment without a zone is meant in China, a date beside a moment is its first instant; the day of a moment is the day in China |
| choice | `"low"` | compared with a text; a value that is not one of the choices is an error |
| list | `["a", "b"]` | up to 1,000 items |
| record | `review.outcome` | fields by name; a field of a record without a value has no value |
| no value | `null` | |

`subject.…` reads fields of the business row, fresh in every step. `starter` is who started the case.

## Operators, loosest first

| operator | meaning |
|---|---|
| `a if condition else b` | one of two values |
| `or` | also `\\|\\|` |
| `and` | also `&&` |
| `not` | also `!` |
| `== != < <= > >=` | order exists for numbers, dates and moments; comparisons cannot be chained |
| `in`, `not in` | in a list, or a text within a text |
| `+ -` | numbers; `+` joins texts and lists; a date plus or minus days; a date minus a date gives days |
| `* / // %` | numbers; `//` rounds down |

Something without a value equals only `null`, counts as no in a condition, and stops a calculation, an order
comparison or a search within a text with an error: use `coalesce(x, 0)`. Nothing is in a list without a value.
Numbers keep up to 18 decimals, the last one rounded half up. Yes is not 1: values of different types are never equal.

Between `${` and `}`, as other tools write, `eq ne lt le gt ge div mod empty` are understood as well.

## Functions

| function | gives | says | 说明 |
|---|---|---|---|
"""

_EXPRESSIONS_SCRIPTS = """
## Scripts

A script task has lines of `name = expression` or `record.field = expression`; `#` begins a comment line. Later
lines see what earlier ones have set. If a line fails, none of them has happened. A name that is declared nowhere
else gets the type of what is assigned to it.

```
# with tax
tax = round(amount * 0.06, 2)
total = amount + tax
note.text = "Total " + text(total)
```

## Bounds

An expression has at most 2,000 characters, 200 parts and a nesting of 30; a script at most 100 lines and
5,000 words and signs; a text at most 20,000 characters, a list at most 1,000 items, and a value with all that is
inside it at most 20,000 parts and a million characters. Evaluating looks at no more than 50,000 list items (a hundred characters of a long text
count as one; all lines of a script together): the same data always gives the same answer, on a slow machine too.
Names are letters (also Chinese), digits and underscores, at most 100, and do not begin with an underscore.
Full-width characters are refused with a note, and so is what cannot be seen. There are no methods, no indexes, no
loops, no powers, and no multiplication of texts or lists.
"""


def bpmn_support() -> str:
    """The text of docs/bpmn-support.md."""
    lines = [_SUPPORT_HEAD.rstrip("\n")]
    lines += [_accepted_row(tag, accepted) for tag, accepted in ELEMENTS.items()]
    lines.append(_SUPPORT_MARKERS.rstrip("\n"))
    lines += [_accepted_row(tag, accepted) for tag, accepted in MARKERS.items()]
    lines.append(_SUPPORT_EVENTS.rstrip("\n"))
    lines += [_accepted_row(tag, accepted, _places(accepted.kind)) for tag, accepted in EVENTS.items()]
    lines.append(_SUPPORT_DRAWN.rstrip("\n"))
    lines += [_refused_row(tag, refused) for tag, refused in REFUSED.items()]
    known = ", ".join(f"`{code}` {labels['zh-hans']}" for code, labels in KNOWN_OUTCOMES.items())
    return "\n".join(lines) + "\n" + _SUPPORT_WORDS + known + "." + _SUPPORT_CAMUNDA


def _accepted_row(tag: str, accepted: Accepted, where: str | None = None) -> str:
    runs = "with our mend" if accepted.mend_en else "yes"
    cells = [f"{accepted.en} `{tag}`", accepted.zh, runs, *([where] if where is not None else [])]
    cells += [f"{accepted.about_en} {accepted.about_zh}", f"{accepted.mend_en} {accepted.mend_zh}".strip()]
    return "| " + " | ".join(cells) + " |"


def _places(kind: str) -> str:
    """Where an event may stand, in the words of the table of elements."""
    places = [ELEMENTS[tag].en for tag, kinds in PLACES.items() if kind in kinds]
    if kind in TRIGGERS:
        places.append("start of an event subprocess")
    return ", ".join(places)


def _refused_row(tag: str, refused: Refused) -> str:
    return f"| {refused.en} `{tag}` | {refused.zh} | {refused.why_en} {refused.why_zh} | {refused.way_en} {refused.way_zh} |"


def expressions() -> str:
    """The text of docs/expressions.md."""
    rows = [_function_row(name, function) for name, function in FUNCTIONS.items()]
    return _EXPRESSIONS_HEAD.replace("\\\\", "\\") + "\n".join(rows) + "\n" + _EXPRESSIONS_SCRIPTS


def _function_row(name: str, function: Function) -> str:
    words = [f"[{word}]" if index >= function.optional else word for index, word in enumerate(function.takes)]
    more = ", …" if function.many else ""
    zh, en = function.about
    return f"| `{name}({', '.join(words)}{more})` | {function.result} | {en} | {zh} |"


PAGES = {
    "bpmn-support.md": bpmn_support,
    "expressions.md": expressions,
    "decision-tables.md": decision_tables,
}


def main() -> None:
    folder = Path(__file__).resolve().parents[2] / "docs"
    for name, text in PAGES.items():
        (folder / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
