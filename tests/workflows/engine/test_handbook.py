"""The pages about BPMN and expressions are those of the tables the engine uses."""

from pathlib import Path

import pytest

from workflows.engine.handbook import PAGES
from workflows.engine.support import ELEMENTS, REFUSED

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), (
        "run: python -m workflows.engine.handbook"
    )


def test_every_element_of_the_tables_is_on_the_page():
    text = PAGES["bpmn-support.md"]()
    assert all(f"`{tag}`" in text for tag in (*ELEMENTS, *REFUSED))
