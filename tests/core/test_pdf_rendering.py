"""The ground under every printed document: the same bytes, our own files only, real glyphs, no clock."""

import io
import logging
import os
import subprocess
import sys
from hashlib import sha256

import pytest
from django.core.checks import run_checks
from pypdf import PdfReader

from core.pdf import checks, filters
from core.pdf.documents import render_contract, render_dunning_notice
from core.pdf.errors import ForeignResourceError, MissingGlyphsError, MissingValueError
from core.pdf.placeholders import fill, names_in
from tests.core import pdf_samples as samples


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture
def print_html(settings, tmp_path):
    """Print a template written in the test, with the site's own print folder behind it."""
    from core.pdf import rendering

    (tmp_path / "print").mkdir()
    (tmp_path / "print" / "probe.css").write_text("p { font-family: 'Noto Sans CJK SC' }")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    caches = (rendering._templates, rendering._find)
    for cache in caches:
        cache.cache_clear()

    def render(body: str, context=None, **options) -> bytes:
        base = '{% extends "print/base.html" %}{% block content %}' + body + "{% endblock %}"
        (tmp_path / "print" / "probe.html").write_text(base)
        rendering._templates.cache_clear()
        return rendering.render("print/probe.html", context or {}, **options)

    yield render
    for cache in caches:
        cache.cache_clear()


class TestSameBytes:
    def test_prints_a_contract_twice_to_the_same_bytes_with_another_in_between(self):
        first = render_contract(samples.contract())
        render_dunning_notice(samples.notice())
        assert render_contract(samples.contract()) == first

    def test_prints_the_same_bytes_in_another_process_with_other_hashes(self):
        program = (
            "import os, sys, hashlib, django; django.setup();"
            "from core.pdf.documents import *; from tests.core import pdf_samples as s;"
            "digest = lambda content: hashlib.sha256(content).hexdigest();"
            "run = render_dunning_run([s.notice(2), s.notice(14), s.notice(3)]);"
            "print(digest(render_contract(s.contract())), digest(run.content), *map(digest, run.files))"
        )
        answers = set()
        for seed in ("1", "2"):
            environment = {
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": "UTC" if seed == "1" else "Asia/Shanghai",
            }
            finished = subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
            )
            answers.add(finished.stdout)
        assert len(answers) == 1
        here = sha256(render_contract(samples.contract())).hexdigest()
        assert answers.pop().split()[0] == here

    def test_writes_no_date_of_its_own(self):
        content = render_contract(samples.contract())
        metadata = PdfReader(io.BytesIO(content)).metadata
        assert "/CreationDate" not in metadata
        assert "/ModDate" not in metadata

    def test_another_contract_has_another_identifier(self):
        one, other = (
            PdfReader(io.BytesIO(render_contract(samples.contract(number=number)))).trailer["/ID"]
            for number in ("XS-2026-0001", "XS-2026-0002")
        )
        assert one != other


class TestText:
    def test_chinese_can_be_selected_and_searched(self, print_html):
        text = text_of(
            print_html("<p>{{ text }}</p>", {"text": "甲方应按期支付合同价款，“逾期”按日计收违约金。"})
        )
        assert "甲方应按期支付合同价款，“逾期”按日计收违约金。" in text

    def test_closing_gaps_between_signs_leaves_the_text_as_it_was(self, print_html):
        sentence = "（以下简称“平台”）。《民法典》《电子商务法》：「甲方」，"
        assert sentence in text_of(print_html("<p>{{ text|typeset }}</p>", {"text": sentence}))

    def test_embeds_only_the_glyphs_in_use_and_they_are_the_right_ones(self, print_html, tmp_path):
        content = print_html("<p>{{ text }}</p>", {"text": "壹贰叁肆伍陆柒捌玖拾"})
        assert len(content) < 30_000
        fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]
        descriptors = [font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts.values()]
        assert {str(font["/FontFile3"]["/Subtype"]) for font in descriptors} == {"/CIDFontType0C"}
        # Seen, not read: the same line drawn by a viewer from the small font and from the whole one.
        assert drawn(content, tmp_path) == drawn(whole_fonts(content, print_html), tmp_path)

    def test_refuses_a_character_that_no_font_has(self, print_html):
        with pytest.raises(MissingGlyphsError, match=r"U\+E0A5") as refusal:
            print_html("<p>{{ text }}</p>", {"text": "客户\ue0a5公司"})
        assert refusal.value.characters == "\ue0a5"

    def test_escapes_what_people_wrote(self, print_html):
        text = text_of(print_html("<p>{{ text|typeset }}</p>", {"text": "<b>甲方</b> & <img src=x>"}))
        assert "<b>甲方</b> & <img src=x>" in text

    def test_nothing_is_logged_while_our_documents_are_printed(self, caplog):
        caplog.set_level(logging.WARNING, logger="weasyprint")
        render_contract(samples.contract(draft=True))
        render_dunning_notice(samples.notice(draft=True))
        assert caplog.messages == []


def drawn(content: bytes, folder) -> bytes:
    """The first page as a picture, drawn by Poppler."""
    (folder / "page.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "60", "-singlefile", folder / "page.pdf", folder / "page"], check=True)
    return (folder / "page.ppm").read_bytes()


def whole_fonts(_content: bytes, print_html) -> bytes:
    """The same page as WeasyPrint writes it by itself."""
    from core.pdf import engine

    shelf, finisher = engine.FontShelf, engine.embed_bare_tables
    engine.FontShelf, engine.embed_bare_tables = dict, None
    try:
        return print_html("<p>{{ text }}</p>", {"text": "壹贰叁肆伍陆柒捌玖拾"})
    finally:
        engine.FontShelf, engine.embed_bare_tables = shelf, finisher


class TestForeignFiles:
    @pytest.mark.parametrize(
        "address",
        [
            "file:///etc/passwd",
            "http://169.254.169.254/latest/meta-data/",
            "https://example.com/logo.png",
            "ftp://example.com/a.png",
            "data:image/png;base64,iVBORw0KGgo=",
            "logo.png",
            "../../manage.py",
            "//example.com/a.png",
            "named:another",
            "static:../config/settings.py",
            "static:%2e%2e/%2e%2e/etc/passwd",
            "static:",
            "static:not/there.png",
        ],
    )
    def test_refuses_an_image_that_is_not_ours(self, print_html, address):
        with pytest.raises(ForeignResourceError):
            print_html('<img src="{{ address }}">', {"address": address}, files={"logo": b"ours"})

    @pytest.mark.parametrize(
        "markup",
        [
            '<link rel="stylesheet" href="http://example.com/a.css">',
            '<link rel="attachment" href="file:///etc/passwd">',
            "<style>@import url(file:///etc/passwd)</style>",
            "<style>p { background: url(http://example.com/a.png) }</style><p>正文</p>",
            "<style>@font-face { font-family: x; src: url(http://example.com/a.woff2) }</style><p>正文</p>",
            '<object data="http://example.com/a.svg">x</object>',
            '<embed src="http://example.com/a.svg">',
        ],
    )
    def test_refuses_every_other_way_to_load_a_file(self, print_html, markup):
        with pytest.raises(ForeignResourceError):
            print_html(markup)

    def test_an_svg_of_ours_cannot_reach_out_either(self, print_html):
        svg = (
            b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
            b'<image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>'
        )
        with pytest.raises(ForeignResourceError):
            print_html('<img src="named:logo">', files={"logo": svg})

    def test_shows_a_file_that_was_handed_over(self, print_html):
        content = print_html('<img src="named:logo">', files={"logo": png()})
        assert len(PdfReader(io.BytesIO(content)).pages[0].images) == 1


def png() -> bytes:
    from PIL import Image

    output = io.BytesIO()
    Image.new("RGB", (20, 10), "navy").save(output, "PNG")
    return output.getvalue()


class TestFontCheck:
    def test_finds_the_fonts_of_this_machine(self):
        assert checks.missing_families(checks.FAMILIES) == []

    def test_names_a_family_that_is_missing_with_a_way_out(self, monkeypatch):
        monkeypatch.setattr(checks, "FAMILIES", ("No Such Song",))
        (error,) = checks.check_fonts()
        assert error.id == "core.pdf.E001"
        assert "No Such Song" in error.msg
        assert "fonts-noto-cjk" in error.hint

    def test_a_family_without_chinese_does_not_pass(self):
        assert checks.missing_families(["DejaVu Sans", "Noto Sans CJK SC"]) == ["DejaVu Sans"]

    def test_prints_a_probe_where_fontconfigs_tool_is_missing(self, monkeypatch):
        monkeypatch.setattr(checks.shutil, "which", lambda _tool: None)
        assert checks.missing_families([*checks.FAMILIES, "No Such Song"]) == ["No Such Song"]

    def test_runs_with_the_checks_of_the_site(self):
        assert [found for found in run_checks(tags=["pdf"]) if found.id == "core.pdf.E001"] == []


class TestPlaceholders:
    def test_fills_names_and_leaves_other_braces_alone(self):
        assert (
            fill("{a}与{article:b}，{ 不是 }", {"a": "甲{b}", "article:b": "第三条"})
            == "甲{b}与第三条，{ 不是 }"
        )

    @pytest.mark.parametrize("values", [{}, {"a": ""}])
    def test_refuses_a_hole_in_a_sentence(self, values):
        with pytest.raises(MissingValueError, match=r"\{a\}"):
            fill("自{a}起", values)

    def test_reaches_no_attribute_and_no_index(self):
        assert names_in("{a.__class__} {a[0]} {a!r} {a:>9999999} {0}") == set()

    def test_lists_what_a_text_asks_for(self):
        assert names_in("{amount}按{article:breach}") == {"amount", "article:breach"}


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("“平台”）", '“平台<span class="half">”</span>）'),
        ("》《", '<span class="half">》</span>《'),
        ("（“", '（<span class="half">“</span>'),
        ("。甲", "。甲"),
    ],
)
def test_marks_the_sign_that_gives_way(text, marked):
    assert filters.typeset(text) == marked
