"""What changed between two texts, as lawyers mark it: kept, struck out, put in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from diff_match_patch import diff_match_patch

KEPT, OUT, IN = "kept", "out", "in"
_KINDS: Final = {0: KEPT, -1: OUT, 1: IN}
# So many seconds it looks for the shortest way; then it takes the best it has.
_PATIENCE: Final = 0.3


@dataclass(frozen=True)
class Piece:
    """``kind``: kept, out (only in the older text), in (only in the newer one)."""

    kind: str
    text: str


def redline(old: str, new: str) -> list[Piece]:
    """The newer text with what was struck out. Kept and put-in pieces together are the newer text, kept and
    struck-out ones the older; few words that happen to be the same within a rewritten passage count as rewritten."""
    matcher = diff_match_patch()
    matcher.Diff_Timeout = _PATIENCE
    pieces = matcher.diff_main(old, new)
    matcher.diff_cleanupSemantic(pieces)
    return [Piece(_KINDS[kind], text) for kind, text in pieces if text]
