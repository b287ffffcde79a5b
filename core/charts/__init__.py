"""Charts drawn by the server: SVG without scripts. They print, follow the theme, and say the same as a table.

    Chart(kind="stacked", title=_("Signed by month"), categories=months, series=[Series("王小明", sums)], unit=MONEY)

and ``{% include "charts/chart.html" with chart=chart %}``. Two drawings stand on the page, one for wide places
and one for narrow ones, so that letters never shrink below what can be read; the stylesheet shows one of them.
"""

from core.charts.bar_list import BarLine, bar_list
from core.charts.model import COUNT, DAYS, MONEY, PERCENT, Chart, Series
from core.charts.numbers import full_number, short_number

__all__ = [
    "COUNT",
    "DAYS",
    "MONEY",
    "PERCENT",
    "BarLine",
    "Chart",
    "Series",
    "bar_list",
    "full_number",
    "short_number",
]
