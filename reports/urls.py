"""Dashboard at / and reports."""

from django.urls import path

from reports.views import (
    agencies,
    brief,
    cities,
    coverage,
    dashboard,
    duties,
    indicators,
    lp2kd,
    maps,
    priority,
    targeting,
    workbooks,
)

app_name = "reports"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("reports/", workbooks.report_list, name="report_list"),
    path("reports/indicators/", indicators.indicator_list, name="indicator_list"),
    path("reports/indicators/<slug:code>/", indicators.indicator_edit, name="indicator_edit"),
    path("reports/duties/", duties.duty_list, name="duty_list"),
    path("reports/duties/<uuid:uuid>/letter.pdf", duties.duty_letter, name="duty_letter"),
    path("reports/duties/<uuid:uuid>/remind/", duties.duty_remind, name="duty_remind"),
    path("reports/written/lp2kd/", lp2kd.overview, name="lp2kd"),
    path("reports/written/lp2kd/issue/", lp2kd.issue_version, name="lp2kd_issue"),
    path("reports/written/lp2kd/draft/<slug:form>/", lp2kd.draft, name="lp2kd_draft"),
    path("reports/written/lp2kd/text/<slug:chapter>/", lp2kd.text_edit, name="lp2kd_text"),
    path("reports/written/layouts/add/", lp2kd.layout_add, name="layout_add"),
    path("reports/written/layouts/<uuid:uuid>/", lp2kd.layout_file, name="layout_file"),
    path("reports/written/layouts/<uuid:uuid>/withdraw/", lp2kd.layout_withdraw, name="layout_withdraw"),
    path("reports/written/issued/<uuid:uuid>/<slug:form>/", lp2kd.issued, name="issued_file"),
    path("reports/map/", maps.area_map, name="map"),
    path("reports/cities/", cities.city_list, name="city_list"),
    path("reports/cities/bring/", cities.city_bring, name="city_bring"),
    path("reports/cities/package.json", cities.city_package, name="city_package"),
    path("reports/agencies/<uuid:uuid>/", agencies.agency_detail, name="agency_detail"),
    path("reports/brief/", brief.brief, name="brief"),
    path("reports/coverage/", coverage.coverage, name="coverage"),
    path("reports/figures/", targeting.targeting_page, name="targeting"),
    path("reports/figures/overlap/", targeting.overlap_matrix, name="overlap_matrix"),
    path("reports/figures/packages/", targeting.packages, name="packages"),
    path("reports/figures/compare/", targeting.compare, name="compare"),
    path("reports/figures/priority/", priority.priority_page, name="priority"),
    path("reports/figures/what-if/", priority.what_if_page, name="what_if"),
    path("reports/figures/definitions/", targeting.definitions, name="definitions"),
    path("reports/runs/<uuid:uuid>/", workbooks.report_run, name="report_run"),
    path("reports/<slug:name>/", workbooks.report_download, name="report_download"),
    path("reports/<slug:name>/unmasked/", workbooks.report_unmasked, name="report_unmasked"),
]
