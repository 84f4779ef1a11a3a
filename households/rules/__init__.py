"""The one rule grammar over households, members, housing, area and time, and its one compiler to SQL.

List filters, saved sets, eligibility of programmes and gap lists all speak it. A rule is JSON: `{}` (everything),
`{"all": […]}`, `{"any": […]}`, `{"not": …}`, a leaf `{"field", "op", "value"}`, `{"person": …}` (some member) and
`{"count": "members", "where": …, "op", "value"}`. Upper apps add conditions through `registry.conditions`.
"""

from households.rules.compiler import (
    Verdict,
    annotate_fit,
    compile_members,
    compile_rule,
    explain,
    parts,
    truth,
)
from households.rules.fields import FIELDS, MEMBER_FIELDS, Field, field_of
from households.rules.grammar import fields_used, health_fields, uses_health, validate
from households.rules.truth import Condition, Context, Truth, all_of, any_of, default_day
from households.rules.values import choices
from households.rules.words import sentence

__all__ = [
    "FIELDS",
    "MEMBER_FIELDS",
    "Condition",
    "Context",
    "Field",
    "Truth",
    "Verdict",
    "all_of",
    "annotate_fit",
    "any_of",
    "choices",
    "compile_members",
    "compile_rule",
    "default_day",
    "explain",
    "field_of",
    "fields_used",
    "health_fields",
    "parts",
    "sentence",
    "truth",
    "uses_health",
    "validate",
]
