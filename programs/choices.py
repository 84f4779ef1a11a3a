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


class PlanState(models.TextChoices):
    """How far the plan of a programme year came: drafted by the agency, verified by Bappeda, locked for the year."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned with remarks")
    VERIFIED = "verified", _("Verified")
    LOCKED = "locked", _("Locked")


class RealisationState(models.TextChoices):
    """How far the realisation of one quarter came."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned with remarks")
    VERIFIED = "verified", _("Verified")


class ReviewAct(models.TextChoices):
    """What was done with a plan, or with the realisation of a quarter."""

    SUBMIT = "submit", _("Submitted")
    WITHDRAW = "withdraw", _("Taken back by the agency")
    RETURN = "return", _("Returned with remarks")
    VERIFY = "verify", _("Verified")
    LOCK = "lock", _("Locked")
    REOPEN = "reopen", _("Opened again")
    CORRECT = "correct", _("Corrected later")


class Duty(models.TextChoices):
    """What an agency owes the planning agency in a year, by a day."""

    PLAN = "plan", _("Annual plan")
    Q1 = "q1", _("Realisation I")
    Q2 = "q2", _("Realisation II")
    Q3 = "q3", _("Realisation III")
    Q4 = "q4", _("Realisation IV")


QUARTERS = (1, 2, 3, 4)
# Plans that may be written; others were handed on.
PLAN_OPEN = (PlanState.DRAFT, PlanState.RETURNED)
# Plans that count: a changed ceiling is then a change of the budget, with its reason.
PLAN_SETTLED = (PlanState.VERIFIED, PlanState.LOCKED)
REALISATION_OPEN = (RealisationState.DRAFT, RealisationState.RETURNED)


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
