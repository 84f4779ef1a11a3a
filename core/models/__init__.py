"""What every app stands on: regions, people and their roles, records, work, files, settings of the city."""

from core.models.city import CitySettings
from core.models.files import Attachment
from core.models.imports import ImportFinding
from core.models.mail import OutgoingMail
from core.models.people import Agency, AgencySuccession, RoleAssignment, User
from core.models.records import AccessRecord, HistoryEntry, HistoryTransaction
from core.models.regions import Region, RegionAlias
from core.models.work import ImportBatch, Job, SheetLayout

__all__ = [
    "AccessRecord",
    "Agency",
    "AgencySuccession",
    "Attachment",
    "CitySettings",
    "HistoryEntry",
    "HistoryTransaction",
    "ImportBatch",
    "ImportFinding",
    "Job",
    "OutgoingMail",
    "Region",
    "RegionAlias",
    "RoleAssignment",
    "SheetLayout",
    "User",
]
