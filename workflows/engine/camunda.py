"""Camunda's vocabulary, said in our own words before anything else reads the diagram."""

from __future__ import annotations

from typing import Any

from .problems import Findings


def translate(process: Any, findings: Findings) -> None:
    """Rewrite `camunda:` attributes and elements of a process into `flow:` ones, in place."""
