"""What all tests share: real servers, stores on both databases, and an environment without anybody's settings."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.config import Settings
from render_manager.messaging.embedded_redis import EmbeddedRedis
from render_manager.settings.old_names import RENAMED
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore
from tests.support.servers import Postgres, missing

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the developer's `.env` or environment, nor writes into the developer's home."""
    for name in (*Settings.model_fields, *RENAMED):
        monkeypatch.delenv(name.upper(), raising=False)
    empty = tmp_path / "empty.env"
    empty.touch()
    monkeypatch.setenv("RENDER_MANAGER_ENV_FILE", str(empty))
    monkeypatch.setenv("RENDER_MANAGER_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{(tmp_path / 'store.sqlite3').as_posix()}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlTaskStore]:
    """A migrated store on each database."""
    engine = open_engine(database_url)
    upgrade(engine)
    store = SqlTaskStore(engine)
    yield store
    store.close()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis, as the program itself runs it."""
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    yield server.join()
    server.leave()


@pytest.fixture(scope="session")
def blender() -> Path:
    found = shutil.which("blender") or os.environ.get("BLENDER_EXECUTABLE")
    if not found:
        missing("Blender")
    return Path(found)
