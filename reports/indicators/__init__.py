"""Indicators of the region against the targets of its plan."""
