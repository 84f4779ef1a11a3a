"""The demo city of `seed_demo`."""
