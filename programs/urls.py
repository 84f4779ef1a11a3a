"""Addresses below /programs/."""

from django.urls import path

from programs.views import (
    assistance,
    builder,
    deliveries,
    enrol,
    gaps,
    groups,
    matching,
    niks,
    papers,
    plans,
    programs,
    proposals,
    realisations,
    recipient_imports,
    recipients,
    rules,
    years,
)

app_name = "programs"
urlpatterns = [
    path("", programs.program_list, name="program_list"),
    path("mine/", programs.program_mine, name="program_mine"),
    path("proposals/", proposals.proposal_list, name="proposal_list"),
    path("add/", programs.program_add, name="program_add"),
    # gap lists
    path("gaps/", gaps.gap_list, name="gap_list"),
    path("gaps/hand-over/", gaps.gap_hand_over, name="gap_hand_over"),
    path("gaps/<uuid:uuid>/", gaps.gap_detail, name="gap_detail"),
    path("gaps/<uuid:uuid>/close/", gaps.gap_close, name="gap_close"),
    path("gaps/<uuid:uuid>/print/", gaps.gap_print, name="gap_print"),
    # one programme
    path("<uuid:uuid>/", programs.program_detail, name="program_detail"),
    path("<uuid:uuid>/edit/", programs.program_edit, name="program_edit"),
    path("<uuid:uuid>/end/", programs.program_end, name="program_end"),
    path("<uuid:uuid>/rule/", rules.rule_edit, name="rule_edit"),
    path("<uuid:uuid>/rule/preview/", rules.rule_preview, name="rule_preview"),
    path("<uuid:uuid>/rule/builder/", builder.rule_builder, name="rule_builder"),
    path("<uuid:uuid>/order/", enrol.quota_order, name="quota_order"),
    path("years/<uuid:uuid>/why/", builder.rule_explain, name="explain"),
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
    # annual plans
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/copy/", plans.plan_copy, name="plan_copy"),
    path("plans/lock/", plans.plan_lock, name="plan_lock"),
    path("years/<uuid:uuid>/plan/", plans.plan_detail, name="plan_detail"),
    path("years/<uuid:uuid>/plan/<slug:step>/", plans.plan_step, name="plan_step"),
    # what came of them
    path("realisation/", realisations.realisation_grid, name="realisation_grid"),
    path("deadlines/", realisations.deadline_edit, name="deadline_edit"),
    path("years/<uuid:uuid>/realisation/", realisations.realisation_detail, name="realisation_detail"),
    path(
        "years/<uuid:uuid>/realisation/<int:quarter>/correct/",
        realisations.realisation_correct,
        name="realisation_correct",
    ),
    path(
        "years/<uuid:uuid>/realisation/<int:quarter>/<slug:step>/",
        realisations.realisation_step,
        name="realisation_step",
    ),
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
    # lists of recipients
    path("import/", recipient_imports.recipient_import_list, name="recipient_import_list"),
    path("import/<uuid:uuid>/", recipient_imports.recipient_import, name="recipient_import"),
    path("import/<uuid:uuid>/mend/", recipient_imports.recipient_import_mend, name="recipient_import_mend"),
    path("import/<uuid:uuid>/choose/", recipient_imports.recipient_import_choose, name="recipient_import_choose"),
    path(
        "import/<uuid:uuid>/rows/<slug:which>/", recipient_imports.recipient_import_rows, name="recipient_import_rows"
    ),
    path("import/<uuid:uuid>/<slug:step>/", recipient_imports.recipient_import_step, name="recipient_import_step"),
    path("import/aid/<uuid:uuid>/", recipient_imports.recipient_import_aid, name="recipient_import_aid"),
    # matched lists
    path("match/", matching.match_start, name="match_start"),
    path("match/<uuid:uuid>/", matching.match_detail, name="match_detail"),
    path("match/<uuid:uuid>/columns/", matching.match_columns, name="match_columns"),
    path("match/<uuid:uuid>/again/", matching.match_again, name="match_again"),
    path("match/<uuid:uuid>/program/", matching.match_program, name="match_program"),
    path("match/<uuid:uuid>/rows/<int:n>/", matching.match_row, name="match_row"),
    path("match/<uuid:uuid>/result.xlsx", matching.match_export, name="match_export"),
    path("match/<uuid:uuid>/keep/", matching.match_keep, name="match_keep"),
    path("match/<uuid:uuid>/enrol/", matching.match_enrol, name="match_enrol"),
    path("match/<uuid:uuid>/forget/", matching.match_forget, name="match_forget"),
    # papers
    path("years/<uuid:uuid>/papers/", papers.paper_list, name="paper_list"),
    path("years/<uuid:uuid>/papers/annex.pdf", papers.paper_annex, name="paper_annex"),
    path("years/<uuid:uuid>/papers/annex.xlsx", papers.paper_annex_excel, name="paper_annex_excel"),
    path("years/<uuid:uuid>/papers/receipts.pdf", papers.paper_receipts, name="paper_receipts"),
    path("years/<uuid:uuid>/papers/full/", papers.paper_full, name="paper_full"),
]
