"""Which fields belong together when a household or a member is edited, and which of them are health data."""

from households.models.households import HOUSING_CODES

HOUSEHOLD_SECTIONS = {
    "address": ("region", "rw", "rt", "address", "lat", "lng"),
    "housing": (*HOUSING_CODES, "floor_area", "pln_id"),
    "assets": ("assets",),
    "visit": ("verified_at",),
}
MEMBER_SECTIONS = {
    "identity": ("nik", "name", "sex", "birth_place", "birth_date", "relation", "marital"),
    "school": ("education", "school_status", "school_level", "school_name"),
    "work": ("occupation", "works", "work_status", "work_sector", "has_business"),
    "insurance": ("insurance", "social_security"),
    "health": ("disability", "chronic_illness", "pregnant"),
}
# Specific personal data under UU 27/2022: a narrower right to see and change.
HEALTH_FIELDS = frozenset(MEMBER_SECTIONS["health"])
