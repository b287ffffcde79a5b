"""docs/acceptance.md names a test for every promise: each must exist, and none may be skipped."""

import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests.tiers import COLLECTED

ROOT = settings.BASE_DIR
NAMED = re.compile(r"`((?:tests|bench)/[\w/]+\.py)(?:::([\w:]+))?`")


def named() -> list[tuple[str, str]]:
    return NAMED.findall((ROOT / "docs/acceptance.md").read_text())


def test_the_list_is_not_empty():
    assert len(named()) >= 10


@pytest.mark.parametrize(("path", "name"), named())
def test_the_named_test_exists(path, name):
    source = (ROOT / path).read_text()
    for part in name.split("::") if name else []:
        assert re.search(rf"\b(def|class) {part}\b", source), f"{path} has no {part}"


def test_no_named_test_is_skipped_or_expected_to_fail():
    for path in {path for path, _name in named()} - {"tests/architecture/test_acceptance.py"}:
        source = (ROOT / path).read_text()
        assert not re.search(r"mark\.(skip|xfail)|pytest\.(skip|xfail)\(|importorskip", source), path


def test_the_named_tests_are_collected(request):
    wanted = {"::".join(filter(None, one)) for one in named() if one[0].startswith("tests/")}
    found = request.config.stash[COLLECTED]
    if len({one.partition("::")[0] for one in found}) < 100:
        # Only some were asked for: nobody has looked at the others.
        found = set(collected(sorted({one.partition("::")[0] for one in wanted})))
    assert [
        one for one in wanted if not any(other == one or other.startswith(f"{one}::") for other in found)
    ] == []


def collected(paths: list[str]) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-2000:]
    return [line.partition("[")[0] for line in result.stdout.splitlines() if "::" in line]
