"""People: the list, and the page of one of them."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.generic import Action, DetailPage, ListPage, Tab
from core.generic.base import Crumb
from core.models import AuditEntry, Substitution
from core.people import away_today, found, managed_by
from core.permissions import MANAGE_PEOPLE
from core.services.leaving import what_is_held
from core.subjects import reference
from core.views.audit_words import told
from core.views.people_bulk import bulk_actions_for
from core.views.people_forms import may_change
from core.views.people_tables import COLOURS, STATES, PeopleFilter, PeopleTable, state_of

PEOPLE = Crumb(_("People"), reverse_lazy("person-list"))
# The newest deeds on a person's page.
MOST_DEEDS = 100


class PersonList(ListPage):
    """Everybody whom the reader administers."""

    title = _("People")
    permission = MANAGE_PEOPLE
    table_class = PeopleTable
    filter_class = PeopleFilter
    orders = {"name": ("name_sort", "pk"), "username": ("username",)}
    order = "name"
    search_placeholder = _("Name, pinyin, user name, phone")
    empty_title = _("Nobody yet")
    empty_text = _("People are entered here one by one, or several at once on the page of set-up.")

    def get_queryset(self):
        away = away_today().filter(person=OuterRef("pk"))
        return (
            managed_by(self.request.user)
            .select_related("department", "manager")
            .prefetch_related("roles")
            .annotate(is_away=Exists(away))
        )

    def is_searchable(self, queryset):
        return True

    def search(self, queryset, text):
        return found(queryset, text)

    def bulk_actions(self):
        return bulk_actions_for(self.request.user)

    def actions(self):
        offered = [
            Action(_("New person"), reverse("person-create"), "plus", MANAGE_PEOPLE, "primary"),
            Action(_("Departments"), reverse("department-tree"), "network", MANAGE_PEOPLE),
        ]
        importing = url_or_none("import-start", "core.people")
        if importing:
            offered.append(Action(_("Import people"), importing, "upload", MANAGE_PEOPLE, in_menu=True))
        return offered


class PersonDetail(DetailPage):
    """One person: who they are, what lies with them, how they get in, what was done to the account."""

    permission = MANAGE_PEOPLE
    header_template = "core/person_header.html"

    def get_queryset(self):
        away = away_today().filter(person=OuterRef("pk"))
        return (
            managed_by(self.request.user)
            .select_related("department", "manager")
            .prefetch_related("roles")
            .annotate(is_away=Exists(away))
        )

    def crumbs(self):
        return [PEOPLE, Crumb(self.object.username)]

    def get_context_data(self, **kwargs):
        state = state_of(self.object)
        return super().get_context_data(
            person=self.object, state=STATES[state], state_colour=COLOURS[state], **kwargs
        )

    def actions(self):
        person, me = self.object, self.request.user
        offered = []
        rights = url_or_none("person-rights", person.pk)
        if rights:
            offered.append(Action(_("What they may see and do"), rights, "shield-check"))
        if not may_change(me, person):
            return offered
        if not person.is_active:
            return [
                Action(
                    _("Reactivate"),
                    reverse("person-reactivate", args=[person.pk]),
                    "user-plus",
                    style="primary",
                    in_dialog=True,
                ),
                *offered,
            ]
        offered = [
            Action(_("Edit"), reverse("person-edit", args=[person.pk]), "pencil", style="primary"),
            *offered,
            Action(_("Invite"), reverse("person-invite", args=[person.pk]), "mail", in_menu=True),
            Action(
                _("Give a first password"),
                reverse("person-password", args=[person.pk]),
                "lock",
                in_menu=True,
            ),
            Action(
                _("Sign out everywhere"),
                reverse("person-end-access", args=[person.pk]),
                "log-out",
                in_menu=True,
                in_dialog=True,
            ),
        ]
        if Authenticator.objects.filter(user=person).exists():
            offered.append(
                Action(
                    _("Reset the second factor"),
                    reverse("person-reset-factor", args=[person.pk]),
                    "shield-check",
                    in_menu=True,
                    in_dialog=True,
                )
            )
        if person.pk != me.pk:
            offered.append(
                Action(
                    _("Deactivate and hand over"),
                    reverse("person-deactivate", args=[person.pk]),
                    "user-x",
                    in_menu=True,
                )
            )
        return offered

    def tabs(self):
        return [
            Tab("overview", _("Overview"), "core/person_overview.html"),
            Tab("work", _("Work"), "core/person_work.html"),
            Tab("access", _("Access"), "core/person_access.html"),
            # Beside the history of fields, which every row has.
            Tab("history", _("Deeds"), "core/person_history.html"),
        ]

    def tab_overview(self):
        person = self.object
        return {
            "person": person,
            "led": person.reports.filter(is_active=True).order_by("name_sort", "pk"),
            "substitutions": Substitution.objects.filter(person=person)
            .select_related("substitute")
            .order_by("-starts_on")[:5],
        }

    def tab_work(self):
        return {"person": self.object, "held": what_is_held(self.object)}

    def tab_access(self):
        person = self.object
        return {
            "person": person,
            "tokens": person.api_tokens.all(),
            "factors": Authenticator.objects.filter(user=person).count(),
        }

    def tab_history(self):
        subject_type, subject_id = reference(self.object)
        entries = AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id)
        return {"deeds": told(entries.select_related("actor").order_by("-at", "-pk")[:MOST_DEEDS])}


def url_or_none(name: str, *args: object) -> str:
    """The address of a page that another part of the house may bring."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
