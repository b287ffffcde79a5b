"""What contracts ask a new company for."""

from django.utils.translation import gettext_lazy as _

from contracts.models import BankAccount, ContractTemplate, Product
from core.set_up import Step, register


def _has_company() -> bool:
    return BankAccount.objects.filter(is_active=True).exists()


def _has_products() -> bool:
    return Product.objects.exists()


def _has_template() -> bool:
    return ContractTemplate.objects.filter(state=ContractTemplate.State.PUBLISHED).exists()


register(
    Step(
        "contracts.company",
        _("Our company"),
        _("Name, tax code, address and the account that customers pay into: they stand in every contract."),
        _has_company,
        "contracts:own-company-list",
        _("Enter the company"),
        "landmark",
        order=40,
        permission="contracts.manage_own_company",
    )
)
register(
    Step(
        "contracts.products",
        _("Products"),
        _("What you sell, with list price and floor price."),
        _has_products,
        "contracts:product-list",
        _("Enter products"),
        "package",
        order=50,
        permission="contracts.edit_product",
    )
)
register(
    Step(
        "contracts.template",
        _("Contract template"),
        _("The text that contracts are made of. One for memberships comes with the program."),
        _has_template,
        "contracts:template-list",
        _("Look at the template"),
        "scroll-text",
        order=55,
        permission="contracts.view_contract",
    )
)
