"""The collection notice 催款单: what it says, that it stays on its page, and many of them in one file."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from core.pdf import merging
from core.pdf.documents import (
    ContractReference,
    LetterRun,
    lay_out_dunning_notice,
    render_dunning_notice,
    render_dunning_run,
)
from core.pdf.errors import MissingGlyphsError
from tests.core import pdf_samples as samples

MM = 72 / 25.4


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def flat(content: bytes) -> str:
    return "".join("".join(pages_of(content)).split())


def position_of(content: bytes, wanted: str) -> tuple[float, float]:
    """Where a text stands on the first page: millimetres from the left and from the top."""
    found = []

    def visit(text, matrix, text_matrix, _font, _size):
        if wanted in text:
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            found.append((x / MM, 297 - y / MM))

    PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=visit)
    return found[0]


class TestWhatItSays:
    def test_says_who_owes_what_to_whom_until_when(self):
        text = flat(render_dunning_notice(samples.notice(3)))
        for piece in (
            "催款单",
            "CK-2026-0001",
            "致：杭州钱塘精密机械制造有限公司（财务部）",
            "事由：催收到期合同款",
            "XS-2026-0001《会员服务合同》，2026年1月5日签订",
            "截至2026年12月20日",
            "2026年12月31日前",
            "应付欠款合计（大写）：人民币捌万陆仟叁佰元整",
            "¥86,300.00",
            "收款户名" + samples.OURS.name,
            samples.OURS.account,
            "汇款请注明合同编号",
            "唯一收款账户，请勿付至个人账户",
            "如已付款，请忽略本单并告知",
            "周敏",
            "附件：合同付款计划复印件一份",
            "邮政特快专递（EMS）",
            "EB123456789CN",
            "催款单回执",
            "收件单位（盖章）",
            "收件人（签字）",
        ):
            assert "".join(piece.split()) in text, piece

    def test_counts_days_overdue_from_the_day_after(self):
        notice = samples.notice(1)
        yesterday = replace(notice.lines[0], due_on=date(2026, 12, 19))
        assert replace(notice, lines=(yesterday,)).rows[0]["days_overdue"] == 1

    def test_shows_interest_only_with_the_clause_it_rests_on(self):
        plain = flat(render_dunning_notice(samples.notice(2)))
        assert "违约金" not in plain
        notice = samples.notice(2)
        lines = tuple(replace(line, interest=Decimal("675.00")) for line in notice.lines)
        text = flat(
            render_dunning_notice(replace(notice, lines=lines, interest_basis="合同第9.1款，每日万分之五"))
        )
        assert "675.00" in text
        assert "违约金计算依据：合同第9.1款，每日万分之五" in text
        assert "¥55,550.00" in text  # 22,100 + 32,100 + 2 x 675

    def test_names_every_contract(self):
        contracts = (
            *samples.notice().contracts,
            ContractReference("XS-2025-0188", "广告合同", date(2025, 11, 3)),
        )
        text = flat(render_dunning_notice(samples.notice(contracts=contracts)))
        assert "XS-2025-0188《广告合同》，2025年11月3日签订" in text

    def test_leaves_a_line_for_a_waybill_that_is_not_known_yet(self):
        assert "快递单号" in flat(render_dunning_notice(samples.notice(tracking_number="")))

    def test_a_copy_for_the_file_says_so(self):
        assert "存根" in flat(render_dunning_notice(samples.notice(copy_mark="存根")))

    def test_the_address_stands_in_the_window(self):
        content = render_dunning_notice(samples.notice())
        for wanted in ("310018", "浙江省杭州市", "陆晓燕"):
            left, top = position_of(content, wanted)
            assert 19 <= left <= 108
            assert 46 <= top <= 84


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"paid": Decimal("32100.00")}, "is paid"),
            ({"due_on": date(2026, 12, 20)}, "not overdue"),
            ({"interest": Decimal("1.00")}, "clause"),
        ],
    )
    def test_a_line_that_asks_for_what_is_not_owed(self, change, reason):
        notice = samples.notice(2)
        with pytest.raises(ValueError, match=reason):
            replace(notice, lines=(notice.lines[0], replace(notice.lines[1], **change)))

    def test_a_notice_without_lines(self):
        with pytest.raises(ValueError, match="asks for nothing"):
            samples.notice(lines=())


class TestPages:
    @pytest.mark.parametrize("rows", range(1, 13))
    def test_up_to_twelve_instalments_stay_on_one_page(self, rows):
        assert len(pages_of(render_dunning_notice(samples.notice(rows)))) == 1

    @pytest.mark.parametrize("rows", [*range(13, 22), 33, 34, 35, 60])
    def test_beyond_that_account_seal_and_receipt_stay_together_with_the_sum(self, rows):
        pages = pages_of(render_dunning_notice(samples.notice(rows)))
        assert "第2期" in pages[0]
        for text in pages:
            if "XS-2026-0001" in text:
                assert "逾期天数" in text
        for piece in (f"第{rows + 1}期", "人民币", "收款户名", "公章", "催款单回执", "收件人（签字）"):
            assert piece in "".join(pages[-1].split())
        assert "催款单编号：CK-2026-0001" in pages[-1]
        assert f"第 {len(pages)} 页 共 {len(pages)} 页" in pages[-1]

    def test_long_names_do_not_push_anything_off_the_page(self):
        name = "内蒙古自治区呼和浩特经济技术开发区北方重型装备制造集团股份有限公司第二分公司"
        notice = samples.notice(12, customer_name=name, department="财务管理中心资金结算部")
        pages = pages_of(render_dunning_notice(notice))
        assert "收件人（签字）" in pages[-1]
        assert len(pages) <= 2


class TestRuns:
    @pytest.fixture
    def notices(self):
        rows = [3, 16, 1, 2, 16]
        return [
            samples.notice(count, number=f"CK-2026-{index:04}", customer_name=f"第{index}客户有限公司")
            for index, count in enumerate(rows, 1)
        ]

    def test_every_letter_begins_on_a_right_hand_page(self, notices):
        merged = render_dunning_run(notices)
        pages = pages_of(merged.content)
        # 1 page + blank, 2 pages, 1 + blank, 1 + blank, 2 pages
        assert [text.count("致：") for text in pages] == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
        for blank in (1, 5, 7):
            assert pages[blank].strip() == ""

    def test_pages_are_counted_within_each_letter(self, notices):
        pages = pages_of(render_dunning_run(notices).content)
        assert "第 1 页 共 1 页" in pages[0]
        assert "第 1 页 共 2 页" in pages[2]
        assert "第 2 页 共 2 页" in pages[3]

    def test_each_letters_own_file_is_what_it_would_be_alone(self, notices):
        merged = render_dunning_run(notices)
        assert merged.files == tuple(render_dunning_notice(notice) for notice in notices)

    def test_a_letters_own_file_carries_no_other_customer(self, notices):
        other = render_dunning_run([samples.notice(1, customer_name="鑫淼犇羴集团"), notices[0]])
        reader = PdfReader(io.BytesIO(other.files[1]))
        for font in reader.pages[0]["/Resources"]["/Font"].values():
            mapping = font["/ToUnicode"].get_data().decode().lower()
            for sign in "鑫淼犇羴":
                assert f"{ord(sign):04x}>" not in mapping

    def test_the_merged_file_lists_its_letters_as_bookmarks(self, notices):
        outline = PdfReader(io.BytesIO(render_dunning_run(notices).content)).outline
        assert [mark.title for mark in outline] == [f"{item.number} {item.customer_name}" for item in notices]

    def test_a_run_longer_than_a_chunk_keeps_every_letter_once_and_in_order(self, monkeypatch):
        monkeypatch.setattr(merging, "CHUNK", 3)
        count = 7
        notices = [samples.notice(1, number=f"CK-2026-{index:04}") for index in range(1, count + 1)]
        merged = render_dunning_run(notices)
        assert len(merged.files) == count
        pages = pages_of(merged.content)
        assert len(pages) == 2 * count - 1
        assert ["CK-" + text.split("CK-")[1][:9] for text in pages[::2]] == [
            notice.number for notice in notices
        ]
        assert all(not text.strip() for text in pages[1::2])
        assert len(PdfReader(io.BytesIO(merged.content)).outline) == count
        assert merged.content == render_dunning_run(notices).content

    def test_a_letter_that_cannot_be_printed_leaves_the_others_alone(self, notices):
        run = LetterRun()
        run.add(lay_out_dunning_notice(notices[0]))
        with pytest.raises(MissingGlyphsError):
            run.add(lay_out_dunning_notice(replace(notices[1], customer_name="\ue0a5公司")))
        run.add(lay_out_dunning_notice(notices[2]))
        pages = pages_of(run.finish())
        assert len(pages) == 3
        assert "第1客户" in pages[0]
        assert "第3客户" in pages[2]

    def test_an_empty_run_is_refused(self):
        with pytest.raises(ValueError, match="nothing to print"):
            render_dunning_run([])
