"""Pictures that are printed at the head of every paper: made small and plain once, when they come in."""

from __future__ import annotations

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.errors import ApplicationError
from core.files.checks import check_upload
from core.files.names import extension_of

LARGEST = 5 * 1024 * 1024
# 11 mm high on paper: below 60 pixels (140 dpi) it prints as squares, above 480 nobody sees more.
LEAST_HEIGHT, HEIGHT, WIDTH = 60, 480, 1600
TAKEN = ("png", "jpg", "jpeg")


def printable_logo(name: str, content: bytes) -> bytes:
    """The picture as a PNG of at most 1600 x 480 pixels, with nothing else in it than its pixels.

    Raises ApplicationError for what is no PNG or JPEG, is larger than 5 MB or too small to be printed.
    """
    if extension_of(name) not in TAKEN:
        raise _refused(_("Bring the logo as a PNG or JPEG file."), "wrong_kind")
    if len(content) > LARGEST:
        raise _refused(_("The logo is larger than 5 MB: make it smaller."), "too_large")
    checked = check_upload(name, content)
    with Image.open(BytesIO(checked.content), formats=["PNG", "JPEG"]) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGBA")
    if image.height < LEAST_HEIGHT:
        text = _("The logo is %(height)s pixels high; it takes %(least)s to be printed well.")
        raise _refused(text % {"height": image.height, "least": LEAST_HEIGHT}, "too_small")
    image.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    plain = Image.new("RGBA", image.size)
    plain.paste(image)
    out = BytesIO()
    plain.save(out, "PNG", optimize=True)
    return out.getvalue()


def _refused(text: str, code: str) -> ApplicationError:
    return ApplicationError(text, code=code, errors={"logo": [text], "file": [text]})
