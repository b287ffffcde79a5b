"""What goes wrong while printing, in words for the person who pressed the button."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.errors import ApplicationError


class PrintError(ApplicationError):
    """The document cannot be printed as it is; nothing was printed."""


class ForeignResourceError(PrintError):
    """A template or a text names a file that is not ours: documents never fetch from elsewhere."""

    def __init__(self, url: str) -> None:
        super().__init__(
            _(
                "A document may not load %(url)s: only files of this site and of the document itself are allowed."
            )
            % {"url": url[:200]},
            code="foreign_resource",
        )
        self.url = url


class MissingGlyphsError(PrintError):
    """No installed font can print some characters: better no contract than one with holes in a name."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = "".join(sorted(set(characters)))
        listed = ", ".join(f"{character} (U+{ord(character):04X})" for character in self.characters)
        super().__init__(
            _(
                "No installed font can print these characters: %(listed)s. Replace them, or install a font that has them."
            )
            % {"listed": listed},
            code="missing_glyphs",
        )


class MissingValueError(PrintError, ValueError):
    """A text asks for values that are unknown or empty: printed, they would be holes in a sentence."""

    def __init__(self, names: Iterable[str], text: str) -> None:
        self.names = sorted(names)
        super().__init__(
            _("Nothing to fill in for %(names)s in “%(text)s”.")
            % {"names": ", ".join(f"{{{name}}}" for name in self.names), "text": text[:60]},
            code="missing_value",
        )


class TableError(PrintError, ValueError):
    """Products or instalments would be printed nowhere, or twice."""

    def __init__(self, table: str) -> None:
        super().__init__(
            _("Exactly one paragraph must hold the table “%(table)s”.") % {"table": table}, code="tables"
        )


class TooLongError(PrintError):
    """With its values filled in the text is longer than a contract can be; printing it would take the machine away
    from everybody else."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("The text is longer than %(most)s characters with its values filled in: shorten it.")
            % {"most": most},
            code="too_long",
        )
