"""Rules about the drawing as a whole: its graph, its tokens, its data, its words."""

from .data import check_data
from .soundness import check_flow
from .structure import check_structure
from .words import check_words

__all__ = ["check_data", "check_flow", "check_structure", "check_words"]
