"""Names, tax numbers and phones have one spelling each; what cannot be right is refused with a way to mend it."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from config.demo.codes import uscc
from crm import normalise


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("上海华通机械有限公司", "上海华通机械有限责任公司"),
        ("上海华通机械有限公司", " 上海 华通机械 "),
        ("上海华通机械（集团）有限公司", "上海华通机械(集团)有限公司"),
        ("ＡＢＣ电气股份有限公司", "abc电气"),
    ],
)
def test_spellings_of_one_company_are_equal(name, same):
    assert normalise.name_norm(name) == normalise.name_norm(same)


def test_other_companies_stay_apart():
    assert normalise.name_norm("上海华通机械有限公司") != normalise.name_norm("上海华通机电有限公司")


class TestUscc:
    def test_takes_a_right_one_in_any_spelling(self):
        code = uscc("310115", 7)
        assert normalise.clean_uscc(f" {code.lower()[:9]} {code.lower()[9:]} ") == code

    def test_known_vector(self):
        # A code whose check digit was computed by hand from the weights of GB 32100.
        assert normalise.uscc_check_character("91350100M000100Y4") == "3"

    def test_nothing_is_none(self):
        assert normalise.clean_uscc("  ") is None

    @pytest.mark.parametrize("text", ["91310115MA000007X", "9131011５MA0000070I12", "I" * 18, "1" * 19])
    def test_refuses_the_wrong_form(self, text):
        with pytest.raises(ValidationError) as refusal:
            normalise.clean_uscc(text)
        assert refusal.value.code == "uscc_form"

    @given(st.integers(0, 999_999), st.integers(0, 17), st.sampled_from(normalise.USCC_CHARACTERS))
    def test_any_single_typing_error_is_noticed(self, serial, place, typed):
        code = uscc("310115", serial)
        wrong = code[:place] + typed + code[place + 1 :]
        if wrong == code:
            return
        with pytest.raises(ValidationError) as refusal:
            normalise.clean_uscc(wrong)
        assert refusal.value.code == "uscc_check_digit"


class TestPhones:
    @pytest.mark.parametrize(
        "text", ["138 0013 8000", "+86 138-0013-8000", "１３８００１３８０００", "008613800138000"]
    )
    def test_mobiles_have_eleven_digits(self, text):
        assert normalise.clean_mobile(text) == "13800138000"

    @pytest.mark.parametrize("text", ["1380013800", "12800138000", "138001380001", "abc", "021-61234567"])
    def test_refuses_what_is_no_mobile(self, text):
        with pytest.raises(ValidationError):
            normalise.clean_mobile(text)

    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            ("02161234567", "021-61234567"),
            ("(021) 6123 4567", "021-61234567"),
            ("0512-62880001 转 801", "0512-62880001-801"),
            ("021-61234567 ext. 12", "021-61234567-12"),
            ("4008208820", "400-820-8820"),
            ("138 0013 8000", "13800138000"),
            ("+1 650 253 0000", "+16502530000"),
            ("", ""),
        ],
    )
    def test_telephones_are_written_as_people_do(self, text, clean):
        assert normalise.clean_phone(text) == clean

    @pytest.mark.parametrize("text", ["61234567", "021-123", "hello", "+999 1", "0000000000"])
    def test_refuses_what_is_no_telephone(self, text):
        with pytest.raises(ValidationError):
            normalise.clean_phone(text)


@pytest.mark.parametrize("text", ["20030", "2000301", "abcdef"])
def test_refuses_what_is_no_postcode(text):
    with pytest.raises(ValidationError):
        normalise.clean_postcode(text)
