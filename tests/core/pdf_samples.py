"""A contract and a notice as they would leave the house, for the tests of printing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from contracts.seed import membership_contract as seed
from core.pdf.documents import (
    ClausePrint,
    ContractPrint,
    ContractReference,
    DunningLetter,
    DunningLine,
    DunningNotice,
    EarlierNotice,
    InstalmentPrint,
    InterestPart,
    Letterhead,
    LetterLine,
    LinePrint,
    ParagraphPrint,
    PartyBlock,
    PayeeAccount,
    PostalAddress,
)

CUSTOMER = PartyBlock(
    name="杭州钱塘精密机械制造有限公司",
    uscc="91330100MA2KJ4XW3P",
    legal_representative="沈国梁",
    agent="陆晓燕",
    address="浙江省杭州市钱塘区下沙街道22号大街168号3幢",
    phone="0571-86910000",
    bank="中国工商银行股份有限公司杭州下沙支行",
    account="1202026209900123456",
    tax_number="91330100MA2KJ4XW3P",
    service_contact="陆晓燕",
    service_phone="13800138000",
    service_email="lu@example.com",
)
OURS = PartyBlock(
    name="华东工业品网络科技（上海）有限公司",
    uscc="91310115MA1K4X5Y2T",
    legal_representative="顾明远",
    agent="陈思雨",
    address="上海市浦东新区张江路368号5号楼601室",
    phone="021-50800000",
    bank="招商银行股份有限公司上海张江支行",
    account="121908765410808",
    tax_number="91310115MA1K4X5Y2T",
    service_contact="合同管理部",
    service_phone="021-50800001",
    service_email="contract@example.com",
)
VALUES = {
    **seed.VALUES,
    "platform_name": "华东工业品网",
    "platform_url": "www.example.com",
    "service_term": "自2026年12月20日起至2027年12月19日止",
    "signing_order": seed.ALTERNATIVES["signing_order"]["either"],
}


def product_line(name: str, price: int, list_price: int, category: str = "会员", **more) -> LinePrint:
    quantity = Decimal(more.pop("quantity", 1))
    return LinePrint(
        name=name,
        category=category,
        unit=more.pop("unit", "年"),
        list_price=Decimal(list_price),
        price=Decimal(price),
        quantity=quantity,
        amount=Decimal(price) * quantity,
        **more,
    )


LINES = (
    product_line(
        "金牌会员服务", 98000, 108000, discount="9.1折", description="商铺、优先排名、询价直达、年度效果报告"
    ),
    product_line("首页通栏广告（机床频道）", 8000, 10000, "广告", unit="月", quantity=3, discount="8折"),
    product_line("企业专访文章", 3200, 4000, "文章", unit="篇", quantity=2, discount="8折"),
    product_line("平台操作培训", 0, 2000, "服务", unit="次", discount="赠送"),
)


def contract(**changes) -> ContractPrint:
    """An ordinary membership contract: four products, three instalments, the standard clauses."""
    lines = changes.pop("lines", LINES)
    whole_discount = changes.pop("whole_discount", Decimal(0))
    amount = sum((line.amount for line in lines), Decimal(0)) - whole_discount
    first = (amount / 2).quantize(Decimal("0.01"))
    second = ((amount - first) / 2).quantize(Decimal("0.01"))
    given = ContractPrint(
        number="XS-2026-0001",
        title=seed.TITLE,
        party_a=CUSTOMER,
        party_b=OURS,
        preamble=seed.PREAMBLE,
        clauses=tuple(ClausePrint.from_data(clause) for clause in seed.CLAUSES),
        lines=lines,
        instalments=(
            InstalmentPrint(1, first, trigger="合同签订后5个工作日内", note="首期款，到账后开通服务"),
            InstalmentPrint(2, second, due_on=date(2027, 3, 31), note="第二期款"),
            InstalmentPrint(3, amount - first - second, due_on=date(2027, 6, 30), note="尾款"),
        ),
        amount=amount,
        whole_discount=whole_discount,
        sign_place="上海市浦东新区",
        annexes=("《金牌会员服务说明》", "《广告投放排期表》"),
        values=VALUES,
    )
    return replace(given, **changes)


def short_contract(articles: int, sentences: int, *, products: int = 2) -> ContractPrint:
    """A contract whose length is given, to try where its pages break."""
    lines = tuple(product_line(f"广告位{number:03}", 100, 120, "广告") for number in range(1, products + 1))
    filler = "双方应当按照约定全面履行自己的义务，并遵循诚信原则履行通知、协助、保密等义务。"
    clauses = [
        ClausePrint("服务内容", (ParagraphPrint("产品如下：", table="lines"),)),
        ClausePrint("付款", (ParagraphPrint("付款计划如下：", table="payment_plan"),)),
    ]
    clauses += [ClausePrint("约定", (ParagraphPrint(filler * sentences),)) for _ in range(articles)]
    return contract(clauses=tuple(clauses), lines=lines)


def notice(rows: int = 3, **changes) -> DunningNotice:
    """A notice with so many overdue instalments of one contract."""
    as_of = date(2026, 12, 20)
    lines = tuple(
        DunningLine(
            instalment=f"第{index + 2}期",
            contract_number="XS-2026-0001",
            due_on=as_of - timedelta(days=15 + 30 * (rows - index)),
            due=Decimal("32100.00"),
            paid=Decimal("10000.00") if index == 0 else Decimal(0),
        )
        for index in range(rows)
    )
    given = DunningNotice(
        number="CK-2026-0001",
        sender=Letterhead(
            name=OURS.name,
            address=OURS.address,
            postcode="201203",
            phone=OURS.phone,
            website="www.example.com",
        ),
        customer_name=CUSTOMER.name,
        address=PostalAddress(
            address="浙江省杭州市钱塘区下沙街道22号大街168号3幢",
            addressee="陆晓燕",
            postcode="310018",
            phone="13800138000",
        ),
        issued_on=as_of,
        as_of=as_of,
        pay_by=date(2026, 12, 31),
        contracts=(ContractReference("XS-2026-0001", "会员服务合同", date(2026, 1, 5)),),
        lines=lines,
        account=PayeeAccount(OURS.name, OURS.bank, OURS.account),
        contact_name="周敏",
        contact_phone="021-50800012",
        enclosures=("合同付款计划复印件一份",),
        tracking_number="EB123456789CN",
    )
    return replace(given, **changes)


def letter(rows: int = 2, *, with_interest: bool = True, **changes) -> DunningLetter:
    """A letter of demand with so many overdue instalments; the first was paid in part on its 20th day."""
    as_of = date(2026, 12, 20)
    lines = []
    for index in range(rows):
        due_on = as_of - timedelta(days=45 + 30 * (rows - index))
        principal = Decimal("22100.00") if index == 0 else Decimal("32100.00")
        parts = _parts(due_on, as_of, principal) if with_interest else ()
        lines.append(
            LetterLine(
                instalment=f"第{index + 2}期",
                contract_number="XS-2026-0001",
                due_on=due_on,
                due=Decimal("32100.00"),
                principal=principal,
                days_overdue=(as_of - due_on).days,
                interest=sum((part.amount for part in parts), Decimal(0)),
                parts=parts,
            )
        )
    sample = notice(1)
    given = DunningLetter(
        number="CK-2026-0007",
        sender=sample.sender,
        customer_name=sample.customer_name,
        address=sample.address,
        issued_on=as_of,
        as_of=as_of,
        pay_by=date(2026, 12, 31),
        contracts=sample.contracts,
        lines=tuple(lines),
        account=sample.account,
        contact_name=sample.contact_name,
        contact_phone=sample.contact_phone,
        interest_basis="合同XS-2026-0001约定，每日按未付金额的万分之五" if with_interest else "",
        earlier=(EarlierNotice("CK-2026-0001", date(2026, 11, 20)),),
    )
    return replace(given, **changes)


def _parts(due_on: date, as_of: date, principal: Decimal) -> tuple[InterestPart, ...]:
    paid = Decimal("32100.00") - principal
    if not paid:
        days = (as_of - due_on).days
        amount = (principal * days * Decimal("0.0005")).quantize(Decimal("0.01"))
        return (InterestPart(due_on + timedelta(days=1), as_of, days, principal, amount),)
    middle = due_on + timedelta(days=20)
    rest = (as_of - middle).days
    return (
        InterestPart(due_on + timedelta(days=1), middle, 20, Decimal("32100.00"), Decimal("321.00")),
        InterestPart(
            middle + timedelta(days=1),
            as_of,
            rest,
            principal,
            (principal * rest * Decimal("0.0005")).quantize(Decimal("0.01")),
        ),
    )
