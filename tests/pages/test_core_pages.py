"""Sign-in, first run, language, theme, refusals: the pages of the ground."""

import pytest
from django.test import Client
from django.utils.html import escape

from core.errors import ApplicationError, Conflict
from core.models import Department, User
from core.views.errors import refusal

FIRST = {"company": "东方阀门", "display_name": "贺明", "username": "admin", "password": "liu-shui-xian-1"}


class TestFirstRun:
    def test_every_page_leads_there_while_nobody_exists(self, client, db):
        assert client.get("/inbox/").url == "/first-run/"
        assert "欢迎使用销流" in client.get("/first-run/").content.decode()

    def test_it_creates_the_administrator_and_signs_in(self, client, db):
        answer = client.post("/first-run/", FIRST, follow=True)
        assert answer.status_code == 200
        person = User.objects.get()
        assert (person.username, person.is_superuser) == ("admin", True)
        assert person.check_password(FIRST["password"])
        assert Department.objects.get(code="hq").name == "东方阀门"

    @pytest.mark.parametrize("password", ["kurz", "password123", "admin-admin"])
    def test_a_weak_password_is_refused_and_nobody_is_created(self, client, db, password):
        answer = client.post("/first-run/", {**FIRST, "password": password, "username": "admin-admin"})
        assert answer.status_code == 400
        assert not User.objects.exists()

    def test_there_is_no_such_page_afterwards(self, client, cast):
        before = User.objects.count()
        assert client.post("/first-run/", FIRST).status_code == 404
        assert User.objects.count() == before


class TestSignIn:
    def test_it_leads_to_the_desk(self, client, cast):
        answer = client.post("/account/login/", {"login": "rep1", "password": "xiaoliu"}, follow=True)
        assert answer.redirect_chain[-1][0] == "/"

    def test_a_wrong_password_says_so_without_saying_which_was_wrong(self, client, cast):
        answer = client.post("/account/login/", {"login": "rep1", "password": "nein"})
        assert answer.status_code == 200
        assert "note-red" in answer.content.decode()

    def test_nobody_signs_up(self, client, cast):
        before = User.objects.count()
        page = client.post("/account/signup/", {"username": "x", "password1": "liu-shui-xian-1"})
        assert "账号由管理员创建" in page.content.decode()
        assert User.objects.count() == before


class TestPreferences:
    def test_the_language_stays_with_the_person(self, cast, signed_in):
        client = signed_in(cast.rep1)
        answer = client.post("/language/", {"language": "en", "next": "/inbox/?box=done"}, follow=True)
        assert answer.redirect_chain[-1][0] == "/inbox/?box=done"
        assert 'lang="en"' in answer.content.decode()
        cast.rep1.refresh_from_db()
        assert cast.rep1.language == "en"

    def test_before_sign_in_a_cookie_keeps_it(self, client, cast):
        client.post("/language/", {"language": "en", "next": "/account/login/"})
        assert "Sign in" in client.get("/account/login/").content.decode()

    @pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:x"])
    def test_it_never_leads_to_another_site(self, client, cast, wanted):
        assert client.post("/language/", {"language": "en", "next": wanted}).url == "/"

    def test_an_unknown_theme_changes_nothing(self, cast, signed_in):
        client = signed_in(cast.rep1)
        client.post("/appearance/", {"theme": "dark"})
        client.post("/appearance/", {"theme": "pink"})
        cast.rep1.refresh_from_db()
        assert cast.rep1.theme == "dark"

    def test_density_and_contrast_are_kept_and_shown_on_every_page(self, cast, signed_in):
        client = signed_in(cast.rep1)
        client.post("/appearance/", {"density": "compact"})
        client.post("/appearance/", {"high_contrast": "on"})
        page = client.get("/inbox/").content.decode()
        assert 'data-density="compact"' in page
        assert 'data-contrast="more"' in page
        client.post("/appearance/", {"high_contrast": "off", "density": "tiny"})
        cast.rep1.refresh_from_db()
        assert (cast.rep1.density, cast.rep1.high_contrast) == ("compact", False)


class TestAdministration:
    def test_it_holds_what_this_person_may_use_behind_one_entry(self, cast, signed_in):
        client = signed_in(cast.admin)
        page = client.get("/administration/").content.decode()
        assert 'href="/webhooks/"' in page
        assert 'href="/background/"' in page
        assert 'href="/administration/"' in client.get("/inbox/").content.decode()

    def test_whoever_may_use_none_is_refused_and_sees_no_entry(self, cast, signed_in):
        client = signed_in(cast.rep1)
        assert client.get("/administration/").status_code == 403
        assert "/administration/" not in client.get("/inbox/").content.decode()


class TestDesign:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_the_catalogue_shows_every_part_with_its_source(self, cast, signed_in, language):
        cast.rep1.language = language
        cast.rep1.save(update_fields=["language"])
        answer = signed_in(cast.rep1).get("/design/")
        page = answer.content.decode()
        for part in answer.context["parts"]:
            assert f'id="{part.name}"' in page
            assert escape(part.source) in page

    def test_strangers_sign_in_first(self, client, cast):
        assert client.get("/design/").url.startswith("/account/login/")


class TestRefusals:
    def test_a_missing_page_speaks_both_languages(self, client, cast):
        answer = client.get("/nowhere/")
        assert answer.status_code == 404
        assert "页面不存在" in answer.content.decode()
        assert "This page does not exist" in answer.content.decode()

    def test_a_failure_of_ours_shows_a_page_that_needs_nothing(self, cast, monkeypatch):
        monkeypatch.setattr("core.navigation.navigation_for", lambda request: 1 / 0)
        client = Client(raise_request_exception=False)
        client.force_login(cast.rep1, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get("/inbox/")
        assert answer.status_code == 500
        assert "系统出了问题" in answer.content.decode()

    def test_a_stale_form_says_so(self, cast):
        client = Client(enforce_csrf_checks=True)
        answer = client.post("/language/", {"language": "en"})
        assert answer.status_code == 403
        assert "页面打开时间过长" in answer.content.decode()

    @pytest.mark.parametrize(
        ("error", "status"), [(ApplicationError("不行。"), 400), (Conflict("晚了。"), 409)]
    )
    def test_a_services_refusal_is_shown_in_its_own_words(self, rf, cast, error, status):
        request = rf.get("/")
        request.user = cast.rep1
        answer = refusal(request, error)
        assert answer.status_code == status
        assert str(error) in answer.content.decode()
