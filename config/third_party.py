"""Write THIRD_PARTY_NOTICES.md: every package the application stands on, with its licence."""

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Third-party notices

Written by `python -m config.third_party` from the locked requirements and the front end's lock file.
Each package's own licence text comes with the package.

"""
Row = tuple[str, str, str]


def python_packages() -> list[Row]:
    """(name, version, licence) of the locked run-time requirements."""
    rows = []
    for name, version in re.findall(
        r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements/base.txt").read_text(), re.M
    ):
        try:
            metadata = distribution(name).metadata.json
        except PackageNotFoundError:
            rows.append((name, version, "not installed on this machine"))
            continue
        classifiers = [
            c.split(" :: ")[-1] for c in metadata.get("classifier", []) if c.startswith("License ::")
        ]
        licence = str(
            metadata.get("license_expression") or ", ".join(classifiers) or metadata.get("license") or ""
        )
        rows.append((name, version, licence.splitlines()[0][:80] if licence else "see the package"))
    return rows


def browser_packages() -> list[Row]:
    """(name, version, licence) of what the browser gets."""
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())
    rows = []
    for path, package in lock["packages"].items():
        if path and not package.get("dev"):
            name = path.split("node_modules/")[-1]
            rows.append((name, package["version"], package.get("license", "see the package")))
    return rows


def table(rows: list[Row]) -> str:
    lines = ["| package | version | licence |", "|---|---|---|"]
    return "\n".join(
        [*lines, *(f"| {name} | {version} | {licence} |" for name, version, licence in sorted(rows))]
    )


def notices() -> str:
    return f"{HEAD}## Python\n\n{table(python_packages())}\n\n## Browser\n\n{table(browser_packages())}\n"


if __name__ == "__main__":
    (ROOT / "THIRD_PARTY_NOTICES.md").write_text(notices())
