"""Reads one PDF that somebody uploaded: in a process of its own, which has little time, little memory and no secrets.

Run by ``core.pdf.foreign`` with the file on standard input; it imports nothing of ours. Answers as JSON: ``pages`` and
``texts`` (one a page), or ``problem``.
"""

import io
import json
import resource
import sys
from typing import Any

CPU_SECONDS, MEMORY = 20, 2 * 1024**3
MOST_PAGES, LONGEST = 200, 200_000
# What does something when a file is opened or clicked, or carries other files along.
ACTIVE = frozenset({
    "/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/RichMediaContent",
    "/XFA", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound",
})  # fmt: skip
DEEPEST = 60


def read(content: bytes) -> dict[str, Any]:
    import pypdf
    import pypdfium2

    reader = pypdf.PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"problem": "encrypted"}
    if any(_is_active(one, DEEPEST) for one in _objects(reader)):
        return {"problem": "active_content"}
    with pypdfium2.PdfDocument(content) as document:
        if len(document) > MOST_PAGES:
            return {"problem": "too_many_pages"}
        texts, length = [], 0
        for page in document:
            texts.append(page.get_textpage().get_text_bounded())
            length += len(texts[-1])
            if length > LONGEST:
                return {"problem": "too_long"}
    return {"pages": len(texts), "texts": texts} if texts else {"problem": "unreadable"}


def _objects(reader: Any) -> Any:
    """Every object of the file, also those that no page leads to."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        yield reader.get_object(IndirectObject(number, generation, reader))


def _is_active(one: Any, depth: int) -> bool:
    from pypdf.generic import IndirectObject

    if depth == 0:
        return True
    if isinstance(one, IndirectObject):
        return False
    if isinstance(one, dict):
        return any(
            key in ACTIVE or (key == "/S" and value in ACTIVE) or _is_active(value, depth - 1)
            for key, value in dict.items(one)
        )
    if isinstance(one, list):
        return any(_is_active(value, depth - 1) for value in list.__iter__(one))
    return False


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        found = read(sys.stdin.buffer.read())
    except Exception:
        # Whatever a broken file does to its readers, it cannot be read.
        found = {"problem": "unreadable"}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
