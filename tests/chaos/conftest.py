"""The test processes of workflows serve the chaos suite too."""

import pytest

from tests.chaos import stepping
from tests.workflows.conftest import start, subject

__all__ = ["everywhere", "start", "subject"]


@pytest.fixture(params=[5, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
def everywhere(request, monkeypatch) -> int:
    """Races are halted before every fifth statement; before each of them where there is time."""
    monkeypatch.setattr(stepping, "EVERY", request.param)
    return int(request.param)
