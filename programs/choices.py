"""Closed lists of programmes and the assistance log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BenefitUnit(models.TextChoices):
    """Who one benefit goes to."""

    HOUSEHOLD = "household", _("Household")
    PERSON = "person", _("Person")
    GROUP = "group", _("Group")
    AREA = "area", _("Area")


class Sponsor(models.TextChoices):
    """Who pays (domain.md section 2)."""

    CENTRAL = "central", _("Central government")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    BUSINESS = "business", _("Business world")
    SOCIETY = "society", _("Society")


class Fund(models.TextChoices):
    """Source of funds (sumber dana)."""

    APBN = "apbn", "APBN"
    APBD_PROVINCE = "apbd_prov", "APBD Provinsi"
    APBD_CITY = "apbd_kota", "APBD Kota"
    DAK = "dak", "DAK"
    DBH = "dbh", "DBH"
    CSR = "csr", "CSR"
    ZAKAT = "zakat", "Baznas/zakat"
    SELF_HELP = "swadaya", "Swadaya"
    OTHER = "other", _("Other")


class AssistanceStatus(models.TextChoices):
    """Stages of one benefit: proposed → verified → approved → received, and the ways it can end."""

    PROPOSED = "proposed", _("Proposed")
    VERIFIED = "verified", _("Verified")
    APPROVED = "approved", _("Approved")
    RECEIVED = "received", _("Received")
    RETURNED = "returned", _("Returned to the proposer")
    STOPPED = "stopped", _("Stopped")
    REJECTED = "rejected", _("Rejected")
    VOID = "void", _("Void")


# Rows that no longer stand in the way of a new one for the same beneficiary.
CLOSED = (AssistanceStatus.VOID, AssistanceStatus.REJECTED)
# Which status may follow which; the actions enforce it.
NEXT = {
    AssistanceStatus.PROPOSED: {
        AssistanceStatus.VERIFIED,
        AssistanceStatus.RETURNED,
        AssistanceStatus.REJECTED,
        AssistanceStatus.VOID,
    },
    AssistanceStatus.RETURNED: {AssistanceStatus.PROPOSED, AssistanceStatus.REJECTED, AssistanceStatus.VOID},
    AssistanceStatus.VERIFIED: {
        AssistanceStatus.APPROVED,
        AssistanceStatus.RETURNED,
        AssistanceStatus.REJECTED,
        AssistanceStatus.VOID,
    },
    AssistanceStatus.APPROVED: {AssistanceStatus.RECEIVED, AssistanceStatus.STOPPED, AssistanceStatus.VOID},
    AssistanceStatus.RECEIVED: {AssistanceStatus.STOPPED, AssistanceStatus.VOID},
    AssistanceStatus.STOPPED: {AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED, AssistanceStatus.VOID},
    AssistanceStatus.REJECTED: set(),
    AssistanceStatus.VOID: set(),
}
