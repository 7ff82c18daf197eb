"""Questions to a database, for whoever wants to know how it is."""

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select, text

from render_manager.store.engine import READING, explained
from render_manager.store.migrate import current_version
from render_manager.store.tables import db_now

_ROUND_TRIPS = 7


@dataclass(frozen=True)
class DatabaseFacts:
    latency: float  #: seconds, the median of some round trips
    clock: float  #: seconds since 1970, UTC, by the database's clock
    asked_at: float  #: the same by this machine's
    size: int  #: bytes
    version: str | None  #: the revision of its tables; None: it has none


def look_at_database(engine: Engine) -> DatabaseFacts:
    """Raises StoreUnavailable."""
    with explained(engine), engine.connect() as plain:
        connection = plain.execution_options(**READING[engine.dialect.name])
        times: list[float] = []
        for _ in range(_ROUND_TRIPS):
            began = time.perf_counter()
            connection.execute(text("SELECT 1")).all()
            times.append(time.perf_counter() - began)
        latency = sorted(times)[len(times) // 2]
        clock: float = connection.execute(select(db_now())).scalar_one()
        asked_at = time.time() - latency / 2
        size: int = connection.execute(text(_SIZES[engine.dialect.name])).scalar_one()
    return DatabaseFacts(latency, clock, asked_at, size, current_version(engine))


def database_file(engine: Engine) -> Path | None:
    """Of SQLite."""
    return Path(engine.url.database) if engine.dialect.name == "sqlite" and engine.url.database else None


_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
