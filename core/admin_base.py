"""What every ModelAdmin of ours has in common: rights from the role table, history around each write, no deletion."""

from __future__ import annotations

from django.contrib import admin
from import_export.admin import ImportExportModelAdmin

from core.choices import AccessKind
from core.history import history, record_access
from core.roles import Perm, access


class RoleAdmin(admin.ModelAdmin):
    """Rights from the roles in force, whatever Django's own permission tables say.

    `view_perm`: right to see; `change_perm`: right to add and change, None = nobody; `deletable`: whether a row that
    nothing refers to may go (its history stays).
    """

    view_perm: Perm = Perm.MANAGE_REFERENCE
    change_perm: Perm | None = Perm.MANAGE_REFERENCE
    deletable = False
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return access(request.user).can(self.view_perm)

    def has_add_permission(self, request):
        return self.change_perm is not None and access(request.user).can(self.change_perm)

    def has_change_permission(self, request, obj=None):
        return self.change_perm is not None and access(request.user).can(self.change_perm)

    def has_delete_permission(self, request, obj=None):
        return self.deletable and self.has_change_permission(request, obj)

    # One action a request: every row it touches carries the person and the page.
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        verb = "change" if object_id else "add"
        with history(by=request.user, action=f"admin.{self.opts.model_name}_{verb}"):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        with history(by=request.user, action=f"admin.{self.opts.model_name}_delete"):
            return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request, extra_context=None):
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        with history(by=request.user, action=f"admin.{self.opts.model_name}_bulk"):
            return super().changelist_view(request, extra_context)

    def log_addition(self, request, obj, message):
        """The row history says it, with every value; Django's own log would say it again, unguarded."""

    def log_change(self, request, obj, message):
        """As `log_addition`."""

    def log_deletions(self, request, queryset):
        """As `log_addition`."""


class ReadOnlyAdmin(RoleAdmin):
    """Rows to look at: no adding, changing or deleting, no actions."""

    change_perm = None
    actions = None

    def get_readonly_fields(self, request, obj=None):
        return [f.name for f in self.opts.fields if f.name not in (self.exclude or ())]


class ReferenceAdmin(ImportExportModelAdmin, RoleAdmin):
    """Reference tables that come and go as sheets; never for rows about people."""

    def has_import_permission(self, request):
        return self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def process_import(self, request, **kwargs):
        with history(by=request.user, action=f"admin.{self.opts.model_name}_import"):
            return super().process_import(request, **kwargs)

    def get_export_data(self, file_format, request, queryset, **kwargs):
        record_access(request.user, AccessKind.EXPORT, str(self.opts.verbose_name_plural), rows=queryset.count())
        return super().get_export_data(file_format, request, queryset, **kwargs)
