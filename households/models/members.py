"""Members: persons, identified by NIK where they have one."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from households.choices import HEAD, MembershipReason, MemberStatus, Sex
from households.models.households import Household, coded
from households.querysets import MemberQuerySet

# Coded member fields; answers in households.Code under the same field name.
MEMBER_CODES = (
    "relation",
    "marital",
    "education",
    "school_status",
    "school_level",
    "work_status",
    "work_sector",
    "insurance",
)


class Member(models.Model):
    """One person of one household."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name=_("household"))
    nik = models.CharField("NIK", max_length=16, null=True, blank=True)
    nik_note = models.CharField(_("note on the NIK"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=150)
    name_sort = models.CharField(max_length=150, editable=False, default="")
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    birth_place = models.CharField(_("place of birth"), max_length=80, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    relation = coded(_("relation to the head"))
    marital = coded(_("marital status"))
    education = coded(_("highest education"))
    school_status = coded(_("school attendance"))
    school_level = coded(_("school level"))
    school_name = models.CharField(_("school"), max_length=120, blank=True)
    occupation = models.CharField(_("occupation"), max_length=100, blank=True)
    works = models.BooleanField(_("works"), null=True, blank=True)
    work_status = coded(_("employment status"))
    work_sector = coded(_("line of work"))
    has_business = models.BooleanField(_("has a micro business"), null=True, blank=True)
    disability = models.JSONField(_("disability"), default=list, blank=True)  # list of codes of field "disability"
    chronic_illness = models.JSONField(_("chronic illness"), default=list, blank=True)  # codes of "chronic_illness"
    pregnant = models.BooleanField(_("pregnant"), null=True, blank=True)
    insurance = coded(_("health insurance"))
    social_security = models.JSONField(_("social security"), default=list, blank=True)  # codes of "social_security"

    status = models.CharField(_("status"), max_length=10, choices=MemberStatus, default=MemberStatus.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=250, blank=True)
    status_date = models.DateField(_("since"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    data_date = models.DateField(_("date of the data"), null=True, blank=True)
    created = models.DateTimeField(db_default=models.functions.Now())
    updated = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    name_search = models.GeneratedField(
        expression=models.Func(F("name"), function="to_tsvector", template="to_tsvector('simple', %(expressions)s)"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["household", "relation", "birth_date", "id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["nik"],
                condition=Q(merged_into__isnull=True, nik__isnull=False),
                name="member_nik_once",
                violation_error_message=_("This NIK is already registered."),
            ),
            models.CheckConstraint(
                condition=Q(nik__isnull=True) | Q(nik__regex=r"^\d{16}$"),
                name="member_nik_digits",
                violation_error_message=_("A NIK has 16 digits."),
            ),
            models.UniqueConstraint(
                fields=["household"],
                # "is not null" for Django's own check, which takes an unknown condition for a true one
                condition=Q(relation__isnull=False, relation=HEAD, status="active"),
                include=["merged_into"],  # who has a head is counted from the index alone
                name="member_one_head",
                violation_error_message=_("This household already has a head."),
            ),
            models.CheckConstraint(condition=Q(status__in=MemberStatus.values), name="member_status_known"),
            models.CheckConstraint(
                condition=Q(status="active") | (~Q(status_reason="") & Q(status_date__isnull=False)),
                name="member_status_reason",
                violation_error_message=_("Write the reason and the date of this status."),
            ),
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="member_sex_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="duplicate"), name="member_merged_duplicate"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="member_name_given"),
        ]
        indexes = [
            models.Index(fields=["household", "status"], name="member_household"),
            models.Index(fields=["birth_date", "name_sort"], name="member_birth_name"),
            models.Index(
                fields=["household"],
                name="member_without_nik",
                condition=Q(nik__isnull=True, status="active", merged_into__isnull=True),
            ),
            GinIndex(fields=["name_search"], name="member_name_words"),
            GinIndex(OpClass("name", name="gin_trgm_ops"), name="member_name_trgm"),
        ]

    def __str__(self):
        return self.name


class Membership(models.Model):
    """In which household a person was, from when to when, and why it changed."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships")
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=12, choices=MembershipReason, default=MembershipReason.FIRST)
    end_reason = models.CharField(max_length=12, choices=MembershipReason, blank=True)
    note = models.CharField(max_length=250, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["member", "id"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(valid_to__isnull=True), name="membership_one_open"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["household"], name="membership_household")]

    def __str__(self):
        return f"{self.member_id} in {self.household_id}"
