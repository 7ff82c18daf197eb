"""The migrations make what tables.py describes, and a store of another version says so."""

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from render_manager.domain.errors import StoreUnavailable
from render_manager.store.engine import open_engine
from render_manager.store.migrate import check_version, upgrade
from render_manager.store.tables import metadata


def _is_told_by(dialect: str) -> Callable[..., bool]:
    """SQLite does not tell which way an index is sorted, so that one would always look changed."""
    return lambda item, name, *_: not (dialect == "sqlite" and name == "ix_render_tasks_next")


def test_migrations_make_the_tables(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    check_version(engine)
    with engine.connect() as connection:
        options = {"include_object": _is_told_by(connection.dialect.name)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    assert upgrade(engine) == upgrade(engine)
    engine.dispose()


def test_a_database_that_was_never_upgraded_is_refused(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(StoreUnavailable, match="db upgrade"):
        check_version(engine)
    engine.dispose()
