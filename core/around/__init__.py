"""What stands around a business row of any kind: tabs of its page, and what its timeline tells.

An app adds to it in its ``around.py``: ``add_tab()`` and ``add_source()``.
"""

from core.around.tabs import AroundTab, add_tab, tabs_for
from core.around.timeline import Entry, Place, Source, add_source

__all__ = ["AroundTab", "Entry", "Place", "Source", "add_source", "add_tab", "tabs_for"]
