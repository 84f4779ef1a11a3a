"""Addresses below /households/."""

from django.urls import path

from households.views import downloads, duplicates, edits, imports, lists, pages, people, sets, transfers

app_name = "households"
urlpatterns = [
    # the list
    path("", lists.household_list, name="household_list"),
    path("count/", lists.household_count, name="household_count"),
    path("tabs/", lists.tab_counts, name="tab_counts"),
    path("columns/", lists.column_choose, name="column_choose"),
    path("bulk/<slug:key>/", lists.household_bulk, name="household_bulk"),
    path("export/", downloads.household_export, name="household_export"),
    path("export/list.xlsx", downloads.household_export_file, name="household_export_file"),
    path("export/full/", downloads.household_export_full, name="household_export_full"),
    path("duplicates/", duplicates.duplicate_list, name="duplicate_list"),
    path("duplicates/list.xlsx", duplicates.duplicate_export, name="duplicate_export"),
    # saved sets
    path("sets/", sets.set_list, name="set_list"),
    path("sets/new/", sets.set_new, name="set_new"),
    path("sets/compare/", sets.set_compare, name="set_compare"),
    path("sets/<uuid:uuid>/", sets.set_detail, name="set_detail"),
    path("sets/<uuid:uuid>/rename/", sets.set_rename, name="set_rename"),
    path("sets/<uuid:uuid>/share/", sets.set_share, name="set_share"),
    path("sets/<uuid:uuid>/archive/", sets.set_archive, name="set_archive"),
    path("sets/<uuid:uuid>/restore/", sets.set_restore, name="set_restore"),
    path("sets/<uuid:uuid>/freeze/", sets.set_freeze, name="set_freeze"),
    # sheets
    path("import/", imports.import_list, name="import_list"),
    path("import/template/", imports.import_template, name="import_template"),
    path("import/<uuid:uuid>/", imports.import_batch, name="import_batch"),
    path("import/<uuid:uuid>/refused/", imports.import_refused, name="import_refused"),
    path("import/<uuid:uuid>/mend/", imports.import_mend, name="import_mend"),
    path("import/<uuid:uuid>/<slug:step>/", imports.import_step, name="import_step"),
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
