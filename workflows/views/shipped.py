"""A newer diagram of the program: what it would change, and whether it becomes a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.generic import Action, ActionView
from core.generic.base import Crumb, Page
from core.models import User
from workflows.models import ProcessDefinition, ProcessDraft, ShippedOffer
from workflows.services import decline_offer, take_offer
from workflows.services.drawing_rights import require_drawing, require_publishing, require_seeing_draft
from workflows.services.versions import holds_work_of_another
from workflows.views.versions import RestoreForm, in_words, visible_definition


class OfferPage(Page):
    """The difference of the offered diagram to the version in use, in words, and the two ways on."""

    template_name = "workflows/shipped_offer_page.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.definition = visible_definition(request.user, kwargs["key"])
            require_seeing_draft(self.definition, request.user)
            self.offer = get_object_or_404(ShippedOffer, definition=self.definition)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("New with the program: %(process)s") % {"process": self.definition.name}

    def crumbs(self):
        url = reverse("workflows:definition-detail", args=[self.definition.key])
        return [Crumb(_("Processes"), reverse("workflows:definition-list")), Crumb(self.definition.name, url)]

    def actions(self):
        if self.offer.status != ShippedOffer.Status.OPEN:
            return []
        take = reverse("workflows:shipped-offer-take", args=[self.definition.key])
        decline = reverse("workflows:shipped-offer-decline", args=[self.definition.key])
        person, actions = self.request.user, []
        if self.definition.may_be_drawn_by(person):
            actions.append(Action(_("Make a draft of it"), take, "pencil", style="primary", in_dialog=True))
        if self.definition.may_be_published_by(person):
            actions.append(Action(_("Decline for now"), decline, "clock", in_dialog=True))
        return actions

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # A diagram that nobody has drawn here reads as a draft of it would.
        offered = ProcessDraft(
            definition=self.definition, bpmn=self.offer.bpmn, decisions=self.offer.decisions, forms={}
        )
        words = in_words(self.definition.current_version, offered)
        return super().get_context_data(definition=self.definition, offer=self.offer, **words, **kwargs)


class _Deed(ActionView):
    """About the open offer of a process."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            definition = visible_definition(request.user, kwargs["key"])
            self.require(definition, request.user)
            offers = ShippedOffer.objects.filter(status=ShippedOffer.Status.OPEN).select_related("definition")
            self.object = get_object_or_404(offers, definition=definition)
            drafts = ProcessDraft.objects.filter(definition=definition).select_related("updated_by")
            self.draft = drafts.first()
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    # Who may do it: require_drawing or require_publishing.
    require: Callable[[ProcessDefinition, User], None]

    @property
    def key(self) -> str:
        return self.object.definition.key


class OfferTake(_Deed):
    """Asks, then makes the program's diagram the draft."""

    require = staticmethod(require_drawing)
    title = gettext_lazy("Make a draft of it")
    question = gettext_lazy(
        "The program's diagram becomes the draft, from which you go on drawing. Nothing is published, and running "
        "cases are not touched."
    )
    submit_label = gettext_lazy("Make a draft of it")
    done_message = gettext_lazy("The program's diagram is the draft now. Nothing is published.")

    def initial(self):
        return {"revision": self.draft.revision if self.draft is not None else 0}

    def get_form(self, data=None, files=None):
        other = self.draft if self.draft and holds_work_of_another(self.draft, self.request.user) else None
        return RestoreForm(data, initial=self.initial(), other=other)

    def run(self, form):
        take_offer(
            definition_key=self.key,
            checksum=self.object.checksum,
            revision=form.cleaned_data["revision"],
            replace=form.cleaned_data.get("replace", False),
            actor=self.request.user,
        )

    def done_url(self):
        return reverse("workflows:definition-detail", args=[self.key]) + "?tab=draft"


class OfferDecline(_Deed):
    """Asks, then remembers that this one is not wanted now."""

    require = staticmethod(require_publishing)
    title = gettext_lazy("Decline for now")
    question = gettext_lazy("It is not offered again until the program brings a newer one.")
    submit_label = gettext_lazy("Decline for now")
    done_message = gettext_lazy("It is not offered any more. The next newer one will be.")

    def run(self, form):
        decline_offer(definition_key=self.key, checksum=self.object.checksum, actor=self.request.user)

    def done_url(self):
        return reverse("workflows:definition-detail", args=[self.key])
