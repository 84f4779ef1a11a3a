"""Reference data, people and records of the ground in the admin."""

from __future__ import annotations

from allauth.account.utils import user_pk_to_url_str
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from import_export import resources

from core.actions import hand_over
from core.admin_base import ReadOnlyAdmin, ReferenceAdmin, RoleAdmin
from core.arms import keep_arms
from core.history import history
from core.models import (
    AccessRecord,
    Agency,
    AgencySuccession,
    CitySettings,
    HistoryTransaction,
    ImportBatch,
    Job,
    Region,
    RegionAlias,
    RoleAssignment,
    User,
)
from core.roles import Perm, forget_access


class RegionResource(resources.ModelResource):
    """Regions as a sheet, without boundaries."""

    class Meta:
        model = Region
        import_id_fields = ["code"]
        fields = ["code", "name", "level", "parent", "bps_code", "lat", "lng", "valid_from", "valid_to"]
        skip_unchanged = True


class AgencyResource(resources.ModelResource):
    """Agencies as a sheet, found by name."""

    class Meta:
        model = Agency
        import_id_fields = ["name"]
        fields = ["name", "short_name", "kind", "address", "valid_from", "valid_to"]
        skip_unchanged = True


class RegionAliasInline(admin.TabularInline):
    """Other spellings of a region."""

    model = RegionAlias
    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj):
        return True

    def has_change_permission(self, request, obj=None):
        return True

    def has_delete_permission(self, request, obj=None):
        return True


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    """Administrative regions and their spellings in sheets."""

    resource_classes = [RegionResource]
    list_display = ["code", "name", "level", "parent", "bps_code"]
    list_filter = ["level"]
    search_fields = ["code", "name", "aliases__alias"]
    autocomplete_fields = ["parent"]
    exclude = ["boundary"]
    inlines = [RegionAliasInline]
    list_select_related = ["parent"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []


@admin.register(Agency)
class AgencyAdmin(ReferenceAdmin):
    """Agencies with their time."""

    resource_classes = [AgencyResource]
    list_display = ["name", "short_name", "kind", "valid_from", "valid_to"]
    list_filter = ["kind"]
    search_fields = ["name", "short_name"]


@admin.register(AgencySuccession)
class AgencySuccessionAdmin(RoleAdmin):
    """Which office followed which."""

    list_display = ["old", "new", "date", "legal_basis"]
    actions = ["move_open_work"]
    autocomplete_fields = ["old", "new"]
    list_select_related = ["old", "new"]

    @admin.action(description=_("Move the open work to the new agency"))
    def move_open_work(self, request, queryset):
        """People, roles, programmes, planned meetings and unfinished items; of a split agency to the chosen half."""
        for succession in queryset:
            try:
                moved = hand_over(succession=succession, by=request.user)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                messages.success(
                    request, _("%(way)s: %(n)s rows of open work moved.") % {"way": succession, "n": moved}
                )


class RoleInline(admin.TabularInline):
    """The roles of a person; a role ends by its last day, it is not deleted."""

    model = RoleAssignment
    fk_name = "user"
    extra = 0
    autocomplete_fields = ["region", "agency"]

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj):
        return True

    def has_change_permission(self, request, obj=None):
        return True

    def has_delete_permission(self, request, obj=None):
        return False


class UserForm(forms.ModelForm):
    """A person without password fields: they choose it themselves through a one-time link."""

    class Meta:
        model = User
        fields = ["username", "full_name", "position", "email", "agency", "is_active"]


@admin.register(User)
class UserAdmin(RoleAdmin):
    """People who sign in, their roles, and one-time links to choose a password."""

    form = UserForm
    view_perm = change_perm = Perm.MANAGE_USERS
    list_display = ["username", "full_name", "agency", "is_active", "last_login"]
    list_filter = ["is_active", "role_assignments__role"]
    search_fields = ["username", "full_name", "email"]
    autocomplete_fields = ["agency"]
    list_select_related = ["agency"]
    inlines = [RoleInline]
    actions = ["give_link", "deactivate"]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        forget_access(obj)
        if not change:
            self._show_link(request, obj)

    @admin.action(description=_("Give a one-time link to choose a password"))
    def give_link(self, request, queryset):
        """A link each, shown once; it ends with its use or its time."""
        if queryset.count() > 20:
            messages.error(request, _("Choose at most 20 people."))
            return
        for user in queryset.filter(is_active=True):
            self._show_link(request, user)

    @admin.action(description=_("Deactivate"))
    def deactivate(self, request, queryset):
        """Nobody is deleted: inactive people cannot sign in and keep their history."""
        with history(by=request.user, action="user.deactivate"):
            n = queryset.exclude(pk=request.user.pk).update(is_active=False)
        messages.success(request, _("%(n)s people can no longer sign in.") % {"n": n})

    def _show_link(self, request, user):
        path = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
        )
        url = settings.PUBLIC_URL + path
        messages.info(request, format_html('{}: <a href="{}">{}</a>', user, url, url))


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(RoleAdmin):
    """All roles in force and past."""

    view_perm = change_perm = Perm.MANAGE_USERS
    list_display = ["user", "role", "region", "agency", "program_group", "valid_from", "valid_to"]
    list_filter = ["role", "agency"]
    search_fields = ["user__username", "user__full_name"]
    autocomplete_fields = ["user", "region", "agency"]
    list_select_related = ["user", "region", "agency"]


class CitySettingsForm(forms.ModelForm):
    """The settings, with a picture to bring for the letterhead."""

    arms_file = forms.FileField(
        label=_("coat of arms for the letterhead"),
        required=False,
        help_text=_("PNG with a transparent ground is best."),
    )
    arms_gone = forms.BooleanField(label=_("letterhead without coat of arms"), required=False)

    def clean(self):
        values = super().clean()
        if values.get("arms_gone"):
            self.instance.arms = ""
        elif values.get("arms_file"):
            try:
                self.instance.arms = keep_arms(values["arms_file"])
            except forms.ValidationError as error:
                self.add_error("arms_file", error)
        return values


@admin.register(CitySettings)
class CitySettingsAdmin(RoleAdmin):
    """The one row of settings."""

    form = CitySettingsForm
    view_perm = change_perm = Perm.MANAGE_USERS
    autocomplete_fields = ["home_region"]
    formfield_overrides = {models.JSONField: {"widget": forms.Textarea(attrs={"rows": 6})}}

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not CitySettings.objects.exists()


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Long work."""

    view_perm = Perm.MANAGE_USERS
    list_display = ["created", "title", "kind", "by", "state", "done", "total"]
    list_filter = ["state", "kind"]
    exclude = ["params", "result_file"]
    list_select_related = ["by"]


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Imports."""

    list_display = ["created", "file_name", "kind", "source", "by", "state", "applied_at", "undone_at"]
    list_filter = ["kind", "state", "source"]
    exclude = ["path", "layout", "options", "job"]
    list_select_related = ["by"]


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """Who saw personal data in full or took it out."""

    view_perm = Perm.SEE_LOGS
    list_display = ["at", "actor", "kind", "what", "purpose", "rows"]
    list_filter = ["kind"]
    search_fields = ["actor", "what", "purpose"]
    date_hierarchy = "at"


@admin.register(HistoryTransaction)
class HistoryTransactionAdmin(ReadOnlyAdmin):
    """Which action changed rows, who did it and why."""

    view_perm = Perm.SEE_LOGS
    list_display = ["at", "actor", "action", "reason", "region"]
    search_fields = ["actor", "action", "reason"]
    date_hierarchy = "at"
