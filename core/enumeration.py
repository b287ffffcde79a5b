"""Several names in one line, as the reader's language joins them."""

from collections.abc import Iterable

from django.utils.translation import get_language


def listed(names: Iterable[object]) -> str:
    """``甲、乙`` in Chinese, ``A, B`` elsewhere."""
    comma = "、" if (get_language() or "").startswith("zh") else ", "
    return comma.join(str(name) for name in names)


def in_one(*sentences: str) -> str:
    """Sentences one behind the other: Chinese writes no space between them."""
    between = "" if (get_language() or "").startswith("zh") else " "
    return between.join(filter(None, sentences))
