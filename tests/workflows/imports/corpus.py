"""Files in the manner of other tools, and files broken by hand, with what importing each must say.

The files are ours, written as the tools write theirs. `expected.json` holds for each: why it is refused ("" where
it is taken), its processes, and code and element of what was translated and of each problem. What is too large or
no text is made here.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EXPECTED = HERE / "expected.json"
PLAIN = (HERE / "files" / "bpmnio-drawn.bpmn").read_text(encoding="utf-8")
STEP = '<bpmn:userTask id="Activity_a" name="看"/>'


def _instead_of_the_step(text: str) -> bytes:
    assert STEP in PLAIN
    return PLAIN.replace(STEP, text).encode()


def _zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.bpmn", PLAIN)
    return packed.getvalue()


def _row(count: int) -> bytes:
    """Many steps one after the other."""
    steps = "".join(f'<bpmn:task id="t{number}" name="步骤 {number}"/>' for number in range(count))
    names = ["s", *(f"t{number}" for number in range(count)), "e"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{a}" targetRef="{b}"/>'
        for number, (a, b) in enumerate(itertools.pairwise(names))
    )
    head = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'
    body = f'<bpmn:startEvent id="s"/>{steps}<bpmn:endEvent id="e"/>{flows}'
    return (
        f'{head}<bpmn:process id="row" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'.encode()
    )


MADE: Mapping[str, Callable[[], bytes]] = {
    "made-empty": lambda: b"",
    "made-six-megabytes": lambda: PLAIN.encode() + b" " * (6 * 2**20),
    "made-three-megabytes": lambda: PLAIN.encode() + b" " * (3 * 2**20),
    "made-too-many-elements": lambda: _instead_of_the_step(STEP + "<bpmn:task/>" * 61_000),
    "made-too-deep": lambda: _instead_of_the_step("<bpmn:subProcess>" * 150 + "</bpmn:subProcess>" * 150),
    "made-too-many-attributes": lambda: _instead_of_the_step(
        STEP.replace("/>", "".join(f' a{number}="x"' for number in range(300)) + "/>")
    ),
    "made-gzip": lambda: gzip.compress(PLAIN.encode()),
    "made-zip": _zipped,
    "made-picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "made-label-of-10000": lambda: _instead_of_the_step(
        STEP.replace("看", "很长的名称<".replace("<", "&lt;") * 2000)
    ),
    "made-row-of-100": lambda: _row(100),
}


def files() -> dict[str, bytes]:
    """All of them by name."""
    written = {path.stem: path.read_bytes() for path in sorted((HERE / "files").glob("*.bpmn"))}
    return written | {name: make() for name, make in MADE.items()}


def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return found
