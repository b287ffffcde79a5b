"""A line of the table of pages: an address, how it is asked, and what each of the four hears."""

from dataclasses import dataclass, field
from typing import Any

from tests.permissions.people import ASKING


@dataclass(frozen=True)
class Line:
    """``hears``: the answers to stranger, reader, other and allowed: "404 403 404 200".

    ``keys``: the page's keys, each the name of a row of the world. ``data``: what a form sends.
    ``of_the_house``: the row belongs to the whole company, so somebody of another department may use it too.
    """

    method: str
    name: str
    hears: str
    keys: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    of_the_house: bool = False
    # The user name of who asks in place of the fourth: a deed that only one person may do.
    only: str = ""

    @property
    def told(self) -> str:
        return f"{self.method} {self.name}{self.query}"

    def expected(self, person: str) -> int:
        return int(self.hears.split()[ASKING.index(person)])

    def filled(self, world: dict[str, Any]) -> dict[str, Any]:
        """The form with the world's keys in place of their names in braces."""
        return {
            name: value.format(**world) if isinstance(value, str) else value
            for name, value in self.data.items()
        }


def see(
    name: str, hears: str, /, *, query: str = "", house: bool = False, only: str = "", **keys: str
) -> Line:
    """A page that is looked at; ``house``: about a row that has no department."""
    return Line("GET", name, hears, keys, query=query, of_the_house=house, only=only)


def do(
    name: str,
    hears: str,
    data: dict[str, Any] | None = None,
    /,
    *,
    query: str = "",
    house: bool = False,
    only: str = "",
    **keys: str,
) -> Line:
    """A deed: what its button sends; without ``data`` an empty form."""
    return Line("POST", name, hears, keys, data or {}, query, house, only)
