"""Pages of programmes and of the assistance log, one module a noun."""
