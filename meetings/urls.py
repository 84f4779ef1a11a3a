"""Addresses below /meetings/."""

from django.urls import path

from meetings.views import home

app_name = "meetings"
urlpatterns = [
    path("", home.meeting_list, name="meeting_list"),
    path("actions/", home.action_list, name="action_list"),
]
