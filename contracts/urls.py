"""Addresses of the pages of contracts, products, payments and receivables."""

from django.urls import path

from contracts.views import (
    catalogue,
    collection,
    companies,
    contracts,
    editor,
    marks,
    obligations,
    payments,
    proposals,
    public,
    rates,
    receivables,
    signing,
    signing_links,
    template_editor,
    templates,
    wording,
)

app_name = "contracts"

urlpatterns = [
    path("contracts/", contracts.ContractList.as_view(), name="contract-list"),
    path("contracts/new/", contracts.ContractStart.as_view(), name="contract-start"),
    path("contracts/<int:pk>/", contracts.ContractDetail.as_view(), name="contract-detail"),
    path("contracts/<int:pk>/edit/", editor.ContractEdit.as_view(), name="contract-edit"),
    path("contracts/<int:pk>/wording/", wording.ContractWording.as_view(), name="contract-wording"),
    path("contracts/<int:pk>/mark/", marks.ContractMark.as_view(), name="contract-mark"),
    path("clause-marks/<int:pk>/answer/", marks.MarkAnswer.as_view(), name="mark-answer"),
    path("clause-marks/<int:pk>/remove/", marks.MarkRemove.as_view(), name="mark-remove"),
    path("contracts/<int:pk>/seal-request/", contracts.seal_request, name="seal-request"),
    path("contracts/<int:pk>/void/", contracts.ContractVoid.as_view(), name="contract-void"),
    path("contracts/<int:pk>/sign/<str:party>/", signing.PartySign.as_view(), name="party-sign"),
    path("contracts/<int:pk>/dispatches/new/", signing.DispatchCreate.as_view(), name="signing-dispatch"),
    path("contracts/<int:pk>/link/new/", signing_links.LinkCreate.as_view(), name="signing-link-create"),
    path("contracts/<int:pk>/link/mail/", signing_links.LinkMail.as_view(), name="signing-link-mail"),
    path("contracts/<int:pk>/link/revoke/", signing_links.LinkRevoke.as_view(), name="signing-link-revoke"),
    path("contracts/<int:pk>/performance/", contracts.performance_statement, name="performance-statement"),
    path("obligations/", obligations.ObligationList.as_view(), name="obligation-list"),
    path(
        "contracts/<int:pk>/obligations/new/",
        obligations.ObligationCreate.as_view(),
        name="obligation-create",
    ),
    path("obligations/<int:pk>/done/", obligations.ObligationSettle.as_view(), name="obligation-settle"),
    path("obligations/<int:pk>/waive/", obligations.ObligationWaive.as_view(), name="obligation-waive"),
    path("obligations/<int:pk>/drop/", obligations.ObligationDrop.as_view(), name="obligation-drop"),
    path("contracts/<int:pk>/pdf/", contracts.contract_paper, name="contract-pdf"),
    path("contracts/<int:pk>/documents/<int:document_pk>/", contracts.contract_file, name="contract-file"),
    path("confirm/<str:token>/", public.SharedContract.as_view(), name="shared-contract"),
    path("confirm/<str:token>/pages/<int:number>.png", public.shared_page, name="shared-page"),
    path("confirm/<str:token>/contract.pdf", public.shared_pdf, name="shared-pdf"),
    path("confirm/<str:token>/logo.png", public.shared_logo, name="shared-logo"),
    path("verify/<path:number>/<str:fingerprint>/", public.verify, name="verify"),
    path("products/", catalogue.ProductList.as_view(), name="product-list"),
    path("products/new/", catalogue.ProductCreate.as_view(), name="product-create"),
    path("products/<int:pk>/", catalogue.ProductDetail.as_view(), name="product-detail"),
    path("products/<int:pk>/edit/", catalogue.ProductEdit.as_view(), name="product-edit"),
    path("contract-templates/", templates.TemplateList.as_view(), name="template-list"),
    path("contract-templates/new/", templates.TemplateCreate.as_view(), name="template-create"),
    path("contract-templates/<int:pk>/", templates.TemplateDetail.as_view(), name="template-detail"),
    path("contract-templates/<int:pk>/edit/", template_editor.TemplateEdit.as_view(), name="template-edit"),
    path("contract-templates/<int:pk>/draft/", templates.TemplateDraft.as_view(), name="template-draft"),
    path(
        "contract-templates/<int:pk>/publish/", templates.TemplatePublish.as_view(), name="template-publish"
    ),
    path(
        "contract-templates/<int:pk>/discard/", templates.TemplateDiscard.as_view(), name="template-discard"
    ),
    path("contract-templates/<int:pk>/retire/", templates.TemplateRetire.as_view(), name="template-retire"),
    path("contract-templates/<int:pk>/pdf/", templates.template_pdf, name="template-pdf"),
    path("contract-templates/<int:pk>/pages/<int:number>.png", templates.template_page, name="template-page"),
    path("our-companies/", companies.OwnCompanyList.as_view(), name="own-company-list"),
    path("our-companies/new/", companies.OwnCompanyCreate.as_view(), name="own-company-create"),
    path("our-companies/<int:pk>/", companies.OwnCompanyDetail.as_view(), name="own-company-detail"),
    path("our-companies/<int:pk>/edit/", companies.OwnCompanyEdit.as_view(), name="own-company-edit"),
    path(
        "our-companies/<int:company_pk>/accounts/new/",
        companies.AccountCreate.as_view(),
        name="account-create",
    ),
    path(
        "our-companies/<int:company_pk>/accounts/<int:pk>/",
        companies.AccountEdit.as_view(),
        name="account-edit",
    ),
    path("our-companies/<int:company_pk>/logo/", companies.LogoEdit.as_view(), name="logo-edit"),
    path("our-companies/<int:pk>/logo.png", companies.company_logo, name="company-logo"),
    path("our-companies/<int:company_pk>/seals/new/", companies.SealCreate.as_view(), name="seal-create"),
    path("our-companies/<int:company_pk>/seals/<int:pk>/", companies.SealEdit.as_view(), name="seal-edit"),
    path("payments/", payments.PaymentList.as_view(), name="payment-list"),
    path("payments/new/", payments.PaymentCreate.as_view(), name="payment-create"),
    path("payments/<int:pk>/", payments.PaymentDetail.as_view(), name="payment-detail"),
    path("payments/<int:pk>/allocate/", payments.PaymentAllocate.as_view(), name="payment-allocate"),
    path("payments/<int:pk>/confirm/", payments.PaymentConfirm.as_view(), name="payment-confirm"),
    path("payments/<int:pk>/reverse/", payments.PaymentReverse.as_view(), name="payment-reverse"),
    path("receivables/", receivables.ReceivableList.as_view(), name="receivable-list"),
    path("receivables/notices/", receivables.NoticeList.as_view(), name="notice-list"),
    path("receivables/notices/print/", receivables.DunningSelect.as_view(), name="dunning-select"),
    path("receivables/notices/preview/", receivables.DunningPreviewPage.as_view(), name="dunning-preview"),
    path("receivables/notices/<int:pk>/", receivables.NoticeDetail.as_view(), name="notice-detail"),
    path("receivables/notices/<int:pk>/pdf/", receivables.notice_pdf, name="notice-pdf"),
    path("receivables/notices/<int:pk>/sent/", collection.NoticeSent.as_view(), name="notice-sent"),
    path(
        "receivables/notices/<int:pk>/delivered/",
        collection.NoticeDelivered.as_view(),
        name="notice-delivered",
    ),
    path("receivables/notices/<int:pk>/receipt/", collection.notice_receipt, name="notice-receipt"),
    path(
        "receivables/customers/<int:pk>/promise/", collection.PromiseCreate.as_view(), name="promise-create"
    ),
    path("receivables/instalments/<int:pk>/dispute/", collection.DisputeOpen.as_view(), name="dispute-open"),
    path(
        "receivables/disputes/<int:pk>/settle/", collection.DisputeRelease.as_view(), name="dispute-release"
    ),
    path("receivables/rates/", rates.RateList.as_view(), name="rate-list"),
    path("receivables/rates/new/", rates.RateCreate.as_view(), name="rate-create"),
    path("receivables/proposals/", proposals.ProposalList.as_view(), name="proposal-list"),
    path("receivables/proposals/new/", proposals.ProposalCreate.as_view(), name="proposal-create"),
    path("receivables/proposals/<int:pk>/", proposals.ProposalDetail.as_view(), name="proposal-detail"),
    path(
        "receivables/proposals/<int:pk>/submit/", proposals.ProposalSubmit.as_view(), name="proposal-submit"
    ),
    path(
        "receivables/proposals/<int:pk>/approve/",
        proposals.ProposalApprove.as_view(),
        name="proposal-approve",
    ),
    path(
        "receivables/proposals/<int:pk>/discard/", proposals.ProposalReject.as_view(), name="proposal-reject"
    ),
    path("receivables/proposals/<int:pk>/print/", proposals.ProposalPrint.as_view(), name="proposal-print"),
    path(
        "receivables/proposals/letters/<int:pk>/leave-out/",
        proposals.LineExclude.as_view(),
        name="proposal-line-exclude",
    ),
    path(
        "receivables/proposals/letters/<int:pk>/put-back/",
        proposals.LineInclude.as_view(),
        name="proposal-line-include",
    ),
    path("receivables/runs/<int:pk>/", receivables.RunDetail.as_view(), name="run-detail"),
    path("receivables/runs/<int:pk>/pdf/", receivables.dunning_run_pdf, name="run-pdf"),
]
