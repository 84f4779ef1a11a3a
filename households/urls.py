"""Addresses below /households/."""

from django.urls import path

from households.views import edits, pages, people, transfers

app_name = "households"
urlpatterns = [
    # one household
    path("new/", edits.household_create, name="household_create"),
    path("<uuid:uuid>/", pages.household_detail, name="household_detail"),
    path("<uuid:uuid>/history/", pages.household_history, name="household_history"),
    path("<uuid:uuid>/unmask/", pages.household_unmask, name="household_unmask"),
    path("<uuid:uuid>/notes/", pages.note_add, name="note_add"),
    path("<uuid:uuid>/edit/<slug:section>/", edits.household_edit, name="household_edit"),
    path("<uuid:uuid>/status/", edits.household_status, name="household_status"),
    path("<uuid:uuid>/kk/", edits.household_kk, name="household_kk"),
    path("<uuid:uuid>/head/", edits.household_head, name="household_head"),
    path("<uuid:uuid>/split/", edits.household_split, name="household_split"),
    # its people
    path("<uuid:uuid>/members/new/", people.member_add, name="member_add"),
    path("members/<uuid:uuid>/edit/<slug:section>/", people.member_edit, name="member_edit"),
    path("members/<uuid:uuid>/move/", people.member_move, name="member_move"),
    path("members/<uuid:uuid>/end/", people.member_end, name="member_end"),
    path("members/<uuid:uuid>/restore/", people.member_restore, name="member_restore"),
    # between areas
    path("transfers/", transfers.transfer_list, name="transfer_list"),
    path("transfers/new/", transfers.transfer_request, name="transfer_request"),
    path("transfers/<uuid:uuid>/", transfers.transfer_decide, name="transfer_decide"),
]
