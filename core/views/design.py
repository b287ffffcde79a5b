"""The parts of the design, alive: each as it is used, beside what one writes to get it (``/design/``)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.conf import settings
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from core.generic import Action, Page
from core.generic.drafting import Kept
from core.generic.overtaken import Difference, Overtaken
from core.generic.widgets import DateInput
from core.models import FormDraft
from core.services.drafts import ticket_for


@dataclass(frozen=True)
class Part:
    """A part of the design: its name, what it is for, and the template that shows it (templates/design/)."""

    name: str
    title: str | Promise
    text: str | Promise

    @property
    def template(self) -> str:
        return f"design/{self.name}.html"

    @property
    def source(self) -> str:
        """What one writes, as it stands in the template: the example cannot differ from its source."""
        return str(get_template(self.template).template.source).strip()


PARTS = [
    Part("colours", _("Colours"), _("By meaning, never by number: each has its value for light, dark and high contrast.")),
    Part("letters", _("Letters and numbers"), _("Latin letters in Inter, Chinese in the reader's own font; figures of equal width only in columns.")),
    Part("icons", _("Icons"), _("One sprite; a drawing never stands alone where its meaning is not plain.")),
    Part("buttons", _("Buttons"), _("One strong button a page; what destroys is red and asks first.")),
    Part("tags", _("Tags and people"), _("A state is a word in a colour, so that nobody depends on the colour.")),
    Part("notes", _("Notes"), _("What somebody must know before they go on, in the place where they are.")),
    Part("fields", _("Fields"), _("Label above, help and error below; an error says how to mend it.")),
    Part("unsent", _("Coming back to a form"), _("What somebody typed and did not send is offered when they come back.")),
    Part("overtaken", _("Two people at once"), _("What others changed is taken over; only where both changed the same is there a question.")),
    Part("choices", _("Decisions"), _("Nothing is chosen beforehand; the whole card is the button.")),
    Part("table", _("Tables"), _("Money at the right; on the phone a stack of cards.")),
    Part("figures", _("Figures"), _("What people want to know before they read the rows.")),
    Part("empty", _("Nothing there, nothing found, no right"), _("Each says why, and what to do next.")),
    Part("doors", _("Ways to other pages"), _("A page of administration, reports or help.")),
    Part("progress", _("Long work"), _("How far it is, in words and as a line; it goes on when the page is closed.")),
    Part("dialogs", _("Dialogs and menus"), _("A dialog asks one thing; Esc closes it and gives the focus back.")),
]  # fmt: skip


class ExampleForm(forms.Form):
    """Fields of each kind, one of them wrong."""

    title = forms.CharField(label=_("Title"), help_text=_("As it stands on the contract."))
    amount = forms.DecimalField(label=_("Amount"), widget=forms.TextInput(attrs={"class": "money-input"}))
    start_on = forms.DateField(label=_("From"), widget=DateInput())
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("Membership")), ("b", _("Advertisement"))])
    remark = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label=_("The customer has agreed"), required=False)


class Design(Page):
    """Every part of the design on one page, in the reader's own appearance."""

    title = _("Design")
    template_name = "core/design.html"
    rows: ClassVar = [
        ("XS-2026-0012", "苏州精诚模具有限公司", "green", _("Signed"), Decimal("128400")),
        ("XS-2026-0013", "无锡太湖工具有限公司", "amber", _("Waiting"), Decimal("5980")),
        ("XS-2026-0014", "宁波甬江机电有限公司", "red", _("Rejected"), Decimal("12800")),
    ]

    def kept(self, now):
        """As if somebody had come back to a form a while later."""
        path = self.request.path
        return Kept(
            person=self.request.user,
            path=path,
            ticket=ticket_for(self.request.user, path=path),
            take_url=path,
            draft=FormDraft(saved_at=now - timedelta(hours=2)),
            has_changed=True,
        )

    def overtaken(self, now):
        """As if a colleague had been at work in the same row."""
        met = {"who": self.request.user.name, "at": now - timedelta(minutes=5), "raw": None}
        return Overtaken(
            asked=[
                Difference(
                    name="amount",
                    label=_("Amount"),
                    was="128,400.00",
                    now="130,000.00",
                    typed="126,000.00",
                    **met,
                )
            ],
            taken=[
                Difference(
                    name="start_on",
                    label=_("From"),
                    was="2026-12-20",
                    now="2027-01-01",
                    typed="2026-12-20",
                    **met,
                )
            ],
        )

    def get_context_data(self, **kwargs):
        now = clock.now()
        form = ExampleForm({"title": "", "amount": "12,800.00", "start_on": "2026-12-20", "kind": "a"})
        form.is_valid()
        return super().get_context_data(
            parts=PARTS,
            icons=(settings.BASE_DIR / "frontend/src/icons.txt").read_text().split(),
            form=form,
            rows=self.rows,
            now=now,
            soon=now + timedelta(hours=3),
            late=now - timedelta(days=2),
            kept=self.kept(now),
            overtaken=self.overtaken(now),
            saving=Action(_("Save"), "#buttons", "check", style="primary"),
            **kwargs,
        )
