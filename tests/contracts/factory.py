"""Rows that contract tests start from, made through the services as in life."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from config.demo.codes import mobile, uscc
from config.demo.company import product
from contracts import services
from contracts.models import Contract
from core import clock
from core.models import User
from crm.models import Customer
from crm.services import create_customer

_serial = count(1)


def customer_of(owner: User, name: str = "", **fields: Any) -> Customer:
    """A company with everything a contract asks for, tracked by somebody."""
    serial = next(_serial)
    return create_customer(
        fields={
            "name": name or f"测试机械{serial}有限公司",
            "uscc": uscc("320500", serial),
            "legal_representative": "张三",
            **fields,
        },
        contacts=[
            {"name": "刘经理", "title": "采购经理", "mobile": mobile(serial), "email": "liu@example.com"}
        ],
        addresses=[
            {"kind": "registered", "address": f"江苏省苏州市工业园区星湖街{serial}号"},
            {
                "kind": "postal",
                "address": f"江苏省苏州市工业园区星湖街{serial}号行政楼",
                "addressee": "财务部",
                "phone": "0512-62880001",
                "postcode": "215000",
            },
        ],
        actor=owner,
    )


def membership(price: str = "12800.00", code: str = "VIP-S", quantity: str = "1") -> services.Line:
    return services.Line(product_id=product(code).pk, price=Decimal(price), quantity=Decimal(quantity))


def instalments(*parts: tuple[int, str]) -> list[services.Instalment]:
    """(days from today, amount) pairs as a payment plan."""
    return [
        services.Instalment(due_on=clock.today() + timedelta(days=days), amount=Decimal(amount))
        for days, amount in parts
    ]


def term(start: date | None = None, rule: str = "on_signature") -> dict[str, Any]:
    """A year, from today unless said; it takes effect on signature and bears no interest, so that tests of other
    things go on.
    """
    first = start or clock.today()
    return {
        "start_on": first,
        "end_on": first + timedelta(days=364),
        "effective_rule": rule,
        "late_rule": "none",
    }


def draft_of(
    owner: User, customer: Customer | None = None, price: str = "12800.00", **kwargs: Any
) -> Contract:
    """A complete draft without a process."""
    return services.create_contract(
        customer_id=(customer or customer_of(owner)).pk,
        actor=owner,
        fields=kwargs.pop("fields", None) or term(),
        lines=kwargs.pop("lines", None) or [membership(price)],
        plan=kwargs.pop("plan", None) or instalments((10, price)),
        **kwargs,
    )
