"""Files that people bring: judged by their content, named safely, shown small."""

from core.files.checks import Checked, check_upload
from core.files.names import clean_name
from core.files.previews import Preview, previews_of

__all__ = ["Checked", "Preview", "check_upload", "clean_name", "previews_of"]
