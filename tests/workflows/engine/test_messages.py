"""Every finding has its sentence in both languages, and no sentence is left over."""

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import workflows.engine
from workflows.engine import texts
from workflows.engine.messages import TEXTS, hint, message

ENGINE = Path(workflows.engine.__file__).parent
FILES = [path for path in (ENGINE / "texts").glob("*.py") if path.stem != "__init__"]
SOURCE = "\n".join(path.read_text() for path in ENGINE.rglob("*.py") if path.parent.name != "texts")
USED = set(re.findall(r'"([a-z][a-z0-9]*(?:_[a-z0-9]+)*)"', SOURCE))


def test_every_text_is_used():
    assert set(TEXTS) - USED == set()


def test_every_code_has_its_text():
    raised = re.findall(
        r"(?:\berror|\bwarn|_error|_warn|_refused|Mismatch|ExpressionError|EngineError|NotWaiting|StateError|TimerError|Problem)\(\s*"
        r'(?:"error", |"warning", |at, |element, )?"([a-z_0-9]+)"',
        SOURCE,
    )
    assert len(set(raised)) > 120
    assert {code for code in raised if code not in TEXTS} - {"error", "warning"} == set()


def test_no_code_stands_in_two_files():
    modules = [import_module(f"{texts.__name__}.{one.name}") for one in pkgutil.iter_modules(texts.__path__)]
    # What differs between two versions is said in sentences of another kind.
    files = [one for one in modules if hasattr(one, "TEXTS")]
    assert len(files) == len(modules) - 1 >= 5
    assert len(TEXTS) == sum(len(file.TEXTS) for file in files)


@pytest.mark.parametrize("code", TEXTS)
def test_the_languages_name_the_same_things(code):
    sentences = TEXTS[code]
    assert len(sentences) in (2, 4)
    for english, chinese in zip(sentences[::2], sentences[1::2], strict=True):
        names = [set(re.findall(r"{(\w+)}", text)) for text in (english, chinese)]
        assert names[0] == names[1]
        assert re.search(r"[\u4e00-\u9fff]", chinese) or chinese.startswith("{")
        assert not re.search(r"[\u4e00-\u9fff]", english)


def test_kinds_are_words_in_the_language():
    params = {"left": "decimal", "right": "text", "position": 8, "expression": "amount > name"}
    assert (
        message("cannot_compare", "zh-hans", params)
        == "小数与文本不能这样比较。 （第 8 个字符：amount > name）"
    )
    assert message("cannot_compare", "en", params).startswith("A decimal number cannot be compared with text")
    assert "number()" in hint("cannot_compare", "en", params)


def test_an_unknown_code_and_a_missing_parameter_do_not_break_a_page():
    assert message("never_heard_of", "en", {}) == "never_heard_of"
    assert hint("never_heard_of", "en", {}) == ""
    assert message("unknown_role", "zh", {}) == "没有角色“…”。"
