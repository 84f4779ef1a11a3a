"""Whom the rows of a list mean: people found by number, by name and birth date, and those it may be."""
