"""Bringing a database to this program's version."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from render_manager.domain.errors import StoreUnavailable
from render_manager.store.engine import explained

#: Any number, as long as no other program takes it: PostgreSQL's advisory lock during a migration.
_LOCK = 7_236_817_001
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> str:
    """Apply what is missing, under a lock so that two hosts don't do it at once; the revision reached.

    Raises:
        StoreUnavailable: the database can't be reached.
    """
    if current_version(engine) == newest_version():
        return newest_version()
    from alembic import command  # takes half a second, and is rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with explained(engine), engine.begin() as connection, _locked(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest_version()


def check_version(engine: Engine) -> None:
    """Make sure that the database is at this program's revision.

    Raises:
        StoreUnavailable: it is not, or can't be reached.
    """
    if (found := current_version(engine)) != newest_version():
        raise StoreUnavailable(
            f"The database is at version {found or 'none'}, this program needs {newest_version()}: "
            "run `render-manager db upgrade` once (and update older programs of the farm)."
        )


def current_version(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one. Raises StoreUnavailable."""
    with explained(engine), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest_version() -> str:
    """The revision this program needs: migrations are numbered files."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


@contextmanager
def _locked(connection: Connection) -> Generator[None]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    yield  # SQLite: BEGIN IMMEDIATE is the lock
