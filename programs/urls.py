"""Addresses below /programs/."""

from django.urls import path

from programs.views import assistance, deliveries, enrol, groups, niks, programs, proposals, recipients, rules, years

app_name = "programs"
urlpatterns = [
    path("", programs.program_list, name="program_list"),
    path("mine/", programs.program_mine, name="program_mine"),
    path("proposals/", proposals.proposal_list, name="proposal_list"),
    path("add/", programs.program_add, name="program_add"),
    # one programme
    path("<uuid:uuid>/", programs.program_detail, name="program_detail"),
    path("<uuid:uuid>/edit/", programs.program_edit, name="program_edit"),
    path("<uuid:uuid>/end/", programs.program_end, name="program_end"),
    path("<uuid:uuid>/rule/", rules.rule_edit, name="rule_edit"),
    path("<uuid:uuid>/rule/preview/", rules.rule_preview, name="rule_preview"),
    path("<uuid:uuid>/years/add/", years.year_add, name="year_add"),
    path("<uuid:uuid>/groups/", groups.group_list, name="group_list"),
    path("groups/<uuid:uuid>/", groups.group_detail, name="group_detail"),
    path("groups/<uuid:uuid>/leave/<int:pk>/", groups.group_leave, name="group_leave"),
    # one year of it
    path("years/<uuid:uuid>/edit/", years.year_edit, name="year_edit"),
    path("years/<uuid:uuid>/funding/", years.funding_set, name="funding_set"),
    path("years/<uuid:uuid>/close/", years.year_close, name="year_close"),
    path("years/<uuid:uuid>/reopen/", years.year_reopen, name="year_reopen"),
    path("years/<uuid:uuid>/list-complete/", years.list_complete, name="list_complete"),
    path("years/<uuid:uuid>/recipients/", recipients.recipient_list, name="recipient_list"),
    path("years/<uuid:uuid>/recipients/export/", recipients.recipient_export, name="recipient_export"),
    path("years/<uuid:uuid>/recipients/<slug:step>/", recipients.recipient_step, name="recipient_step"),
    path("years/<uuid:uuid>/deliver/", deliveries.deliver, name="deliver"),
    path("years/<uuid:uuid>/receipts/", deliveries.receipts_number, name="receipts_number"),
    # coming in
    path("enrol/", enrol.enrol_start, name="enrol_start"),
    path("years/<uuid:uuid>/enrol/", enrol.enrol, name="enrol"),
    path("years/<uuid:uuid>/enrol/units/", enrol.enrol_unit, name="enrol_unit"),
    path("years/<uuid:uuid>/enrol/niks/", niks.enrol_niks, name="enrol_niks"),
    path("years/<uuid:uuid>/enrol/niks/confirm/", niks.enrol_niks_confirm, name="enrol_niks_confirm"),
    path("years/<uuid:uuid>/propose/", enrol.propose_one, name="propose_one"),
    path("batches/<uuid:uuid>/undo/", enrol.batch_undo, name="batch_undo"),
    # one row of the log
    path("assistance/<uuid:uuid>/", assistance.assistance_detail, name="assistance_detail"),
    path("assistance/<uuid:uuid>/join/", assistance.assistance_join, name="assistance_join"),
    path("assistance/<uuid:uuid>/move/", assistance.assistance_move, name="assistance_move"),
    path("assistance/<uuid:uuid>/slip/", proposals.assistance_slip, name="assistance_slip"),
    path("deliveries/<uuid:uuid>/void/", deliveries.delivery_void, name="delivery_void"),
]
