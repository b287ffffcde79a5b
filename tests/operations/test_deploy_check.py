"""``manage.py check --deploy`` in a process of its own, with the environment of a company."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.tiers import sampled

GOOD = {
    "DATABASE_URL": "postgres://xiaoliu@127.0.0.1:1/xiaoliu",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "flow.example.com",
    "SITE_URL": "https://flow.example.com",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.com:587",
    "MAIL_FROM": "Xiaoliu <xiaoliu@example.com>",
    "METRICS_TOKEN": secrets.token_urlsafe(32),
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    """Where collectstatic has left its list; what it lists is not looked at."""
    data_dir = tmp_path_factory.mktemp("deployed")
    (data_dir / "static").mkdir()
    (data_dir / "static/staticfiles.json").write_text('{"paths": {"app.css": "app.1234.css"}}')
    return data_dir


def manage(*arguments: str, environment: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    values = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={name: value for name, value in values.items() if value is not None},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def check(data_dir: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    return manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        environment={"DATA_DIR": str(data_dir), **GOOD, **changes},
    )


def test_a_sane_environment_has_nothing_to_complain_about(collected):
    done = check(collected)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    sampled(
        [
            ({"SITE_URL": None}, "config.W001", "links"),
            ({"SITE_URL": "http://flow.example.com"}, "config.E002", "https"),
            ({"SITE_URL": "https://other.example.com"}, "config.E003", "ALLOWED_HOSTS"),
            ({"EMAIL_URL": None}, "config.W002", "invitation"),
            ({"MAIL_FROM": None}, "config.W003", "MAIL_FROM"),
            ({"SECURE_COOKIES": "0"}, "config.E004", "session"),
            ({"METRICS_TOKEN": "short"}, "config.E005", "guessed"),
            ({"WEBHOOK_ALLOWED_NETS": "10.1.2.0/24,0.0.0.0/0"}, "config.E006", "0.0.0.0/0"),
            ({"SSL_REDIRECT": "0"}, "security.W008", "SECURE_SSL_REDIRECT"),
            ({"HSTS_SECONDS": "0"}, "security.W004", "SECURE_HSTS_SECONDS"),
            ({"SECRET_KEY": "a" * 45}, "security.W009", "SECRET_KEY"),
        ],
        every=4,
    ),
)
def test_a_bad_one_is_named_with_what_it_means(collected, changes, code, word):
    done = check(collected, **changes)
    assert done.returncode != 0
    found = set(re.findall(r"\(((?:config|security)\.[EW]\d+)\)", done.stderr))
    # Django has a word of its own about cookies.
    assert found - {"security.W012", "security.W016"} == {code}, done.stderr
    assert word in done.stderr
    assert GOOD["SECRET_KEY"] not in done.stderr


def test_static_files_must_have_been_collected(tmp_path):
    done = check(tmp_path)
    assert "config.E007" in done.stderr
    assert "collectstatic" in done.stderr


def test_a_front_end_must_have_been_built(tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static/staticfiles.json").write_text('{"paths": {}}')
    assert "config.E008" in check(tmp_path).stderr


def test_the_trial_is_not_production():
    # The embedded servers of the tests are at hand: nothing new is started.
    done = manage("check", "--deploy", environment={"DATA_DIR": str(settings.DATA_DIR)})
    assert "config.E001" in done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter"),
        ({"REDIS_URL": None}, "REDIS_URL is not set"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is json or text"),
    ],
)
def test_what_would_be_unsafe_stops_the_start(collected, changes, said):
    done = check(collected, **changes)
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]
