"""Embed only the glyphs a document shows: 15 kB instead of 400 kB, and a third of the time.

WeasyPrint keeps a place for each of the 65,000 glyphs of a Noto CJK font in every file, because it refers to
glyphs by their number. A CFF font that is keyed by character id has a table of its own for that (PDF 32000-1,
9.7.4.2: CIDs are looked up in the font's charset), and HarfBuzz keeps those ids when it cuts a font down. So
for the two families we print with, we let it cut without holes, and embed the bare CFF table, which is the
form in which viewers consult the charset (checked with Poppler, PDFium and MuPDF).

Touches WeasyPrint's inner ``Font``; ``test_pdf_rendering`` fails when an update breaks it.
"""

import struct
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data

# Their glyph numbers are their character ids, which is what makes the short way right.
FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
# For vertical text, layout and hints: all of it was used up when the lines were set.
USELESS_TABLES = (b"BASE", b"DSIG", b"GDEF", b"GPOS", b"GSUB", b"VORG", b"vhea", b"vmtx")


class CompactFont(Font):  # type: ignore[misc]
    """One of our fonts, cut down to the glyphs in use."""

    def subset(self, to_unicode: dict[int, str], hinting: bool) -> None:
        if not to_unicode or self.missing:
            super().subset(to_unicode, hinting)
            return
        wanted = ffi.gc(
            harfbuzz_subset.hb_subset_input_create_or_fail(), harfbuzz_subset.hb_subset_input_destroy
        )
        _add_sorted(harfbuzz_subset.hb_subset_input_glyph_set(wanted), to_unicode)
        _add_sorted(
            harfbuzz_subset.hb_subset_input_set(wanted, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG),
            [harfbuzz.hb_tag_from_string(name, -1) for name in USELESS_TABLES],
        )
        flags = harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE | harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
        harfbuzz_subset.hb_subset_input_set_flags(wanted, flags)
        face = ffi.gc(harfbuzz_subset.hb_subset_or_fail(self.hb_face, wanted), harfbuzz.hb_face_destroy)
        content = get_hb_object_data(face) if face else None
        if content:
            self.file_content = content
            self.is_compact = True
        else:
            super().subset(to_unicode, hinting)


class FontShelf(dict[int, Any]):
    """The fonts of a document; ours become compact when they are put in."""

    def __setitem__(self, key: int, font: Font) -> None:
        if font.family in FAMILIES and "CFF " in font.tables:
            font.__class__ = CompactFont
        super().__setitem__(key, font)


def embed_bare_tables(document: Any, pdf: pydyf.PDF) -> None:
    """A finisher for ``write_pdf``: swap each compact font file for its CFF table."""
    compact = {
        id(font.file_content) for font in document.fonts.values() if getattr(font, "is_compact", False)
    }
    streams = {}
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream) and thing.stream and id(thing.stream[0]) in compact:
            thing.stream = [_table(thing.stream[0], b"CFF ")]
            thing.extra["Subtype"] = "/CIDFontType0C"
            streams[thing.reference] = thing
    descriptors = {
        thing.reference
        for thing in pdf.objects
        if isinstance(thing, pydyf.Dictionary) and thing.get("FontFile3") in streams
    }
    for thing in pdf.objects:
        # The map is for TrueType fonts; left in, some viewers follow it instead of the charset.
        if isinstance(thing, pydyf.Dictionary) and thing.get("FontDescriptor") in descriptors:
            thing.pop("CIDToGIDMap", None)


def _add_sorted(target: Any, values: Any) -> None:
    ordered = sorted(values)
    harfbuzz.hb_set_add_sorted_array(
        target, ffi.new(f"hb_codepoint_t[{len(ordered)}]", ordered), len(ordered)
    )


def _table(font: bytes, wanted: bytes) -> bytes:
    """One table of an OpenType file."""
    (count,) = struct.unpack(">H", font[4:6])
    for index in range(count):
        start = 12 + 16 * index
        name, _checksum, offset, length = struct.unpack(">4sIII", font[start : start + 16])
        if name == wanted:
            return font[offset : offset + length]
    raise LookupError(f"The font has no table {wanted!r}.")
