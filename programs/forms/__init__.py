"""Forms of programmes and the log: they read and explain; the actions decide."""
