"""The one known word that somebody must have meant."""

from __future__ import annotations

from collections.abc import Iterable

MAX_WORD = 60


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The closest of the known words, if it is close and no other is as close."""
    wanted = word.strip()
    if not wanted or len(wanted) > MAX_WORD:
        return None
    allowed = 1 if len(wanted) < 5 else 2 if len(wanted) < 10 else 3
    best: list[str] = []
    least = allowed
    for candidate in dict.fromkeys(known):
        if candidate == word or len(candidate) > MAX_WORD:
            continue
        distance = _distance(wanted.lower(), candidate.lower(), least)
        if distance < least:
            best, least = [candidate], distance
        elif distance == least:
            best.append(candidate)
    if len({candidate.lower() for candidate in best}) == 1:  # one word, written large and small
        best = [min(best, key=lambda candidate: _distance(wanted, candidate, MAX_WORD))]
    # In words of one or two letters a change of one letter is another word.
    return best[0] if len(best) == 1 and least * 2 < max(len(wanted), len(best[0])) else None


def _distance(first: str, second: str, most: int) -> int:
    """Letters added, left out, exchanged or swapped; `most + 1` if there are more."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
