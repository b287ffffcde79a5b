"""``make test``: every check and test, with a plain verdict at the end.

Checks run two at once, and all of them run, so that one failure does not hide the next.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

PYTHON = sys.executable
# Compiled files are kept: the tests start our programs many times over.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Alone and first: it starts the embedded servers, which the others find running.
DJANGO = ("django", [PYTHON, "manage.py", "check", "--fail-level", "WARNING"])
CHECKS: list[tuple[str, list[str]]] = [
    (
        "types",
        [
            PYTHON,
            "-m",
            "mypy",
            "--no-error-summary",
            "config",
            "core",
            "workflows",
            "crm",
            "contracts",
            "service",
        ],
    ),
    ("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [PYTHON, "-m", "ruff", "check", "--quiet", "."]),
    ("layers", [".venv/bin/lint-imports", "--no-cache"]),
    ("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
]
# Three on two cores: some wait for a browser or for a program that starts.
PYTEST = [PYTHON, "-m", "pytest", "-n", "3", "--dist", "loadgroup", "--durations", "20"]
# Before the tests, since it leaves them compiled: their processes need not do that each for itself.
COLLECTION = ("collection", [PYTHON, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"])


def run(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    started = time.monotonic()
    result = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - started
    print(f"{'ok    ' if result.returncode == 0 else 'FAILED'} {name} ({seconds:.0f} s)", flush=True)
    if result.returncode != 0:
        print(result.stdout + result.stderr, flush=True)
    return result.returncode == 0


def main(arguments: list[str]) -> int:
    long = "--long" in arguments
    with_tests = "--no-tests" not in arguments
    rest = [one for one in arguments if one not in {"--long", "--no-tests"}]
    first, *others = CHECKS
    checks = [first, COLLECTION, *others] if with_tests else CHECKS
    passed = [run(*DJANGO)]
    with ThreadPoolExecutor(2) as both:
        passed += both.map(lambda check: run(*check), checks)
    failed = [name for (name, _command), is_ok in zip([DJANGO, *checks], passed, strict=True) if not is_ok]
    if with_tests:
        marker = "long" if long else "not long"
        if subprocess.run([*PYTEST, "-m", marker, *rest]).returncode != 0:
            failed.append("tests")
    print(f"\nFAILED: {', '.join(failed)}" if failed else "\nEverything holds.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
