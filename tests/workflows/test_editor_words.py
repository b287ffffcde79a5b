"""What the editor's builders of conditions and times read, they write again with the same meaning."""

import json
import random
import subprocess
from pathlib import Path

from workflows.engine.differences.meaning import meaning
from workflows.engine.expressions import Names, compile_expression
from workflows.engine.vocabulary import Type
from workflows.services.shipped import shipped_processes

EDITOR = Path(__file__).resolve().parents[2] / "frontend/src/editor"
TYPES = {
    "a": "text",
    "n": "decimal",
    "whole": "integer",
    "yes": "boolean",
    "day": "date",
    "r.outcome": "choice",
}
BOTH = """
import { parseCondition, writeCondition } from '%(editor)s/conditions.js';
import { parseCycle, parseDuration, writeCycle, writeDuration } from '%(editor)s/durations.js';
const { conditions, types, durations, cycles } = %(asked)s;
const rewritten = (text, read, write) => { const found = read(text); return found && write(found); };
console.log(JSON.stringify({
  conditions: conditions.map((text) => rewritten(text, parseCondition, (found) => writeCondition(found, (path) => types[path]))),
  durations: durations.map((text) => rewritten(text, parseDuration, writeDuration)),
  cycles: cycles.map((text) => rewritten(text, parseCycle, writeCycle)),
}));
"""


def written(conditions=(), types=None, durations=(), cycles=()) -> dict[str, list[str | None]]:
    """What the editor makes of each text; None for what it leaves as it is."""
    asked = {"conditions": list(conditions), "types": types or {}, "durations": durations, "cycles": cycles}
    script = BOTH % {"editor": EDITOR.as_uri(), "asked": json.dumps(asked)}
    done = subprocess.run(
        ["node", "--input-type=module", "--no-warnings"],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def a_condition(chance: random.Random) -> str:
    def row() -> str:
        name = chance.choice(list(TYPES))
        kind = TYPES[name]
        if kind == "boolean":
            return chance.choice([name, f"not {name}", f"{name} == true", f"{name} != false"])
        operators = ["==", "!="] if kind in ("text", "choice") else ["==", "!=", "<", "<=", ">", ">="]
        value = {
            "text": chance.choice(
                ['"x"', '"a \\"b\\" and c"', "'同意 or 驳回'", "null", '"a\\\\b\\nc"', '"5"']
            ),
            "decimal": chance.choice(["5", "-0.06", "100000"]),
            "integer": chance.choice(["5", "0"]),
            "date": '"2026-12-20"',
            "choice": '"approve"',
        }[kind]
        return f"{name} {chance.choice(operators)} {value}"

    join = chance.choice([" and ", " or "])
    return join.join(row() for _ in range(chance.randint(1, 4)))


def test_conditions_as_rows_keep_their_meaning():
    chance = random.Random(7)
    asked = [a_condition(chance) for _ in range(300)]
    names = Names(
        {
            **{name: Type(kind) for name, kind in TYPES.items() if "." not in name},
            "r": Type("record", fields={"outcome": Type("choice", choices=("approve", "no"))}),
        },
        {},
    )
    for text, again in zip(asked, written(asked, TYPES)["conditions"], strict=True):
        assert again is not None, text
        assert compile_expression(again, names).type.kind == "boolean"
        assert meaning(again) == meaning(text), (text, again)


def test_what_rows_cannot_say_stays_an_expression():
    asked = [
        "a == 1 and b or c",
        "(a or b) and c",
        "len(a) > 3",
        "a in [1, 2]",
        "a + 1 > 2",
        "1 < a",
        "a == b",
        "a ==",
        '"x',
    ]
    assert written(asked)["conditions"] == [None] * len(asked)


def test_conditions_of_shipped_diagrams_are_kept_without_knowing_any_type():
    found = []
    for shipped in shipped_processes():
        for piece in shipped.bpmn.split("<bpmn:conditionExpression")[1:]:
            found.append(
                piece.split(">", 1)[1]
                .split("<", 1)[0]
                .replace("&gt;", ">")
                .replace("&lt;", "<")
                .replace("&quot;", '"')
            )
    assert len(found) > 30
    again = written(found)["conditions"]
    read = [(text, one) for text, one in zip(found, again, strict=True) if one is not None]
    assert len(read) > len(found) * 0.8
    for text, one in read:
        assert meaning(one) == meaning(text)


def test_times_in_words_keep_what_they_are():
    durations = ["P7D", "PT4H", "PT30M", "P2W", "P1DT4H", "sla.resolve_in", "", "P"]
    cycles = ["R/P1D", "R5/PT1H", "R0/P1W", "R/P1DT1H", "P1D"]
    found = written(durations=durations, cycles=cycles)
    assert found["durations"] == ["P7D", "PT4H", "PT30M", "P2W", None, None, None, None]
    assert found["cycles"] == ["R/P1D", "R5/PT1H", "R0/P1W", None, None]
