"""PDFs as customers send them: their own contract, a scan of it, and files that nobody should pass on."""

from __future__ import annotations

import io
import zlib
from functools import cache

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    TextStringObject,
)
from weasyprint import HTML

THEIRS = (
    ("供货范围", "乙方按本合同附件向甲方提供会员服务，服务期一年。"),
    ("价款及支付", "甲方收到乙方开具的增值税专用发票后90日内付款，乙方不得以未付款为由中止服务。"),
    ("违约责任", "乙方迟延履行的，每日按合同总价的百分之一支付违约金，上不封顶。"),
    ("争议解决", "双方发生争议的，提交甲方所在地人民法院管辖。{not_a_placeholder}"),
)


@cache
def their_contract(articles: tuple[tuple[str, str], ...] = THEIRS, heading: str = "采购合同") -> bytes:
    """Their own contract, one article a paragraph, as their word processor makes it."""
    signs = "一二三四五六七八九十"
    body = "".join(
        f"<h3>第{signs[at]}条　{title}</h3><p>{text}</p>" for at, (title, text) in enumerate(articles)
    )
    html = f"<h1>{heading}</h1><p>甲方与乙方经协商一致，订立本合同。</p>{body}"
    content: bytes = HTML(string=f"<body style='font-family:Noto Serif CJK SC'>{html}").write_pdf()
    return content


@cache
def scanned() -> bytes:
    """Pages without a letter that could be read."""
    writer = pypdf.PdfWriter()
    for _page in range(2):
        writer.add_blank_page(width=595, height=842)
    return written(writer)


def changed(change) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(their_contract()))
    change(writer)
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    found = io.BytesIO()
    writer.write(found)
    return found.getvalue()


def with_script() -> bytes:
    script = DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert('hello')"),
    })  # fmt: skip
    return changed(lambda writer: writer._root_object.update({NameObject("/OpenAction"): script}))


def with_attachment() -> bytes:
    return changed(lambda writer: writer.add_attachment("virus.exe", b"MZ"))


def with_launch() -> bytes:
    action = DictionaryObject({
        NameObject("/S"): NameObject("/Launch"),
        NameObject("/F"): TextStringObject("calc.exe"),
    })  # fmt: skip
    return changed(lambda writer: writer._root_object.update({NameObject("/OpenAction"): action}))


def with_a_hidden_script() -> bytes:
    """Where no page and no catalogue leads to it."""

    def hide(writer: pypdf.PdfWriter) -> None:
        writer._add_object(
            DictionaryObject({NameObject("/JS"): TextStringObject("app.launchURL('http://x')")})
        )

    return changed(hide)


def locked_with_a_password() -> bytes:
    return changed(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))


def of_many_pages(number: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _page in range(number):
        writer.add_blank_page(width=100, height=100)
    return written(writer)


def that_swells(megabytes: int = 3000) -> bytes:
    """A page whose content is a few kilobytes and becomes gigabytes."""
    packer = zlib.compressobj(1)
    block = b"0 0 m " * 175_000
    packed = b"".join(packer.compress(block) for _n in range(megabytes)) + packer.flush()
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    stream = EncodedStreamObject()
    stream._data = zlib.compress(packed, 9)
    stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), NameObject("/FlateDecode")])
    page[NameObject("/Contents")] = writer._add_object(stream)
    return written(writer)
