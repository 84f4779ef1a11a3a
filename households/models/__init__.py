"""Poor households and their members, what is known of them and since when."""

from households.models.codes import Code
from households.models.households import ExternalId, Household, HouseholdNote, HouseholdNumber
from households.models.members import Member, Membership
from households.models.ranks import DataRelease, WelfareRank
from households.models.sets import HouseholdSet, HouseholdSetRow
from households.models.staging import ImportFamily, ImportRow
from households.models.transfers import TransferRequest

__all__ = [
    "Code",
    "DataRelease",
    "ExternalId",
    "Household",
    "HouseholdNote",
    "HouseholdNumber",
    "HouseholdSet",
    "HouseholdSetRow",
    "ImportFamily",
    "ImportRow",
    "Member",
    "Membership",
    "TransferRequest",
    "WelfareRank",
]
