"""Fill ``{names}`` in texts that people edit. There is no template language in them, so there is none to abuse."""

import re
from collections.abc import Mapping

from core.pdf.errors import MissingValueError

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?::[a-z][a-z0-9_]*)?)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in.

    An unknown name and an empty value are refused alike: both leave a hole in a sentence that somebody signs.
    Values are put in as they are; a brace in a value is just a brace.
    """
    if missing := [name for name in set(_PLACEHOLDER.findall(text)) if not values.get(name)]:
        raise MissingValueError(missing, text)
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def names_in(text: str) -> set[str]:
    """The placeholders a text asks for, so that a template can be checked when it is saved."""
    return set(_PLACEHOLDER.findall(text))
