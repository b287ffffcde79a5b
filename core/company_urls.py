"""Addresses of what a company sets for itself: calendar, roles, numbers, settings."""

from django.urls import path

from core.views import calendar, grants, numbers, rights, roles, settings

urlpatterns = [
    path("calendar/", calendar.Calendar.as_view(), name="calendar"),
    path("calendar/week/", calendar.CalendarWeek.as_view(), name="calendar-week"),
    path("calendar/day/<slug:day>/", calendar.CalendarDayChange.as_view(), name="calendar-day"),
    path("calendar/<int:year>/import/", calendar.CalendarImport.as_view(), name="calendar-import"),
    path("calendar/<int:year>/confirm/", calendar.CalendarConfirm.as_view(), name="calendar-confirm"),
    path("calendar/undo/<int:change>/", calendar.CalendarUndo.as_view(), name="calendar-undo"),
    path("roles/", roles.RoleList.as_view(), name="role-list"),
    path("roles/new/", roles.RoleCreate.as_view(), name="role-create"),
    path("roles/<int:pk>/", roles.RoleDetail.as_view(), name="role-detail"),
    path("roles/<int:pk>/edit/", roles.RoleEdit.as_view(), name="role-edit"),
    path("roles/<int:pk>/copy/", roles.RoleCopy.as_view(), name="role-copy"),
    path("roles/<int:pk>/people/", roles.RoleMembers.as_view(), name="role-members"),
    path("roles/<int:pk>/rights/", grants.RoleGrants.as_view(), name="role-grants"),
    path("roles/<int:pk>/delete/", roles.RoleDelete.as_view(), name="role-delete"),
    path("people/<int:pk>/rights/", rights.PersonRights.as_view(), name="person-rights"),
    path("who/", rights.WhoMay.as_view(), name="who-may"),
    path("who/<str:type>/<str:id>/", rights.WhoMaySee.as_view(), name="who-may-see"),
    path("number-rules/", numbers.RuleList.as_view(), name="number-rule-list"),
    path("number-rules/<int:pk>/", numbers.RuleEdit.as_view(), name="number-rule-edit"),
    path("settings/", settings.Settings.as_view(), name="settings"),
    path("settings/<str:code>/default/", settings.SettingDefault.as_view(), name="setting-default"),
]
