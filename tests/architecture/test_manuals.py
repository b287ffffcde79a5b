"""The manual for operators says the same in both languages: its sections, commands and names agree."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FENCED = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
FIRST_CELL = re.compile(r"^\| (.*?) \|", re.MULTILINE)
LINK = re.compile(r"\]\(#([^)]+)\)")


def sections(text: str) -> list[str]:
    return re.split(r"^## ", text, flags=re.MULTILINE)


def commands(text: str) -> list[list[str]]:
    """The lines of each block without what a comment says about them."""
    return [[re.sub(r"\s+# .*", "", line) for line in block.splitlines()] for block in FENCED.findall(text)]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.fixture(scope="module")
def manuals() -> tuple[str, str]:
    return (DOCS / "operations.md").read_text(), (DOCS / "operations.zh.md").read_text()


def test_both_have_the_same_headings(manuals):
    english, chinese = manuals
    assert HEADING.findall(english) == HEADING.findall(chinese)
    assert len(sections(english)) > 5


def test_both_give_the_same_commands(manuals):
    english, chinese = manuals
    assert commands(english) == commands(chinese)
    assert sum(map(len, commands(english))) > 20


def test_each_section_names_the_same_things(manuals):
    for english, chinese in zip(*map(sections, manuals), strict=True):
        named = [set(QUOTED.findall(FENCED.sub("", text))) for text in (english, chinese)]
        assert named[0] ^ named[1] <= {"operations.md", "operations.zh.md"}, english.splitlines()[0]


def test_the_tables_have_the_same_rows(manuals):
    for english, chinese in zip(*map(sections, manuals), strict=True):
        rows = [
            ["**" if cell.startswith("**") else cell for cell in FIRST_CELL.findall(text)][1:]
            for text in (english, chinese)
        ]
        assert len(rows[0]) == len(rows[1]), english.splitlines()[0]
        assert [row for row in rows[0] if "`" in row] == [row for row in rows[1] if "`" in row]


def test_what_the_contents_lead_to_is_there(manuals):
    for text in manuals:
        there = {anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
        assert set(LINK.findall(text)) <= there
