"""What a company sets for itself about customers."""

from django.utils.translation import gettext_lazy as _

from core.numbers import describe
from crm.models import Customer

describe("customer", label=_("Customers"), documents=Customer.objects.all)
