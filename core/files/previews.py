"""Pictures made smaller: drawn anew by us, so that nothing of the original is shown but its pixels.

Whatever stands beside the pixels (where a photograph was taken, the camera, a second picture) is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from core.files.checks import IMAGES

# As a tile in a list, and large enough to read a screenshot of a chat.
SIZES = {"small": 320, "large": 1600}
MEDIA_TYPE = "image/webp"


@dataclass(frozen=True)
class Preview:
    """A picture of one of the two sizes."""

    size: str
    content: bytes


def previews_of(content: bytes) -> list[Preview]:
    """Both sizes of a picture that was checked; nothing where it cannot be drawn after all."""
    try:
        with Image.open(BytesIO(content), formats=list(set(IMAGES.values()))) as image:
            # A JPEG is read at the size it is needed in: a tenth of the memory.
            image.draft("RGB", (SIZES["large"], SIZES["large"]))
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if _is_see_through(upright) else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return []
    return [Preview(name, _drawn(plain, side)) for name, side in SIZES.items()]


def _is_see_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _drawn(image: Image.Image, side: int) -> bytes:
    smaller = Image.frombytes(image.mode, image.size, image.tobytes())
    smaller.thumbnail((side, side))
    out = BytesIO()
    smaller.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
