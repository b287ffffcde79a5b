"""What the platform was asked and what it did: lines of a file, known again after it was killed."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any


class Journal:
    """Calls by key, and the one effect that each key has had; a torn last line is no effect yet."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self.effects: Counter[str] = Counter()
        # The answer that each key was given, and the memberships as they stand, by account.
        self.answers: dict[str, dict[str, Any]] = {}
        self.members: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._file: int | None = None
        if path is not None:
            self._read(path)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def called(self, key: str) -> int:
        """Which call with this key it is."""
        with self._lock:
            self._note({"call": key})
            return self.calls[key]

    def done(self, key: str, command: dict[str, Any]) -> dict[str, Any]:
        """The effect, once for each key; the answer is the same each time."""
        with self._lock:
            if key not in self.answers:
                account = str(command.get("external_id") or "") or f"M-{len(self.members) + 10001}"
                self._note({"effect": key, "account": account, "command": command})
            return self.answers[key]

    def declined(self, key: str, reason: str) -> dict[str, Any]:
        """A "no", for good: asking with the same key again does not change it."""
        with self._lock:
            if key not in self.answers:
                self._note({"declined": key, "reason": reason})
            return self.answers[key]

    def told(self) -> dict[str, Any]:
        with self._lock:
            return {
                "calls": dict(self.calls),
                "effects": dict(self.effects),
                "answers": dict(self.answers),
                "members": dict(self.members),
            }

    def _note(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")
            os.fsync(self._file)
        self._apply(line)

    def _apply(self, line: dict[str, Any]) -> None:
        if "call" in line:
            self.calls[line["call"]] += 1
        elif "declined" in line:
            self.answers[line["declined"]] = {"status": "declined", "reason": line["reason"]}
        else:
            key, account, command = line["effect"], line["account"], line["command"]
            self.effects[key] += 1
            self.answers[key] = {"status": "done", "external_id": account}
            self.members[account] = {
                "company": command.get("company", ""),
                "plan": command.get("plan", ""),
                "until": command.get("to", ""),
                "is_active": command.get("kind") != "deactivate",
            }

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        whole, _newline, torn = path.read_bytes().rpartition(b"\n")
        if torn:
            os.truncate(path, len(whole) + 1 if whole else 0)
        for line in whole.decode().splitlines():
            self._apply(json.loads(line))
