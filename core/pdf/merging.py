"""One file for the printer of many letters, and each letter's own file for the archive.

Page numbers are per letter, so each letter is laid out by itself and the finished pages are put together.
A letter's own file is written from its own pages and never cut out of the merged one: cut out, it would carry
the characters of the other letters' names in its fonts, and change with the company it was printed in.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from core.pdf.rendering import LaidOut

# Letters that share one set of embedded fonts in the merged file, and that are in memory at once.
CHUNK = 50


@dataclass(frozen=True)
class Merged:
    """What a run of letters gives: the file to print, and the file of each letter in the same order."""

    content: bytes
    files: tuple[bytes, ...]


def merge_letters(letters: Iterable[LaidOut], *, title: str = "") -> Merged:
    """Merge letters for duplex printing. Takes them one by one, so a generator keeps memory low."""
    run = LetterRun(title=title)
    files = tuple(run.add(letter) for letter in letters)
    return Merged(run.finish(), files)


class LetterRun:
    """A run of letters that is written while it grows.

    ``add`` returns the letter's own file at once, so that a run of thousands can file each letter and forget
    it; only finished chunks of the merged file are kept.
    """

    def __init__(self, *, title: str = "") -> None:
        self._title = title
        self._waiting: list[LaidOut] = []
        self._chunks: list[bytes] = []
        self._last_was_odd = False

    def add(self, letter: LaidOut) -> bytes:
        content = letter.write()
        self._waiting.append(letter)
        if len(self._waiting) >= CHUNK:
            self._write_chunk()
        return content

    def finish(self) -> bytes:
        """The merged file. An empty run is a mistake of the caller."""
        if self._waiting:
            self._write_chunk()
        if not self._chunks:
            raise ValueError("A run without letters has nothing to print.")
        return self._joined()

    def _write_chunk(self) -> None:
        from core.pdf import engine

        pages = []
        for letter in self._waiting:
            if self._last_was_odd:
                pages.append(engine.blank_page())
            pages.extend(letter.document.pages)
            self._last_was_odd = letter.pages % 2 == 1
        self._chunks.append(engine.write(self._waiting[0].document.copy(pages)))
        self._waiting.clear()

    def _joined(self) -> bytes:
        from pypdf import PdfWriter

        writer = PdfWriter()
        for chunk in self._chunks:
            writer.append(io.BytesIO(chunk), import_outline=True)
        writer.metadata = {"/Producer": "Xiaoliu", "/Title": self._title}
        # Print dialogs that ask the file choose both sides.
        writer.create_viewer_preferences().duplex = "/DuplexFlipLongEdge"  # type: ignore[assignment]
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()
