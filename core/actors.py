"""Who does something: a person or a named part of the system, never nobody."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    from core.models import User


@dataclass(frozen=True)
class SystemActor:
    """The system itself, saying which step or job acts: ``contract_lifecycle:activate``."""

    name: str

    pk = None
    is_active = True

    @property
    def display_name(self) -> str:
        return self.name

    def may(self, permission: str) -> bool:
        """A diagram's operations are allowed by the definition's allow-list, not by grants."""
        return True

    def __str__(self) -> str:
        return self.name


Actor: TypeAlias = Union["User", SystemActor]
