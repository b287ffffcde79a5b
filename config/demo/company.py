"""Our own side in the demo: the company that signs, its account and seals, and what it sells."""

from typing import Any

from config.demo.codes import uscc
from contracts import services
from contracts.models import OwnCompany, Product
from core.actors import Actor

COMPANY: dict[str, str] = {
    "name": "上海华东工业品网络科技有限公司",
    "short_name": "华东工业品网",
    "uscc": uscc("310115", 260001),
    "legal_representative": "郑国栋",
    "address": "上海市浦东新区张江路368号5号楼8层",
    "postcode": "201203",
    "phone": "021-68880368",
    "fax": "021-68880369",
    "email": "service@example.com",
    "website": "www.example.com",
    "finance_contact": "孙丽",
    "finance_phone": "021-68880372",
    "sign_place": "上海市浦东新区",
}
ACCOUNT = {
    "holder": COMPANY["name"],
    "bank_name": "中国工商银行股份有限公司上海市张江支行",
    "number": "1001 1234 0930 0268 026",
}
SEALS = [("contract", "合同专用章"), ("company", "公章"), ("finance", "财务专用章")]
PRODUCTS: list[dict[str, Any]] = [
    {
        "code": "VIP-G",
        "name": "金牌会员（年）",
        "name_en": "Gold membership (year)",
        "kind": "membership",
        "unit": "年",
        "list_price": "29800.00",
        "floor_price": "23800.00",
        "term_months": 12,
        "description": "专属商铺、首页轮播、询价优先推送",
    },
    {
        "code": "VIP-S",
        "name": "银牌会员（年）",
        "name_en": "Silver membership (year)",
        "kind": "membership",
        "unit": "年",
        "list_price": "12800.00",
        "floor_price": "9800.00",
        "term_months": 12,
        "description": "标准商铺、产品不限量发布",
    },
    {
        "code": "VIP-B",
        "name": "铜牌会员（年）",
        "name_en": "Bronze membership (year)",
        "kind": "membership",
        "unit": "年",
        "list_price": "5980.00",
        "floor_price": "4680.00",
        "term_months": 12,
        "description": "基础商铺、发布产品100个",
    },
    {
        "code": "AD-HOME",
        "name": "首页横幅广告（季）",
        "name_en": "Home page banner (quarter)",
        "kind": "ad",
        "unit": "季",
        "list_price": "18000.00",
        "floor_price": "14000.00",
        "term_months": 3,
        "description": "首页第一屏，四帧轮播之一",
    },
    {
        "code": "ART-PRO",
        "name": "品牌推广文章",
        "name_en": "Brand article",
        "kind": "article",
        "unit": "篇",
        "list_price": "1500.00",
        "floor_price": "1000.00",
        "description": "专业编辑撰写，首发并推送行业资讯",
    },
    {
        "code": "SRV-SHOP",
        "name": "商铺装修与培训",
        "name_en": "Shop design and training",
        "kind": "service",
        "unit": "次",
        "list_price": "3800.00",
        "floor_price": "2600.00",
        "description": "商铺设计、产品上传及操作培训",
    },
]


def create_our_side(actor: Actor) -> OwnCompany:
    """Enter the company with account and seals, and the products."""
    company = services.save_own_company(fields=COMPANY, actor=actor)
    services.save_account(company_id=company.pk, fields=ACCOUNT, actor=actor)
    for kind, name in SEALS:
        services.save_seal(company_id=company.pk, fields={"kind": kind, "name": name}, actor=actor)
    for product in PRODUCTS:
        services.save_product(fields=product, actor=actor)
    return company


def product(code: str) -> Product:
    return Product.objects.get(code=code)
