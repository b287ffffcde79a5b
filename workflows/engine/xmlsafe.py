"""Reading XML that strangers wrote: no entities, no network, bounded size and depth.

Every way a file can be bad ends in a Problem, none in an exception of a library."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from .problems import DefinitionError, Problem

MAX_BYTES: Final = 2_000_000
MAX_ELEMENTS: Final = 60_000
MAX_DEPTH: Final = 100
MAX_ATTRIBUTES: Final = 200

_DECLARED = re.compile(r"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["'][^>]*\?>""")
_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_xml(data: bytes | str) -> Any:
    """The root element of a document, or DefinitionError."""
    text = _decode(data)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _refused("xml_has_doctype")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position if error.position else (None, None)
        code = "xml_too_deep" if "xcessive depth" in str(error) else "not_xml"
        raise _refused(code, line=line, column=column or 0, detail=_first_line(error)) from None
    except (etree.LxmlError, ValueError) as error:
        raise _refused("not_xml", detail=_first_line(error), column=0) from None
    _check_shape(root)
    return root


def _decode(data: bytes | str) -> str:
    if isinstance(data, str):
        data = data.encode(errors="surrogatepass")
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise _refused("xml_not_text")
    if len(data) > MAX_BYTES:
        raise _refused("xml_too_large", size=len(data), maximum=MAX_BYTES)
    data = bytes(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4] in (b"<\0?\0", b"\0<\0?"):
        raise _refused("not_utf8", encoding="UTF-16")
    if data[:2] in (b"\x1f\x8b", b"PK"):
        raise _refused("xml_is_packed")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("not_utf8", encoding=f"byte {error.start}") from None
    if "\0" in text:
        raise _refused("xml_not_text")
    if not text.strip():
        raise _refused("xml_empty")
    declared = _DECLARED.match(text[:500])
    if declared and declared.group(1).lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise _refused("not_utf8", encoding=declared.group(1)[:30])
    # The declaration has been checked; without it the parser cannot be talked into another encoding.
    return _PROLOG.sub(lambda found: "\n" * found.group().count("\n"), text, count=1)


def _check_shape(root: Any) -> None:
    """All is asked of the parser's own tree: a walk in Python would take seconds."""
    if root.xpath("count(//*)") > MAX_ELEMENTS:
        raise _refused("xml_too_many_elements", maximum=MAX_ELEMENTS)
    too_deep = root.xpath(f"(//*[count(ancestor::*) = {MAX_DEPTH}])[1]")
    if too_deep:
        raise _refused("xml_too_deep", line=too_deep[0].sourceline)
    # The library needs minutes to read a hundred thousand attributes of one element.
    crowded = root.xpath(f"(//*[count(@*) > {MAX_ATTRIBUTES}])[1]")
    if crowded:
        raise _refused("xml_too_many_attributes", line=crowded[0].sourceline, maximum=MAX_ATTRIBUTES)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _refused(code: str, *, line: int | None = None, **params: Any) -> DefinitionError:
    return DefinitionError([Problem("error", code, None, line, params)])
