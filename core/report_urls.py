"""Addresses of the desk and of reports."""

from django.urls import path

from core.views import home, report_schedules, reports

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("desk/cards/<slug:code>/", home.HomeCard.as_view(), name="home-card"),
    path("desk/arrange/", home.HomeArrange.as_view(), name="home-arrange"),
    path("reports/", reports.ReportList.as_view(), name="report-list"),
    path("reports/by-mail/", report_schedules.ScheduleList.as_view(), name="report-schedule-list"),
    path("reports/by-mail/<int:pk>/", report_schedules.ScheduleDetail.as_view(), name="report-schedule"),
    path(
        "reports/by-mail/<int:pk>/edit/", report_schedules.ScheduleEdit.as_view(), name="report-schedule-edit"
    ),
    path(
        "reports/by-mail/<int:pk>/pause/",
        report_schedules.SchedulePause.as_view(),
        name="report-schedule-pause",
    ),
    path(
        "reports/by-mail/<int:pk>/resume/",
        report_schedules.ScheduleResume.as_view(),
        name="report-schedule-resume",
    ),
    path(
        "reports/by-mail/<int:pk>/delete/",
        report_schedules.ScheduleDelete.as_view(),
        name="report-schedule-delete",
    ),
    path(
        "reports/by-mail/<int:pk>/leave/",
        report_schedules.ScheduleLeave.as_view(),
        name="report-schedule-leave",
    ),
    path("reports/<slug:code>/", reports.ReportPage.as_view(), name="report"),
    path(
        "reports/<slug:code>/by-mail/",
        report_schedules.ScheduleCreate.as_view(),
        name="report-schedule-create",
    ),
]
