"""Layouts of reports that differ by province: files with named places that Bappeda uploads."""
