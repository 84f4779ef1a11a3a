"""Programmes, their years, and the log of whom they target and reach."""

from programs.models.assistance import Assistance, Delivery, GroupMember, RecipientGroup
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
from programs.models.staging import RecipientRow

__all__ = [
    "AllowedPair",
    "Assistance",
    "BenefitKind",
    "Delivery",
    "EligibilityRule",
    "EnrolledHousehold",
    "GroupMember",
    "Program",
    "ProgramClassification",
    "ProgramFunding",
    "ProgramYear",
    "ReachedHousehold",
    "RecipientGroup",
    "RecipientRow",
    "Scheme",
    "SchemeItem",
    "SchemeMapping",
]
