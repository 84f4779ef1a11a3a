"""Aggregates of a city for its province: a signed package without names, brought and shown side by side."""
