"""Rules about the drawing as a whole: its graph, its tokens, its data."""

from .data import check_data
from .soundness import check_flow
from .structure import check_structure

__all__ = ["check_data", "check_flow", "check_structure"]
