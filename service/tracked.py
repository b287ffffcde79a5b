"""How the history of what happens after the sale is read."""

from django.utils.translation import gettext_lazy as _

from core.history import Tracked, register

register(Tracked("service.onboarding"))
register(Tracked("service.onboardingitem", part=_("Item"), name=("title_zh",)))
register(Tracked("service.material", part=_("Material"), name=()))
register(Tracked("service.onboardingitemtemplate"))
register(Tracked("service.renewalcase"))
register(Tracked("service.complaint"))
register(Tracked("service.complaintsummary", part=_("Summary"), name=()))
register(Tracked("service.followupcall", part=_("Follow-up call"), name=("n",)))
