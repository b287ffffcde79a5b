"""Any part of a Chinese name, its pinyin, initials or a number finds a row."""

import pytest

from core.search import pinyin_key, query_tokens, tokens

NAME = "上海明远商贸有限公司"


@pytest.mark.parametrize(
    "typed", ["明远", "远", "商贸有限", "mingyuan", "smysm"[1:4], "shmy", "上海明远商贸有限公司"]
)
def test_is_found_by(typed):
    assert set(query_tokens(typed)) <= set(tokens(NAME))


@pytest.mark.parametrize("typed", ["远明", "北京", "明月", "zzz"])
def test_is_not_found_by(typed):
    assert not set(query_tokens(typed)) <= set(tokens(NAME))


def test_numbers_are_found_by_their_last_digits_and_without_their_dashes():
    found = set(tokens("XS-2026-0012", "021-5555 8888"))
    for typed in ("0012", "2026-0012", "XS20260012", "8888"):
        assert set(query_tokens(typed)) <= found


def test_full_width_letters_count_as_ordinary_ones():
    assert set(query_tokens("ＡＢＣ")) <= set(tokens("abc公司"))


def test_names_sort_by_pinyin():
    assert sorted(["张三", "李四", "陈五"], key=pinyin_key) == ["陈五", "李四", "张三"]
