"""Both languages are complete: a text without its Chinese, or outside the catalogue, fails here."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = settings.BASE_DIR
APPS = ["config", "core", "workflows", "crm", "contracts", "service"]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "_now": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Documents of Chinese law are written in Chinese; they are not screens.
CHINESE_BY_NATURE = ("templates/print/", "templates/letters/")


def python_files() -> list[Path]:
    return [p for app in APPS for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts]


def templates() -> list[Path]:
    found = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
    return [p for p in found if not p.relative_to(ROOT).as_posix().startswith(CHINESE_BY_NATURE)]


def messages() -> Iterator[tuple[str, str, str | None]]:
    """(where, message id, context) of every text in code and templates."""
    for path in [*python_files(), *templates()]:
        source = path.read_text()
        if path.suffix != ".py":
            # Without indentation the pieces are tokens of Python, which Babel reads.
            source = "\n".join(line.strip() for line in templatize(source).splitlines())
        stream = io.BytesIO(source.encode())
        for line, ids, _comments, context in extract("python", stream, keywords=KEYWORDS):
            for one in ids[:1] if isinstance(ids, tuple) else (ids,):
                if one:
                    yield f"{path.relative_to(ROOT)}:{line}", one, context


@pytest.fixture(scope="module")
def chinese():
    with (ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as stream:
        return read_po(stream, locale="zh_Hans")


def test_every_text_has_its_chinese(chinese):
    missing = []
    for where, text, context in messages():
        entry = chinese.get(text, context)
        string = entry.string if entry else ""
        if not all(string if isinstance(string, tuple) else (string,)) or (entry and entry.fuzzy):
            missing.append(f"{where}: {text!r}")
    assert not missing, f"{len(missing)} texts without Chinese:\n" + "\n".join(sorted(set(missing)))


def test_the_placeholders_of_both_languages_agree(chinese):
    placeholder = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}")
    wrong = []
    for entry in chinese:
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for string in strings:
            if entry.id and set(placeholder.findall(string)) != set(placeholder.findall(ids[-1])):
                wrong.append(f"{entry.id!r} -> {string!r}")
    assert not wrong, "\n".join(wrong)


def test_message_ids_are_english():
    wrong = sorted({f"{where}: {text!r}" for where, text, _context in messages() if CHINESE.search(text)})
    assert not wrong, "\n".join(wrong)


def test_templates_hold_no_text_outside_the_catalogue():
    wrong = []
    for path in templates():
        source = path.read_text()
        source = re.sub(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", "", source, flags=re.S)
        source = re.sub(r"\{% blocktrans(late)?.*?\{% endblocktrans(late)? %\}", "", source, flags=re.S)
        source = re.sub(r"<(script|style|svg|code|kbd)\b.*?</\1>", "", source, flags=re.S)
        source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.S)
        attributes = re.findall(r"\b(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"", source)
        for text in [*re.findall(r">([^<]*)<", source), *attributes]:
            plain = re.sub(r"&\w+;|\bExcel\b|[A-Z]{2,5}\b", "", text)
            if re.search(r"[A-Za-z]{2,}", plain) or CHINESE.search(plain):
                wrong.append(f"{path.relative_to(ROOT)}: {text.strip()!r}")
    assert not wrong, "\n".join(sorted(set(wrong)))
