"""Are the fonts there? Without a Chinese font WeasyPrint leaves the characters out and says nothing.

Asked of fontconfig's own tool, which takes a few milliseconds; where the tool is missing, a line of text is
printed and read back.
"""

import shutil
import subprocess
from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, register

FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
# Common, capital-figure, punctuation and rarer characters of names: a font that has these is a whole one.
PROBE = "合同催款壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分零整（）《》“”，。￥¥㐂䶮喆堃"
HINT = "Install the Noto CJK fonts (Debian and Ubuntu: apt-get install fonts-noto-cjk) and start again."


@register("pdf")
def check_fonts(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """One error for each family that contracts and letters are set in and that cannot print Chinese."""
    return [
        Error(
            f"The font “{family}” is missing or lacks Chinese characters: contracts and letters would have holes.",
            hint=HINT,
            id="core.pdf.E001",
        )
        for family in missing_families(FAMILIES)
    ]


def missing_families(families: Iterable[str]) -> list[str]:
    """Those of the families that are not installed with all probe characters, in regular and in bold."""
    tool = shutil.which("fc-list")
    has = _fontconfig_has if tool else _prints
    return [family for family in families if not has(family, tool or "")]


def _fontconfig_has(family: str, tool: str) -> bool:
    codepoints = " ".join(f"{ord(character):x}" for character in PROBE)
    pattern = f":family={family}:charset={codepoints}"
    found = subprocess.run([tool, pattern, "style"], capture_output=True, text=True, check=False)  # noqa: S603
    return "Regular" in found.stdout and "Bold" in found.stdout


def _prints(family: str, _tool: str) -> bool:
    """Print the probe and look which font the characters came from."""
    import io

    from pypdf import PdfReader
    from weasyprint import HTML

    html = f'<html lang="zh-CN"><p style="font-family:\'{family}\'">{PROBE}</p></html>'
    page = PdfReader(io.BytesIO(HTML(string=html).write_pdf())).pages[0]
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    wanted = family.replace(" ", "-")
    return PROBE in page.extract_text() and all(wanted in font["/BaseFont"] for font in fonts)
