"""Steps of the way that several pages share."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.generic.base import Crumb

CONTRACTS = Crumb(_("Contracts"), reverse_lazy("contracts:contract-list"))
