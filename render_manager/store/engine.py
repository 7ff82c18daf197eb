"""Opening the database: SQLite on one machine, PostgreSQL on a farm."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from render_manager.domain.errors import StoreUnavailable

#: How long a writer waits for another one, in seconds; 0 gave 170,000 "database is locked" in a trial.
BUSY_TIMEOUT = 15.0
CONNECT_TIMEOUT = 5
#: Seconds of rest after which a connection is asked whether it still stands.
PING_AFTER = 0.1
#: Our transactions take milliseconds. One whose client stands still for so many seconds (a host asleep, a process
#: stopped) is ended by the server: its locks would hold up every worker and every person for as long as that lasts.
STANDSTILL_TIMEOUT = 10.0

#: What PostgreSQL calls these; to SQLite they are an OperationalError. No such table or column: they are another
#: program's, or none yet; read only, as a server is that was replaced by another one; not allowed to this user.
_UNUSABLE = ("42P01", "42703", "25006", "42501")

#: Options of a connection that only reads: each statement sees what is committed, in no transaction. On PostgreSQL one
#: would end in a ROLLBACK, at which psycopg forgets all statements it has prepared, and planning "what is next for me?"
#: anew takes ten times as long as asking.
READING: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
}

#: The same where rows are taken from the server as they are wanted, which PostgreSQL does in a transaction only.
STREAMING: dict[str, Any] = {"read_only": True, "stream_results": True}


def open_engine(url: str) -> Engine:
    """An engine for ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``); connects on first use."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_folder(Path(parsed.database).parent)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    engine = create_engine(parsed, pool_size=5, max_overflow=10, connect_args={"connect_timeout": CONNECT_TIMEOUT})
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_ping_rested, engine))
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} for the database can't be made: {error.strerror}. "
            "Set RENDER_MANAGER_HOME, or DATABASE_URL, to a place that can be written."
        ) from error


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _prepare_postgresql(connection: Any, record: Any) -> None:
    # Not as an option of the connection, which the user's address may have and a pooler between us may refuse.
    connection.execute(f"SET idle_in_transaction_session_timeout = {round(STANDSTILL_TIMEOUT * 1000)}")
    connection.commit()


def _note_use(connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_rested(engine: Engine, connection: Any, record: Any, proxy: Any) -> None:
    """Replace the connections that a restarted server has cut. Not asked of each one each time, as SQLAlchemy's own
    ``pool_pre_ping`` does: between two short frames that is a fifth of all there is to ask."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < PING_AFTER:
        return
    try:
        engine.dialect.do_ping(connection)
    except Exception as error:
        raise InvalidatePoolError from error


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction that turns into a writer fails at once if another one wrote in between.
    if not connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def explained(engine: Engine) -> Generator[None]:
    """Turn a lost or unusable database into StoreUnavailable, in a sentence and without the password."""
    try:
        yield
    except DBAPIError as error:
        # SQLite calls a damaged file, or one that is no database, just a DatabaseError.
        away = isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
        away = away or getattr(error.orig, "sqlstate", None) in _UNUSABLE
        if away or error.connection_invalidated:
            # Without the query, where a password can stand, too.
            where = engine.url.set(query={}).render_as_string(hide_password=True)
            reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no answer"
            raise StoreUnavailable(
                f"The database {where} can't be used: {reason}. Check DATABASE_URL and that the server runs; "
                "a farm's tables are made by `render-manager db upgrade`."
            ) from error
        raise
    except PoolTimeout as error:
        raise StoreUnavailable("The database is too busy: no connection became free in time.") from error
