"""What differs between two versions of a process, each change named once and in plain words.

`reading` makes parts with facts of a diagram, `comparing` finds what differs, `saying` puts it into words;
`tables` does the same for decision tables, `raw` lists elements and attributes for programs."""

from .differing import Differences, compare_versions
from .naming import names_in
from .parts import Glossary, Labels
from .raw import raw_difference
from .saying import Change

__all__ = ["Change", "Differences", "Glossary", "Labels", "compare_versions", "names_in", "raw_difference"]
