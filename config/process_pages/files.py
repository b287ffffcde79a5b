"""Every file of docs/processes/."""

from __future__ import annotations

from pathlib import Path

from workflows.process_pages.page import index, page
from workflows.process_pages.picture import picture
from workflows.process_pages.words import TONGUES

from .reading import read_shipped

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "processes"


def pages() -> dict[str, str]:
    """The texts by the names of their files."""
    processes = read_shipped()
    found = {}
    for tongue in TONGUES:
        found[f"README{tongue.ending}.md"] = index(processes, tongue)
        for one in processes.values():
            found[f"{one.key}{tongue.ending}.md"] = page(one, tongue, processes)
            found[f"{one.key}{tongue.ending}.svg"] = picture(one, tongue)
    return found
