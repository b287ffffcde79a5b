"""Screens use the fixed words of docs/glossary.md for the things that it fixes, and never those it bans."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.architecture.test_translations import chinese  # noqa: F401  (a fixture)

ROOT = settings.BASE_DIR
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
CELL = re.compile(r"^\| (.+?) \| (.+?) \|(?: (.+?) \|)?$", re.M)


def rows(heading: str) -> list[tuple[str, str]]:
    part = GLOSSARY.split(f"## {heading}")[1].split("\n## ")[0]
    return [(match[1], match[2]) for match in CELL.finditer(part)][1:]


FIXED = [(tuple(zh.split(" / ")), en) for zh, en in rows("Fixed words") if not set(zh) <= {"-"}]
BANNED = [zh for zh, _why in rows("Words that no screen uses") if not set(zh) <= {"-"}]
# "order" may be an order or to order: a phrase counts only as a whole, in the singular or the plural.
FORMS = {english: re.compile(rf"\b{re.escape(english)}(?:s|es)?(?![\w-])", re.I) for _zh, english in FIXED}


def texts(catalogue: Any) -> Iterator[tuple[str, str]]:
    """(English, Chinese) of every text of the catalogue."""
    for entry in catalogue:
        english = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        found = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if english[0]:
            yield english[-1], found[-1]


def test_the_tables_are_read():
    assert len(FIXED) > 30
    assert len(BANNED) > 5


# A sentence may leave out what it is about; a label, a heading or a button may not.
LONGEST_LABEL = 32


def test_a_thing_is_called_by_its_word(chinese):
    wrong = []
    for english, text in texts(chinese):
        plain = re.sub(r"%\([a-z_]+\)[sd]", "", english)
        if len(plain) > LONGEST_LABEL:
            continue
        for words, term in FIXED:
            if FORMS[term].search(plain) and not any(word in text for word in words):
                wrong.append(f"{term}: {english!r} -> {text!r} without {'/'.join(words)}")
    assert not wrong, f"{len(wrong)} texts:\n" + "\n".join(wrong)


def chinese_on_screens(catalogue: Any) -> Iterator[tuple[str, str]]:
    yield from texts(catalogue)
    for path in [*(ROOT / "docs/users/zh").glob("*.md"), *ROOT.glob("workflows/bpmn/**/*.bpmn")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


@pytest.mark.parametrize("banned", BANNED)
def test_a_banned_word_is_on_no_screen(chinese, banned):
    wrong = [f"{where}: {text}" for where, text in chinese_on_screens(chinese) if banned in text]
    assert not wrong, "\n".join(wrong)
