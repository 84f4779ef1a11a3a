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

__all__ = [
    "AllowedPair",
    "Assistance",
    "BenefitKind",
    "Delivery",
    "EligibilityRule",
    "GroupMember",
    "Program",
    "ProgramClassification",
    "ProgramFunding",
    "ProgramYear",
    "RecipientGroup",
    "Scheme",
    "SchemeItem",
    "SchemeMapping",
]
