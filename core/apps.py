"""Shared ground: people, rights, numbers, documents, audit."""

from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core import acting


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("General")

    def ready(self) -> None:
        connection_created.connect(acting.install, dispatch_uid="core.acting")
        autodiscover_modules("permissions")
        autodiscover_modules("navigation")
        # The rows around which people talk, attach, follow and search; and the cards of the desk.
        autodiscover_modules("subject_kinds")
        autodiscover_modules("tracked")
        # What stands around each of them.
        import_module("core.around.own")
        autodiscover_modules("around")
        autodiscover_modules("home_cards")
        autodiscover_modules("reports")
        import_module("core.reports.mailing")
        import_module("core.services.coming_year")
        # What a company sets on its own page.
        autodiscover_modules("settings_kinds")
        # Where each app names roles, and what its people may do by them.
        autodiscover_modules("role_info")
        # What workers do for the jobs of each app.
        autodiscover_modules("jobs")
        # Which events each app announces to other programs.
        autodiscover_modules("webhooks")
        # Which sheets each app takes in.
        import_module("core.imports.jobs")
        autodiscover_modules("importers")
        # What people hold that others take over when they leave, and which rows carry a department.
        import_module("core.own_holdings")
        autodiscover_modules("holdings")
        # What a new company is asked for.
        autodiscover_modules("set_up_steps")
        import_module("core.digests")
        for kinds_of_jobs in ("core.mail", "core.generic.export_jobs", "core.services.access"):
            import_module(kinds_of_jobs)
        # Registers the check that the fonts of contracts and letters are installed.
        import_module("core.pdf.checks")
