"""Closed lists of households and members. Answer codes of questionnaires are data (`households.Code`), not here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HouseholdStatus(models.TextChoices):
    """Status of a household; everything but active needs a reason and a date."""

    ACTIVE = "active", _("Active")
    MOVED = "moved", _("Moved away")
    DECEASED = "deceased", _("Deceased")
    DUPLICATE = "duplicate", _("Duplicate")
    EXCLUDED = "excluded", _("No longer poor")
    NOT_FOUND = "not_found", _("Not found")
    GRADUATED = "graduated", _("Graduated")


class MemberStatus(models.TextChoices):
    """Status of a person; everything but active needs a reason and a date."""

    ACTIVE = "active", _("Active")
    MOVED = "moved", _("Moved away")
    DECEASED = "deceased", _("Deceased")
    DUPLICATE = "duplicate", _("Duplicate")
    NOT_FOUND = "not_found", _("Not found")


class Sex(models.TextChoices):
    """As on the family card."""

    MALE = "M", _("Male")
    FEMALE = "F", _("Female")


class Source(models.TextChoices):
    """Where data come from. DTSEN is the official rank (Inpres 4/2025)."""

    DTSEN = "dtsen", "DTSEN"
    REGSOSEK = "regsosek", "Regsosek 2022"
    P3KE = "p3ke", "P3KE"
    DTKS = "dtks", "DTKS / SIKS-NG"
    SIAK = "siak", _("Civil registry (SIAK)")
    OPENSID = "opensid", "OpenSID"
    VERVAL = "verval", _("Verification visit")
    LOCAL = "local", _("City's own data")


class MembershipReason(models.TextChoices):
    """Why a person came into or left a household."""

    FIRST = "first", _("First recorded")
    BORN = "born", _("Born")
    MOVED = "moved", _("Moved to another household")
    SPLIT = "split", _("Split off into a new family card")
    IMPORT = "import", _("By an import")
    CORRECTION = "correction", _("Correction")
    MERGED = "merged", _("Duplicate merged")
    LEFT = "left", _("Left the city")
    DIED = "died", _("Died")


HEAD = 1  # relation code "Kepala Keluarga" of the civil registry (SHDK)
