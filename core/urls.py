"""Addresses of the ground: first run, language, theme, background work."""

from django.urls import path

from core.views import jobs, notifications, preferences
from core.views.first_run import FirstRun

urlpatterns = [
    path("first-run/", FirstRun.as_view(), name="first-run"),
    path("notifications/", notifications.NotificationList.as_view(), name="notifications"),
    path("notifications/bell/", notifications.bell, name="notification-bell"),
    path("notifications/read/", notifications.read_all, name="notification-read-all"),
    path("notifications/by-mail/", notifications.by_mail, name="notification-by-mail"),
    path("notifications/<int:pk>/open/", notifications.open_notification, name="notification-open"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
    path("background/", jobs.JobList.as_view(), name="job-list"),
    path("background/mine/", jobs.MyJobs.as_view(), name="my-jobs"),
    path("background/<int:pk>/", jobs.JobDetail.as_view(), name="job-detail"),
    path("background/<int:pk>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("background/<int:pk>/withdraw/", jobs.JobWithdraw.as_view(), name="job-withdraw"),
    path("background/<int:pk>/file/", jobs.job_file, name="job-file"),
]
