"""Rules about the drawing as a whole: its graph, its tokens, its data."""

from .structure import check_structure

__all__ = ["check_data", "check_flow", "check_structure"]


def check_flow(outline, findings): ...


def check_data(outline, elements, findings): ...
