"""A copy of a SQLite database before it is changed for good."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from render_manager.domain.errors import StoreUnavailable


def keep_copy(engine: Engine, version: str) -> Path | None:
    """Keep what the file holds as ``….before-0006`` beside it, in place of older copies; None: it is no SQLite.

    Raises:
        StoreUnavailable: there is no room for it.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    file = Path(engine.url.database)
    copy = file.with_name(f"{file.name}.before-{version}")
    unfinished = file.with_name(f"{copy.name}.unfinished")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
        unfinished.replace(copy)
        for older in file.parent.glob(f"{file.name}.before-*"):
            if older != copy:
                older.unlink()
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise StoreUnavailable(
            f"The database {file} can't be copied to {copy.name} before it is upgraded: {error}. "
            "Make room on that disk, then start again."
        ) from error
    return copy
