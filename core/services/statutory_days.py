"""The days off that the law itself gives each year, known long before the State Council's notice of that year.

全国年节及纪念日放假办法 (国务院令第795号, in force since 2025-01-01), article 2: New Year one day, Spring Festival four
from its eve, Qingming, two days of May, Dragon Boat, Mid-Autumn, three days of October. What the notice adds every
November (which days are moved, which Sundays are worked) nobody knows before it is out.
"""

from __future__ import annotations

from datetime import date, timedelta

from chinese_calendar import get_solar_terms

from core.calendar import HOLIDAY

# Spring Festival, Dragon Boat and Mid-Autumn as month and day (农历编算和颁行, GB/T 33661-2017). Years before are
# announced; the calendar of this program ends with the century.
_LUNAR = """
2027 0206 0609 0915 | 2028 0126 0528 1003 | 2029 0213 0616 0922 | 2030 0203 0605 0912
2031 0123 0624 1001 | 2032 0211 0612 0919 | 2033 0131 0601 0908 | 2034 0219 0620 0927
2035 0208 0610 0916 | 2036 0128 0530 1004 | 2037 0215 0618 0924 | 2038 0204 0607 0913
2039 0124 0527 1002 | 2040 0212 0614 0920 | 2041 0201 0603 0910 | 2042 0122 0622 0928
2043 0210 0611 0917 | 2044 0130 0531 1005 | 2045 0217 0619 0925 | 2046 0206 0608 0915
2047 0126 0529 1004 | 2048 0214 0615 0922 | 2049 0202 0604 0911 | 2050 0123 0623 0930
2051 0211 0613 0919 | 2052 0201 0601 0907 | 2053 0219 0620 0926 | 2054 0208 0610 0916
2055 0128 0530 1005 | 2056 0215 0617 0924 | 2057 0204 0606 0913 | 2058 0124 0625 1002
2059 0212 0614 0921 | 2060 0202 0603 0909 | 2061 0121 0622 0928 | 2062 0209 0611 0917
2063 0129 0601 1006 | 2064 0217 0619 0925 | 2065 0205 0608 0915 | 2066 0126 0528 1003
2067 0214 0616 0923 | 2068 0203 0604 0911 | 2069 0123 0623 0929 | 2070 0211 0613 0919
2071 0131 0602 0908 | 2072 0219 0620 0926 | 2073 0207 0610 0916 | 2074 0127 0530 1005
2075 0215 0617 0924 | 2076 0205 0606 0912 | 2077 0124 0624 1001 | 2078 0212 0614 0920
2079 0202 0604 0910 | 2080 0122 0622 0928 | 2081 0209 0611 0917 | 2082 0129 0601 1006
2083 0217 0619 0926 | 2084 0206 0607 0914 | 2085 0126 0527 1003 | 2086 0214 0615 0922
2087 0203 0605 0911 | 2088 0124 0623 0929 | 2089 0210 0613 0918 | 2090 0130 0602 0908
2091 0218 0621 0927 | 2092 0207 0609 0916 | 2093 0127 0529 1005 | 2094 0215 0617 0924
2095 0205 0606 0913 | 2096 0125 0624 0930 | 2097 0212 0614 0920 | 2098 0201 0604 0909
2099 0121 0623 0929
"""


def _lunar_days() -> dict[int, tuple[date, date, date]]:
    found = {}
    for entry in _LUNAR.replace("|", "\n").strip().splitlines():
        year, *days = entry.split()
        spring, dragon, autumn = (date(int(year), int(day[:2]), int(day[2:])) for day in days)
        found[int(year)] = spring, dragon, autumn
    return found


def statutory_days(year: int) -> dict[date, tuple[str, str, str]]:
    """(kind, Chinese name, English name) of every day off by law; empty for a year that is not known here."""
    lunar = _lunar_days().get(year)
    if lunar is None:
        return {}
    spring, dragon, autumn = lunar
    runs = [
        (date(year, 1, 1), 1, "元旦", "New Year's Day"),
        (spring - timedelta(days=1), 4, "春节", "Spring Festival"),
        (_qingming(year), 1, "清明节", "Qingming Festival"),
        (date(year, 5, 1), 2, "劳动节", "Labour Day"),
        (dragon, 1, "端午节", "Dragon Boat Festival"),
        (autumn, 1, "中秋节", "Mid-Autumn Festival"),
        # Last: where Mid-Autumn falls on one of these days, it bears the greater name.
        (date(year, 10, 1), 3, "国庆节", "National Day"),
    ]
    return {
        first + timedelta(days=number): (HOLIDAY, zh, en)
        for first, count, zh, en in runs
        for number in range(count)
    }


def _qingming(year: int) -> date:
    terms: list[tuple[date, str]] = get_solar_terms(date(year, 4, 3), date(year, 4, 7))
    return next(day for day, name in terms if name == "清明")
