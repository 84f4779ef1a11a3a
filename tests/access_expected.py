"""What each role gets at each address: (own area, other area) → roles. Read by tests/test_access.py.

200 opens, 302 goes on, 400/422 asks for what is missing, 403 without the right, 404 outside one's sight.
"""

BAPPEDA = "bappeda_admin bappeda_staff"
NAMES = f"{BAPPEDA} group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader auditor"
EVERYBODY = f"{NAMES} leadership none"
WITH_A_ROLE = f"{NAMES} leadership"
OTHERS = EVERYBODY.removeprefix(f"{BAPPEDA} ")


SEES_CITY = f"{BAPPEDA} group_coordinator opd_operator opd_approver auditor leadership"
WORKERS = NAMES.removesuffix(" auditor")
NOT_STAFF = f"bappeda_admin {OTHERS}"  # the objects of the walk belong to bappeda_staff

EXPECTED = {
    "access_list": {
        (200, 200): "bappeda_admin auditor",
        (403, 403): "bappeda_staff group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader"
        " leadership none",
    },
    "attachment_add": {  # without a file: back to the page with a word on it
        (302, 302): BAPPEDA,
        (302, 404): "kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "attachment_file": {  # no bytes lie behind the row of the walk; tests/core/test_attachments.py opens real ones
        (404, 404): f"{BAPPEDA} kelurahan_operator opd_operator opd_approver leadership none",
        (403, 403): "group_coordinator auditor",
        (403, 404): "kecamatan_reader",
    },
    "attachment_withdraw": {
        (200, 200): BAPPEDA,
        (200, 404): "kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "change_list": {
        (200, 200): "bappeda_admin auditor",
        (403, 403): "bappeda_staff group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader"
        " leadership none",
    },
    "help_chapter": {
        (404, 404): EVERYBODY,
    },
    "help_index": {
        (200, 200): EVERYBODY,
    },
    "households:column_choose": {
        (302, 302): NAMES,
        (403, 403): "leadership none",
    },
    "households:duplicate_export": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:duplicate_list": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:household_bulk": {
        (302, 302): NAMES,
        (403, 403): "leadership none",
    },
    "households:household_count": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:household_create": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "households:household_detail": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_edit": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_export": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:household_export_file": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:household_export_full": {
        (422, 422): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "households:household_head": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_history": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_kk": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_list": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:household_split": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_status": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:household_unmask": {
        (200, 200): "bappeda_admin bappeda_staff opd_operator opd_approver",
        (403, 403): "group_coordinator auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:import_batch": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
        (404, 404): "kelurahan_operator",
    },
    "households:import_list": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "households:import_mend": {
        (404, 404): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "households:import_refused": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
        (404, 404): "kelurahan_operator",
    },
    "households:import_step": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
        (404, 404): "kelurahan_operator",
    },
    "households:import_template": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "households:member_add": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:member_edit": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:member_end": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:member_move": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:member_restore": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (302, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:note_add": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver auditor",
        (302, 404): "kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (404, 404): "leadership none",
    },
    "households:set_archive": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "households:set_compare": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "households:set_detail": {
        (
            404,
            404,
        ): NOT_STAFF,
        (200, 200): "bappeda_staff",
    },
    "households:set_freeze": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "households:set_list": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:set_new": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:set_rename": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "households:set_restore": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "households:set_share": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "households:tab_counts": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "households:transfer_decide": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
        (200, 404): "kelurahan_operator",
    },
    "households:transfer_list": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "households:transfer_request": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "job_cancel": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "job_detail": {
        (
            404,
            404,
        ): NOT_STAFF,
        (200, 200): "bappeda_staff",
    },
    "job_file": {
        (404, 404): EVERYBODY,
    },
    "job_list": {
        (200, 200): EVERYBODY,
    },
    "job_rerun": {
        (
            404,
            404,
        ): NOT_STAFF,
        (302, 302): "bappeda_staff",
    },
    "job_status": {
        (
            404,
            404,
        ): NOT_STAFF,
        (200, 200): "bappeda_staff",
    },
    "language_set": {
        (400, 400): EVERYBODY,
    },
    "meetings:action_confirm": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator",
        (403, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_detail": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator",
        (200, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:action_direct": {
        (302, 302): "bappeda_admin bappeda_staff leadership",
        (403, 403): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader auditor none",
    },
    "meetings:action_edit": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator",
        (403, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_export": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:action_extend": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator",
        (200, 404): "opd_operator opd_approver kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_grant": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator",
        (403, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:action_new": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:action_new_of_decision": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_new_of_meeting": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_quick": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_report": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator",
        (200, 404): "opd_operator opd_approver kelurahan_operator",
        (403, 404): "kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:action_step": {
        (404, 404): "bappeda_admin bappeda_staff group_coordinator",
        (403, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:agenda_add": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:agenda_comment": {
        (302, 302): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:agenda_edit": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:agenda_files": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:agenda_step": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:agenda_text": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:attendance_add": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:attendance_list": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:attendance_tick": {
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:calendar_feed": {
        (404, 404): EVERYBODY,
    },
    "meetings:decision_detail": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:decision_edit": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:decision_enrol": {
        (403, 403): "bappeda_admin bappeda_staff leadership auditor none",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
    },
    "meetings:decision_export": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "meetings:decision_households": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "meetings:decision_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:decision_new": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:decision_quick": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:decision_start": {
        (404, 404): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:decision_withdraw": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:decree_annex": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:decree_detail": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:decree_edit": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:decree_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:decree_new": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:decree_post": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:feed_renew": {
        (302, 302): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:filter_drop": {
        (302, 302): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:filter_keep": {
        (302, 302): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:invitation_add": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:invitation_answer": {
        (404, 404): EVERYBODY,
    },
    "meetings:invitation_calendar": {
        (404, 404): EVERYBODY,
    },
    "meetings:invitation_list": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:invitation_record": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:invitation_remind": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:invitation_send": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:invitation_step": {
        (404, 404): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:leadership_page": {
        (200, 200): "bappeda_admin bappeda_staff leadership",
        (403, 403): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader auditor none",
    },
    "meetings:leadership_pdf": {
        (200, 200): "bappeda_admin bappeda_staff leadership",
        (403, 403): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader auditor none",
    },
    "meetings:letter_files": {
        (200, 200): BAPPEDA,
        (
            404,
            404,
        ): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader leadership auditor",
        (403, 403): "none",
    },
    "meetings:letter_list": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:letter_new": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:letter_refuse": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:material_file": {
        (200, 200): "bappeda_admin bappeda_staff leadership",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "auditor none",
    },
    "meetings:meeting_calendar": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:meeting_detail": {
        (200, 200): "bappeda_admin bappeda_staff leadership auditor",
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "none",
    },
    "meetings:meeting_edit": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:meeting_hold": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:meeting_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:meeting_new": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:meeting_step": {
        (
            404,
            404,
        ): WORKERS,
        (403, 403): "leadership auditor none",
    },
    "meetings:minutes_amend": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:minutes_live": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:minutes_step": {
        (302, 302): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:notice_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:notice_read": {
        (302, 302): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:paper_file": {
        (
            404,
            404,
        ): WORKERS,
        (403, 403): "leadership auditor none",
    },
    "meetings:paper_full": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:paper_list": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:paper_number": {
        (
            404,
            404,
        ): WORKERS,
        (403, 403): "leadership auditor none",
    },
    "meetings:paper_preview": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:paper_signer": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:paper_zip": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:post_edit": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:post_end": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:presence_export": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:presence_year": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:room": {
        (200, 200): BAPPEDA,
        (404, 404): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership auditor none",
    },
    "meetings:room_enter": {
        (403, 403): EVERYBODY,
    },
    "meetings:room_sign": {
        (404, 404): EVERYBODY,
    },
    "meetings:series_edit": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:series_list": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:series_new": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:topic_propose": {
        (302, 302): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:topic_refuse": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:topic_take": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "meetings:year_calendar": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "meetings:year_copy": {
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "programs:assistance_detail": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator kecamatan_reader",
        (403, 403): "leadership none",
    },
    "programs:assistance_join": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:assistance_move": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator",
        (403, 403): "opd_approver leadership auditor none",
        (403, 404): "kelurahan_operator kecamatan_reader",
    },
    "programs:assistance_slip": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator kecamatan_reader",
        (403, 403): "leadership none",
    },
    "programs:batch_undo": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:deliver": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:delivery_void": {
        (200, 200): "bappeda_admin bappeda_staff opd_operator",
        (403, 403): "group_coordinator opd_approver leadership auditor none",
        (403, 404): "kelurahan_operator kecamatan_reader",
    },
    "programs:enrol": {
        (404, 404): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
        (404, 403): "opd_operator",
    },
    "programs:enrol_niks": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:enrol_niks_confirm": {
        (302, 302): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
        (302, 403): "opd_operator",
    },
    "programs:enrol_start": {
        (404, 404): "bappeda_admin bappeda_staff opd_operator kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
    },
    "programs:enrol_unit": {
        (404, 404): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
        (404, 403): "opd_operator",
    },
    "programs:funding_set": {
        (422, 422): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (422, 403): "opd_operator",
    },
    "programs:explain": {  # without a household
        (404, 404): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:gap_close": {  # without a result: back to the page with a word on it
        (302, 302): f"{BAPPEDA} group_coordinator",
        (302, 404): "opd_operator",
        (403, 403): "auditor none leadership",
        (403, 404): "opd_approver kelurahan_operator kecamatan_reader",
    },
    "programs:gap_detail": {
        (200, 200): f"{BAPPEDA} group_coordinator auditor",
        (200, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership none",
    },
    "programs:gap_hand_over": {
        (200, 200): f"{BAPPEDA} group_coordinator opd_operator",
        (403, 403): "opd_approver kelurahan_operator kecamatan_reader auditor leadership none",
    },
    "programs:gap_list": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "programs:gap_print": {
        (200, 200): f"{BAPPEDA} group_coordinator auditor",
        (200, 404): "opd_operator opd_approver kelurahan_operator kecamatan_reader",
        (403, 403): "leadership none",
    },
    "programs:group_detail": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator opd_approver auditor",
        (200, 404): "kelurahan_operator kecamatan_reader",
        (403, 403): "leadership none",
    },
    "programs:group_leave": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:group_list": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:list_complete": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (302, 403): "opd_operator",
    },
    "programs:match_again": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_columns": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_detail": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_enrol": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_export": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_forget": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_keep": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_program": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_row": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:match_start": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "programs:paper_annex": {
        (200, 302): NAMES,
        (403, 403): "leadership none",
    },
    "programs:paper_annex_excel": {
        (200, 302): NAMES,
        (403, 403): "leadership none",
    },
    "programs:paper_full": {
        (404, 404): NAMES,
        (403, 403): "leadership none",
    },
    "programs:paper_list": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "programs:paper_receipts": {
        (302, 302): NAMES,
        (403, 403): "leadership none",
    },
    "programs:program_add": {
        (200, 200): "bappeda_admin bappeda_staff opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:program_detail": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:program_edit": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:program_end": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:program_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:program_mine": {
        (200, 200): "bappeda_admin bappeda_staff group_coordinator opd_operator opd_approver",
        (403, 403): "kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:proposal_list": {
        (200, 200): "bappeda_admin bappeda_staff opd_operator kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
    },
    "programs:propose_one": {
        (404, 404): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_approver kecamatan_reader leadership auditor none",
        (404, 403): "opd_operator",
    },
    "programs:quota_order": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:receipts_number": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (302, 403): "opd_operator",
    },
    "programs:recipient_export": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "programs:recipient_import": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (404, 404): "opd_operator",
    },
    "programs:recipient_import_aid": {
        (404, 404): "bappeda_admin bappeda_staff opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:recipient_import_choose": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (404, 404): "opd_operator",
    },
    "programs:recipient_import_list": {
        (200, 200): "bappeda_admin bappeda_staff opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:recipient_import_mend": {
        (404, 404): "bappeda_admin bappeda_staff opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:recipient_import_rows": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (404, 404): "opd_operator",
    },
    "programs:recipient_import_step": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (404, 404): "opd_operator",
    },
    "programs:recipient_list": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "programs:recipient_step": {
        (302, 302): NAMES,
        (403, 403): "leadership none",
    },
    "programs:rule_builder": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:rule_edit": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:rule_preview": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:year_add": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:year_close": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (302, 403): "opd_operator",
    },
    "programs:realisation_grid": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:realisation_detail": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:realisation_step": {  # nothing is written: back to the page with a word on it
        (302, 302): BAPPEDA,
        (302, 403): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:realisation_correct": {  # nothing is verified: back to the page with a word on it
        (302, 302): BAPPEDA,
        (302, 403): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:deadline_edit": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader leadership auditor"
        " none",
    },
    "programs:plan_import_list": {
        (200, 200): f"{BAPPEDA} opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_import_template": {
        (200, 200): f"{BAPPEDA} opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_import": {
        (200, 200): BAPPEDA,
        (404, 404): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_import_choose": {
        (302, 302): BAPPEDA,
        (404, 404): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_import_mend": {
        (404, 404): f"{BAPPEDA} opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_import_rows": {
        (302, 302): BAPPEDA,
        (404, 404): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_import_step": {
        (302, 302): BAPPEDA,
        (404, 404): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:plan_copy": {  # no agency named
        (404, 404): f"{BAPPEDA} opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:plan_detail": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "programs:plan_lock": {
        (302, 302): BAPPEDA,
        (403, 403): "group_coordinator opd_operator opd_approver kelurahan_operator kecamatan_reader leadership auditor"
        " none",
    },
    "programs:plan_step": {  # a plan without anything cannot be submitted: back to it with a word on it
        (302, 302): BAPPEDA,
        (302, 403): "opd_operator",
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
    },
    "programs:year_edit": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "programs:year_reopen": {
        (200, 200): BAPPEDA,
        (403, 403): "group_coordinator opd_approver kelurahan_operator kecamatan_reader leadership auditor none",
        (200, 403): "opd_operator",
    },
    "reports:compare": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:agency_detail": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:brief": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:city_bring": {
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:city_list": {  # the whole city stands in it
        (200, 200): SEES_CITY,
        (403, 403): "kelurahan_operator kecamatan_reader none",
    },
    "reports:city_package": {  # no key is set in the world of the walk
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:coverage": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:dashboard": {
        (200, 200): EVERYBODY,
    },
    "reports:duty_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:duty_letter": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:duty_remind": {
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:definitions": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:overlap_matrix": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:packages": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:indicator_edit": {
        (404, 404): BAPPEDA,  # no such indicator in the world of the walk; who may not change gets 403 before
        (403, 403): OTHERS,
    },
    "reports:indicator_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:issued_file": {  # no version is issued in the world of the walk
        (404, 404): SEES_CITY,
        (403, 403): "kelurahan_operator kecamatan_reader none",
    },
    "reports:layout_add": {
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:layout_file": {  # no layout is there in the world of the walk
        (404, 404): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:layout_withdraw": {
        (404, 404): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:lp2kd": {  # the whole city stands in it
        (200, 200): SEES_CITY,
        (403, 403): "kelurahan_operator kecamatan_reader none",
    },
    "reports:lp2kd_draft": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:lp2kd_issue": {
        (302, 302): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:lp2kd_text": {
        (200, 200): BAPPEDA,
        (403, 403): OTHERS,
    },
    "reports:map": {
        (200, 200): f"{WITH_A_ROLE}",
        (403, 403): "none",
    },
    "reports:priority": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:report_download": {
        (200, 200): NAMES,
        (403, 403): "leadership none",
    },
    "reports:report_list": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:report_run": {  # nothing was taken in the world of the walk
        (404, 404): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:report_unmasked": {
        (200, 200): "bappeda_admin bappeda_staff kelurahan_operator",
        (403, 403): "group_coordinator opd_operator opd_approver kecamatan_reader leadership auditor none",
    },
    "reports:targeting": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "reports:what_if": {
        (200, 200): WITH_A_ROLE,
        (403, 403): "none",
    },
    "search": {
        (200, 200): EVERYBODY,
    },
    "theme_set": {
        (302, 302): EVERYBODY,
    },
}
