"""Everything an installation keeps in its database, on SQLite or PostgreSQL."""
