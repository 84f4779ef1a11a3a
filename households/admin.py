"""Households in the admin: answer codes to edit, people and ranks to look at, masked."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin_base import ReadOnlyAdmin, RoleAdmin
from core.nik import mask
from households.models import Code, DataRelease, Household, HouseholdSet, Member


@admin.register(Code)
class CodeAdmin(RoleAdmin):
    """Answers of coded fields: their words, their spellings in sheets, and which count as poor."""

    list_display = ["field", "code", "label", "unfit"]
    list_filter = ["field", "unfit"]
    search_fields = ["label", "field"]

    def get_readonly_fields(self, request, obj=None):
        return ["field", "code"] if obj else []


@admin.register(Household)
class HouseholdAdmin(ReadOnlyAdmin):
    """Households to look at; they change on their own page, where each change leaves its record."""

    list_display = ["head_name", "masked_kk", "region", "desil", "status", "size", "page"]
    list_filter = ["status", "desil", "source"]
    search_fields = ["head_name"]
    exclude = ["kk", "address_search", "head_sort", "work_order", "assets"]
    list_select_related = ["region"]

    def get_readonly_fields(self, request, obj=None):
        return ["masked_kk", *super().get_readonly_fields(request, obj), "page"]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description=_("family card number (KK)"))
    def masked_kk(self, obj):
        return mask(obj.kk or "")

    @admin.display(description=_("Page and history"))
    def page(self, obj):
        return format_html(
            '<a href="{}">{}</a>', reverse("households:household_detail", args=[obj.uuid]), _("Open the page")
        )


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """People to look at, without health data."""

    list_display = ["name", "masked_nik", "sex", "birth_year", "household", "status"]
    list_filter = ["status", "sex"]
    search_fields = ["name"]
    exclude = ["nik", "nik_note", "name_search", "name_sort", "disability", "chronic_illness", "pregnant", "birth_date"]
    list_select_related = ["household"]

    def get_readonly_fields(self, request, obj=None):
        return ["masked_nik", "birth_year", *super().get_readonly_fields(request, obj)]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description="NIK")
    def masked_nik(self, obj):
        return mask(obj.nik or "")

    @admin.display(description=_("year of birth"))
    def birth_year(self, obj):
        return str(obj.birth_date.year) if obj.birth_date else "—"


@admin.register(DataRelease)
class DataReleaseAdmin(ReadOnlyAdmin):
    """Loads of ranked data with purpose and legal basis."""

    list_display = ["label", "source", "effective", "loaded_by", "loaded_at", "purpose"]
    list_filter = ["source"]


@admin.register(HouseholdSet)
class HouseholdSetAdmin(ReadOnlyAdmin):
    """Shared saved sets."""

    list_display = ["name", "owner", "frozen_at", "created"]
    search_fields = ["name"]
    exclude = ["rule", "query"]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)
