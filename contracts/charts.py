"""Charts of contracts and their money."""

from collections.abc import Sequence

from contracts.filters import AGE_NAMES
from contracts.money import shown
from contracts.selectors import AGES, Ageing
from core.charts import BarLine, bar_list


def ageing_bars(ages: list[Ageing], *, url: str = "") -> Sequence[BarLine]:
    """An ageing, from not yet due to long overdue; each line leads to its instalments."""
    order = list(AGES)
    return bar_list(
        BarLine(
            label=AGE_NAMES[one.age],
            value=one.total,
            url=f"{url}?age={one.age}",
            words=shown(one.total),
            count=one.count,
            colour=f"b{order.index(one.age)}",
        )
        for one in ages
    )
