"""Run by Alembic: migrate the connection that migrate.py hands over."""

from alembic import context

from render_manager.store.tables import metadata

connection = context.config.attributes["connection"]
# Batch mode: SQLite can't alter a column in place.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
