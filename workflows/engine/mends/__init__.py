"""Mends: small, safe changes of a diagram, each of which makes one problem go away.

`drawn`, `worded` and `expressed` propose them by the code of a problem, `offering` tries them out,
`changes` applies them and says what they are made of."""

from .changes import ChangeError, apply_change, apply_mend
from .offering import RULES, offer_mends, rank
from .sheet import element_names

__all__ = ["RULES", "ChangeError", "apply_change", "apply_mend", "element_names", "offer_mends", "rank"]
