"""What two texts of clauses differ in, clause by clause, for whoever publishes or reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from core.redline import IN, KEPT, OUT, Piece, redline


@dataclass(frozen=True)
class ParagraphDifference:
    """A paragraph with what changed in it; ``notes`` are changes beside the words, such as (bold, before, after)."""

    pieces: tuple[Piece, ...]
    notes: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def is_changed(self) -> bool:
        return bool(self.notes) or any(one.kind != KEPT for one in self.pieces)


@dataclass(frozen=True)
class ClauseDifference:
    """``kind``: same, changed, in (new), out (gone), moved."""

    code: str
    title: str
    kind: str
    title_pieces: tuple[Piece, ...]
    paragraphs: tuple[ParagraphDifference, ...]


_BESIDE = ("bold", "table", "when", "each", "level")


def differences(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[ClauseDifference]:
    """Clauses as they are stored or frozen (code, title, paragraphs), in the order of the newer text; those that are gone
    stand where they were."""
    old, new = [_spread(one) for one in old], [_spread(one) for one in new]
    before = {one["code"]: one for one in old}
    codes = [one["code"] for one in new]
    found: list[ClauseDifference] = []
    moved = _moved([one["code"] for one in old], codes)
    for one in new:
        earlier = before.get(one["code"])
        found.append(_added(one) if earlier is None else _changed(earlier, one, one["code"] in moved))
    for index, one in enumerate(old):
        if one["code"] not in codes:
            found.insert(_place(old, index, found), _gone(one))
    return found


def _spread(one: Mapping[str, Any]) -> dict[str, Any]:
    """English stands behind the Chinese of a title, and as a paragraph of its own below that of a paragraph."""
    title = " ".join(part for part in (one["title"], one.get("title_en", "")) if part)
    paragraphs = [
        line
        for part in one["paragraphs"]
        for line in (part, *([{"text": part["text_en"]}] if part.get("text_en") else ()))
    ]
    return {**one, "title": title, "paragraphs": paragraphs}


def _moved(old: list[str], new: list[str]) -> set[str]:
    kept = [code for code in old if code in new]
    order = [code for code in new if code in old]
    same = {kept[index] for block in SequenceMatcher(a=kept, b=order, autojunk=False).get_matching_blocks()
            for index in range(block.a, block.a + block.size)}  # fmt: skip
    return set(kept) - same


def _place(old: Sequence[Mapping[str, Any]], index: int, found: Sequence[ClauseDifference]) -> int:
    """Behind the nearest clause before it that is still there."""
    places = {one.code: place for place, one in enumerate(found)}
    for earlier in reversed(old[:index]):
        if earlier["code"] in places:
            return places[earlier["code"]] + 1
    return 0


def _added(one: Mapping[str, Any]) -> ClauseDifference:
    return _whole(one, "in", IN)


def _gone(one: Mapping[str, Any]) -> ClauseDifference:
    return _whole(one, "out", OUT)


def _whole(one: Mapping[str, Any], kind: str, piece: str) -> ClauseDifference:
    paragraphs = tuple(ParagraphDifference((Piece(piece, part["text"]),)) for part in one["paragraphs"])
    return ClauseDifference(one["code"], one["title"], kind, (Piece(piece, one["title"]),), paragraphs)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], is_moved: bool) -> ClauseDifference:
    title = tuple(redline(old["title"], new["title"]))
    paragraphs = tuple(_paragraphs(old["paragraphs"], new["paragraphs"]))
    is_changed = any(one.is_changed for one in paragraphs) or old["title"] != new["title"]
    kind = "changed" if is_changed else "moved" if is_moved else "same"
    return ClauseDifference(new["code"], new["title"], kind, title, paragraphs)


def _paragraphs(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> list[ParagraphDifference]:
    """Paragraphs that are alike stand against each other; others were struck out or put in."""
    found = []
    matcher = SequenceMatcher(a=[one["text"] for one in old], b=[one["text"] for one in new], autojunk=False)
    for kind, low, high, first, last in matcher.get_opcodes():
        if kind == "equal":
            found += [_one(a, b) for a, b in zip(old[low:high], new[first:last], strict=True)]
            continue
        pairs = _alike(old[low:high], new[first:last])
        found += [_one(a, b) for a, b in pairs]
    return found


def _alike(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Each older paragraph with the newer one that came of it, in order, as far as half of their letters agree."""
    found: list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]] = []
    start = 0
    for one in old:
        ratios = [
            SequenceMatcher(a=one["text"], b=other["text"], autojunk=False).ratio() for other in new[start:]
        ]
        best = max(range(len(ratios)), key=ratios.__getitem__, default=None)
        if best is None or ratios[best] < 0.5:
            found.append((one, None))
            continue
        found += [(None, other) for other in new[start : start + best]]
        found.append((one, new[start + best]))
        start += best + 1
    return [*found, *((None, other) for other in new[start:])]


def _beside(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands beside the words; texts that were written before have an older word for a condition."""
    return {"when": part["only_with"], **part} if "only_with" in part else part


def _one(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> ParagraphDifference:
    if new is None:
        return ParagraphDifference((Piece(OUT, old["text"] if old else ""),))
    if old is None:
        return ParagraphDifference((Piece(IN, new["text"]),))
    before, after = _beside(old), _beside(new)
    notes = tuple(
        (name, before.get(name), after.get(name)) for name in _BESIDE if before.get(name) != after.get(name)
    )
    return ParagraphDifference(tuple(redline(old["text"], new["text"])), notes)
