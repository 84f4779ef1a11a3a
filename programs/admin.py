"""Programmes in the admin: reference data to edit, the log to look at."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from import_export import resources

from core.admin_base import ReadOnlyAdmin, ReferenceAdmin, RoleAdmin
from households.rules import sentence, validate
from programs.models import (
    AllowedPair,
    Assistance,
    BenefitKind,
    Delivery,
    EligibilityRule,
    ExclusivePair,
    Package,
    PackagePart,
    Program,
    ProgramClassification,
    ProgramFunding,
    ProgramYear,
    Scheme,
    SchemeItem,
    SchemeMapping,
)


class BenefitKindResource(resources.ModelResource):
    """Kinds of benefit as a sheet."""

    class Meta:
        model = BenefitKind
        import_id_fields = ["code"]
        skip_unchanged = True


@admin.register(BenefitKind)
class BenefitKindAdmin(ReferenceAdmin):
    """Kinds of benefit; two of one kind in a family warn."""

    resource_classes = [BenefitKindResource]
    list_display = ["name", "code", "icon"]
    search_fields = ["name", "code"]


@admin.register(Scheme)
class SchemeAdmin(RoleAdmin):
    """Classifications in use."""

    list_display = ["code", "name", "legal_basis"]
    search_fields = ["code", "name"]


@admin.register(SchemeItem)
class SchemeItemAdmin(RoleAdmin):
    """Classes of a classification."""

    list_display = ["scheme", "code", "name"]
    list_filter = ["scheme"]
    search_fields = ["name", "code"]


@admin.register(SchemeMapping)
class SchemeMappingAdmin(RoleAdmin):
    """Which class implies which."""

    list_display = ["source", "target"]
    autocomplete_fields = ["source", "target"]
    list_select_related = ["source", "target"]
    deletable = True


@admin.register(AllowedPair)
class AllowedPairAdmin(RoleAdmin):
    """Programmes a family may have together."""

    list_display = ["first", "second"]
    autocomplete_fields = ["first", "second"]
    list_select_related = ["first", "second"]
    deletable = True


@admin.register(ExclusivePair)
class ExclusivePairAdmin(RoleAdmin):
    """Programmes of which a family may be in one only."""

    list_display = ["first", "second", "legal_basis"]
    autocomplete_fields = ["first", "second"]
    list_select_related = ["first", "second"]
    deletable = True


class PartInline(admin.TabularInline):
    """What a package holds; any of the programmes gives the part."""

    model = PackagePart
    extra = 1
    autocomplete_fields = ["programs"]

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj):
        return True

    def has_change_permission(self, request, obj=None):
        return True

    def has_delete_permission(self, request, obj=None):
        return True


class PackageForm(forms.ModelForm):
    """The families of a package by desil and by what they have; more is written as a rule by the secretariat."""

    class Meta:
        model = Package
        fields = ["name", "description", "rule", "year_from", "year_to"]
        help_texts = {
            "rule": _("The families, in the grammar of rules, for example {example}").format(
                example='{"field": "desil", "op": "lte", "value": 2}'
            )
        }

    def clean_rule(self):
        """The rule, checked by the grammar."""
        return validate(self.cleaned_data["rule"] or {})


@admin.register(Package)
class PackageAdmin(RoleAdmin):
    """What a family of one kind should have together."""

    form = PackageForm
    list_display = ["name", "families", "year_from", "year_to"]
    search_fields = ["name"]
    readonly_fields = ["families"]
    inlines = [PartInline]
    deletable = True

    @admin.display(description=_("Families"))
    def families(self, obj):
        return sentence(obj.rule) if obj else ""


class ClassificationInline(admin.TabularInline):
    """Classes that differ from the mapping."""

    model = ProgramClassification
    extra = 0
    autocomplete_fields = ["item"]

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj):
        return True

    def has_change_permission(self, request, obj=None):
        return True

    def has_delete_permission(self, request, obj=None):
        return True


@admin.register(Program)
class ProgramAdmin(RoleAdmin):
    """Programmes; their rules are edited on the programme's page, where they count at once."""

    list_display = ["name", "short_name", "owner", "cluster", "strategy", "benefit_unit", "ended"]
    list_filter = ["owner", "cluster", "strategy", "benefit_unit", "benefit_kind"]
    search_fields = ["name", "short_name"]
    autocomplete_fields = ["owner", "cluster", "strategy", "benefit_kind"]
    list_select_related = ["owner", "cluster", "strategy"]
    inlines = [ClassificationInline]

    def get_readonly_fields(self, request, obj=None):
        # The unit decides what the rows of the log point at.
        return ["benefit_unit", "page"] if obj else []

    @admin.display(description=_("Page and history"))
    def page(self, obj):
        return format_html(
            '<a href="{}">{}</a>', reverse("programs:program_detail", args=[obj.uuid]), _("Open the page")
        )


@admin.register(ProgramYear)
class ProgramYearAdmin(ReadOnlyAdmin):
    """Programme years; they change on the programme's page."""

    list_display = ["program", "year", "owner", "target", "quota", "unit_amount", "list_complete", "closed"]
    list_filter = ["year", "owner", "closed"]
    search_fields = ["program__name", "plan_code"]
    list_select_related = ["program", "owner"]


@admin.register(EligibilityRule)
class EligibilityRuleAdmin(ReadOnlyAdmin):
    """Rules by years."""

    list_display = ["program", "year_from", "year_to", "legal_basis"]
    search_fields = ["program__name"]
    list_select_related = ["program"]


@admin.register(ProgramFunding)
class ProgramFundingAdmin(ReadOnlyAdmin):
    """Ceilings by sponsor and source, with their versions."""

    list_display = ["program_year", "sponsor", "source", "ceiling", "version", "current", "reason"]
    list_filter = ["program_year__year", "sponsor", "source", "current"]
    list_select_related = ["program_year__program"]


@admin.register(Assistance)
class AssistanceAdmin(ReadOnlyAdmin):
    """The log to look at; it changes by its steps only."""

    list_display = ["program_year", "counts_for", "status", "status_at", "amount", "page"]
    list_filter = ["status", "program_year__year", "program_year__program"]
    search_fields = ["counts_for__head_name", "decree_number"]
    list_select_related = ["program_year__program", "counts_for"]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description=_("Page and history"))
    def page(self, obj):
        return format_html(
            '<a href="{}">{}</a>', reverse("programs:assistance_detail", args=[obj.uuid]), _("Open the page")
        )


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What was handed over."""

    list_display = ["assistance", "stage", "date", "amount", "goods", "void"]
    list_filter = ["void", "assistance__program_year__year"]
    date_hierarchy = "date"
    list_select_related = ["assistance__program_year__program"]
    raw_id_fields = ["assistance"]
