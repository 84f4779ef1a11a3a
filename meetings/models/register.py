"""The team as its decree names it, and the register of letters."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency
from meetings.choices import Direction, LetterKind, Sifat, WorkingGroup
from meetings.querysets import DecreeQuerySet, TeamQuerySet


class Decree(models.Model):
    """A decree of the mayor that names the team. Several follow each other over the years."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=80, unique=True)
    date = models.DateField(_("date"))
    title = models.CharField(_("about"), max_length=250)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DecreeQuerySet.as_manager()

    class Meta:
        verbose_name = _("decree of the team")
        verbose_name_plural = _("decrees of the team")
        ordering = ["-valid_from", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="decree_dates_in_order",
                violation_error_message=_("The last day lies before the first day."),
            ),
        ]

    def __str__(self):
        return self.number


class TeamMember(models.Model):
    """A post of the team and who holds it, from when to when."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decree = models.ForeignKey(Decree, models.PROTECT, related_name="posts", verbose_name=_("decree"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    post = models.CharField(_("post in the team"), max_length=120)
    working_group = models.CharField(_("working group"), max_length=1, choices=WorkingGroup, blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    position = models.CharField(_("office held"), max_length=150)
    nip = models.CharField("NIP", max_length=30, blank=True)
    rank = models.CharField(_("rank"), max_length=80, blank=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of the team")
        verbose_name_plural = _("members of the team")
        ordering = ["decree", "order", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="team_dates_in_order",
                violation_error_message=_("The last day lies before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(working_group="") | Q(working_group__in=WorkingGroup.values), name="team_group_known"
            ),
        ]

    def __str__(self):
        return f"{self.post}: {self.name or self.position}"


class Letter(models.Model):
    """A line of the register of letters of a year.

    `sequence`: given by the register, once a year and direction; `number`: as it stands on the paper, ours or typed
    from the city's own letter system. A letter without a number says why.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("year"))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    kind = models.CharField(_("kind"), max_length=12, choices=LetterKind, default=LetterKind.OTHER)
    sequence = models.PositiveIntegerField(_("sequence number"), null=True, blank=True)
    number = models.CharField(_("number"), max_length=80, blank=True)
    blank_reason = models.CharField(_("why without a number"), max_length=200, blank=True)
    date = models.DateField(_("date"))
    subject = models.CharField(_("subject"), max_length=250)
    counterpart = models.CharField(_("to or from"), max_length=250, blank=True)
    enclosure = models.CharField(_("enclosure (lampiran)"), max_length=60, blank=True)
    sifat = models.CharField("sifat", max_length=14, choices=Sifat, default=Sifat.ORDINARY)
    meeting = models.ForeignKey("meetings.Meeting", models.PROTECT, null=True, blank=True, related_name="letters")
    refused_reason = models.CharField(_("why refused"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-year", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["year", "direction", "sequence"], name="letter_sequence_once"),
            models.UniqueConstraint(
                fields=["year", "direction", "number"],
                condition=~Q(number=""),
                name="letter_number_once",
                violation_error_message=_("This number stands in the register of this year already."),
            ),
            models.CheckConstraint(
                condition=~Q(number="") | ~Q(blank_reason="") | ~Q(refused_reason=""),
                name="letter_number_or_reason",
                violation_error_message=_("Write the number, or why there is none."),
            ),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="letter_direction_known"),
            models.CheckConstraint(condition=Q(kind__in=LetterKind.values), name="letter_kind_known"),
        ]
        indexes = [models.Index(fields=["meeting", "kind"], name="letter_meeting")]

    def __str__(self):
        return self.number or self.subject
