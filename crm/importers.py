"""Sheets of customers: each row a customer with a contact and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Text
from core.imports.parsing import Parser, choice, labels, line, text
from core.imports.registry import Found, ImportField, ImportKind, ImportOption, Problem, Values, register
from core.models import User
from crm import normalise
from crm.models import Contact, Customer, CustomerAddress
from crm.services import import_customer, remove_imported_customer, update_customer
from crm.services.cleaning import clean_each
from crm.services.customers import CUSTOMER_FIELDS
from crm.services.rows import ADDRESS_FIELDS, CONTACT_FIELDS

POOL, MINE = "pool", "mine"
# Of which model and which fields each part of a row is; a field is named "contact.mobile", the customer's plainly.
PARTS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "customer": (Customer, CUSTOMER_FIELDS),
    "contact": (Contact, CONTACT_FIELDS),
    "registered": (CustomerAddress, ADDRESS_FIELDS),
    "postal": (CustomerAddress, ADDRESS_FIELDS),
}


def _targets(actor: User) -> list[tuple[str, Text]]:
    pool: tuple[str, Text] = (POOL, gettext_lazy("to the public pool"))
    return [pool, (MINE, gettext_lazy("to me"))] if actor.may("crm.edit_customer") else [pool]


def _choice(name: str, zh: str, en: str, example: str = "") -> ImportField:
    return ImportField(
        name, zh, en, parse=choice(Customer, name), choices=labels(Customer, name), example=example
    )


def _field(name: str, zh: str, en: str, *also: str, parse: Parser = line, example: str = "") -> ImportField:
    return ImportField(name, zh, en, also=also, parse=parse, example=example)


@register
class CustomerImport(ImportKind):
    """A company is the same by its code, else by its name without the legal form."""

    code = "crm.customers"
    title = gettext_lazy("Import customers")
    permission = "crm.import_customers"
    model = Customer
    list_url_name = "crm:customer-list"
    detail_url_name = "crm:customer-detail"
    notes = (
        gettext_lazy("A company counts as known when its code or its name without the legal form is known."),
        gettext_lazy("Of a customer that exists, the columns of the customer are changed, not its contacts."),
    )
    options = (ImportOption("target", gettext_lazy("New customers go"), _targets),)
    fields = (
        ImportField(
            "name",
            "客户名称",
            "Customer name",
            required=True,
            also=("公司名称", "单位名称", "企业名称", "公司", "名称", "客户", "company", "company name"),
            parse=line,
            example="昆山精工机械有限公司",
        ),
        _choice("kind", "类型", "Kind"),
        _field(
            "uscc",
            "统一社会信用代码",
            "Unified social credit code",
            "信用代码",
            "税号",
            "纳税人识别号",
            "uscc",
            parse=normalise.clean_uscc,
            example="91320583MA1XXXXX0U",
        ),
        _field("legal_representative", "法定代表人", "Legal representative", "法人", "法人代表"),
        _choice("enterprise_scale", "企业规模类型", "Enterprise scale"),
        _field("industry", "行业", "Industry", "所属行业", example="通用机械"),
        _field("region", "地区", "Region", "区域", "省市", "省份", example="江苏 昆山"),
        _choice("size", "人员规模", "Size"),
        _choice("source", "来源", "Source"),
        _choice("level", "级别", "Level", example="B"),
        _field("main_products", "主营产品", "Main products", "主营", "经营范围"),
        _field("introduction", "企业介绍", "Company introduction", "简介", parse=text),
        _field("website", "网址", "Website", "网站", "官网"),
        _field("bank_name", "开户行", "Bank", "开户银行"),
        _field("bank_account", "银行账号", "Bank account", "账号", "银行账户"),
        _field("remark", "备注", "Remark", "说明", "notes", parse=text),
        _field("contact.name", "联系人", "Contact", "联系人姓名", "contact person", example="赵工"),
        _field("contact.title", "职务", "Job title", "职位"),
        _field(
            "contact.mobile",
            "手机",
            "Mobile",
            "手机号",
            "手机号码",
            "移动电话",
            "mobile phone",
            parse=normalise.clean_mobile,
            example="138 0013 8000",
        ),
        _field(
            "contact.phone",
            "电话",
            "Telephone",
            "固定电话",
            "座机",
            "联系电话",
            "tel",
            parse=normalise.clean_phone,
        ),
        _field("contact.fax", "传真", "Fax", parse=normalise.clean_phone),
        _field("contact.email", "邮箱", "E-mail", "电子邮箱", "电子邮件", "email"),
        _field("contact.wechat", "微信", "WeChat", "微信号"),
        _field("contact.qq", "QQ", "QQ number", "qq号"),
        _field("registered.address", "注册地址", "Registered address"),
        _field("postal.address", "邮寄地址", "Postal address", "通讯地址", "地址", "联系地址", "address"),
        _field("postal.addressee", "收件人", "Addressee"),
        _field("postal.phone", "收件电话", "Addressee's telephone", parse=normalise.clean_phone),
        _field("postal.postcode", "邮编", "Postcode", "邮政编码", parse=normalise.clean_postcode),
    )

    def load(self, rows: Sequence[Values]) -> None:
        names = {self._norm(values) for values in rows} - {""}
        codes = {values["uscc"] for values in rows if values.get("uscc")}
        by_name = Customer.objects.filter(name_norm__in=names, kind=Customer.Kind.COMPANY).order_by("-pk")
        by_code = Customer.objects.filter(uscc__in=codes)
        self._by_name = {customer.name_norm: customer for customer in by_name}
        self._by_code = {customer.uscc: customer for customer in by_code}
        known = {one.pk for one in (*self._by_name.values(), *self._by_code.values())}
        mine = Customer.objects.reachable_by(self.actor, "crm.edit_customer").filter(pk__in=known)
        self._changeable = set(mine.values_list("pk", flat=True)) if known else set()

    def keys(self, values: Values) -> list[tuple[str, str]]:
        found = []
        if norm := self._norm(values):
            found.append((f"name {norm}", "name"))
        if code := values.get("uscc"):
            found.append((f"uscc {code}", "uscc"))
        return found

    def find(self, values: Values) -> Customer | None:
        return self._by_code.get(values.get("uscc")) or self._by_name.get(self._norm(values))

    def title_of(self, row: Customer) -> str:
        return f"{row.no} {row.name}"

    def check(self, values: Values, existing: Customer | None) -> Found:
        found = Found()
        parts = _parts(values)
        for part, fields in parts.items():
            model, allowed = PARTS[part]
            _clean, errors = clean_each(model, fields, allowed)
            found.errors += [(_name(part, name), texts[0]) for name, texts in errors.items()]
        found.errors += _incomplete(parts)
        by_name = self._by_name.get(self._norm(values))
        code = values.get("uscc")
        if by_name is not None and code and by_name.uscc and by_name.uscc != code:
            text = _("%(no)s has the same name and another code: look which of them is right.")
            found.errors.append(("uscc", text % {"no": by_name.no}))
        return found

    def may_not_change(self, row: Customer) -> Text:
        if row.pk in self._changeable:
            return ""
        return _("%(no)s is looked after by somebody else: you may not change it.") % {"no": row.no}

    def create(self, values: Values) -> Customer:
        parts = _parts(values)
        return import_customer(
            fields=parts.get("customer", {}),
            owner=self.actor if self.chosen.get("target") == MINE else None,
            contacts=[parts["contact"]] if "contact" in parts else [],
            addresses=[{"kind": one, **parts[one]} for one in ("registered", "postal") if one in parts],
            actor=self.actor,
        )

    def update(self, row: Customer, changes: Values) -> Customer:
        return update_customer(customer_id=row.pk, revision=row.revision, changes=changes, actor=self.actor)

    def read(self, row: Customer) -> dict[str, str]:
        return {name: str(getattr(row, name) or "") for name in CUSTOMER_FIELDS if name != "status"}

    def undo_create(self, row: Customer) -> None:
        remove_imported_customer(customer_id=row.pk, actor=self.actor)

    def undo_update(self, row: Customer, before: Mapping[str, str]) -> None:
        update_customer(customer_id=row.pk, revision=row.revision, changes=before, actor=self.actor)

    @staticmethod
    def _norm(values: Values) -> str:
        """Two people may have one name; a company exists once."""
        if values.get("kind", Customer.Kind.COMPANY) != Customer.Kind.COMPANY:
            return ""
        return normalise.name_norm(values.get("name", ""))


def _parts(values: Values) -> dict[str, dict[str, Any]]:
    """{"customer": {"name": …}, "contact": {"mobile": …}}"""
    found: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        part, _dot, field = name.rpartition(".")
        found.setdefault(part or "customer", {})[field] = value
    return found


def _name(part: str, field: str) -> str:
    return field if part == "customer" else f"{part}.{field}"


def _incomplete(parts: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    found: list[Problem] = []
    contact = parts.get("contact", {})
    if contact and not contact.get("name"):
        found.append(("contact.name", _("Enter the contact's name.")))
    elif contact and not any(contact.get(name) for name in ("mobile", "phone", "email", "wechat")):
        found.append(
            ("contact.mobile", _("Enter a mobile, a telephone, an e-mail or a WeChat of this contact."))
        )
    for part in ("postal", "registered"):
        if parts.get(part) and not parts[part].get("address"):
            found.append((f"{part}.address", _("Enter the address too, or nothing of it.")))
    return found
