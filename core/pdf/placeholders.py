"""Fill ``{names}`` in texts that people edit. There is no template language in them, so there is none to abuse."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from core.pdf.errors import MissingValueError

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?::[a-z][a-z0-9_]*)?)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in.

    An unknown name and an empty value are refused alike: both leave a hole in a sentence that somebody signs.
    Values are put in as they are; a brace in a value is just a brace.
    """
    if missing := [name for name in set(PLACEHOLDER.findall(text)) if not values.get(name)]:
        raise MissingValueError(missing, text)
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


def fill_runs(
    text: str, marks: Sequence[tuple[int, int, str]], values: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The text as pieces (filled in, names of their marks): a mark covers letters ``start`` to ``end`` of the text as it
    is written, and never ends within a placeholder. Raises MissingValueError as ``fill`` does."""
    if missing := [name for name in set(PLACEHOLDER.findall(text)) if not values.get(name)]:
        raise MissingValueError(missing, text)
    return [
        (PLACEHOLDER.sub(lambda match: values[match[1]], piece), " ".join(sorted(kinds)))
        for piece, kinds in pieces_of(text, marks)
    ]


def pieces_of(
    text: str, marks: Collection[Sequence[Any]], *, names_apart: bool = False
) -> Iterator[tuple[str, set[str]]]:
    """The text cut wherever a mark begins or ends, each piece with the marks over it; with ``names_apart`` each
    placeholder is a piece of its own."""
    edges = {0, len(text), *(place for start, end, _kind in marks for place in (start, end))}
    if names_apart:
        edges |= {place for match in PLACEHOLDER.finditer(text) for place in match.span()}
    for start, end in pairwise(sorted(edges)):
        yield text[start:end], {kind for low, high, kind in marks if low <= start and end <= high}


def names_in(text: str) -> set[str]:
    """The placeholders a text asks for, so that a template can be checked when it is saved."""
    return set(PLACEHOLDER.findall(text))
