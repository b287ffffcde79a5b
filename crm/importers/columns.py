"""Which columns a sheet of customers may have, in both languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from django.db import models
from django.utils import translation

from crm.models import Contact, Customer, CustomerAddress


@dataclass(frozen=True)
class Column:
    """A column: which field of which row it fills, and its headings."""

    part: str  # customer, contact, registered, postal
    field: str
    zh: str
    en: str
    required: bool = False
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.part}.{self.field}"

    @property
    def model(self) -> type[models.Model]:
        return {"customer": Customer, "contact": Contact}.get(self.part, CustomerAddress)

    def heading(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


COLUMNS: tuple[Column, ...] = (
    Column(
        "customer",
        "name",
        "客户名称",
        "Customer name",
        required=True,
        also=("公司名称", "公司", "名称", "company"),
    ),
    Column("customer", "kind", "类型", "Kind"),
    Column(
        "customer",
        "uscc",
        "统一社会信用代码",
        "Unified social credit code",
        also=("信用代码", "税号", "uscc"),
    ),
    Column("customer", "legal_representative", "法定代表人", "Legal representative", also=("法人",)),
    Column("customer", "enterprise_scale", "企业规模类型", "Enterprise scale"),
    Column("customer", "industry", "行业", "Industry"),
    Column("customer", "region", "地区", "Region", also=("区域", "省市")),
    Column("customer", "size", "人员规模", "Size", also=("规模",)),
    Column("customer", "source", "来源", "Source"),
    Column("customer", "level", "级别", "Level"),
    Column("customer", "main_products", "主营产品", "Main products"),
    Column("customer", "introduction", "企业介绍", "Company introduction"),
    Column("customer", "website", "网址", "Website"),
    Column("customer", "bank_name", "开户行", "Bank"),
    Column("customer", "bank_account", "银行账号", "Bank account", also=("账号",)),
    Column("customer", "remark", "备注", "Remark"),
    Column("contact", "name", "联系人", "Contact"),
    Column("contact", "title", "职务", "Job title"),
    Column("contact", "mobile", "手机", "Mobile", also=("手机号", "手机号码")),
    Column("contact", "phone", "电话", "Telephone", also=("固定电话", "座机")),
    Column("contact", "fax", "传真", "Fax"),
    Column("contact", "email", "邮箱", "E-mail", also=("电子邮箱", "email")),
    Column("contact", "wechat", "微信", "WeChat"),
    Column("contact", "qq", "QQ", "QQ number"),
    Column("registered", "address", "注册地址", "Registered address"),
    Column("postal", "address", "邮寄地址", "Postal address", also=("通讯地址", "地址", "address")),
    Column("postal", "addressee", "收件人", "Addressee"),
    Column("postal", "phone", "收件电话", "Addressee's telephone"),
    Column("postal", "postcode", "邮编", "Postcode"),
)


def find_column(heading: str) -> Column | None:
    """The column of a heading, however it is spaced, starred or bracketed."""
    return _by_heading().get(_plain(heading))


@cache
def _by_heading() -> dict[str, Column]:
    return {_plain(name): one for one in COLUMNS for name in (one.zh, one.en, *one.also)}


def _plain(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading).lower()
    text = re.sub(r"\(.*?\)|\[.*?\]", "", text)
    return re.sub(r"[\s*:：_\-']+", "", text)


@cache
def _codes(model: type[models.Model], field: str) -> dict[str, str]:
    """Every way to write a choice (code, Chinese, English), and its code."""
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            choices = model._meta.get_field(field).choices or ()  # type: ignore[union-attr]
            for code, label in choices:
                found[_plain(str(label))] = found[_plain(str(code))] = str(code)
                # "A：重点客户" is also written "A"; "20至99人" stays whole.
                found.setdefault(_plain(str(label).split(":")[0].split("：")[0]), str(code))
    return found


def code_of(column: Column, text: str) -> str | None:
    """The code of a choice written in either language; None if there is no such choice."""
    return _codes(column.model, column.field).get(_plain(text))


def choices_of(column: Column) -> list[str]:
    """The choices as the reader writes them; empty for a column of free text."""
    field = column.model._meta.get_field(column.field)
    return [str(label) for _code, label in (getattr(field, "choices", None) or ())]
