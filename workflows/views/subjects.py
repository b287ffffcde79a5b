"""The business row of a case, as pages show it."""

from typing import Any

from workflows import registry


class Subject:
    """The business row of a case as pages show it; empty where there is none."""

    def __init__(self, case: Any, language: str) -> None:
        self.kind = registry.subject_types().get(case.subject_type)
        self.row = self.kind.fetch(case.subject_id) if self.kind is not None else None
        self.language = language

    def __bool__(self) -> bool:
        return self.row is not None

    @property
    def title(self) -> str:
        return self.kind.title(self.row)

    @property
    def url(self) -> str:
        return self.kind.url(self.row)

    @property
    def summary(self) -> list[tuple[str, str]]:
        return self.kind.summary(self.row, self.language)

    @property
    def label(self) -> str:
        zh, en = self.kind.label
        return en if self.language == "en" else zh
