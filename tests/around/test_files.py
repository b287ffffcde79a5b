"""What may be attached: by content, not by name."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from core.errors import ApplicationError
from core.files import check_upload, clean_name, previews_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def picture(kind="PNG", size=(40, 30), **options):
    out = BytesIO()
    Image.new("RGB", size, "#2f54d3").save(out, kind, **options)
    return out.getvalue()


def packed(**files):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


WORD = packed(**{"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("图.png", picture(), "image/png"),
        ("照片.JPG", picture("JPEG"), "image/jpeg"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.gif", picture("GIF"), "image/gif"),
        ("合同.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("合同.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("发票.ofd", packed(**{"OFD.xml": "<x/>"}), "application/ofd"),
        ("旧表.xls", OLE, "application/vnd.ms-excel"),
        ("名单.csv", "姓名,电话\n李雷,138".encode("gb18030"), "text/csv"),
        ("说明.txt", "说明".encode(), "text/plain"),
        ("资料.zip", packed(**{"a/b.pdf": "%PDF-1.7"}), "application/zip"),
        ("录音.amr", b"#!AMR\n...", "audio/amr"),
        ("录音.m4a", b"\x00\x00\x00\x18ftypM4A ....", "audio/mp4"),
    ],
)
def test_what_people_work_with_is_taken(name, content, media_type):
    found = check_upload(name, content)
    assert (found.name, found.media_type, found.content) == (name, media_type, content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"", "empty"),
        ("a.pdf", b"%PDF-" + b"x" * (20 * 1024 * 1024), "too_large"),
        ("setup.exe", b"MZ...", "wrong_kind"),
        ("page.html", b"<script>alert(1)</script>", "wrong_kind"),
        ("logo.svg", b"<svg onload='alert(1)'/>", "wrong_kind"),
        ("no extension", b"x", "wrong_kind"),
        ("a.docm", WORD, "wrong_kind"),
        ("a.pdf", b"MZ\x90\x00", "wrong_content"),
        ("a.png", b"<svg/>", "wrong_content"),
        ("a.png", picture("JPEG"), "wrong_content"),
        ("a.jpg", picture("JPEG")[:60], "wrong_content"),
        ("a.docx", packed(**{"xl/workbook.xml": "<x/>"}), "wrong_content"),
        ("a.docx", b"PK\x03\x04 broken", "wrong_content"),
        ("a.xls", b"<html>", "wrong_content"),
        ("a.txt", b"MZ\x00\x01", "wrong_content"),
        ("a.mp4", b"<html><body>", "wrong_content"),
        ("a.docx", packed(**{"word/document.xml": "<x/>", "word/vbaProject.bin": "x"}), "macros"),
        ("a.xls", OLE + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
        ("a.zip", packed(**{"readme.txt": "x", "内/setup.EXE": "MZ"}), "dangerous"),
        ("a.zip", packed(**{"a.html": "<script>"}), "dangerous"),
        ("bomb.zip", packed(zeros="0" * 30_000_000), "bomb"),
        ("bomb.docx", packed(**{"word/document.xml": "0" * 30_000_000}), "bomb"),
    ],
)
def test_everything_else_is_refused_with_its_reason(name, content, code):
    with pytest.raises(ApplicationError) as refused:
        check_upload(name, content)
    assert refused.value.code == code
    assert refused.value.errors["file"]


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn():
    # 7,000 x 7,000 white pixels weigh a few kilobytes.
    with pytest.raises(ApplicationError) as refused:
        check_upload("big.png", picture(size=(7000, 7000)))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("..\\..\\合同.pdf", "合同.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        (' "x"\r\nSet-Cookie: a=1.pdf', "xSet-Cookie a=1.pdf"),
        ("x" * 300 + ".docx", "x" * 145 + ".docx"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_names_are_cleaned(given, clean):
    assert clean_name(given) == clean


class TestPreviews:
    def test_two_sizes_without_what_stood_beside_the_pixels(self):
        exif = Image.Exif()
        exif[0x010F] = "Camera"
        exif.get_ifd(0x8825)[2] = (31.0, 14.0, 3.0)
        made = previews_of(picture("JPEG", (2400, 1200), exif=exif))
        sizes = {}
        for one in made:
            with Image.open(BytesIO(one.content)) as image:
                sizes[one.size] = image.size
                assert image.format == "WEBP"
                assert not dict(image.getexif())
        assert sizes == {"small": (320, 160), "large": (1600, 800)}

    def test_a_photograph_held_upright_is_shown_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        small = previews_of(picture("JPEG", (400, 200), exif=exif))[0]
        with Image.open(BytesIO(small.content)) as image:
            assert image.size == (160, 320)

    def test_what_cannot_be_drawn_has_none(self):
        assert previews_of(b"no picture at all") == []
