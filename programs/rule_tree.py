"""Working on a rule piece by piece: every change takes a rule and a place in it and gives a new rule.

A place is a dotted path through the JSON of the rule: "" is the rule itself, `all.1.not` the negated second part.
The pieces are those of `households.rules`; what comes out is validated by whoever keeps it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

JOINS = ("all", "any")


class NoPlace(LookupError):
    """The path leads nowhere in this rule."""


@dataclass
class Node:
    """A piece of the rule for the page: `kind` (all, any, not, person, count, leaf), its place, words and parts."""

    kind: str
    path: str
    level: str
    text: str = ""
    rule: dict = field(default_factory=dict)
    parts: list[Node] = field(default_factory=list)


def at(rule: dict, path: str) -> dict:
    """The piece at a place. Raises NoPlace."""
    found: Any = rule
    for step in filter(None, path.split(".")):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise NoPlace(path) from None
    if not isinstance(found, dict):
        raise NoPlace(path)
    return found


def level_at(rule: dict, path: str) -> str:
    """Whether the piece asks about the household or about one of its members."""
    steps, found, level = [s for s in path.split(".") if s], rule, "household"
    for step in steps:
        found = found[int(step)] if isinstance(found, list) else found.get(step)
        if step in ("person", "where"):
            level = "member"
    return level


def replace(rule: dict, path: str, piece: dict) -> dict:
    """The rule with another piece at this place."""
    if not path:
        return copy.deepcopy(piece)
    at(rule, path)
    new = copy.deepcopy(rule)
    steps = path.split(".")
    holder: Any = new
    for step in steps[:-1]:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    last = steps[-1]
    holder[int(last) if isinstance(holder, list) else last] = copy.deepcopy(piece)
    return new


def add(rule: dict, path: str, piece: dict) -> dict:
    """Add a condition: to the `all` or `any` at this place, else beside what stands there, joined by "and"."""
    here = at(rule, path)
    for join in JOINS:
        if join in here:
            return replace(rule, path, {join: [*here[join], piece]})
    return replace(rule, path, piece if not here else {"all": [here, piece]})


def remove(rule: dict, path: str) -> dict:
    """Take a piece away. What it leaves is tidied: a join of one is that one, a bracket of nothing goes too."""
    at(rule, path)
    if not path:
        return {}
    parent, _dot, step = path.rpartition(".")
    if step.isdigit():
        owner, _dot, join = parent.rpartition(".")
        parts = [p for i, p in enumerate(at(rule, owner)[join]) if i != int(step)]
        if not parts:
            return remove(rule, owner)
        return replace(rule, owner, parts[0] if len(parts) == 1 else {join: parts})
    if step == "where":  # a count of members without a condition counts everybody
        return replace(rule, path, {})
    return remove(rule, parent)


def switch(rule: dict, path: str) -> dict:
    """And becomes or, or becomes and."""
    here = at(rule, path)
    for join, other in (JOINS, JOINS[::-1]):
        if join in here:
            return replace(rule, path, {other: here[join]})
    raise NoPlace(path)


def negate(rule: dict, path: str) -> dict:
    """Put "not" before a piece, or take it away."""
    here = at(rule, path)
    return replace(rule, path, here.get("not", {"not": here}))


def bracket(rule: dict, path: str) -> dict:
    """Put a piece into a bracket of its own, to which another condition can be joined by "or"."""
    return replace(rule, path, {"any": [at(rule, path)]})


def nodes(rule: dict, say, path: str = "", level: str = "household") -> Node:
    """The rule as pieces for the page. `say(rule, level)`: words of a piece that has no parts of its own."""
    for join in JOINS:
        if join in rule:
            base = f"{path}.{join}" if path else join
            parts = [nodes(part, say, f"{base}.{i}", level) for i, part in enumerate(rule[join])]
            return Node(join, path, level, rule=rule, parts=parts)
    for step, below in (("not", level), ("person", "member")):
        if step in rule:
            inner = f"{path}.{step}" if path else step
            return Node(step, path, level, rule=rule, parts=[nodes(rule[step], say, inner, below)])
    if "count" in rule:
        inner = f"{path}.where" if path else "where"
        parts = [nodes(rule["where"], say, inner, "member")] if rule["where"] else []
        return Node("count", path, level, say(rule | {"where": {}}, level), rule=rule, parts=parts)
    return Node("leaf", path, level, say(rule, level) if rule else "", rule=rule)
