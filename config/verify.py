"""``make test``: every check and test, with a plain verdict at the end.

Checks run one after the other and all of them run, so that one failure does not hide the next.
"""

import subprocess
import sys
import time

PYTHON = sys.executable
CHECKS: list[tuple[str, list[str]]] = [
    ("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [PYTHON, "-m", "ruff", "check", "--quiet", "."]),
    ("layers", [".venv/bin/lint-imports", "--no-cache"]),
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
    ("django", [PYTHON, "manage.py", "check", "--fail-level", "WARNING"]),
    ("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
]
PYTEST = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "--durations", "20"]


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
    failed = [name for name, command in CHECKS if not run(name, command)]
    if with_tests:
        marker = "long" if long else "not long"
        if subprocess.run([*PYTEST, "-m", marker, *rest]).returncode != 0:
            failed.append("tests")
    print(f"\nFAILED: {', '.join(failed)}" if failed else "\nEverything holds.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
