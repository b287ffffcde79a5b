"""What the pages of customers, contracts and money do while one types. The server checks all of it again."""

import re

import pytest
from playwright.sync_api import expect

from config.demo.company import product
from contracts import services
from contracts.models import Contract, Payment
from core import clock
from tests.browser.chromium import settled
from tests.contracts.pages import signed_contract


@pytest.fixture
def base(live_server):
    return live_server.url


class TestDraftingAContract:
    @pytest.fixture
    def editor(self, open_window, office, base):
        page = open_window("rep1")
        page.goto(f"{base}/contracts/{office.drafting.pk}/edit/")
        settled(page)
        return page

    def test_prices_discounts_and_sums_follow_what_is_typed(self, editor):
        first = "[data-rows=lines] [data-row] >> nth=0"
        editor.select_option("#id_lines-0-product", str(product("VIP-S").pk))
        expect(editor.locator("#id_lines-0-price")).to_have_value("12,800.00")
        editor.fill("[data-discount]", "10")
        expect(editor.locator("#id_lines-0-price")).to_have_value("11,520.00")
        editor.fill("#id_lines-0-price", "6400")
        expect(editor.locator("[data-discount]")).to_have_value("50")
        expect(editor.locator(f"{first} >> [data-below-floor]")).to_be_visible()
        editor.fill("#id_lines-0-quantity", "1.5")
        expect(editor.locator(f"{first} >> [data-sum]")).to_have_text("¥9,600.00")

    def test_a_chosen_product_shows_its_list_price_and_unit_and_renames_no_other(self, editor):
        row = "[data-rows=lines] [data-row] >> nth=0"
        names = editor.locator("#id_lines-0-product option").all_inner_texts()
        chosen = product("VIP-S")
        editor.select_option("#id_lines-0-product", str(chosen.pk))
        expect(editor.locator(f"{row} >> td[data-list-price]")).to_have_text("¥12,800.00")
        expect(editor.locator(f"{row} >> small[data-unit]")).to_have_text(chosen.unit)
        expect(editor.locator("#id_lines-0-product option")).to_have_text(names)

    def test_a_date_is_judged_when_it_is_left(self, editor):
        with editor.expect_response(lambda answer: "x-validate" in answer.request.headers) as asked:
            editor.fill("[name=title]", "年度会员服务合同")
            editor.press("[name=title]", "Tab")
        assert (asked.value.status, asked.value.json()) == (200, {"errors": {"title": []}})

    def test_rows_are_added_and_removed_with_their_sums(self, editor):
        editor.click("[data-rows=lines] [data-add]")
        editor.select_option("#id_lines-1-product", str(product("VIP-B").pk))
        total = editor.locator("tfoot [data-total]")
        expect(total).to_have_text("¥18,780.00")
        editor.click("[data-rows=lines] [data-row] >> nth=0 >> [data-remove]")
        expect(total).to_have_text("¥5,980.00")

    def test_a_proposed_plan_agrees_and_a_changed_one_says_by_how_much_not(self, editor, complaints):
        editor.click("button[value=halves]")
        editor.wait_for_selector("#id_plan-1-amount")
        difference = editor.locator("[data-difference]")
        expect(difference).to_have_class("tag tag-green")
        editor.fill("#id_plan-1-amount", "6000")
        expect(difference).to_contain_text("¥400.00")
        expect(difference).to_have_class("tag tag-red")
        assert complaints == []

    def test_a_saved_end_goes_on_following_the_start(self, editor):
        editor.select_option("#id_lines-0-product", str(product("VIP-S").pk))
        editor.fill("[name=start_on]", "2026-12-20")
        editor.press("[name=start_on]", "Tab")
        expect(editor.locator("[name=end_on]")).to_have_value("2027-12-19")
        editor.click("button[value=save]")
        editor.wait_for_selector(".toast-note")
        settled(editor)
        editor.fill("[name=start_on]", "2027-01-01")
        editor.press("[name=start_on]", "Tab")
        expect(editor.locator("[name=end_on]")).to_have_value("2027-12-31")

    def test_no_end_follows_from_a_day_that_does_not_exist(self, editor):
        editor.select_option("#id_lines-0-product", str(product("VIP-S").pk))
        editor.fill("[name=end_on]", "")
        editor.fill("[name=start_on]", "2026-13-40")
        editor.press("[name=start_on]", "Tab")
        expect(editor.locator("[name=end_on]")).to_have_value("")

    def test_what_was_typed_is_saved_and_submitted(self, editor, office):
        editor.fill("#id_lines-0-price", "12000")
        editor.click("button[value=once]")
        expect(editor.locator("#id_plan-0-amount")).to_have_value("12,000.00")
        editor.click("button[value=submit]")
        editor.wait_for_url(re.compile(rf"/contracts/{office.drafting.pk}/$"))
        office.drafting.refresh_from_db()
        assert office.drafting.state == Contract.State.REVIEWING
        assert str(office.drafting.amount) == "12000.00"


def test_a_wrong_number_is_said_when_its_field_is_left(open_window, office, base):
    page = open_window("rep1")
    page.goto(f"{base}/customers/new/")
    page.fill("#id_uscc", "91310000775785552A")
    page.press("#id_uscc", "Tab")
    page.wait_for_selector("#id_uscc_error")
    expect(page.locator("#id_uscc")).to_have_attribute("aria-invalid", "true")
    page.fill("#id_uscc", "91310000775785552L")
    page.press("#id_uscc", "Tab")
    page.wait_for_selector("#id_uscc_error", state="detached")
    expect(page.locator("#id_uscc")).not_to_have_attribute("aria-invalid", "true")


class TestMoney:
    @pytest.fixture
    def owed(self, office):
        return signed_contract(office.people, office.people.rep1, (-40, "10000.00"), (50, "2800.00"))

    def test_the_oldest_instalment_is_proposed_as_soon_as_the_amount_is_known(
        self, open_window, office, owed, base
    ):
        page = open_window("finance")
        page.goto(f"{base}/payments/new/?customer={owed.customer_id}")
        page.fill("#id_amount", "11000")
        page.press("#id_amount", "Tab")
        boxes = page.locator("[data-allocation]")
        expect(boxes).to_have_count(2)
        expect(boxes.nth(0)).to_have_value("10,000.00")
        expect(boxes.nth(1)).to_have_value("1,000.00")
        page.locator("[data-allocation]").nth(1).fill("")
        expect(page.locator("[data-rest]")).to_contain_text("1,000.00")

    def test_a_colleague_confirms_in_a_dialog(self, open_window, office, owed, base):
        payment = services.record_payment(
            customer_id=owed.customer_id,
            fields={"received_on": clock.today(), "amount": "10000.00"},
            actor=office.people.finance,
        )
        page = open_window("finance2")
        page.goto(f"{base}/payments/{payment.pk}/")
        page.click(f".head-actions a[href$='/{payment.pk}/confirm/']")
        page.click("#dialog[open] .btn-primary")
        page.wait_for_selector(".meta .tag-green")
        payment.refresh_from_db()
        assert payment.state == Payment.State.CONFIRMED

    def test_notices_are_ticked_previewed_and_printed_after_a_question(self, open_window, office, owed, base):
        page = open_window("finance")
        page.goto(f"{base}/receivables/notices/print/")
        expect(page.locator("[data-needs-ticked]")).to_be_disabled()
        page.check("[data-all]")
        expect(page.locator("[data-ticked]")).to_have_text("1")
        page.click("[data-needs-ticked]")
        page.click(".pick-bar .btn-primary")
        page.click("#confirm[open] button[value=yes]")
        page.wait_for_url(re.compile(r"/receivables/runs/\d+/$"))
        expect(page.locator("main")).to_contain_text("CK-")
