"""Search in Chinese without a Chinese dictionary: words as overlapping pieces in an array with a GIN index.

Chinese text gives single characters and pairs, so any substring is found; Latin letters and digits give
the beginnings and three-letter pieces of each word; names also give their pinyin and its initials.
"""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

LONGEST = 200
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9]+")


def normalised(text: str) -> str:
    """Full width to half width, lower case."""
    return unicodedata.normalize("NFKC", text).lower()[:LONGEST]


def tokens(*texts: str) -> list[str]:
    """The pieces under which a row is found."""
    found: set[str] = set()
    for text in texts:
        plain = normalised(text or "")
        for run in _CHINESE.findall(plain):
            found.update(run)
            found.update(run[i : i + 2] for i in range(len(run) - 1))
            syllables = lazy_pinyin(run)
            initials = "".join(lazy_pinyin(run, style=Style.FIRST_LETTER))
            found.update(_pieces("".join(syllables)))
            found.update(_pieces(initials))
        joined = "".join(_LATIN.findall(plain))
        for word in {*_LATIN.findall(plain), joined}:
            found.update(_pieces(word))
    return sorted(found)


def query_tokens(text: str) -> list[str]:
    """The pieces a row must have to match what somebody typed."""
    plain = normalised(text)
    found: set[str] = set()
    for run in _CHINESE.findall(plain):
        found.update([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    for word in _LATIN.findall(plain):
        found.update([word] if len(word) <= 2 else [word[i : i + 3] for i in range(len(word) - 2)])
    return sorted(found)


def _pieces(word: str) -> set[str]:
    sizes = (1, 2, 3)
    return {word[i : i + size] for size in sizes for i in range(len(word) - size + 1)}


def pinyin_key(text: str) -> str:
    """A key that sorts Chinese by pinyin under COLLATE "C"."""
    return " ".join(lazy_pinyin(normalised(text)))[:LONGEST]
