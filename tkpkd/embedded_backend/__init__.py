"""Django's PostgreSQL engine on the embedded server, used when DATABASE_URL is empty."""
