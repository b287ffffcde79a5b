"""A hundred files drawn by other tools or broken by hand: each report is the expected one, and true."""

import html
import json
import os
import re
from typing import Any

import pytest
from django.db import transaction
from lxml import etree

from core.errors import ApplicationError
from tests.workflows.imports.corpus import EXPECTED, expected, files
from workflows import services
from workflows.engine.foreign import ACTIVITI, FLOWABLE, ZEEBE
from workflows.engine.support import BPMN, CAMUNDA
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services import DiagramRefusedError, ImportReport
from workflows.services.definitions import lint

pytestmark = pytest.mark.django_db

FILES = files()
MANNERS = sorted({name.partition("-")[0] for name in FILES})
FOREIGN = (CAMUNDA, ZEEBE, FLOWABLE, ACTIVITI)
# What a report quotes of the file, by the name of the parameter.
QUOTED = ("name", "names", "language", "type", "constraint", "shape", "namespace")


def test_there_are_enough_of_each_manner():
    assert len(FILES) >= 100
    assert {"camunda7", "camunda8", "flowable", "activiti", "signavio", "bpmnio", "bonita", "broken"} <= set(
        MANNERS
    )
    assert set(expected()) == set(FILES)
    assert len(set(FILES.values())) == len(FILES), "each is a file of its own"


@pytest.mark.parametrize("manner", MANNERS)
def test_each_report_is_the_expected_one_and_true(cast, manner):
    said, wrong = {}, []
    for name, content in FILES.items():
        if name.partition("-")[0] != manner:
            continue
        with transaction.atomic():
            said[name], false = imported(content, cast.admin)
            wrong += [f"{name}: {each}" for each in false]
            transaction.set_rollback(True)
    if os.environ.get("WRITE_EXPECTED"):
        known = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
        EXPECTED.write_text(json.dumps(known | said, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    assert wrong == []
    assert said == {name: expected()[name] for name in said}


def imported(content: bytes, actor: Any) -> tuple[dict[str, Any], list[str]]:
    """What importing said, and what of it is not true."""
    try:
        with transaction.atomic():
            report = services.import_bpmn(bpmn=content, actor=actor)
    except ApplicationError as refusal:
        left = ProcessDraft.objects.exists() or ProcessDefinition.objects.exists()
        code = refusal.problems[0].code if isinstance(refusal, DiagramRefusedError) else refusal.code
        return {"refused": code}, ["a refused file has left something"] if left else []
    return {
        "refused": "",
        "processes": [[one.definition.key, one.definition.name_zh] for one in report.processes],
        "translated": [[one.code, one.element] for one in report.translated],
        "problems": [
            [one.severity, one.code, one.element] for row in report.processes for one in row.problems
        ],
        "ignored": [[one.code, one.element] for one in report.ignored],
    }, list(untruths(content.decode("utf-8-sig"), report))


def untruths(source: str, report: ImportReport):
    """Everything the report says is looked up in the file, and the stored draft beside it."""
    before = etree.fromstring(source.encode() if "<?xml" in source else source)
    text = html.unescape(source)
    for row in report.processes:
        after = etree.fromstring(row.draft.bpmn.encode())
        is_kept = all(one.code != "translated" for one in report.translated)
        yield from contradictions(before, after, is_kept=is_kept)
        again = lint(row.draft.bpmn, row.definition, row.draft.decisions)
        if [str(one) for one in again] != [str(one) for one in row.problems]:
            yield "the draft has other problems than the report says"
        for one in row.problems:
            if one.element is not None and not after.xpath("//*[@id=$id]", id=one.element):
                yield f"{one.code} names {one.element}, which is not in the draft"
            yield from unquoted(one, text)
    for one in report.ignored:
        if not before.xpath("//*[@id=$id]", id=one.element):
            yield f"{one.code} names {one.element}, which is not in the file"
        yield from unquoted(one, text)
    for one in report.translated:
        if one.code != "translated":
            continue
        word = one.params["before"].split(" ")[0].partition(":")[2]
        if word not in text:
            yield f"{one.params['before']} is not in the file"
        if not before.xpath("//*[@id=$id]", id=one.element):
            yield f"{one.element} is not in the file"
    counted = {
        tag: len(list(before.iterfind(f".//{{{BPMN}}}process//{{{BPMN}}}{tag}"))) for tag in report.understood
    }
    if counted != dict(report.understood):
        yield f"understood {report.understood}, but there are {counted}"


def contradictions(before: Any, after: Any, *, is_kept: bool):
    """Nothing of the file is gone, and no word of another tool is left where it was said to be ours."""
    for one in before.iter(f"{{{BPMN}}}*"):
        name = one.get("id")
        if name is None:
            continue
        same = [each for each in after.xpath("//*[@id=$id]", id=name) if each.tag == one.tag]
        if not same:
            yield f"{name} is gone from the draft"
        elif one.get("name") not in [each.get("name") for each in same]:
            yield f"{name} is called otherwise in the draft"
    if not is_kept:
        left = [
            one.tag
            for one in after.iter("{*}*")
            # A message keeps the key that its catching events have been given.
            if one.tag != f"{{{ZEEBE}}}subscription"
            and one.tag.startswith(tuple(f"{{{each}}}" for each in FOREIGN))
        ]
        left += [
            str(name)
            for one in after.iter("{*}*")
            for name in one.attrib
            if str(name).startswith(tuple(f"{{{each}}}" for each in FOREIGN))
        ]
        if left:
            yield f"said to be translated, but there still: {left}"


def unquoted(problem: Any, text: str):
    for key in QUOTED:
        value = problem.params.get(key)
        for piece in re.findall(r"[\w./:-]{3,}", str(value)) if isinstance(value, str) else ():
            if piece.rpartition(":")[2] not in text:
                yield f"{problem.code} quotes {piece}, which is not in the file"
