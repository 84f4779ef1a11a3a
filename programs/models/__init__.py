"""Programmes, their years, and the log of whom they target and reach."""

from programs.models.assistance import Assistance, Delivery, GroupMember, RecipientGroup
from programs.models.plans import (
    DutyDeadline,
    PlanLocation,
    PlanQuarter,
    Realisation,
    RealisationSpending,
    ReviewStep,
)
from programs.models.programs import (
    AllowedPair,
    BenefitKind,
    EligibilityRule,
    Program,
    ProgramClassification,
    ProgramFunding,
    ProgramYear,
    Scheme,
    SchemeItem,
    SchemeMapping,
)
from programs.models.reach import EnrolledHousehold, ReachedHousehold
from programs.models.staging import PlanRow, RecipientRow
from programs.models.targeting import ExclusivePair, Package, PackagePart, QuotaOrder, WorkOrder

__all__ = [
    "AllowedPair",
    "Assistance",
    "BenefitKind",
    "Delivery",
    "DutyDeadline",
    "EligibilityRule",
    "EnrolledHousehold",
    "ExclusivePair",
    "GroupMember",
    "Package",
    "PackagePart",
    "PlanLocation",
    "PlanQuarter",
    "PlanRow",
    "Program",
    "ProgramClassification",
    "ProgramFunding",
    "ProgramYear",
    "QuotaOrder",
    "ReachedHousehold",
    "Realisation",
    "RealisationSpending",
    "RecipientGroup",
    "RecipientRow",
    "ReviewStep",
    "Scheme",
    "SchemeItem",
    "SchemeMapping",
    "WorkOrder",
]
