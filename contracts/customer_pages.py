"""What contracts add to the customers' pages: open amounts, contracts, payments, and who holds what."""

from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts import progress, selectors
from contracts.models import Contract, DunningNotice, PaymentPlanLine, PromiseToPay
from contracts.money import ZERO, shown
from contracts.services import account_of
from contracts.tables import ContractTable, PaymentTable
from core import clock
from core.generic.tables import MoneyColumn
from crm import extensions
from crm.models import Customer

_AMOUNT: Any = DecimalField(max_digits=16, decimal_places=2)
# A customer's page is no list: who has more than this looks at the list of contracts.
MOST_ROWS = 100
FEW = 20


class OwedColumn(MoneyColumn):
    """An amount that is mostly nothing; nothing is a dash, so that the others stand out."""

    def render(self, value):
        return super().render(value) if value else "—"


def with_open_amount(customers: QuerySet[Customer], request: HttpRequest) -> QuerySet[Customer]:
    """What each customer owes and has not paid, on contracts this person may see."""
    lines = PaymentPlanLine.objects.filter(
        contract__customer=OuterRef("pk"), contract__in=Contract.objects.visible_to(request.user)
    ).owed()
    payable = lines.order_by().values("contract__customer").annotate(total=Sum(F("amount") - F("released")))
    payable = payable.values("total")
    paid = (
        lines.filter(allocations__payment__state="confirmed")
        .order_by()
        .values("contract__customer")
        .annotate(total=Sum("allocations__amount"))
        .values("total")
    )
    return customers.annotate(open_amount=_or_nothing(payable) - _or_nothing(paid))


def _or_nothing(total: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(total, output_field=_AMOUNT), ZERO, output_field=_AMOUNT)


def figures(request: HttpRequest, customer: Customer) -> list[tuple[Any, Any, str]]:
    """What the customer bought and owes, as far as this person may see."""
    contracts = Contract.objects.visible_to(request.user).filter(customer=customer, state__in=Contract.OWED)
    # Not what was released: it was bought no more.
    bought = PaymentPlanLine.objects.filter(contract__in=contracts).aggregate(
        total=Coalesce(Sum(F("amount") - F("released")), ZERO)
    )["total"]
    rows = selectors.open_instalments(request.user, clock.today()).filter(contract__customer=customer)
    totals = rows.order_by().values_list("outstanding", "days_overdue")
    found = list(totals)
    open_total = sum((amount for amount, _days in found), ZERO)
    overdue = sum((amount for amount, days in found if days), ZERO)
    receivables = f"{reverse('contracts:receivable-list')}?q={customer.no}"
    return [
        (_("Contracts in all"), shown(bought), f"{customer.get_absolute_url()}?tab=contracts"),
        (_("Outstanding"), shown(open_total), receivables),
        (_("Of it overdue"), shown(overdue), receivables),
    ]


def contract_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    rows = selectors.contracts(request.user).filter(customer=customer)[:MOST_ROWS]
    return {"customer": customer, "table": ContractTable(rows, exclude=("customer",), request=request)}


def payment_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    rows = selectors.payments(request.user).filter(customer=customer)[:MOST_ROWS]
    return {"customer": customer, "table": PaymentTable(rows, exclude=("customer",), request=request)}


def case_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    contracts = list(selectors.contracts(request.user).filter(customer=customer)[:MOST_ROWS])
    found = [*progress.cases_of([customer]), *progress.cases_of(contracts)]
    running = sorted((one for one in found if one.is_open), key=lambda one: one.started_at, reverse=True)
    return {"customer": customer, "cases": running}


def collection_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    person: Any = request.user
    own = Customer.objects.filter(pk=customer.pk)
    return {
        "customer": customer,
        "account": account_of(customer_id=customer.pk, actor=person),
        "chases": customer.payment_chases.select_related("chased_by")[:FEW],
        "promises": PromiseToPay.objects.visible_to(person).filter(customer=customer)[:FEW],
        "notices": DunningNotice.objects.visible_to(person).filter(customer=customer)[:FEW],
        "may_record": own.reachable_by(person, "contracts.record_promise").exists(),
        "may_settle": own.reachable_by(person, "contracts.hold_dispute").exists(),
    }


def count_contracts(request: HttpRequest, customer: Customer) -> int:
    return Contract.objects.visible_to(request.user).filter(customer=customer).count()


extensions.add_column(
    extensions.CustomerColumn(
        "open_amount",
        lambda: OwedColumn(verbose_name=_("Open amount")),
        with_open_amount,
        permission="contracts.view_payment",
    )
)
extensions.add_figures(extensions.CustomerFigures(figures, permission="contracts.view_payment"))
extensions.add_tab(
    extensions.CustomerTab(
        "contracts",
        _("Contracts"),
        "contracts/customer_contracts.html",
        contract_tab,
        permission="contracts.view_contract",
        count=count_contracts,
        order=10,
    )
)
extensions.add_tab(
    extensions.CustomerTab(
        "payments",
        _("Payments"),
        "contracts/customer_payments.html",
        payment_tab,
        permission="contracts.view_payment",
        order=20,
    )
)
extensions.add_tab(
    extensions.CustomerTab(
        "collection",
        _("Collection"),
        "contracts/customer_collection.html",
        collection_tab,
        permission="contracts.view_payment",
        order=25,
    )
)
extensions.add_tab(
    extensions.CustomerTab(
        "cases",
        _("Running cases"),
        "contracts/customer_cases.html",
        case_tab,
        permission="contracts.view_contract",
        order=30,
    )
)
extensions.add_action(
    extensions.CustomerAction(
        _("Record a payment"),
        "banknote",
        lambda customer: f"{reverse('contracts:payment-create')}?customer={customer.pk}",
        permission="contracts.record_payment",
    )
)
extensions.add_action(
    extensions.CustomerAction(
        _("Draft a contract"),
        "file-text",
        lambda customer: f"{reverse('contracts:contract-start')}?customer={customer.pk}",
        permission="contracts.draft_contract",
        style="primary",
    )
)
