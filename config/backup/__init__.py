"""Copies of everything the company has, and the way back.

All of it is in PostgreSQL, documents too. A copy is one file (archive.py): PostgreSQL's own dump and a manifest
that says what is in it, made from one snapshot while the site runs (making.py). Bringing it back (restoring.py)
happens in one transaction and is checked afterwards.
"""

from config.backup.archive import Archive, BackupError, Manifest
from config.backup.making import make_backup, remove_old
from config.backup.restoring import Outcome, restore, verify

__all__ = [
    "Archive",
    "BackupError",
    "Manifest",
    "Outcome",
    "make_backup",
    "remove_old",
    "restore",
    "verify",
]
