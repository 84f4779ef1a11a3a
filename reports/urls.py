"""Dashboard at / and reports."""

from django.urls import path

from reports.views import coverage, dashboard, indicators, maps, targeting, workbooks

app_name = "reports"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("reports/", workbooks.report_list, name="report_list"),
    path("reports/indicators/", indicators.indicator_list, name="indicator_list"),
    path("reports/indicators/<slug:code>/", indicators.indicator_edit, name="indicator_edit"),
    path("reports/map/", maps.area_map, name="map"),
    path("reports/coverage/", coverage.coverage, name="coverage"),
    path("reports/figures/", targeting.targeting_page, name="targeting"),
    path("reports/figures/overlap/", targeting.overlap_matrix, name="overlap_matrix"),
    path("reports/figures/packages/", targeting.packages, name="packages"),
    path("reports/figures/compare/", targeting.compare, name="compare"),
    path("reports/figures/definitions/", targeting.definitions, name="definitions"),
    path("reports/<slug:name>/", workbooks.report_download, name="report_download"),
    path("reports/<slug:name>/unmasked/", workbooks.report_unmasked, name="report_unmasked"),
]
