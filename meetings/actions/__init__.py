"""Every change to meetings, their people, decisions, action items and letters."""
