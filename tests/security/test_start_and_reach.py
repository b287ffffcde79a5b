"""Where the site may run, and what it refuses to start without."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

SECRET = "x" * 50
PRODUCTION = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "crm.example.com",
}
ASK = (
    "from config import settings as s; print(s.PRODUCTION, s.DEMO, s.ALLOWED_HOSTS, s.SESSION_COOKIE_SECURE)"
)


def start(tmp_path, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """The settings in a process of their own, with only these variables."""
    values = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", ASK],
        env={name: value for name, value in values.items() if value is not None},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_starts_with_all_it_needs(tmp_path):
    done = start(tmp_path, **PRODUCTION)
    assert done.stdout.split("\n")[0] == "True False ['crm.example.com'] True", done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("REDIS_URL", None),
        ("DEBUG", "1"),
    ],
)
def test_production_refuses_to_start_and_names_what_is_missing(tmp_path, name, value):
    done = start(tmp_path, **{**PRODUCTION, name: value})
    assert done.returncode != 0
    last = done.stderr.strip().split("\n")[-1]
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} "), done.stderr


@pytest.mark.django_db
class TestOutsideProduction:
    @pytest.mark.parametrize(
        "address", ["10.0.0.7", "203.0.113.9", "::ffff:10.0.0.7", "2001:db8::1", "", "x"]
    )
    @pytest.mark.parametrize("path", ["/account/login/", "/api/v1/auth/token/", "/metrics"])
    def test_other_machines_are_refused_whatever_host_they_name(self, cast, address, path):
        answer = Client(REMOTE_ADDR=address).get(path, headers={"Host": "localhost"})
        assert answer.status_code == 403
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
    def test_this_machine_is_served(self, cast, address):
        assert Client(REMOTE_ADDR=address).get("/account/login/").status_code == 200

    def test_a_foreign_host_is_refused_on_this_machine_too(self, cast):
        answer = Client().get("/account/login/", headers={"Host": "evil.example"})
        assert answer.status_code == 400


@pytest.mark.django_db
class TestSession:
    def test_a_link_does_not_sign_anybody_out(self, cast):
        client = Client()
        client.force_login(cast.rep1, backend=settings.AUTHENTICATION_BACKENDS[0])
        assert client.get("/account/logout/").status_code == 200
        assert "_auth_user_id" in client.session
        assert client.post("/account/logout/").status_code == 302
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize(
        "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
    )
    def test_signing_in_leads_to_no_other_site(self, cast, wanted):
        cast.rep1.set_password("a long password")
        cast.rep1.save()
        data = {"login": "rep1", "password": "a long password", "next": wanted}
        answer = Client().post(f"/account/login/?next={wanted}", data)
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/"

    def test_every_form_wants_its_token(self, cast):
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.rep1, backend=settings.AUTHENTICATION_BACKENDS[0])
        for path in (
            "/language/",
            "/appearance/",
            "/account/logout/",
            "/customers/new/",
            "/inbox/1/complete/",
        ):
            answer = client.post(path, {"language": "en", "name": "x"})
            assert answer.status_code == 403, path
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_wrong_passwords_are_refused_after_ten(self, cast):
        from django.core.cache import cache

        cache.clear()
        client = Client()
        data = {"login": "rep1", "password": "wrong"}
        found = [client.post("/account/login/", data).status_code for _attempt in range(12)]
        assert found[:10] == [200] * 10
        said = client.post("/account/login/", data).content.decode()
        assert "太多" in said or "过多" in said
        cache.clear()

    @pytest.mark.parametrize("cookie", ["\x00", "zz", "../../etc", "en" * 500, "zh-hans; x", "é"])
    def test_a_strange_language_cookie_means_chinese(self, cast, cookie):
        client = Client()
        client.cookies["django_language"] = cookie
        answer = client.get("/account/login/")
        assert answer.status_code == 200
        assert answer.headers["Content-Language"] == "zh-hans"
