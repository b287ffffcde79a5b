"""Writes docs/decision-tables.md from the examples and texts that tests and engine use.

`python -m workflows.engine.decisions.page` writes it; a test says whether it is current."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from workflows.engine.texts.decisions import TEXTS

from .build import MAX_TESTS as MOST_OF_TABLE
from .build import TYPES
from .cells import MAX_LENGTH, MAX_TESTS
from .dmn import MAX_BYTES, MAX_COLUMNS, MAX_RULES, NAMESPACES
from .examples import EXAMPLES, Example

_HEAD: Final = """# Decision tables

This page is written from the tables and examples of the engine (`python -m workflows.engine.decisions.page`); do
not edit it.

A decision table says in rows what otherwise hides in gateways: if these conditions hold, these are the results.
It is a DMN file, used by a business rule task. It is checked when a process is published, and every mistake names
the table, the rule, the column and the character, in English and Chinese.

## For those who write the rules

Each row is a rule. The columns on the left are conditions, those on the right are results. A rule matches when
all its conditions hold. What happens then is the table's hit policy.
"""

_CELLS: Final = """
### Condition cells

| written | matches |
|---|---|
| `-`, or nothing | anything, also no value |
| `"gold"` | this text or choice |
| `"gold", "silver"` | one of these; up to {tests} |
| `5`, `-0.5` | this number |
| `< 5`, `<= 5`, `> 5`, `>= 5` | smaller, at most, larger, at least |
| `[1..10]` | from 1 to 10, both included |
| `(1..10)`, also `]1..10[` | between 1 and 10, neither included |
| `[1..10)`, `(1..10]` | one end included |
| `< 5, > 10` | one of these tests |
| `true`, `false` | yes, no |
| `date("2026-12-20")` | this day; also with `<`, `>` and in intervals |
| `date and time("2026-12-20T09:00:00+08:00")` | this moment; the time zone belongs to it |
| `null` | no value |
| `not("gold", "silver")` | any value but these; not "no value" |

Something without a value matches only `-` and `null`. Texts and choices have no order, so `<` is refused there. A
text is never equal to a number. Cells hold fixed values and no names: to compare two values, subtract them in the
column's expression (`amount - limit`, `days(due_on, today())`) and test the difference.

### Result cells

Results are written in the [expression language](expressions.md), mostly as plain values: `"manager"`, `0.08`,
`true`, `null` for no value, `amount * 0.05`, `["finance", "legal"]`. A text needs its quotation marks. An empty
result is refused.

### Checked before publishing

Refused: unknown names; values of another type than the column; misspelt choices; values outside the allowed ones;
intervals upside down; results that differ in type.

Warned about: two rules of a UNIQUE table that can match together, with an example; cases no rule covers, with an
example; rules that say the same; rules of a FIRST table that are never reached; cells nothing can match. Below the
smallest and above the largest value of a column, and beside its texts, cases without a rule are not reported: give
the column allowed values, such as `>= 0` or `"gold", "silver"`, and they are. Nothing is said of overlaps and gaps
where two columns read the same name, because then not every combination can come.

The values that were looked at and the rules that matched are kept in the history of the case.
"""

_DEVELOPERS: Final = """
## For those who write the files

One file holds one `decision` with one `decisionTable`, in the namespace of DMN {versions}. Input data, annotations
and drawings are left as they are; literal expressions, contexts, knowledge models, imports, decision services and
required decisions are refused with a way out.

```xml
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:flow="urn:xiaoliu:bpmn:flow:1"
             id="approval" name="approval" namespace="urn:example">
  <decision id="approver" name="审批人">
    <extensionElements><flow:label lang="en">Approver</flow:label></extensionElements>
    <decisionTable hitPolicy="UNIQUE">
      <input label="级别">
        <inputExpression typeRef="string"><text>level</text></inputExpression>
        <inputValues><text>"gold", "silver"</text></inputValues>
      </input>
      <input label="金额">
        <inputExpression><text>amount</text></inputExpression>
      </input>
      <output name="approver" label="审批人" typeRef="string">
        <outputValues><text>"manager", "director"</text></outputValues>
        <defaultOutputEntry><text>"director"</text></defaultOutputEntry>
      </output>
      <rule>
        <description>Small amounts</description>
        <inputEntry><text>-</text></inputEntry>
        <inputEntry><text>&lt;= 50000</text></inputEntry>
        <outputEntry><text>"manager"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
```

- **Input expressions** are [expressions](expressions.md) over the names of the process; `subject.` reads the
  business row.
- **Types** (`typeRef`): {types}; with or without `feel:`. Without one, a condition column has the type of its
  expression, and a result column the type its cells share. `date` is a day, `dateTime` a moment.
- **Allowed values** are cells: `inputValues` are checked against the cells when publishing and against the value
  when deciding (no value is let through), `outputValues` against the results. A text column of which all values are
  listed is a choice: later comparisons with a misspelt value are refused.
- **Result** of the table: UNIQUE and FIRST give a record of the result columns, COLLECT a list of such records, SUM,
  MIN and MAX the number or `null`, COUNT a whole number. The aggregations need exactly one result column.
- **Labels** in other languages: `flow:label` in the `extensionElements` of the decision, an input or an output.
- **Expression languages** other than FEEL (and Camunda's `juel`, whose `${{…}}` is understood in results) are
  refused.
- **Bounds**: {size:,} bytes, {rules} rules, {columns} condition and {columns} result columns, {tests} values and
  {length:,} characters a cell, {total:,} values a table. No document types, no entities, no packed files.

```python
table = read_decision(dmn, names, findings, name="approver")  # None: findings say why
decision = table.decide(context)  # DecisionError: no rule, several, a value that does not fit
decision.value, decision.rules  # {{"approver": "manager"}}, (1,)
```

A table is turned round when it is read: the values named in a column cut it into regions, and each region knows the
rules it matches as the bits of a number. Deciding is one look-up in a sorted list or a dictionary for each column,
however many rules there are.

## What can be wrong

| code | English | 中文 |
|---|---|---|
"""

_PLACEHOLDER = re.compile(r"\{(\w+)(?:\[\w+\])?\}")


def decision_tables() -> str:
    """The text of docs/decision-tables.md."""
    versions = sorted(set(NAMESPACES.values()))
    bounds = {
        "versions": f"{', '.join(versions[:-1])} or {versions[-1]}",
        "types": ", ".join(f"`{name}`" for name in TYPES),
        "size": MAX_BYTES,
        "rules": MAX_RULES,
        "columns": MAX_COLUMNS,
        "tests": MAX_TESTS,
        "length": MAX_LENGTH,
        "total": MOST_OF_TABLE,
    }
    examples = "\n".join(_example(example) for example in EXAMPLES)
    errors = "\n".join(
        f"| `{code}` | {_shown(texts[0])} | {_shown(texts[1])} |" for code, texts in TEXTS.items()
    )
    closing = "\n\nInside a cell, what can be wrong with an [expression](expressions.md) can be wrong here as well.\n"
    return f"{_HEAD}\n{examples}{_CELLS.format(**bounds)}{_DEVELOPERS.format(**bounds)}{errors}{closing}"


def _example(example: Example) -> str:
    heads = [*example.inputs, *(f"**{name}**" for name in example.outputs)]
    rows = [["", *heads], ["---"] * (len(heads) + 1)]
    rows += [[str(number), *(f"`{cell}`" for cell in rule)] for number, rule in enumerate(example.rules, 1)]
    if example.default:
        rows.append(["default", *[""] * len(example.inputs), *(f"`{cell}`" for cell in example.default)])
    table = "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows)
    cases = "\n".join(f"- {_values(values)}: {_result(result)}" for values, result in example.cases)
    return f"### {example.title}\n\n{example.about}\n\n{table}\n\n{cases}\n"


def _values(values: Any) -> str:
    return ", ".join(f"`{name}` {_json(value)}" for name, value in values.items())


def _result(result: Any) -> str:
    if isinstance(result, str) and result in TEXTS:
        return f"an error, `{result}`"
    return _json(result)


def _json(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _shown(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: "…" if found.group(1) == "reason" else f"‹{found.group(1)}›", text)
