"""The documents for people: the same ones in both languages, and nothing in them leads nowhere."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation

from core import help as documents
from core.help import FOLDER, READERS, anchor, picture, topic_for, topics
from core.navigation import entries
from tests.security.test_hostile_pages import pages

LANGUAGES = ("zh-hans", "en")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAKE = re.compile(r"`make ([a-z-]+)")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")


def in_language(language: str) -> list[documents.Topic]:
    with translation.override(language):
        return topics()


def test_each_document_exists_in_both_languages_and_explains_the_same_pages():
    zh, en = (in_language(language) for language in LANGUAGES)
    said = [[(one.slug, one.readers, one.pages, one.order) for one in found] for found in (zh, en)]
    assert said[0] == said[1]
    assert len(zh) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_a_title_a_summary_and_readers(language):
    for one in in_language(language):
        assert all([one.title, one.summary, one.readers]), one.slug
        assert set(one.readers) <= set(READERS), one.slug


def test_each_page_that_they_name_exists_and_no_page_is_explained_twice():
    named = [page for one in in_language("en") for page in one.pages]
    known = {name for name, _pattern in pages()}
    assert set(named) <= known
    assert len(named) == len(set(named))


def test_each_page_of_the_navigation_is_explained():
    unexplained = [entry.url_name for entry in entries() if topic_for(entry.url_name) is None]
    assert unexplained == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_pictures_and_commands_exist(language):
    with translation.override(language):
        by_slug = {one.slug: one for one in topics()}
        for one in by_slug.values():
            for target in LINK.findall(one.source):
                assert leads_somewhere(target, by_slug, one), (one.slug, target)
            makefile = (FOLDER.parent.parent / "Makefile").read_text()
            for name in MAKE.findall(one.source):
                assert re.search(rf"^{name}:", makefile, re.M), (one.slug, name)
            for name in MANAGE.findall(one.source):
                assert name in commands(), (one.slug, name)


def commands() -> set[str]:
    from django.core.management import get_commands

    return set(get_commands())


def leads_somewhere(target: str, by_slug: dict, one: documents.Topic) -> bool:
    document, _hash, part = target.partition("#")
    if target.startswith("../pictures/"):
        return picture(target.removeprefix("../pictures/")) is not None
    if document.startswith("/"):
        try:
            return resolve(document) is not None
        except Resolver404:
            return False
    about = by_slug.get(document.removesuffix(".md")) if document else one
    headings = re.findall(r"^#+ (.*)$", about.source, re.M) if about else []
    return about is not None and (not part or part in {anchor(heading) for heading in headings})


def test_every_picture_is_shown_somewhere():
    shown = {
        name
        for language in LANGUAGES
        for one in in_language(language)
        for name in re.findall(r"\.\./pictures/([\w.-]+)", one.source)
    }
    assert {path.name for path in documents.PICTURES.glob("*.*")} == shown


@pytest.mark.django_db
class TestPages:
    def test_the_help_of_a_page_is_offered_on_it_and_shown_in_a_dialog(self, cast, signed_in):
        client = signed_in(cast.rep1)
        assert 'hx-get="/help/tasks/"' in client.get("/inbox/").content.decode()
        piece = client.get("/help/tasks/", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in piece
        assert 'id="dialog-title"' in piece

    def test_the_index_finds_documents_by_a_text(self, cast, signed_in):
        client = signed_in(cast.rep1)
        assert "/help/payments/" in client.get("/help/", {"q": "催款单"}).content.decode()
        assert "/help/payments/" not in client.get("/help/", {"q": "没有这样的文字"}).content.decode()

    @pytest.mark.parametrize(
        "address", ["/help/nothing/", "/help/pictures/nothing.png", "/help/pictures/..%2Fzh%2Ftasks.md"]
    )
    def test_what_is_no_document_is_404(self, cast, signed_in, address):
        assert signed_in(cast.rep1).get(address).status_code == 404

    def test_strangers_sign_in_first(self, cast):
        for address in ("/help/", "/help/tasks/", "/help/pictures/x.png"):
            assert Client().get(address).url.startswith("/account/login/")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_document_is_drawn(self, cast, signed_in, language):
        cast.rep1.language = language
        cast.rep1.save(update_fields=["language"])
        client = signed_in(cast.rep1)
        for one in in_language(language):
            assert one.title in client.get(f"/help/{one.slug}/").content.decode()
