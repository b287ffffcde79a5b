"""Addresses of what a company sets for itself: calendar, roles, numbers, settings."""

from django.urls import path

from core.views import calendar

urlpatterns = [
    path("calendar/", calendar.Calendar.as_view(), name="calendar"),
    path("calendar/week/", calendar.CalendarWeek.as_view(), name="calendar-week"),
    path("calendar/day/<slug:day>/", calendar.CalendarDayChange.as_view(), name="calendar-day"),
    path("calendar/<int:year>/import/", calendar.CalendarImport.as_view(), name="calendar-import"),
    path("calendar/<int:year>/confirm/", calendar.CalendarConfirm.as_view(), name="calendar-confirm"),
    path("calendar/undo/<int:change>/", calendar.CalendarUndo.as_view(), name="calendar-undo"),
]
