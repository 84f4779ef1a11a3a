"""Import of household sheets: fields, profiles of known layouts, staging, rules, preview, apply, undo."""
