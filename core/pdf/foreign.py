"""PDFs that come from outside: whether they may be kept and handed on, and what they say."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError, Text
from core.pdf.foreign_reader import CPU_SECONDS, LONGEST, MOST_PAGES

log = logging.getLogger(__name__)
_READER = Path(__file__).with_name("foreign_reader.py")
_PROBLEMS: dict[str, Text] = {
    "encrypted": _("The file is locked with a password: save it without one."),
    "active_content": _(
        "The file holds scripts, attachments or forms that do something by themselves. Print it into a new PDF and"
        " upload that."
    ),
    "too_many_pages": _("The file has more than %(pages)s pages."),
    "too_long": _("The file has more than %(letters)s characters."),
    "unreadable": _("This PDF is damaged and cannot be read: save or print it anew."),
    "too_complex": _("This PDF takes too long to read. Print it into a new PDF and upload that."),
}


@dataclass(frozen=True)
class ForeignPdf:
    """What a file from outside says, page by page; a scan says nothing."""

    texts: tuple[str, ...]

    @property
    def pages(self) -> int:
        return len(self.texts)


def read_foreign_pdf(content: bytes) -> ForeignPdf:
    """Read an uploaded PDF in a process of its own, within 20 seconds of a processor and 2 GB.

    Raises ApplicationError (``pdf_refused``) for what is locked, damaged, too large, or does something by itself.
    """
    command = [sys.executable, "-I", str(_READER)]
    try:
        # Nothing of our surroundings is handed to it: no passwords, no keys.
        answer = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=3 * CPU_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refused("too_complex") from None
    if answer.returncode != 0:
        log.warning("An uploaded PDF ended its reader: %s %s", answer.returncode, answer.stderr[-400:])
        raise _refused("too_complex")
    found = json.loads(answer.stdout)
    if "problem" in found:
        raise _refused(found["problem"])
    return ForeignPdf(tuple(found["texts"]))


def _refused(problem: str) -> ApplicationError:
    text = str(_PROBLEMS[problem]) % {"pages": MOST_PAGES, "letters": f"{LONGEST:,}"}
    return ApplicationError(text, code="pdf_refused", errors={"file": [text]})
