"""Reports: rows, columns and parameters, said once; page, chart, CSV, XLSX, PDF, mail and API follow.

An app describes its own in ``reports.py``:

    register(Report(
        code="signed-contracts", title=_("Signed contracts"), description=_("..."), group=_("Contracts"),
        permission="contracts.view_contract", params=("period", "department", "person"),
        columns=[Column("owner", _("Owner")), Column("amount", _("Amount"), MONEY, total=True)],
        rows=signed_rows,          # (actor, params) -> rows; narrowed by visible_to(actor)
        chart=signed_chart,        # (result) -> Chart
    ))

What a report shows is what its reader may see; ``rows`` begins from ``visible_to``.
"""

from core.reports.params import Params
from core.reports.registry import (
    COUNT,
    DATE,
    HOURS,
    MOMENT,
    MONEY,
    MONTH,
    PERCENT,
    TEXT,
    Column,
    Report,
    Row,
    find,
    letterhead,
    register,
    register_letterhead,
    reports_for,
)
from core.reports.results import Result, run

__all__ = [
    "COUNT",
    "DATE",
    "HOURS",
    "MOMENT",
    "MONEY",
    "MONTH",
    "PERCENT",
    "TEXT",
    "Column",
    "Params",
    "Report",
    "Result",
    "Row",
    "find",
    "letterhead",
    "register",
    "register_letterhead",
    "reports_for",
    "run",
]
