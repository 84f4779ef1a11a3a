"""Work that the supervisor repeats."""

from households import sets
from households.actions.sets import drop_selections


def drop_old_selections() -> str:
    """Remove bulk selections older than a day; says how many."""
    dropped = drop_selections(queryset=sets.old_selections())
    return f"{dropped} selections" if dropped else ""
