"""Decision tables: DMN files with S-FEEL cells, read once, checked, and decided by bit masks.

Read in this order: `cells` (one cell), `columns` (all cells of a column at once), `table` (what a
file becomes and how it decides), `dmn` (the file), `build` (types and rules), `analysis` (what the
rules do together), `places` (where an error is). `page` writes docs/decision-tables.md."""

from .dmn import read_decision
from .page import decision_tables
from .places import DecisionError
from .table import Decision, DecisionTable, Input, Output, Rule

__all__ = [
    "Decision",
    "DecisionError",
    "DecisionTable",
    "Input",
    "Output",
    "Rule",
    "decision_tables",
    "read_decision",
]
