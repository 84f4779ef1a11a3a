"""Who is invited to a meeting, what they answered, who was there."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency, Region
from meetings.choices import Answer, HowSigned
from meetings.models.meetings import Meeting


class Invitation(models.Model):
    """One invited agency, kelurahan, person or guest. `key_version`: raised to make links sent before useless."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="invitations")
    order = models.PositiveSmallIntegerField(default=0)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("kelurahan or kecamatan")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    position = models.CharField(_("office held"), max_length=150, blank=True)
    organisation = models.CharField(_("organisation"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    copy_only = models.BooleanField(_("receives a copy only (tembusan)"), default=False)
    key_version = models.PositiveSmallIntegerField(default=1, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.NONE)
    substitute = models.CharField(_("substitute"), max_length=150, blank=True)
    answer_reason = models.CharField(_("reason"), max_length=250, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["meeting", "order", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "agency", "name", "position"],
                condition=Q(agency__isnull=False),
                name="invitation_agency_once",
                violation_error_message=_("This agency is invited already."),
            ),
            models.UniqueConstraint(
                fields=["meeting", "region", "name"],
                condition=Q(region__isnull=False),
                name="invitation_region_once",
                violation_error_message=_("This area is invited already."),
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=False)
                | Q(region__isnull=False)
                | ~Q(name="")
                | ~Q(organisation="")
                | ~Q(position=""),
                name="invitation_somebody",
                violation_error_message=_("Choose an agency or an area, or write a name."),
            ),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="invitation_answer_known"),
            models.CheckConstraint(
                condition=~Q(answer="substitute") | ~Q(substitute=""),
                name="invitation_substitute_named",
                violation_error_message=_("Write who comes instead."),
            ),
            models.CheckConstraint(
                condition=~Q(answer="decline") | ~Q(answer_reason=""),
                name="invitation_decline_reason",
                violation_error_message=_("Write why you cannot come."),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """Who is meant, in one line."""
        place = self.organisation or (self.agency.name if self.agency else "") or (str(self.region or ""))
        who = self.name or self.position
        return f"{who}, {place}" if who and place else who or place


class Attendance(models.Model):
    """Somebody who was there."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    invitation = models.OneToOneField(Invitation, models.PROTECT, null=True, blank=True, related_name="attendance")
    name = models.CharField(_("name"), max_length=150)
    position = models.CharField(_("office held"), max_length=150, blank=True)
    organisation = models.CharField(_("organisation"), max_length=150, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    substitute = models.BooleanField(_("substitute"), default=False)
    late = models.BooleanField(_("late"), default=False)
    how = models.CharField(max_length=4, choices=HowSigned, default=HowSigned.TICK)
    withdrawn = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["meeting", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(organisation=""),
                name="attendance_somebody",
                violation_error_message=_("Write the name."),
            ),
            models.CheckConstraint(condition=Q(how__in=HowSigned.values), name="attendance_how_known"),
        ]

    def __str__(self):
        return self.name or self.organisation
