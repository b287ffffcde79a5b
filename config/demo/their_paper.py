"""A customer's own contract, as a purchasing department sends it."""

from __future__ import annotations

from html import escape

from weasyprint import HTML

ARTICLES = (
    (
        "采购内容",
        ["乙方按附件报价单向甲方提供行业平台年度会员服务，服务期自甲方书面确认开通之日起十二个月。"],
    ),
    (
        "合同价款",
        [
            "合同总价为含税包干价，已包含乙方履行本合同所需的全部费用，甲方不再支付其他任何款项。",
            "甲方每次付款前，乙方应当先行开具等额增值税专用发票；发票不合规的，付款期限顺延。",
        ],
    ),
    ("付款方式", ["甲方在服务验收合格并收到发票后九十日内，以银行转账或者商业承兑汇票方式支付。"]),
    (
        "服务要求",
        [
            "乙方应当在三个工作日内完成开通，并指派专人全程服务，响应时间不超过两小时。",
            "平台连续不可用超过四小时的，按一日计入服务期延长。",
        ],
    ),
    ("验收", ["甲方组织验收；逾期未提出异议不视为验收合格。"]),
    (
        "知识产权与保密",
        ["甲方提供的资料归甲方所有，乙方不得用于本合同以外的目的。", "保密期限为合同终止后五年。"],
    ),
    (
        "违约责任",
        [
            "乙方迟延开通或者服务不符合约定的，每逾期一日按合同总价的百分之一支付违约金，累计不设上限。",
            "甲方逾期付款的，乙方不得中止服务，仅可按同期存款利率主张利息。",
        ],
    ),
    ("合同解除", ["甲方可以提前七日书面通知解除本合同，乙方应当按剩余服务期限退还全部价款。"]),
    ("争议解决", ["因本合同发生的争议，提交甲方住所地人民法院诉讼解决。"]),
    ("其他", ["本合同一式四份，双方各执两份，自双方盖章之日起生效。附件与正文具有同等法律效力。"]),
)
STYLE = """
@page { size: A4; margin: 25mm 22mm; @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt } }
body { font: 11pt/1.8 "Noto Serif CJK SC" } h1 { text-align: center; font-size: 18pt } h2 { font-size: 11.5pt; margin: 6mm 0 1mm }
p { margin: 0; text-indent: 2em }
"""


def their_paper(buyer: str, seller: str, number: str) -> bytes:
    """Their purchase contract as PDF."""
    signs = "一二三四五六七八九十"
    body = "".join(
        f"<h2>第{signs[at]}条　{title}</h2>" + "".join(f"<p>{text}</p>" for text in texts)
        for at, (title, texts) in enumerate(ARTICLES)
    )
    head = (
        f"<h1>年度服务采购合同</h1><p>合同编号：{escape(number)}</p>"
        f"<p>甲方（采购方）：{escape(buyer)}</p><p>乙方（供应方）：{escape(seller)}</p>"
        "<p>甲乙双方经协商一致，就甲方采购行业平台会员服务事宜订立本合同。</p>"
    )
    tail = "<p>&nbsp;</p><p>甲方（盖章）：　　　　　　　　　　　　　　乙方（盖章）：</p>"
    html = f"<html lang='zh-CN'><style>{STYLE}</style><body>{head}{body}{tail}</body></html>"
    content: bytes = HTML(string=html).write_pdf()
    return content
