"""The database: tables, the repository that fits the TaskStore port, and the migrations."""
