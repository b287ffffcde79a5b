"""The test processes of workflows serve the chaos suite too."""

from tests.workflows.conftest import start, subject

__all__ = ["start", "subject"]
