"""The annual plan and its realisation: what is missing, what is due, what the log says. Reads only."""
