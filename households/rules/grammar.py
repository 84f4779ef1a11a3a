"""What a valid rule is. Rules come from forms, saved sets, imports and the admin: nothing unknown gets through."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.registry import registry
from core.roles import Perm, access
from households.models import HouseholdSet
from households.rules.fields import FIELDS, MEMBER_FIELDS, NO_VALUE, field_of
from households.rules.values import clean_value
from households.rules.words import leaves

MAX_DEPTH = 8
MAX_LEAVES = 80
MAX_BYTES = 16_000
MAX_COUNT = 30
COUNT_OPS = (">=", ">", "==", "<", "<=")


def validate(rule: Any, *, user=None, level: str = "household") -> dict:
    """A normalised copy of a rule.

    `level`: `household`, or `member` for a rule over member fields; `user`: also refuse what this person may not ask
    (health, conditions and sets beyond their rights). Raises ValidationError whose text starts with the place in the
    rule (`all[1].value`) and says what to do.
    """
    try:
        size = len(json.dumps(rule))
    except (TypeError, ValueError):
        raise ValidationError(_("The rule cannot be read. Make it again with the filter form.")) from None
    if size > MAX_BYTES:
        raise ValidationError(_("The rule is too long. Leave out some conditions."))
    reader = _Reader()
    cleaned = reader.read(rule, level, "", 1)
    if user is not None:
        _check_rights(cleaned, user)
    return cleaned


def uses_health(rule: dict) -> bool:
    """Whether the rule, or a set it asks for, speaks of disability, chronic illness or pregnancy."""
    return bool(health_fields(rule))


def health_fields(rule: dict) -> set[str]:
    """Keys of the fields and conditions on health in the rule, or in a set it asks for."""
    found: set[str] = set()
    for leaf, level in leaves(rule):
        key = leaf["field"]
        if key == "set":
            found |= {name for inner in _rules_of(leaf["value"]) for name in health_fields(inner)}
        elif level == "household" and key in registry.conditions:
            if registry.conditions[key].health:
                found.add(key)
        elif (field := field_of(key, level)) is not None and field.health:
            found.add(key)
    return found


def fields_used(rule: dict) -> set[str]:
    """Keys of all fields and conditions in the rule."""
    return {leaf["field"] for leaf, _level in leaves(rule)}


def _rules_of(uuids: list[str]) -> list[dict]:
    return list(HouseholdSet.objects.filter(uuid__in=uuids).values_list("rule", flat=True))


def _check_rights(rule: dict, user) -> None:
    rights = access(user)
    if uses_health(rule) and not rights.can(Perm.SEE_HEALTH):
        raise ValidationError(
            _("You may not filter by disability, illness or pregnancy. Leave these conditions out."), code="health"
        )
    for leaf, _level in leaves(rule):
        condition = registry.conditions.get(leaf["field"])
        if condition is not None and condition.perm is not None and not rights.can(condition.perm):
            raise ValidationError(
                _("You may not filter by %(label)s. Leave this condition out.") % {"label": condition.label}
            )
        if leaf["field"] == "set":
            known = HouseholdSet.objects.openable_by(user).filter(uuid__in=leaf["value"]).count()
            if known != len(leaf["value"]):
                raise ValidationError(_("This list is not there, or not shared with you. Choose another one."))


class _Reader:
    """Walks a rule once and rebuilds it from what it knows."""

    def __init__(self):
        self.leaves = 0

    def read(self, rule: Any, level: str, path: str, depth: int) -> dict:
        if not isinstance(rule, dict):
            raise _error(path, _("A condition is missing here."))
        if not rule:
            return {}
        if depth > MAX_DEPTH:
            raise _error(path, _("The conditions are nested too deep. Use fewer brackets."))
        for key in ("all", "any"):
            if key in rule:
                return {key: self._list(rule, key, level, path, depth)}
        if "not" in rule:
            _only(rule, {"not"}, path)
            return {"not": self.read(rule["not"], level, _at(path, "not"), depth + 1)}
        if level == "household" and "person" in rule:
            _only(rule, {"person"}, path)
            return {"person": self.read(rule["person"], "member", _at(path, "person"), depth + 1)}
        if level == "household" and "count" in rule:
            return self._count(rule, path, depth)
        if "field" in rule:
            return self._leaf(rule, level, path)
        raise _error(path, _("Unknown condition: %(keys)s.") % {"keys": _short(", ".join(map(str, rule)))})

    def _list(self, rule: dict, key: str, level: str, path: str, depth: int) -> list[dict]:
        _only(rule, {key}, path)
        parts = rule[key]
        if not isinstance(parts, list) or not parts:
            raise _error(_at(path, key), _("Add at least one condition."))
        return [self.read(part, level, f"{_at(path, key)}[{i}]", depth + 1) for i, part in enumerate(parts)]

    def _count(self, rule: dict, path: str, depth: int) -> dict:
        _only(rule, {"count", "where", "op", "value"}, path)
        if rule["count"] != "members":
            raise _error(_at(path, "count"), _("Only members can be counted."))
        if rule.get("op") not in COUNT_OPS:
            raise _error(_at(path, "op"), _("Choose one of %(ops)s.") % {"ops": " ".join(COUNT_OPS)})
        value = rule.get("value")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            raise _error(_at(path, "value"), _("Write a number between %(low)s and %(high)s.") % {"low": 0, "high": 30})
        where = self.read(rule.get("where", {}), "member", _at(path, "where"), depth + 1)
        return {"count": "members", "where": where, "op": rule["op"], "value": value}

    def _leaf(self, rule: dict, level: str, path: str) -> dict:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise _error(path, _("The rule has too many conditions. Leave out some."))
        _only(rule, {"field", "op", "value"}, path)
        key, op = rule["field"], rule.get("op", "")
        if not isinstance(key, str):
            raise _error(_at(path, "field"), _("Choose a field."))
        if level == "household":
            if key in registry.conditions:
                with _place(_at(path, "value")):
                    return {"field": key, "value": registry.conditions[key].clean(rule.get("value"))}
            if key == "set":
                return {"field": "set", "op": "in", "value": _uuids(rule.get("value"), _at(path, "value"))}
            if key == "text":
                return _text(rule, path)
        field = field_of(key, level)
        if field is None:
            known = ", ".join(MEMBER_FIELDS if level == "member" else FIELDS)
            raise _error(
                _at(path, "field"),
                _('"%(key)s" is not a field. Known: %(known)s.') % {"key": _short(key), "known": known},
            )
        if op not in field.ops:
            raise _error(
                _at(path, "op"), _("%(label)s can be asked with: %(ops)s.") % {"label": key, "ops": " ".join(field.ops)}
            )
        if op in NO_VALUE:
            return {"field": key, "op": op}
        with _place(_at(path, "value")):
            return {"field": key, "op": op, "value": clean_value(field, op, rule.get("value"))}


class _place:
    """Puts the place in the rule before a message about a value."""

    def __init__(self, path: str):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, ValidationError):
            raise _error(self.path, " ".join(error.messages)) from None


def _text(rule: dict, path: str) -> dict:
    value = rule.get("value")
    if rule.get("op") not in ("contains", "like"):
        raise _error(_at(path, "op"), _("%(label)s can be asked with: %(ops)s.") % {"label": "text", "ops": "contains"})
    if not isinstance(value, str) or not value.strip() or len(value) > 100 or "\x00" in value:
        raise _error(_at(path, "value"), _("Write up to 100 letters."))
    return {"field": "text", "op": rule["op"], "value": " ".join(value.split())}


def _uuids(value: Any, path: str) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not 1 <= len(values) <= 20:
        raise _error(path, _("Choose a list."))
    try:
        return list(dict.fromkeys(str(uuid.UUID(v)) for v in values))
    except (ValueError, AttributeError, TypeError):
        raise _error(path, _("Choose a list.")) from None


def _only(rule: dict, allowed: set[str], path: str) -> None:
    unknown = [str(key) for key in rule if key not in allowed]
    if unknown:
        raise _error(path, _("Unknown condition: %(keys)s.") % {"keys": _short(", ".join(unknown))})


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _error(path: str, message: str) -> ValidationError:
    return ValidationError(f"{path}: {message}" if path else message)
