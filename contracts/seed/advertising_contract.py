"""The contract on advertisements: review before publication, proof of it, and the choice between court and arbitration.

Rests on the Advertising Law (articles 34, 46) and the Measures for Internet Advertising; not legal advice.
"""

from typing import Any

from contracts.seed import advertising_english, membership_english
from contracts.seed import membership_contract as membership

CODE = "advertising"
LAYOUT = "full"
TITLE = "广告发布合同"
NAME = {"zh-hans": "广告发布合同（标准版）", "en": "Advertising contract (standard)"}
TITLE_EN = advertising_english.TITLE
PREAMBLE_EN = advertising_english.PREAMBLE
PREAMBLE = (
    "甲、乙双方根据《中华人民共和国民法典》《中华人民共和国广告法》《互联网广告管理办法》及其他有关规定，就乙方在其运营的"
    "“{platform_name}”（{platform_url}）为甲方发布广告事宜，经协商一致，订立本合同。"
)
VALUES: dict[str, str] = {
    **{
        name: text
        for name, text in membership.VALUES.items()
        if name not in ("activation_days", "material_days", "dispute_resolution")
    },
    "review_days": "2",
    "lead_days": "5",
}
VALUES_EN = {name: text for name, text in membership_english.VALUES.items() if name in VALUES}
VARIABLES: dict[str, dict[str, Any]] = {
    "lead_days": {"label": "提前提供素材的工作日数", "open": True, "choices": ["3", "5", "10"]},
}
_SHARED = {one["key"]: one for one in membership.CLAUSES}


def _shared(*keys: str) -> list[dict[str, Any]]:
    return [_SHARED[key] for key in keys]


_CHINESE: list[dict[str, Any]] = [
    {
        "key": "services",
        "kind": "locked",
        "title": "广告内容与位置",
        "paragraphs": [
            {"text": "乙方为甲方发布下列广告：", "table": "lines"},
            {"text": "发布期限{service_term}，各广告位的数量和价款为："},
            {"text": "{line_name}：{line_quantity}{line_unit}，{line_amount}；", "each": "lines", "level": 2},
        ],
    },
    _SHARED["price"],
    _SHARED["invoice"],
    {
        "key": "review",
        "kind": "locked",
        "title": "素材与审查",
        "law_reference": "广告法第34条、第46条",
        "risk": "high",
        "guidance": "审查义务来自法律，不能让步；可以让步的是提供素材的期限。",
        "paragraphs": [
            {"text": "甲方应当在发布前{lead_days}个工作日提供广告素材和有关证明文件：", "level": 1},
            {"text": "营业执照及其他生产、经营资格证明；", "level": 2},
            {"text": "商标、专利、代言等权利的授权证明；", "level": 2},
            {"text": "依法需要审查的广告的批准文件。", "level": 2},
            {
                "text": "乙方应当在收到齐全的素材之日起{review_days}个工作日内完成审查，对不符合法律规定的内容说明理由并要求修改。"
            },
            {
                "text": "甲方未按期提供素材致使发布迟延的，发布期限不顺延；未经审查或者审查未通过的，乙方不予发布，不承担迟延责任。",
                "bold": True,
            },
        ],
    },
    {
        "key": "proof",
        "kind": "optional",
        "title": "发布证明",
        "paragraphs": [
            {"text": "乙方在广告发布后5个工作日内向甲方提供发布页面的截图和数据，作为履行的证明。"},
        ],
    },
    {
        "key": "exclusive",
        "kind": "optional",
        "is_default": False,
        "title": "同类排除",
        "guidance": "只用于首页广告位；需要总监同意。",
        "paragraphs": [
            {"text": "发布期限内，乙方不在同一广告位发布与甲方经营同类产品的其他企业的广告。"},
        ],
    },
    {
        "key": "breach",
        "kind": "locked",
        "title": "违约责任",
        "risk": "high",
        "paragraphs": [
            {
                "text": "甲方逾期付款的，自{late_from}起至付清之日止，每逾期一日，按照逾期未付金额的{late_rate}向乙方支付违约金。",
                "when": "late_interest",
            },
            {"text": "乙方错发、漏发广告的，按照错一补一、漏一补一的原则补发；不能补发的，退还相应价款。"},
            {
                "text": "因甲方提供的内容违法或者侵害他人权利，致使乙方受到处罚或者被主张权利的，由甲方承担全部责任并赔偿乙方的损失。",
                "bold": True,
            },
            {"text": "甲方为自然人的，本合同不排除其依据消费者权益保护法律享有的权利。", "when": "is_person"},
        ],
    },
    *_shared("confidentiality", "force_majeure", "notices", "changes"),
    {
        "key": "court",
        "kind": "alternative",
        "group": "disputes",
        "title": "争议解决",
        "paragraphs": [
            {
                "text": "因本合同发生的争议，双方应当协商解决；协商不成的，任何一方均有权向乙方住所地有管辖权的人民法院提起诉讼。",
                "bold": True,
            },
        ],
    },
    {
        "key": "arbitration",
        "kind": "alternative",
        "group": "disputes",
        "is_default": False,
        "title": "争议解决",
        "guidance": "客户要求仲裁时选用；仲裁一裁终局，费用较高。",
        "paragraphs": [
            {
                "text": "因本合同发生的争议，双方应当协商解决；协商不成的，提交乙方所在地的仲裁委员会，按照申请仲裁时该会现行有效的仲裁规则"
                "进行仲裁，仲裁裁决是终局的，对双方均有约束力。",
                "bold": True,
            },
        ],
    },
    {
        "key": "general",
        "kind": "locked",
        "title": "其他约定",
        "paragraphs": [
            {"text": "本合同{effective_rule}。争议按{article:disputes}解决。"},
            {"text": "本合同{signing_order}。", "when": "signing_order != 'either'"},
            {
                "text": "双方以传真或者电子邮件交换的签章页、素材确认函的扫描件与原件具有同等效力。本合同一式{copies}份，双方各执{copies_each}份。"
            },
        ],
    },
]
CLAUSES = membership_english.with_english(_CHINESE, advertising_english.CLAUSES)
