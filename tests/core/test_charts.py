"""What charts draw: nothing is lost, nothing is invented, whatever stands in the rows."""

import itertools
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from core.charts import COUNT, MONEY, PERCENT, BarLine, Chart, Series, bar_list, full_number, short_number
from core.charts.canvas import segments
from core.charts.heat import depth_of
from core.charts.numbers import nice_ticks

KINDS = ("columns", "stacked", "bars", "line", "area", "donut", "funnel", "heat")
NUMBERS = st.floats(-1e12, 1e12, allow_nan=False, allow_infinity=False)
AMOUNTS = st.integers(0, 10**10)
HOSTILE = st.text(st.characters(codec="utf-8"), max_size=30)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314


def shapes(svg: str, name: str) -> list[ElementTree.Element]:
    """The marks in order, each once: a pattern over a mark is not a second one."""
    return [group.find(name) for group in parsed(svg).iter("g") if group.find(name) is not None]


class TestTicks:
    @given(NUMBERS, NUMBERS, st.booleans())
    def test_hold_everything_with_zero_among_them_and_evenly(self, a, b, whole):
        ticks = nice_ticks(min(a, b), max(a, b), whole=whole)
        slack = 1e-6 * max(abs(a), abs(b), 1e-3)
        assert ticks[0] <= min(a, b, 0) + slack
        assert ticks[-1] >= max(a, b, 0) - slack
        assert any(abs(tick) < slack for tick in ticks)
        assert 2 <= len(ticks) <= 12
        steps = [second - first for first, second in itertools.pairwise(ticks)]
        assert max(steps) - min(steps) <= 1e-6 * max(steps)

    @given(st.integers(0, 10_000))
    def test_of_counts_are_whole(self, most):
        assert all(tick == int(tick) for tick in nice_ticks(0, most, whole=True))

    def test_are_round(self):
        assert nice_ticks(0, 97) == [0, 25, 50, 75, 100]
        assert nice_ticks(0, 0) == [0, 0.25, 0.5, 0.75, 1]
        assert nice_ticks(0, 1e-9, whole=True) == [0, 1]
        assert nice_ticks(-30, 60) == [-50, -25, 0, 25, 50, 75]


class TestWords:
    @pytest.mark.parametrize(
        ("value", "zh", "en"),
        [
            (0, "0", "0"),
            (9_999, "9999", "10k"),
            (120_000, "12万", "120k"),
            (125_500, "12.6万", "126k"),
            (340_000_000, "3.4亿", "340M"),
            (2_000_000_000, "20亿", "2B"),
            (-15_000, "-1.5万", "-15k"),
            (0.25, "0.25", "0.25"),
        ],
    )
    def test_large_numbers_in_the_readers_language(self, value, zh, en):
        assert short_number(value) == zh
        with translation.override("en"):
            assert short_number(value) == en

    def test_exact_numbers(self):
        assert full_number(Decimal("1234567.5"), MONEY) == "¥1,234,567.50"
        assert full_number(Decimal("-3"), MONEY) == "-¥3.00"
        assert full_number(12, COUNT) == "12"
        assert full_number(33.333, PERCENT) == "33.3%"
        assert full_number(None) == "—"


@st.composite
def charts(draw, kinds=KINDS, values=AMOUNTS, labels=HOSTILE):
    kind = draw(st.sampled_from(kinds))
    count = draw(st.integers(1, 12))
    many = 1 if kind in ("donut", "funnel") else draw(st.integers(1, 10))
    categories = draw(st.lists(labels, min_size=count, max_size=count))
    series = [
        Series(draw(labels), draw(st.lists(values, min_size=count, max_size=count))) for _ in range(many)
    ]
    return Chart(kind, draw(labels), categories, series, draw(st.sampled_from((COUNT, MONEY))))


class TestDrawing:
    @settings(deadline=None, max_examples=120)
    @given(charts())
    def test_is_lawful_and_says_no_foreign_word(self, chart):
        if chart.is_empty:
            assert chart.wide == ""
            return
        for svg in (chart.wide, chart.narrow):
            tree = parsed(svg)
            assert tree.get("role") == "img"
            assert {one.tag for one in tree.iter()} <= {
                "svg", "title", "desc", "defs", "pattern", "path", "g", "rect", "circle", "line", "text",
            }  # fmt: skip
            for one in tree.iter():
                assert "style" not in one.attrib
                assert not any(name.startswith("on") or "href" in name for name in one.attrib)
                for name in ("x", "y", "width", "height", "cx", "cy", "r"):
                    if name in one.attrib:
                        assert abs(float(one.get(name))) < 10_000
                assert float(one.get("width", 0)) >= 0
                assert float(one.get("height", 0)) >= 0

    @settings(deadline=None, max_examples=60)
    @given(charts(kinds=("columns", "stacked"), values=st.integers(-(10**6), 10**6)))
    def test_columns_are_as_high_as_their_values(self, chart):
        if chart.is_empty:
            return
        values = [float(value) for one in chart.series for value in one.values]
        rects = shapes(chart.wide, "rect")
        drawn = sorted(float(one.get("height")) for one in rects)
        # One scale for all of them: heights are to each other as values are.
        scale = max(drawn) / max(abs(value) for value in values) if drawn else 0
        expected = sorted(abs(value) * scale for value in values)[len(values) - len(drawn) :]
        assert drawn == pytest.approx(expected, abs=0.03)

    @settings(deadline=None, max_examples=60)
    @given(charts(kinds=("stacked",)))
    def test_stacked_columns_reach_the_sum(self, chart):
        if chart.is_empty:
            return
        sums = [sum(one.values[n] for one in chart.series) for n in range(len(chart.categories))]
        tall: dict[str, float] = {}
        for one in shapes(chart.wide, "rect"):
            tall[one.get("x")] = tall.get(one.get("x"), 0) + float(one.get("height"))
        most = max(tall.values())
        assert sorted(tall.values()) == pytest.approx(
            sorted(each / max(sums) * most for each in sums)[len(sums) - len(tall) :], abs=0.3
        )

    @settings(deadline=None, max_examples=60)
    @given(charts(kinds=("bars",)))
    def test_bars_are_as_long_as_their_values_and_stay_inside(self, chart):
        if chart.is_empty:
            return
        for svg, width in ((chart.wide, 720), (chart.narrow, 320)):
            drawn = shapes(svg, "rect")
            longest = max(float(one.get("width")) for one in drawn)
            assert all(float(one.get("x")) + float(one.get("width")) <= width for one in drawn)
            assert longest > 0

    @pytest.mark.parametrize("values", [[5], [5, 0], [1, 1], [3, 1, 96], [0, 7, 0]])
    def test_a_ring_closes(self, values):
        chart = Chart("donut", "x", [str(n) for n in range(len(values))], [Series("", values)])
        assert len(shapes(chart.wide, "path")) == len([one for one in values if one])

    def test_a_line_breaks_where_a_value_is_missing(self):
        assert segments([(0, 1), (1, 1), None, (3, 1)]) == [[(0, 1), (1, 1)], [(3, 1)]]
        chart = Chart("line", "x", list("abcd"), [Series("y", [1, 2, None, 4])])
        assert len(shapes(chart.wide, "circle")) == 3

    def test_depth_grows_with_the_value(self):
        assert [depth_of(value, 100) for value in (0, 1, 25, 26, 50, 75, 76, 100)] == [0, 1, 1, 2, 2, 3, 4, 4]

    def test_each_series_has_a_pattern_of_its_own(self):
        chart = Chart("stacked", "x", ["a"], [Series(str(n), [1]) for n in range(4)])
        used = re.findall(r'fill="url\(#([^)]+)\)"', chart.wide)
        assert len(set(used)) == len(used) == 3
        assert set(used) <= set(re.findall(r'<pattern id="([^"]+)"', chart.wide))

    def test_refuses_a_series_of_another_length(self):
        with pytest.raises(ValueError, match="2 values for 1 categories"):
            Chart("columns", "x", ["a"], [Series("y", [1, 2])])

    def test_letters_are_large_enough_at_the_narrowest_place_of_each_drawing(self):
        chart = Chart("columns", "x", ["一月"], [Series("y", [12])])
        for svg, narrowest in ((chart.wide, 570), (chart.narrow, 294)):
            tree = parsed(svg)
            drawn = float(tree.get("viewBox").split()[2])
            assert all(float(one.get("font-size")) * narrowest / drawn >= 11 for one in tree.iter("text"))


class TestOnThePage:
    @settings(deadline=None, max_examples=40)
    @given(charts())
    def test_hostile_names_are_text(self, chart):
        html = render_to_string("charts/chart.html", {"chart": chart})
        assert "<script" not in html.lower()
        assert "style=" not in html

    def test_says_the_same_as_a_table(self):
        chart = Chart(
            "columns",
            "签约",
            ["一月", "二月"],
            [Series("<b>甲</b>", [Decimal(3), Decimal(4)])],
            MONEY,
            heading="月份",
        )
        assert chart.columns == ["月份", "<b>甲</b>"]
        assert chart.rows == [["一月", "¥3.00"], ["二月", "¥4.00"]]
        html = render_to_string("charts/chart.html", {"chart": chart})
        assert "&lt;b&gt;甲&lt;/b&gt;" in html
        assert "<b>" not in html
        assert "以表格显示" in html

    def test_an_empty_one_says_so(self):
        html = render_to_string("charts/chart.html", {"chart": Chart("bars", "x", ["a"], [Series("y", [0])])})
        assert "<svg" not in html
        assert "没有可显示的内容" in html


class TestBarList:
    @given(st.lists(st.integers(-5, 10**9), max_size=8))
    def test_the_longest_fills_the_space(self, values):
        lines = bar_list([BarLine(str(value), value) for value in values])
        widths = [float(one.width) for one in lines]
        assert all(0 <= width <= 100 for width in widths)
        if values and max(values) > 0:
            assert max(widths) == 100
