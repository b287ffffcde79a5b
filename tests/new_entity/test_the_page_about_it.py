"""docs/developers/new-entity.md shows the files of fairs word for word."""

import re
from pathlib import Path

from django.conf import settings

FAIRS = Path(__file__).parent / "fairs"
PAGE = settings.BASE_DIR / "docs" / "developers" / "new-entity.md"
BLOCK = re.compile(r"`fairs/([\w./]+)`\n\n```\w+\n(.*?)\n```\n", re.DOTALL)


def shown() -> dict[str, str]:
    return dict(BLOCK.findall(PAGE.read_text()))


def test_each_block_is_its_file():
    for name, text in shown().items():
        # There the app stands at the top, here among the tests.
        file = (FAIRS / name).read_text().replace("tests.new_entity.fairs", "fairs")
        assert text == file.rstrip("\n"), name


def test_no_block_goes_by_unread():
    assert PAGE.read_text().count("```") == 2 * len(shown())


def test_no_file_is_left_out():
    made = {"__init__.py", "migrations/__init__.py", "migrations/0001_fairs.py"}
    files = {str(path.relative_to(FAIRS)) for path in FAIRS.rglob("*.*") if path.suffix in (".py", ".html")}
    assert files - made == set(shown())
