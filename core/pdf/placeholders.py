"""Fill ``{names}`` in texts that people edit. There is no template language in them, so there is none to abuse."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

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
    edges = sorted({0, len(text), *(place for start, end, _kind in marks for place in (start, end))})
    if missing := [name for name in set(PLACEHOLDER.findall(text)) if not values.get(name)]:
        raise MissingValueError(missing, text)
    return [
        (
            PLACEHOLDER.sub(lambda match: values[match[1]], text[start:end]),
            " ".join(sorted({kind for low, high, kind in marks if low <= start and end <= high})),
        )
        for start, end in pairwise(edges)
    ]


def names_in(text: str) -> set[str]:
    """The placeholders a text asks for, so that a template can be checked when it is saved."""
    return set(PLACEHOLDER.findall(text))
