"""The version of a database: telling it, and bringing a database to this program's."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from render_manager.domain.errors import StoreOfAnotherVersion
from render_manager.store.copies import keep_copy
from render_manager.store.engine import READING, explained

#: Any number, as long as no other program takes it: PostgreSQL's advisory lock during a migration.
_LOCK = 7_236_817_001
_MIGRATIONS = Path(__file__).parent / "migrations"
_QUESTION = "SELECT version_num FROM alembic_version"


def installed_version() -> str:
    """The revision that the program's files need by now: an update replaces them under a program that runs."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


#: Migrations are numbered files.
_NEWEST = installed_version()


def newest_version() -> str:
    """The revision this program needs, as it was when it started."""
    return _NEWEST


def upgrade(engine: Engine) -> str:
    """Apply what is missing, all or nothing, under a lock so that two hosts don't do it at once; the revision reached.

    A SQLite file is copied before, beside itself.

    Raises:
        StoreUnavailable: the database can't be reached, is newer than this program, or there is no room for the copy.
    """
    if current_version(engine) == newest_version():
        return newest_version()
    from alembic import command  # takes half a second, and is rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with explained(engine), _alone(engine) as connection:
        found = _version(connection)
        if is_newer(found):
            raise StoreOfAnotherVersion(misfit(found))
        if found is not None and found != newest_version():
            keep_copy(engine, newest_version())
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest_version()


def check_version(engine: Engine) -> None:
    """Make sure that the database is at this program's revision.

    Raises:
        StoreOfAnotherVersion: it is not.
        StoreUnavailable: it can't be reached.
    """
    if (found := current_version(engine)) != newest_version():
        raise StoreOfAnotherVersion(misfit(found))


def check_within(connection: Connection) -> None:
    """The same in one quick question, for each transaction that is going to write.

    An upgrade waits for the transactions that have asked, and those that ask wait for it (see ``_alone``): nobody
    writes into tables of another version.

    Raises:
        StoreOfAnotherVersion: the database is not at this program's revision.
    """
    if (found := connection.exec_driver_sql(_QUESTION).scalar()) != newest_version():
        raise StoreOfAnotherVersion(misfit(found))


def current_version(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one. Raises StoreUnavailable."""
    with explained(engine), engine.connect() as connection:
        return _version(connection.execution_options(**READING[engine.dialect.name]))


def is_newer(found: str | None) -> bool:
    """Whether a program that is newer than this one has upgraded the database."""
    return found is not None and found > newest_version()


def misfit(found: str | None) -> str:
    """What is wrong with a database of that revision, and what to do."""
    needed = newest_version()
    if found is None:
        return "The database has no tables yet: run `render-manager db upgrade` once."
    if is_newer(found):
        return (
            f"The database is at version {found}, newer than this program, which needs {needed}: "
            "update Render Manager on this machine and start it again."
        )
    return (
        f"The database is at version {found}, this program needs {needed}: "
        "run `render-manager db upgrade` once (and update older programs of the farm)."
    )


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text(_QUESTION)).scalar()


@contextmanager
def _alone(engine: Engine) -> Generator[Connection]:
    """A transaction beside which nobody else writes."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with _without_foreign_keys(connection), connection.begin():
                yield connection
            return
        with connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if inspect(connection).has_table("alembic_version"):
                # The reading of it, as every writer does at first, is held up, too.
                connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
            yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Generator[None]:
    """SQLite alters a table by making it anew: dropping the old one would delete the rows that refer to it. It can be
    switched only outside of a transaction, and BEGIN IMMEDIATE is the lock."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
