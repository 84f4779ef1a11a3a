"""Dashboard at / and reports."""

from django.urls import path

from reports.views import coverage, dashboard, workbooks

app_name = "reports"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("reports/", workbooks.report_list, name="report_list"),
    path("reports/coverage/", coverage.coverage, name="coverage"),
    path("reports/<slug:name>/", workbooks.report_download, name="report_download"),
    path("reports/<slug:name>/unmasked/", workbooks.report_unmasked, name="report_unmasked"),
]
