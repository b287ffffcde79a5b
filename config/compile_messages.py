"""Compile the catalogues with Babel, so that a machine without gettext can run the site."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_messages() -> dict[str, int]:
    """Write a .mo beside each .po; returns the number of texts by language."""
    counts = {}
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as stream:
            catalogue = read_po(stream)
        with source.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, catalogue)
        counts[source.parent.parent.name] = len(catalogue)
    return counts


if __name__ == "__main__":
    compile_messages()
