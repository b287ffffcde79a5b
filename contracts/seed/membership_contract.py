"""The standard membership contract: its clauses as plain data, to be loaded as the first contract template.

Party A 甲方 is the member, party B 乙方 the company that runs the platform. Every clause is a mapping with
``key`` (how other clauses refer to it: ``{article:breach}``), ``kind`` (a change to a locked clause is a
deviation that must be reviewed), ``title`` and ``paragraphs``; a paragraph has ``text``, and may have ``bold``
(it limits the provider's duties or the member's rights, so it must catch the eye: Civil Code, article 496) and
``table`` (the table that is printed below it).

``VALUES`` are the placeholders a contract has to fill beyond its own number, amount, parties and account, with
the usual text of each. They are the standard terms of the company, not legal advice; have them read before use.
"""

from typing import Any

from contracts.seed import membership_english

CODE = "membership"
TITLE = "会员服务合同"
NAME = {"zh-hans": "会员服务合同（标准版）", "en": "Membership contract (standard)"}
TITLE_EN = membership_english.TITLE
PREAMBLE_EN = membership_english.PREAMBLE
VALUES_EN = membership_english.VALUES

PREAMBLE = (
    "甲、乙双方根据《中华人民共和国民法典》《中华人民共和国电子商务法》及其他有关法律、行政法规的规定，"
    "遵循平等、自愿、公平和诚实信用的原则，就乙方通过其运营的“{platform_name}”（{platform_url}，以下简称“平台”）"
    "向甲方提供会员服务及相关推广服务事宜，经协商一致，订立本合同，共同遵守。"
)

# What the clauses ask for, and the usual answer. An empty text has none: each contract brings its own.
VALUES: dict[str, str] = {
    "platform_name": "",
    "platform_url": "",
    "service_term": "",  # 自2026年12月20日起至2027年12月19日止
    "activation_days": "3",
    "material_days": "5",
    "tax_note": "含税，税率6%",
    "invoice_days": "10",
    "invoice_kind": "增值税电子普通发票",
    "allocation_order": "先价款、后违约金",
    "late_from": "逾期之次日",
    "late_rate": "万分之五",
    "service_late_rate": "万分之五",
    "suspend_days": "15",
    "terminate_days": "60",
    "termination_fee": "20%",
    "effective_rule": "自双方加盖公章或者合同专用章之日起成立，自乙方收到首期款项之日起生效；甲方支付首期款项的义务自本合同成立之日起即具有约束力",
    "dispute_resolution": "任何一方均有权向乙方住所地有管辖权的人民法院提起诉讼",
    "copies": "两",
    "copies_each": "一",
}

# What a new draft says about late payment; its drafter may agree on something else.
LATE_TERMS: dict[str, Any] = {
    "late_rule": "daily",
    "late_daily_rate": "0.0005",
    "day_base": 365,
    "grace_days": 0,
    "allocation_order": "principal_first",
}

# Other usual answers, offered where the value is chosen.
ALTERNATIVES: dict[str, dict[str, str]] = {
    "effective_rule": {
        "on_signature": "自双方加盖公章或者合同专用章之日起成立并生效",
        "on_first_payment": VALUES["effective_rule"],
        "on_date": "自双方加盖公章或者合同专用章之日起成立，自{effective_date}起生效；成立之日晚于该日的，自成立之日起生效",
    },
    "dispute_resolution": {
        "court_provider": VALUES["dispute_resolution"],
        "court_defendant": "任何一方均有权向被告住所地有管辖权的人民法院提起诉讼",
        "arbitration": "任何一方均有权将争议提交乙方所在地的仲裁委员会，按照申请仲裁时该会现行有效的仲裁规则进行仲裁，仲裁裁决是终局的，对双方均有约束力",
    },
    "allocation_order": {
        "principal_first": VALUES["allocation_order"],
        "interest_first": "先实现债权的费用、再违约金、后价款",
    },
    "signing_order": {
        "either": "由双方签字盖章，先后不限",
        "customer_first": "由甲方先行签字盖章，乙方收到甲方签字盖章的文本后签字盖章",
        "we_first": "由乙方先行签字盖章，甲方收到乙方签字盖章的文本后签字盖章",
    },
}

_CHINESE: list[dict[str, Any]] = [
    {
        "key": "services",
        "kind": "locked",
        "title": "服务内容",
        "paragraphs": [
            {"text": "甲方向乙方订购下列产品及服务（以下统称“服务”）：", "table": "lines"},
            {
                "text": "各项服务的具体权益、规格和交付标准以本合同附件为准；附件未作约定的，以本合同签订时平台公示的"
                "服务说明为准。平台此后对服务说明的调整，不减损甲方依据本合同已经取得的权益。"
            },
        ],
    },
    {
        "key": "term",
        "kind": "locked",
        "title": "服务期限与开通",
        "paragraphs": [
            {"text": "会员服务的期限{service_term}。"},
            {
                "text": "乙方应当自收到首期款项且甲方提供开通所需的完整资料之日起{activation_days}个工作日内为甲方开通服务，"
                "并以本合同约定的方式通知甲方。因乙方原因迟延开通的，服务期限按迟延的天数顺延。"
            },
            {
                "text": "因甲方迟延付款或者迟延提供资料致使服务迟延开通的，服务期限的届满日不变，乙方不承担迟延责任，双方另有书面约定的除外。",
                "bold": True,
            },
            {"text": "服务期限届满前30日内，双方可以协商续订；届满时未续订的，服务终止，本合同不自动延续。"},
        ],
    },
    {
        "key": "price",
        "kind": "locked",
        "title": "合同价款与支付",
        "paragraphs": [
            {
                "text": "合同总价款为{amount_in_words}（小写：{amount}），{tax_note}。该价款为甲方就本合同项下全部服务应付的总额，"
                "除本合同另有约定外，乙方不得另行收取费用。"
            },
            {"text": "甲方按照下列计划支付合同价款：", "table": "payment_plan"},
            {
                "text": "甲方应当将款项汇入乙方下列账户，并在汇款时注明合同编号{number}。户名：{payee_name}；开户行：{payee_bank}；"
                "账号：{payee_account}。款项到达该账户之日为付款之日。"
            },
            {
                "text": "前款账户为乙方的唯一收款账户。乙方未授权任何单位或者个人代收款项；甲方向其他账户或者个人付款的，不视为履行了"
                "本合同项下的付款义务。乙方变更收款账户的，应当以加盖公章的书面通知告知甲方。",
                "bold": True,
            },
            {"text": "甲方支付的款项不足以清偿全部到期债务的，按照{allocation_order}的顺序抵充。"},
        ],
    },
    {
        "key": "invoice",
        "kind": "optional",
        "title": "发票与税费",
        "paragraphs": [
            {
                "text": "乙方应当在收到每期款项之日起{invoice_days}个工作日内，按照实收金额向甲方开具{invoice_kind}；"
                "付款计划约定先开票后付款的，从其约定。"
            },
            {
                "text": "发票抬头和纳税人识别号以本合同载明的甲方名称和税号为准。甲方的开票信息发生变化的，应当在乙方开票前书面通知乙方；"
                "因甲方提供的信息有误需要重新开具的，甲方应当配合办理红字发票手续。"
            },
        ],
    },
    {
        "key": "member_duties",
        "kind": "locked",
        "title": "甲方的权利与义务",
        "paragraphs": [
            {
                "text": "甲方有权按照本合同使用服务，查询商铺访问、询价留言和广告点击等服务数据，并要求乙方对服务的使用提供指导。"
            },
            {
                "text": "甲方应当在本合同签订之日起{material_days}个工作日内，向乙方提供营业执照、企业介绍、产品资料、图片等开通和"
                "制作所需的资料，并指定联系人配合乙方工作。"
            },
            {
                "text": "甲方保证其提供和发布的主体资格、联系方式、企业及产品信息、图片、文字等真实、准确、合法、有效，保证其对上述内容"
                "享有权利或者已经取得合法授权，不侵害他人的知识产权、名誉权、肖像权、个人信息权益等合法权益；信息发生变化的，"
                "应当在3个工作日内更新或者通知乙方更新。"
            },
            {
                "text": "甲方不得利用服务发布法律、行政法规禁止生产、销售或者宣传的商品和信息，不得发布虚假广告，不得实施扰乱平台秩序、"
                "危害网络安全的行为。依法需要取得许可、备案或者广告审查批准的，甲方应当先行取得并向乙方出示。"
            },
            {
                "text": "甲方应当妥善保管账号和密码，未经乙方书面同意，不得将账号转让、出租或者出借给他人；因甲方保管不善产生的后果由甲方承担。",
                "bold": True,
            },
        ],
    },
    {
        "key": "provider_duties",
        "kind": "locked",
        "title": "乙方的权利与义务",
        "paragraphs": [
            {
                "text": "乙方应当按照本合同提供服务，协助甲方上传资料、装修商铺，安排专人负责售后服务，并在工作日内及时答复甲方的咨询和投诉。"
            },
            {
                "text": "乙方应当采取必要的技术和管理措施保障平台稳定运行。计划内的系统维护应当至少提前24小时公告；因乙方原因致使服务"
                "连续中断超过24小时的，服务期限按中断的时间顺延。"
            },
            {
                "text": "乙方有权对甲方发布的内容进行审核。发现内容违反法律规定或者本合同约定，或者收到权利人的有效通知的，乙方可以采取"
                "删除、屏蔽、断开链接、暂停服务等必要措施，并应当及时告知甲方措施和理由；措施有误的，应当立即恢复。",
                "bold": True,
            },
            {
                "text": "乙方提供的是信息展示、推广及相关技术服务，不对甲方由此获得的询价数量、成交结果或者经营收益作出保证，也不是甲方与"
                "第三方交易的当事人。甲方与第三方交易时，应当自行核实对方的身份和资信。",
                "bold": True,
            },
        ],
    },
    {
        "key": "confidentiality",
        "kind": "optional",
        "title": "保密与个人信息保护",
        "paragraphs": [
            {
                "text": "双方对因订立、履行本合同知悉的对方商业秘密和其他不宜公开的信息负有保密义务，未经对方书面同意不得向第三方披露或者"
                "用于本合同以外的目的，但法律规定或者有权机关要求披露的除外。保密义务在本合同终止后两年内继续有效。"
            },
            {
                "text": "双方处理对方员工和联系人的个人信息，应当遵守《中华人民共和国个人信息保护法》，限于履行本合同所必需的范围。"
            },
        ],
    },
    {
        "key": "refund",
        "kind": "locked",
        "title": "合同的解除与退款",
        "paragraphs": [
            {
                "text": "服务开通前，甲方可以书面通知乙方解除本合同，乙方在扣除为甲方已经实际发生的设计、制作等费用后退还其余已付款项。"
            },
            {
                "text": "乙方迟延开通服务超过30日，或者因乙方原因致使服务连续中断超过15日，经甲方书面催告后在10日内仍未改正的，甲方有权"
                "解除本合同，乙方应当按照剩余服务期限占全部服务期限的比例退还已付款项。"
            },
            {
                "text": "服务开通后，甲方无正当理由要求提前终止的，应当提前30日书面通知乙方。乙方按照剩余服务期限退还已付款项，但有权从中"
                "扣除为甲方已经实际发生的费用，以及剩余服务期限对应价款{termination_fee}的违约金。",
                "bold": True,
            },
            {
                "text": "甲方逾期付款超过{suspend_days}日，经乙方催告后在合理期限内仍未支付的，乙方有权暂停服务，暂停期间计入服务期限；"
                "逾期超过{terminate_days}日的，乙方有权解除本合同。",
                "bold": True,
            },
            {
                "text": "已经投放的广告、已经发布的文章、已经完成的培训等一次性服务，以及赠送的服务，不予退款。",
                "bold": True,
            },
            {
                "text": "应予退还的款项，由乙方自本合同解除之日起15个工作日内退回甲方的付款账户；已经开具发票的，甲方应当配合办理红字发票手续。"
            },
        ],
    },
    {
        "key": "breach",
        "kind": "locked",
        "title": "违约责任",
        "paragraphs": [
            {
                "text": "甲方逾期付款的，自{late_from}起至付清之日止，每逾期一日，应当按照逾期未付金额的{late_rate}向乙方支付违约金。"
                "乙方接受逾期款项，不视为放弃主张违约金的权利。",
                "when": "late_interest",
            },
            {
                "text": "乙方逾期开通服务的，自逾期之次日起至开通之日止，每逾期一日，应当按照未开通服务对应价款的{service_late_rate}向甲方支付违约金。"
            },
            {
                "text": "甲方违反{article:member_duties}约定，致使乙方受到行政处罚或者被第三方主张权利的，甲方应当负责处理并赔偿乙方因此受到的损失。"
            },
            {
                "text": "除因乙方故意或者重大过失造成财产损失以及造成人身损害的情形外，乙方因本合同承担的赔偿责任累计不超过甲方就本合同已经支付的价款，"
                "且不包括商誉损失、交易机会损失等间接损失。",
                "bold": True,
            },
            {
                "text": "一方违约的，守约方为实现债权支出的诉讼费、仲裁费、保全费、公证费、合理的律师费等费用由违约方承担。"
            },
        ],
    },
    {
        "key": "force_majeure",
        "kind": "optional",
        "title": "不可抗力",
        "paragraphs": [
            {
                "text": "因不可抗力不能履行本合同的，根据不可抗力的影响，部分或者全部免除责任，但法律另有规定的除外。受影响的一方应当及时通知"
                "对方，并在15日内提供证明；不可抗力持续超过60日的，任何一方均可以解除本合同，乙方按照剩余服务期限退还已付款项。"
            },
        ],
    },
    {
        "key": "notices",
        "kind": "locked",
        "title": "通知与送达地址",
        "paragraphs": [
            {
                "text": "双方确认下列地址和联系方式为各类通知、函件以及司法文书的送达地址：",
                "table": "notices",
            },
            {
                "text": "前款送达地址适用于合同履行期间的各类通知，以及发生争议后的仲裁程序和民事诉讼的一审、二审、再审、执行等程序。"
            },
            {
                "text": "以邮寄方式送达的，签收之日为送达之日；以电子邮件方式送达的，邮件进入对方系统之日为送达之日。一方变更送达地址的，"
                "应当提前3个工作日书面通知对方，在仲裁和诉讼期间还应当通知仲裁机构或者人民法院。"
            },
            {
                "text": "因一方提供的送达地址不准确、变更后未及时通知，或者该方及其指定的收件人拒收，致使文书未能实际接收的，文书退回之日视为送达之日。",
                "bold": True,
            },
        ],
    },
    {
        "key": "changes",
        "kind": "locked",
        "title": "合同的变更与转让",
        "paragraphs": [
            {
                "text": "对本合同的变更、补充或者解除，应当采用书面形式并由双方盖章。任何口头承诺、业务人员的个人承诺以及未经双方盖章确认的"
                "聊天记录，均不构成对本合同的变更。",
                "bold": True,
            },
            {"text": "未经对方书面同意，任何一方不得将本合同项下的权利义务全部或者部分转让给第三方。"},
        ],
    },
    {
        "key": "disputes",
        "kind": "locked",
        "title": "法律适用与争议解决",
        "paragraphs": [
            {
                "text": "本合同的订立、效力、解释、履行和争议解决均适用中华人民共和国法律（不包括香港特别行政区、澳门特别行政区和台湾地区法律）。"
            },
            {
                "text": "因本合同引起的或者与本合同有关的争议，双方应当协商解决；协商不成的，{dispute_resolution}。",
                "bold": True,
            },
        ],
    },
    {
        "key": "general",
        "kind": "locked",
        "title": "其他约定",
        "paragraphs": [
            {"text": "本合同{effective_rule}。"},
            {"text": "本合同{signing_order}。", "when": "signing_order != 'either'"},
            {
                "text": "双方以传真或者电子邮件交换的本合同签章页、函件的传真件、扫描件与原件具有同等效力；一方要求原件的，另一方应当在10日内寄送。"
            },
            {
                "text": "本合同的附件是本合同的组成部分，与本合同正文具有同等效力；附件与正文不一致的，以正文为准。附件包括：",
                "table": "annexes",
            },
            {
                "text": "本合同以加粗字体标示的条款，系免除或者减轻乙方责任、限制甲方权利或者与甲方有重大利害关系的条款。乙方已经提请甲方注意，"
                "并按照甲方的要求予以说明；甲方确认已经阅读并理解。双方另行协商一致的约定与上述条款不一致的，以另行约定为准。",
                "bold": True,
            },
            {
                "text": "本合同未尽事宜，由双方另行签订书面补充协议，补充协议与本合同具有同等效力。本合同一式{copies}份，甲、乙双方各执"
                "{copies_each}份，具有同等法律效力。"
            },
        ],
    },
]
CLAUSES = membership_english.with_english(_CHINESE, membership_english.CLAUSES)
