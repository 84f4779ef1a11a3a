"""Pages of the shell: search, work, files, account."""

from django.urls import path

from core.views import account, attachments, guide, jobs, records, search

urlpatterns = [
    path("search/", search.search, name="search"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<uuid:uuid>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:uuid>/status/", jobs.job_status, name="job_status"),
    path("jobs/<uuid:uuid>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:uuid>/rerun/", jobs.job_rerun, name="job_rerun"),
    path("jobs/<uuid:uuid>/file/", jobs.job_file, name="job_file"),
    path("files/<slug:kind>/<uuid:uuid>/add/", attachments.attachment_add, name="attachment_add"),
    path("files/<uuid:uuid>/", attachments.attachment_file, name="attachment_file"),
    path("files/<uuid:uuid>/withdraw/", attachments.attachment_withdraw, name="attachment_withdraw"),
    path("records/access/", records.access_list, name="access_list"),
    path("records/changes/", records.change_list, name="change_list"),
    path("account/", account.account_settings, name="account_settings"),
    path("account/theme/", account.theme_set, name="theme_set"),
    path("account/language/", account.language_set, name="language_set"),
    path("help/", guide.help_index, name="help_index"),
    path("help/<slug:slug>/", guide.help_chapter, name="help_chapter"),
]
