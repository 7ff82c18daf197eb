"""Bringing a database to this program's version."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from render_manager.domain.errors import StoreUnavailable
from render_manager.store.engine import explained

#: Any number, as long as no other program takes it: PostgreSQL's advisory lock during a migration.
_LOCK = 7_236_817_001


def upgrade(engine: Engine) -> str:
    """Apply what is missing, under a lock so that two hosts don't do it at once; the revision reached.

    Raises:
        StoreUnavailable: the database can't be reached.
    """
    with explained(engine), engine.begin() as connection, _locked(connection):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return _head()


def check_version(engine: Engine) -> None:
    """Make sure that the database is at this program's revision.

    Raises:
        StoreUnavailable: it is not, or can't be reached.
    """
    with explained(engine), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != _head():
        raise StoreUnavailable(
            f"The database is at version {found or 'none'}, this program needs {_head()}: "
            "run `render-manager db upgrade` once (and update older programs of the farm)."
        )


@contextmanager
def _locked(connection: Connection) -> Generator[None]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    yield  # SQLite: BEGIN IMMEDIATE is the lock


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _head() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head
