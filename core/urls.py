"""Addresses of the ground: first run, language, theme, background work, webhooks."""

from django.urls import include, path

from core import import_urls, people_urls, report_urls
from core.views import (
    administration,
    design,
    drafts,
    help,
    jobs,
    notification_choices,
    notifications,
    preferences,
    saved_views,
    search,
    webhook_deliveries,
    webhooks,
)
from core.views.first_run import FirstRun

urlpatterns = [
    *people_urls.urlpatterns,
    *report_urls.urlpatterns,
    *import_urls.urlpatterns,
    path("first-run/", FirstRun.as_view(), name="first-run"),
    path("notifications/", notifications.NotificationList.as_view(), name="notifications"),
    path("notifications/bell/", notifications.bell, name="notification-bell"),
    path("notifications/read/", notifications.read_all, name="notification-read-all"),
    path("notifications/by-mail/", notifications.by_mail, name="notification-by-mail"),
    path(
        "notifications/choices/",
        notification_choices.NotificationChoices.as_view(),
        name="notification-choices",
    ),
    path("notifications/<int:pk>/open/", notifications.open_notification, name="notification-open"),
    path("language/", preferences.language, name="language"),
    path("appearance/", preferences.appearance, name="appearance"),
    path("administration/", administration.Administration.as_view(), name="administration"),
    path("help/", help.HelpIndex.as_view(), name="help"),
    path("help/pictures/<str:name>", help.help_picture, name="help-picture"),
    path("help/<slug:slug>/", help.HelpTopic.as_view(), name="help-topic"),
    path("drafts/", drafts.keep, name="draft-keep"),
    path("drafts/discard/", drafts.discard, name="draft-discard"),
    path("lists/views/new/", saved_views.ViewSave.as_view(), name="list-view-save"),
    path("lists/views/<int:pk>/", saved_views.ViewChange.as_view(), name="list-view"),
    path("lists/views/<int:pk>/delete/", saved_views.ViewDelete.as_view(), name="list-view-delete"),
    path("lists/columns/", saved_views.ListColumns.as_view(), name="list-columns"),
    path("search/", search.Search.as_view(), name="search"),
    path("design/", design.Design.as_view(), name="design"),
    path("", include("core.company_urls")),
    path("", include("core.around_urls")),
    path("background/", jobs.JobList.as_view(), name="job-list"),
    path("background/mine/", jobs.MyJobs.as_view(), name="my-jobs"),
    path("background/<int:pk>/", jobs.JobDetail.as_view(), name="job-detail"),
    path("background/<int:pk>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("background/<int:pk>/withdraw/", jobs.JobWithdraw.as_view(), name="job-withdraw"),
    path("background/<int:pk>/file/", jobs.job_file, name="job-file"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="webhook-list"),
    path("webhooks/new/", webhooks.WebhookCreate.as_view(), name="webhook-create"),
    path("webhooks/<int:pk>/", webhooks.WebhookDetail.as_view(), name="webhook-detail"),
    path("webhooks/<int:pk>/edit/", webhooks.WebhookEdit.as_view(), name="webhook-edit"),
    path("webhooks/<int:pk>/test/", webhooks.WebhookTest.as_view(), name="webhook-test"),
    path("webhooks/<int:pk>/off/", webhooks.WebhookSwitchOff.as_view(), name="webhook-switch-off"),
    path("webhooks/<int:pk>/on/", webhooks.WebhookSwitchOn.as_view(), name="webhook-switch-on"),
    path("webhooks/<int:pk>/secret/", webhooks.WebhookSecret.as_view(), name="webhook-secret"),
    path("webhooks/<int:pk>/replay/", webhooks.WebhookReplay.as_view(), name="webhook-replay"),
    path("webhooks/<int:pk>/delete/", webhooks.WebhookDelete.as_view(), name="webhook-delete"),
    path(
        "webhooks/deliveries/<int:pk>/", webhook_deliveries.DeliveryDetail.as_view(), name="webhook-delivery"
    ),
    path(
        "webhooks/deliveries/<int:pk>/replay/",
        webhook_deliveries.DeliveryReplay.as_view(),
        name="webhook-delivery-replay",
    ),
]
