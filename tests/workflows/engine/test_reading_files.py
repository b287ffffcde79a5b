"""Files that strangers send: each bad one ends in a problem with a cause, quickly, and nothing else."""

import gzip
import time

import pytest

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from workflows.engine import (
    DefinitionError,
    Vocabulary,
    check_definition,
    compile_definition,
    ensure_layout,
    import_diagram,
    list_processes,
)

GOOD = Drawing().start().user("work").end().chain("start", "work", "end").bytes()
TEXT = GOOD.decode()
BODY = TEXT.split("?>", 1)[1]


def with_doctype(subset, content="&x;"):
    return f'<?xml version="1.0"?><!DOCTYPE d [{subset}]>{BODY.replace("<bpmn:userTask", content + "<bpmn:userTask", 1)}'


BOMB = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))

BAD_FILES = {
    "xxe": (with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'), "xml_has_doctype"),
    "xxe over the network": (with_doctype('<!ENTITY x SYSTEM "http://127.0.0.1:1/x">'), "xml_has_doctype"),
    "parameter entity": (
        with_doctype('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', ""),
        "xml_has_doctype",
    ),
    "external dtd": (f'<!DOCTYPE d SYSTEM "http://127.0.0.1:1/x.dtd">{BODY}', "xml_has_doctype"),
    "billion laughs": (with_doctype('<!ENTITY x0 "lol">' + BOMB, "&x9;"), "xml_has_doctype"),
    "quadratic blow-up": (with_doctype(f'<!ENTITY x "{"a" * 100_000}">', "&x;" * 5_000), "xml_has_doctype"),
    "undeclared entity": (BODY.replace('id="work"', 'id="work" name="&x;"'), "not_xml"),
    "deep nesting": (f"<a>{'<b>' * 100_000}{'</b>' * 100_000}</a>", "xml_too_deep"),
    "nesting within the parser's limit": (f"<a>{'<b>' * 200}{'</b>' * 200}</a>", "xml_too_deep"),
    "12 MB": (TEXT + " " * 12_000_000, "xml_too_large"),
    "12 MB in one attribute": (
        TEXT.replace('id="work"', f'id="work" name="{"x" * 12_000_000}"'),
        "xml_too_large",
    ),
    "very many elements": (f"<a>{'<b/>' * 100_000}</a>", "xml_too_many_elements"),
    "very many attributes": (
        "<a " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>",
        "xml_too_many_attributes",
    ),
    "gzip": (gzip.compress(GOOD), "xml_is_packed"),
    "zip": (b"PK\x03\x04" + b"\x00" * 100, "xml_is_packed"),
    "utf-16": (TEXT.encode("utf-16"), "not_utf8"),
    "utf-16 without a mark": (TEXT.encode("utf-16-le"), "not_utf8"),
    "gb18030": (TEXT.replace('id="work"', 'id="work" name="审核"').encode("gb18030"), "not_utf8"),
    "declares another encoding": (TEXT.replace("UTF-8", "UTF-7"), "not_utf8"),
    "declares ebcdic": (TEXT.replace("UTF-8", "cp037"), "not_utf8"),
    "nul": (GOOD + b"\x00", "xml_not_text"),
    "binary": (bytes(range(256)) * 10, "not_utf8"),
    "empty": (b"", "xml_empty"),
    "blank": (b"  \n ", "xml_empty"),
    "plain text": (b"hello", "not_xml"),
    "cut off": (GOOD[: len(GOOD) // 2], "not_xml"),
    "two roots": (TEXT + "<a/>", "not_xml"),
    "html": (b"<html><body/></html>", "not_bpmn"),
    "bpmn 1": (b'<definitions xmlns="urn:other"/>', "not_bpmn"),
    "a bare process": (
        BODY[BODY.index("<bpmn:process") :].replace("</bpmn:definitions>", "").encode(),
        "not_xml",
    ),
    "no process": (TEXT[: TEXT.index("<bpmn:process")] + "</bpmn:definitions>", "no_process"),
    "not executable": (TEXT.replace('isExecutable="true"', 'isExecutable="false"'), "process_not_executable"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_refuses(name):
    data, code = BAD_FILES[name]
    data = data.encode() if isinstance(data, str) else data
    began = time.perf_counter()
    problems = check_definition(data, VOCABULARY)
    assert [problem.code for problem in problems] == [code]
    with pytest.raises(DefinitionError):
        compile_definition(data, VOCABULARY)
    report = import_diagram(data, VOCABULARY)
    assert not report.is_runnable
    assert time.perf_counter() - began < 5
    for problem in problems:
        for lang in ("zh-hans", "en"):
            assert problem.message(lang) not in ("", code)
            assert problem.hint(lang)


def test_accepts_the_same_diagram_made_harmless():
    assert compile_definition(GOOD, VOCABULARY).key == "process"


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="utf-8"?>',
        "\ufeff",
        "<!-- drawn by hand -->",
    ],
)
def test_reads_every_honest_beginning(head):
    assert compile_definition((head + BODY.lstrip()).encode(), VOCABULARY).key == "process"


def test_lines_are_those_of_the_file():
    broken = TEXT.replace('<bpmn:userTask id="work"></bpmn:userTask>', '<bpmn:complexGateway id="work"/>')
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "complexGateway" in text)
    problem = check_definition(broken.encode(), VOCABULARY)[0]
    assert (problem.code, problem.element, problem.line) == ("unsupported_element", "work", line)


def test_several_processes_need_a_choice():
    second = Drawing("second").start("s2").user("w2").end("e2").chain("s2", "w2", "e2").process()
    data = TEXT.replace("</bpmn:definitions>", second + "</bpmn:definitions>").encode()
    assert list_processes(data) == [("process", ""), ("second", "")]
    assert [p.code for p in check_definition(data, VOCABULARY)] == ["several_processes"]
    assert compile_definition(data, VOCABULARY, process_id="second").key == "second"
    assert [p.code for p in check_definition(data, VOCABULARY, process_id="third")] == ["process_not_found"]


@pytest.mark.parametrize("count", [1_000, 2_900])
def test_a_very_long_row_of_tasks_compiles(count):
    names = [f"t{number}" for number in range(count)]
    data = Drawing().start().user(*names).end().chain("start", *names, "end").bytes()
    began = time.perf_counter()
    definition = compile_definition(data, Vocabulary())
    assert definition.steps == ("start", *names, "end")
    assert time.perf_counter() - began < 5


def test_a_very_long_row_is_drawn():
    names = [f"t{number}" for number in range(500)]
    data = Drawing().start().user(*names).end().chain("start", *names, "end").bytes()
    assert b"BPMNShape" in ensure_layout(data)


def test_too_many_elements_are_refused_clearly():
    names = [f"t{number}" for number in range(5_000)]
    data = Drawing().start().user(*names).end().chain("start", *names, "end").bytes()
    began = time.perf_counter()
    assert [problem.code for problem in check_definition(data, Vocabulary())] == ["too_many_steps"]
    assert time.perf_counter() - began < 5


def wide(branches, steps, *, joined="parallelGateway"):
    form = '<flow:form><flow:field id="note"/></flow:form>'
    drawing = Drawing().start().parallel("p").element(joined, "j").end().flow("start", "p").flow("j", "end")
    for branch in range(branches):
        names = [f"b{branch}_{step}" for step in range(steps)]
        drawing.user(*names, extensions=form if branch < 2 else "").chain("p", *names, "j")
    return drawing.bytes()


@pytest.mark.parametrize(("branches", "steps"), [(1_400, 2), (50, 50), (2, 1_000)])
@pytest.mark.parametrize(
    ("joined", "code"), [("parallelGateway", "parallel_write"), ("exclusiveGateway", "second_token")]
)
def test_wide_and_long_sections_are_judged_in_time(branches, steps, joined, code):
    data = wide(branches, steps, joined=joined)
    began = time.perf_counter()
    found = [problem.code for problem in check_definition(data, Vocabulary()) if problem.severity == "error"]
    assert set(found) == {code}
    assert time.perf_counter() - began < 5


def test_a_wide_section_is_drawn_in_time():
    data = wide(400, 2)
    began = time.perf_counter()
    assert b"BPMNEdge" in ensure_layout(data)
    assert time.perf_counter() - began < 5


def test_thousands_of_mistakes_are_reported_in_time():
    data = "".join(f'<bpmn:sequenceFlow id="f{n}" sourceRef="x{n}" targetRef="y{n}"/>' for n in range(10_000))
    began = time.perf_counter()
    problems = check_definition(Drawing().start().user("w").end().add(data).bytes(), Vocabulary())
    assert len([problem for problem in problems if problem.severity == "error"]) == 100
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("data", [None, 5, ["x"]])
def test_what_is_no_file_is_a_problem_too(data):
    assert [problem.code for problem in check_definition(data, VOCABULARY)] == ["xml_not_text"]
