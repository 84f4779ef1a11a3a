"""Closed lists of the ground: kinds, states, roles. Lists that a city may change are data, not here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionLevel(models.TextChoices):
    """Levels as in the Kemendagri code list (Kepmendagri 300.2.2-2138/2025)."""

    PROVINCE = "provinsi", _("Province")
    REGENCY = "kabupaten", _("Regency")
    CITY = "kota", _("City")
    DISTRICT = "kecamatan", _("District")
    URBAN_VILLAGE = "kelurahan", _("Urban village")
    VILLAGE = "desa", _("Village")


class AgencyKind(models.TextChoices):
    """Who an agency belongs to."""

    OPD = "opd", _("City agency")
    CENTRAL = "central", _("Central government")
    VERTICAL = "vertical", _("Vertical agency")
    BUSINESS = "business", _("Business world")
    SOCIETY = "society", _("Society")


class Role(models.TextChoices):
    """Roles of the table in core/roles.py."""

    BAPPEDA_ADMIN = "bappeda_admin", _("Bappeda admin")
    BAPPEDA_STAFF = "bappeda_staff", _("Bappeda staff")
    GROUP_COORDINATOR = "group_coordinator", _("Programme group coordinator")
    OPD_OPERATOR = "opd_operator", _("Agency operator")
    OPD_APPROVER = "opd_approver", _("Agency approver")
    KELURAHAN_OPERATOR = "kelurahan_operator", _("Kelurahan operator")
    KECAMATAN_READER = "kecamatan_reader", _("Kecamatan reader")
    LEADERSHIP = "leadership", _("Leadership")
    AUDITOR = "auditor", _("Auditor")


class ProgramGroup(models.TextChoices):
    """Programme groups of Permendagri 53/2020 article 18."""

    A = "a", _("Social assistance and security")
    B = "b", _("Community empowerment and micro enterprise")
    C = "c", _("Other programmes that raise economic activity")


class JobState(models.TextChoices):
    """States of long work."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Stopped")
    INTERRUPTED = "interrupted", _("Interrupted")


class BatchState(models.TextChoices):
    """States of an import, in order of its stages."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    UNREADABLE = "unreadable", _("Unreadable")
    FAILED = "failed", _("Failed")
    DISCARDED = "discarded", _("Discarded")


class AccessKind(models.TextChoices):
    """Reads that leave a record (UU 27/2022 on personal data protection)."""

    UNMASK = "unmask", _("Number shown in full")
    LOOKUP = "lookup", _("Looked up by whole number")
    EXPORT = "export", _("Export")
    EXPORT_UNMASKED = "export_unmasked", _("Export with full numbers")
    FILE = "file", _("File opened")
    PRINT = "print", _("Printed")
