"""The fairs' app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FairsConfig(AppConfig):
    name = "tests.new_entity.fairs"
    verbose_name = _("Fairs")
