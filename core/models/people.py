"""Users, agencies and the roles that tie them to areas, agencies and programme groups."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import AgencyKind, ProgramGroup, Role
from core.models.regions import Region


def on_day(day=None, *, prefix: str = "") -> Q:
    """Condition "valid on `day`" (default today) over `valid_from` and `valid_to` (inclusive, null = open)."""
    day = day or timezone.localdate()
    start, end = f"{prefix}valid_from", f"{prefix}valid_to"
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": day})
    )


class AgencyQuerySet(models.QuerySet):
    """Reads of agencies."""

    def valid_on(self, day=None):
        """Agencies that exist on `day` (default today)."""
        return self.filter(on_day(day))

    def visible_to(self, user):
        """Agencies are public reference data: every signed-in person sees them."""
        return self if user.is_authenticated else self.none()


class Agency(models.Model):
    """An office or organisation that runs programmes (perangkat daerah, Baznas, a company)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(_("short name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=AgencyKind, default=AgencyKind.OPD)
    address = models.CharField(_("address"), max_length=250, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="agency_name_once",
                violation_error_message=_("An agency with this name already exists."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="agency_dates_in_order",
                violation_error_message=_("The last day lies before the first day."),
            ),
            models.CheckConstraint(condition=Q(kind__in=AgencyKind.values), name="agency_kind_known"),
        ]

    def __str__(self):
        return self.name


class AgencySuccession(models.Model):
    """An office merged or split: open work of `old` moves to `new`, old reports keep the old name."""

    old = models.ForeignKey(Agency, models.PROTECT, related_name="successions", verbose_name=_("old agency"))
    new = models.ForeignKey(Agency, models.PROTECT, related_name="predecessions", verbose_name=_("new agency"))
    date = models.DateField(_("since"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("agency succession")
        verbose_name_plural = _("agency successions")
        ordering = ["-date", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="agency_succession_once"),
            models.CheckConstraint(
                condition=~Q(old=F("new")),
                name="agency_succession_other",
                violation_error_message=_("An agency cannot follow itself."),
            ),
        ]

    def __str__(self):
        return f"{self.old} → {self.new}"


class User(AbstractUser):
    """A person who signs in. What they may do comes from their role assignments only."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=150, blank=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("agency")
    )
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            # People sign in by either, in small or capital letters.
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once",
                violation_error_message=_("Somebody already signs in with this name."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_email_once",
                violation_error_message=_("Somebody already signs in with this e-mail address."),
            ),
        ]

    def __str__(self):
        return self.full_name or self.username

    @property
    def initials(self) -> str:
        """Up to two letters for the round badge."""
        parts = str(self).split()
        return "".join(p[0] for p in parts[:2]).upper()


class RoleAssignmentQuerySet(models.QuerySet):
    """Reads of role assignments."""

    def valid_on(self, day=None):
        """Assignments in force on `day` (default today)."""
        return self.filter(on_day(day))


class RoleAssignment(models.Model):
    """One role of one person, with its scope (everything, an area, an agency, a programme group) and dates."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    program_group = models.CharField(_("programme group"), max_length=1, choices=ProgramGroup, blank=True)
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        ordering = ["user", "role", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
            models.CheckConstraint(
                condition=~Q(role__in=["kelurahan_operator", "kecamatan_reader"]) | Q(region__isnull=False),
                name="role_area_given",
                violation_error_message=_("This role needs an area."),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=["opd_operator", "opd_approver"]) | Q(agency__isnull=False),
                name="role_agency_given",
                violation_error_message=_("This role needs an agency."),
            ),
            models.CheckConstraint(
                condition=~Q(role="group_coordinator") | ~Q(program_group=""),
                name="role_group_given",
                violation_error_message=_("This role needs a programme group."),
            ),
            # A scope that the role does not look at would read as a limit that nobody keeps.
            models.CheckConstraint(
                condition=Q(role__in=["kelurahan_operator", "kecamatan_reader"]) | Q(region__isnull=True),
                name="role_area_only",
                violation_error_message=_("This role holds in the whole city: leave the area empty."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["opd_operator", "opd_approver"]) | Q(agency__isnull=True),
                name="role_agency_only",
                violation_error_message=_("This role belongs to no agency: leave the agency empty."),
            ),
            models.CheckConstraint(
                condition=Q(role="group_coordinator") | Q(program_group=""),
                name="role_group_only",
                violation_error_message=_("This role belongs to no programme group: leave the group empty."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="role_dates_in_order",
                violation_error_message=_("The last day lies before the first day."),
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}"
