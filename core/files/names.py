"""Names of files as they may stand in a list, a header and on a disk."""

import re
import unicodedata

LONGEST = 150
# Signs that steer (among them those that turn the direction of writing and so hide an extension), and those
# that no disk takes.
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff<>:"|?*\\/]')


def clean_name(name: str) -> str:
    """The last part of a path without signs that mislead, in composed characters, not too long."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    text = " ".join(_UNFIT.sub("", last).split()).strip(". ")
    stem, dot, extension = text.rpartition(".")
    if dot and stem:
        return f"{stem[: LONGEST - len(extension) - 1].rstrip()}.{extension[:20]}"
    return text[:LONGEST] or "file"


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
