"""Two people edited the same record: both versions side by side."""

from __future__ import annotations

from households.locking import EditConflict


def conflict_context(conflict: EditConflict, form) -> dict:
    """What the page shows: who saved when, and each field whose saved value differs from the entry.

    The form then carries the present version, so that saving again overwrites knowingly.
    """
    current = conflict.current
    rows = []
    for name, field in form.fields.items():
        if name == "version" or not hasattr(current, name) or name not in form.cleaned_data:
            continue
        theirs, mine = getattr(current, name), form.cleaned_data[name]
        if theirs != mine:
            rows.append((field.label, _words(field, theirs), _words(field, mine)))
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = str(current.version)
    return {"who": conflict.who, "when": conflict.when, "rows": rows}


def _words(field, value) -> str:
    for key, label in getattr(field, "choices", ()):
        if str(key) == str(getattr(value, "pk", value)):
            return str(label)
    return "—" if value in (None, "", []) else str(value)
