"""Indicators in the admin: which there are, and their values as a sheet to bring or take."""

from __future__ import annotations

from django.contrib import admin
from import_export import fields, resources
from import_export.widgets import ForeignKeyWidget

from core.admin_base import ReferenceAdmin
from reports.indicators.models import Indicator, IndicatorValue


class IndicatorResource(resources.ModelResource):
    """Indicators as a sheet, found by code."""

    class Meta:
        model = Indicator
        import_id_fields = ["code"]
        fields = ["code", "name", "unit", "better", "decimals", "note", "order", "ended"]
        skip_unchanged = True


class IndicatorValueResource(resources.ModelResource):
    """Values as a sheet: code of the indicator, year, value, target, source, day of publication."""

    indicator = fields.Field("indicator", "indicator", ForeignKeyWidget(Indicator, "code"))

    class Meta:
        model = IndicatorValue
        import_id_fields = ["indicator", "year"]
        fields = ["indicator", "year", "value", "target", "source", "released"]
        skip_unchanged = True


@admin.register(Indicator)
class IndicatorAdmin(ReferenceAdmin):
    """What the plan measures."""

    resource_classes = [IndicatorResource]
    list_display = ["name", "code", "unit", "better", "order", "ended"]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []


@admin.register(IndicatorValue)
class IndicatorValueAdmin(ReferenceAdmin):
    """Values and targets by year."""

    resource_classes = [IndicatorValueResource]
    list_display = ["indicator", "year", "value", "target", "source", "released"]
    list_filter = ["indicator", "year"]
    autocomplete_fields = ["indicator"]
    list_select_related = ["indicator"]
