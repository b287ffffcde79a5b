"""What a file is, by its content: the name only has to agree with it.

A list of what is taken, not of what is refused: programs, pages, drawings with scripts and Office files with
macros are not on it. Written here and not left to a library that guesses a type, for two answers count: what
the file is, and that it hides nothing (macros, bombs, programs inside an archive).
"""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.errors import ApplicationError
from core.files.names import clean_name, extension_of

LARGEST = 20 * 1024 * 1024
# A photograph of 40 million pixels needs 120 MB to be looked at.
MOST_PIXELS = 40_000_000
# What an archive may unpack to, and how many times more than it weighs.
MOST_UNPACKED, MOST_PACKED_IN, MOST_RATIO = 300 * 1024 * 1024, 5000, 200
_PROGRAMS = ("exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta")
_DANGEROUS = frozenset(
    (*_PROGRAMS, "jar", "apk", "app", "sh", "reg", "lnk", "cpl", "html", "htm", "xhtml", "svg")
)

IMAGES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "bmp": "BMP"}
_OFFICE = {
    "docx": ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
_OLD_OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    # WPS writes the same container.
    "wps": "application/vnd.ms-works",
    "et": "application/vnd.ms-excel",
    "dps": "application/vnd.ms-powerpoint",
}
_OPEN_DOCUMENT = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_TEXTS = {"txt": "text/plain", "csv": "text/csv"}
_SOUNDS = {
    "mp3": ("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "wav": ("audio/wav", (b"RIFF",)),
    "amr": ("audio/amr", (b"#!AMR",)),
}
# Recordings and pictures of telephones: a box named "ftyp" with a brand.
_BOXED = {"m4a": "audio/mp4", "mp4": "video/mp4", "mov": "video/quicktime", "heic": "image/heic"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ACCEPTED = (
    *(f".{one}" for one in IMAGES),
    ".pdf",
    ".ofd",
    *(f".{one}" for one in (*_OFFICE, *_OLD_OFFICE, *_OPEN_DOCUMENT, *_TEXTS, *_SOUNDS, *_BOXED)),
    ".zip",
)


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    name: str
    media_type: str
    content: bytes

    @property
    def is_image(self) -> bool:
        return extension_of(self.name) in IMAGES


def check_upload(name: str, content: bytes) -> Checked:
    """The file, or a refusal that says what is wrong with it and what to do."""
    name = clean_name(name)
    if not content:
        raise _refused(name, _("it is empty."), "empty")
    if len(content) > LARGEST:
        raise _refused(name, _("it is larger than %(size)s MB.") % {"size": LARGEST >> 20}, "too_large")
    return Checked(name, _media_type(name, content), content)


def _refused(name: str, why: str, code: str) -> ApplicationError:
    text = _("“%(name)s” was not taken: %(why)s") % {"name": name, "why": why}
    return ApplicationError(text, code=code, errors={"file": [text]})


def _media_type(name: str, content: bytes) -> str:
    extension = extension_of(name)
    if extension in IMAGES:
        return _image(name, content, IMAGES[extension])
    if extension == "pdf":
        if b"%PDF-" not in content[:1024]:
            raise _other_than_named(name)
        return "application/pdf"
    if extension in _OFFICE:
        inside, media_type = _OFFICE[extension]
        return _packed_document(name, content, inside, media_type)
    if extension in _OPEN_DOCUMENT:
        return _packed_document(name, content, "content.xml", _OPEN_DOCUMENT[extension])
    if extension == "ofd":
        # The format of Chinese electronic invoices (GB/T 33190).
        return _packed_document(name, content, "OFD.xml", "application/ofd")
    if extension == "zip":
        _unpacked(name, content)
        return "application/zip"
    if extension in _OLD_OFFICE:
        return _old_office(name, content, _OLD_OFFICE[extension])
    if extension in _TEXTS:
        return _text(name, content, _TEXTS[extension])
    if extension in _SOUNDS:
        media_type, begins = _SOUNDS[extension]
        if not content.startswith(begins):
            raise _other_than_named(name)
        return media_type
    if extension in _BOXED:
        if content[4:8] != b"ftyp":
            raise _other_than_named(name)
        return _BOXED[extension]
    why = _("this kind of file is not taken. Pictures, PDF, Office files, texts, recordings and ZIP are.")
    raise _refused(name, why, "wrong_kind")


def _other_than_named(name: str) -> ApplicationError:
    return _refused(name, _("its content is not what its name says."), "wrong_content")


def _image(name: str, content: bytes, wanted: str) -> str:
    try:
        # Pillow warns of half a bomb and refuses a whole one; the number of pixels is asked here anyway.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=list(set(IMAGES.values()))) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise _refused(
                        name, _("the picture has more than 40 million pixels: make it smaller."), "too_large"
                    )
                found = str(image.format)
                image.verify()
    except Image.DecompressionBombError:
        raise _refused(
            name, _("the picture has more than 40 million pixels: make it smaller."), "too_large"
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _other_than_named(name) from None
    if found != wanted:
        raise _other_than_named(name)
    return f"image/{found.lower()}"


def _unpacked(name: str, content: bytes) -> list[str]:
    """The names inside an archive that is no bomb and holds no programs."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _other_than_named(name) from None
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_PACKED_IN or size > MOST_UNPACKED or size > MOST_RATIO * len(content) + (1 << 20):
        raise _refused(name, _("it would unpack to far more than it weighs."), "bomb")
    names = [entry.filename for entry in entries]
    if any(extension_of(one.rstrip(". ")) in _DANGEROUS for one in names):
        raise _refused(name, _("there are programs or web pages in it."), "dangerous")
    return names


def _packed_document(name: str, content: bytes, inside: str, media_type: str) -> str:
    names = _unpacked(name, content)
    if any("vbaproject" in one.lower() or one.startswith("Basic/") for one in names):
        raise _macros(name)
    if not any(one.startswith(inside) for one in names):
        raise _other_than_named(name)
    return media_type


def _macros(name: str) -> ApplicationError:
    return _refused(name, _("there are macros in it. Save it without them."), "macros")


def _old_office(name: str, content: bytes, media_type: str) -> str:
    if not content.startswith(_OLE):
        raise _other_than_named(name)
    # Names of the streams inside are written in UTF-16.
    if any(one.encode("utf-16-le") in content for one in ("_VBA_PROJECT", "Macros")):
        raise _macros(name)
    return media_type


def _text(name: str, content: bytes, media_type: str) -> str:
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _other_than_named(name)
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return media_type
    raise _other_than_named(name)
