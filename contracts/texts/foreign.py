"""The text of somebody else's contract, cut into its articles: what reviewers mark, compare and read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

_FIGURES: Final = "零一二三四五六七八九"
# 第一条 …, else 一、…, else 1. …: whichever counts on from one. Fewer than three are no articles.
_HEADS: Final = (
    re.compile(r"第\s*([零〇一二两三四五六七八九十百\d]+)\s*条[\s:：、.]*(.*)"),
    re.compile(r"([一二三四五六七八九十百]+)\s*、\s*(.*)"),
    re.compile(r"(\d{1,3})\s*[.、．](?!\d)\s*(.*)"),
)
_FEWEST: Final = 3
LONGEST_TITLE: Final = 40
# A paragraph may be as long as that; longer ones, and more than so many, are cut and joined so that texts can be compared.
LONGEST_PARAGRAPH, MOST_PARAGRAPHS = 1500, 60
# A line that ends so is over; another goes on in the next one.
_ENDS: Final = tuple("。；：！？.;:!?")
_BEGINS: Final = re.compile(
    r"(第\s*[零〇一二两三四五六七八九十百\d]+\s*[条章节]|[(（]?[一二三四五六七八九十\d]+[)）、.．]|[甲乙]方)"
)
# 第 3 页 共 8 页, 3 / 8, Page 3 of 8, - 3 -
_PAGE_NUMBER: Final = re.compile(
    r"(?:第|page)?[\s—–-]*(\d{1,3})\s*页?[\s,，/／—–-]*(?:[共of]+\s*(?=\d))?(?:(\d{1,3})\s*页?)?",
    re.IGNORECASE,
)
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
)


@dataclass(frozen=True)
class Article:
    """``title`` without its number, which counting gives it again; of a text without articles, its page."""

    code: str
    title: str
    paragraphs: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """As clauses are frozen. Braces would be read as places to fill in."""
        return {
            "code": self.code,
            "title": _without_braces(self.title),
            "paragraphs": [{"text": _without_braces(one)} for one in self.paragraphs],
        }


@dataclass(frozen=True)
class ForeignText:
    """What stands before the first article, and the articles."""

    preamble: str
    articles: tuple[Article, ...]


def articles_of_pages(pages: Sequence[str]) -> ForeignText:
    """The articles of a text; where it has none that can be told, its pages. A scan has neither."""
    set_lines = [_unnumbered(_lines(page), number, len(pages)) for number, page in enumerate(pages, start=1)]
    lines = [line for page in set_lines for line in page]
    for pattern in _HEADS:
        heads = list(_heads(lines, pattern))
        if len(heads) >= _FEWEST:
            return _cut(lines, heads)
    found = [
        Article(f"page_{number}", f"第{number}页", _paragraphs(page))
        for number, page in enumerate(set_lines, start=1)
    ]
    return ForeignText("", tuple(one for one in found if one.paragraphs))


def _lines(page: str) -> list[str]:
    cleaned = (" ".join(_UNPRINTABLE.sub("", line).split()) for line in page.splitlines())
    return [line for line in cleaned if line]


def _unnumbered(lines: list[str], number: int, pages: int) -> list[str]:
    """A page without its own number at its edge, which would stand in the middle of a sentence that goes on."""
    for edge in (-1, 0):
        if lines and (found := _PAGE_NUMBER.fullmatch(lines[edge])):
            said = [int(one) for one in found.groups() if one]
            if said in ([number], [number, pages]):
                del lines[edge]
                break
    return lines


def _heads(lines: Sequence[str], pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """(line, what stands behind the number) of those that count on from one."""
    wanted = 1
    for index, line in enumerate(lines):
        match = pattern.match(line)
        if match and _number(match[1]) == wanted:
            yield index, match[2].strip()
            wanted += 1


def _number(text: str) -> int:
    """十二 is 12, 一百零三 is 103, 12 is 12."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for sign in text.replace("〇", "零").replace("两", "二"):
        if sign == "百":
            total, digit = total + max(digit, 1) * 100, 0
        elif sign == "十":
            total, digit = total + max(digit, 1) * 10, 0
        else:
            digit = _FIGURES.index(sign) if sign in _FIGURES else 0
    return total + digit


def _cut(lines: Sequence[str], heads: Sequence[tuple[int, str]]) -> ForeignText:
    articles = []
    ends = [index for index, _rest in heads[1:]] + [len(lines)]
    for number, ((start, rest), end) in enumerate(zip(heads, ends, strict=True), start=1):
        # A heading is short; a sentence behind the number is the article itself.
        is_title = 0 < len(rest) <= LONGEST_TITLE and not rest.endswith(("。", "；", "，"))
        body = list(lines[start + 1 : end])
        if rest and not is_title:
            body.insert(0, rest)
        title = rest if is_title else _short(body[0] if body else "")
        articles.append(Article(f"article_{number}", title, _paragraphs(body)))
    return ForeignText("\n".join(_paragraphs(lines[: heads[0][0]])), tuple(articles))


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"


def _paragraphs(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines as they were set become paragraphs as they were written."""
    found: list[str] = []
    for line in lines:
        goes_on = found and not found[-1].endswith(_ENDS) and not _BEGINS.match(line)
        if goes_on and len(found[-1]) + len(line) <= LONGEST_PARAGRAPH:
            space = " " if found[-1][-1].isascii() and line[0].isascii() else ""
            found[-1] += space + line
        else:
            found += [line[at : at + LONGEST_PARAGRAPH] for at in range(0, len(line), LONGEST_PARAGRAPH)]
    while len(found) > MOST_PARAGRAPHS:
        found = [" ".join(found[at : at + 2]) for at in range(0, len(found), 2)]
    return tuple(found)


def _without_braces(text: str) -> str:
    return text.replace("{", "｛").replace("}", "｝")
