"""Contract templates: the list, a version with its text and differences, and what is done with them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contracts.filters import TemplateFilter
from contracts.models import ContractTemplate
from contracts.services import templates
from contracts.services.template_preview import preview_pages, preview_pdf
from contracts.services.template_texts import faults_of, open_values
from contracts.tables import TemplateTable
from contracts.texts.differences import differences
from contracts.views.files import pdf_answer
from core.generic import Action, ActionView, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.pdf.pages import MEDIA_TYPE, page_picture

VIEW = "contracts.view_contract"
TEMPLATES = Crumb(_("Contract templates"), reverse_lazy("contracts:template-list"))
PAGE_WIDTH = 900


class TemplateList(ListPage):
    title = _("Contract templates")
    permission = VIEW
    table_class = TemplateTable
    filter_class = TemplateFilter
    orders = {
        "name": ("name", "-version", "pk"),
        "created_at": ("created_at", "pk"),
        "updated_at": ("updated_at", "pk"),
    }
    order = "name"
    exportable = False
    empty_title = _("No contract templates yet")
    empty_text = _("They come with the reference data of the program: load it on the page of set-up.")

    def get_queryset(self):
        return ContractTemplate.objects.all()

    def actions(self):
        url = reverse("contracts:template-create")
        return [Action(_("New template"), url, "plus", templates.EDIT, style="primary")]


class TemplateForm(forms.Form):
    """A new template."""

    name = forms.CharField(label=_("Name"), max_length=80)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Lower-case Latin letters, digits, - and _. It stays the same in all versions."),
    )
    layout = forms.ChoiceField(label=_("Form"), choices=ContractTemplate.Layout)
    source = forms.ModelChoiceField(
        label=_("Begin with the texts of"),
        queryset=ContractTemplate.objects.filter(state="published"),
        required=False,
        empty_label=_("Nothing: an empty template"),
    )


class TemplateCreate(FormPage):
    title = _("New template")
    permission = templates.EDIT
    form_class = TemplateForm

    def crumbs(self):
        return [TEMPLATES]

    def cancel_url(self):
        return str(TEMPLATES.url)

    def save(self, form):
        values = form.cleaned_data
        template = templates.create_template(
            code=values["code"],
            name=values["name"],
            layout=values["layout"],
            source_id=values["source"].pk if values["source"] else None,
            actor=self.request.user,
        )
        return reverse("contracts:template-edit", args=[template.pk])


class TemplateDetail(DetailPage):
    permission = VIEW
    header_template = "contracts/template_header.html"

    def get_queryset(self):
        return ContractTemplate.objects.select_related("updated_by", "published_by").prefetch_related(
            "clauses"
        )

    def crumbs(self):
        return [TEMPLATES, Crumb(self.object.code)]

    @cached_property
    def versions(self):
        rows = ContractTemplate.objects.filter(code=self.object.code).order_by("-version")
        return list(rows.select_related("published_by", "updated_by"))

    @cached_property
    def earlier(self) -> ContractTemplate | None:
        """The version that this one takes the place of."""
        return next((one for one in self.versions if one.version < self.object.version), None)

    def tabs(self):
        found = [
            Tab("text", _("Text"), "contracts/template_text.html"),
            Tab("preview", _("Preview"), "contracts/template_preview.html"),
        ]
        if self.earlier is not None:
            found.append(Tab("changes", _("What is new"), "contracts/template_changes.html"))
        found.append(
            Tab("versions", _("Versions"), "contracts/template_versions.html", count=str(len(self.versions)))
        )
        return found

    def actions(self):
        template, key = self.object, [self.object.pk]
        if template.is_draft:
            publish = reverse("contracts:template-publish", args=key)
            return [
                Action(_("Edit"), reverse("contracts:template-edit", args=key), "pencil", templates.EDIT),
                Action(_("Publish"), publish, "upload", templates.PUBLISH, style="primary"),
                Action(
                    _("Discard the draft"),
                    reverse("contracts:template-discard", args=key),
                    "trash-2",
                    templates.EDIT,
                    in_dialog=True,
                    in_menu=True,
                ),
            ]
        draft = next((one for one in self.versions if one.is_draft), None)
        if draft is not None:
            go_on = reverse("contracts:template-edit", args=[draft.pk])
            found = [Action(_("Go on with the draft"), go_on, "pencil", templates.EDIT)]
        else:
            new = reverse("contracts:template-draft", args=key)
            found = [Action(_("New version"), new, "pencil", templates.EDIT, in_dialog=True)]
        if template.state == ContractTemplate.State.PUBLISHED:
            retire = reverse("contracts:template-retire", args=key)
            found.append(
                Action(_("Retire"), retire, "archive", templates.PUBLISH, in_dialog=True, in_menu=True)
            )
        return found

    def tab_text(self):
        return {
            "template": self.object,
            "faults": faults_of(self.object) if self.object.is_draft else [],
            "answers": open_values(self.object),
        }

    def tab_preview(self):
        pages, refused = preview_pages(self.object)
        return {"template": self.object, "refused": refused, "pages": list(range(1, pages + 1))}

    def tab_changes(self):
        return {"earlier": self.earlier, "differences": changes_between(self.earlier, self.object)}

    def tab_versions(self):
        return {"versions": self.versions, "shown": self.object}


def changes_between(earlier: ContractTemplate | None, template: ContractTemplate):
    """The clauses of both with what differs; none where there is nothing before."""
    if earlier is None:
        return []
    old, new = (
        [
            {name: getattr(one, name) for name in ("code", "title", "title_en", "paragraphs")}
            for one in those.clauses.all()
        ]
        for those in (earlier, template)
    )
    return differences(old, new)


class TemplateDraft(ActionView):
    title = _("New version")
    permission = templates.EDIT
    question = _("A draft with the texts of this version is made. Until it is published, nothing changes.")
    submit_label = _("Draft a new version")
    done_message = _("The draft is made.")

    def get_queryset(self):
        return ContractTemplate.objects.all()

    def run(self, form):
        draft = templates.draft_template(template_id=self.object.pk, actor=self.request.user)
        return reverse("contracts:template-edit", args=[draft.pk])


class PublishForm(forms.Form):
    note = forms.CharField(
        label=_("What is new"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In a few words, for those who draft contracts."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class TemplatePublish(ActionView):
    title = _("Publish the template")
    permission = templates.PUBLISH
    template_name = "contracts/template_publish.html"
    width = ""
    form_class = PublishForm
    submit_label = _("Publish")
    done_message = _("The template is published: new contracts are drafted from it.")

    def get_queryset(self):
        return ContractTemplate.objects.prefetch_related("clauses")

    def crumbs(self):
        return [TEMPLATES, Crumb(str(self.object), self.object.get_absolute_url())]

    def initial(self):
        return {"revision": self.object.revision}

    def get_context_data(self, **kwargs):
        rows = ContractTemplate.objects.filter(code=self.object.code, version__lt=self.object.version)
        earlier = rows.order_by("-version").first()
        found = changes_between(earlier, self.object)
        return super().get_context_data(
            earlier=earlier,
            differences=[one for one in found if one.kind != "same"],
            faults=faults_of(self.object) if self.object.is_draft else [],
            **kwargs,
        )

    def run(self, form):
        templates.publish_template(template_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class TemplateDiscard(ActionView):
    title = _("Discard the draft")
    permission = templates.EDIT
    question = _("The draft is thrown away. Published versions and contracts stay as they are.")
    submit_label = _("Discard")
    style = "danger"
    done_message = _("The draft is discarded.")

    def get_queryset(self):
        return ContractTemplate.objects.all()

    def run(self, form):
        template = self.object
        templates.discard_template(
            template_id=template.pk, revision=template.revision, actor=self.request.user
        )

    def done_url(self):
        return str(TEMPLATES.url)


class RetireForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class TemplateRetire(ActionView):
    title = _("Retire the template")
    permission = templates.PUBLISH
    question = _("No new contract is drafted from it. Contracts that were drafted from it keep their text.")
    submit_label = _("Retire")
    form_class = RetireForm
    done_message = _("The template is retired.")

    def get_queryset(self):
        return ContractTemplate.objects.all()

    def run(self, form):
        templates.retire_template(template_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


def _visible(request: HttpRequest, pk: int) -> ContractTemplate:
    if not request.user.may(VIEW):
        raise PermissionDenied(VIEW)
    return get_object_or_404(ContractTemplate.objects.prefetch_related("clauses"), pk=pk)


@require_safe
@login_required
def template_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The template on a made-up contract."""
    template = _visible(request, pk)
    return pdf_answer(
        f"{template}.pdf",
        preview_pdf(template, english="english" in request.GET),
        download="save" in request.GET,
    )


@require_safe
@login_required
def template_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A page of the preview as a picture. Its address names the revision, so it may be kept."""
    template = _visible(request, pk)
    try:
        picture = page_picture(
            preview_pdf(template, english="english" in request.GET), number, width=PAGE_WIDTH
        )
    except IndexError:
        raise Http404("There is no such page.") from None
    answer = HttpResponse(picture, content_type=MEDIA_TYPE)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer
