"""Real servers stopped and started again under an open window, and a real worker killed before its eyes."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from render_manager.bootstrap import MISSED_BEATS
from render_manager.config import load_settings
from render_manager.domain.entities import RenderTask, WorkerState
from render_manager.domain.states import TaskStatus
from render_manager.gui import live
from render_manager.gui.main_window import MainWindow
from render_manager.store import engine
from tests.support.farm import Farm, open_farm
from tests.support.servers import Postgres, RedisServer

HEALED = 40_000  # ms; the machine may be busy, and what is away is asked at growing distances

Open = Callable[[Farm], MainWindow]


def _submit(farm: Farm, folder: Path, name: str) -> RenderTask:
    project = folder / f"{name}.blend"
    project.write_bytes(b"BLENDER-v304")
    return farm.submit(project, "1-9", name=name)


def _shown(window: MainWindow, task: RenderTask, status: TaskStatus) -> bool:
    row = window.tasks.row(task.id)
    return row is not None and row.task.status is status


def _pause(window: MainWindow, task: RenderTask, qtbot: QtBot) -> None:
    window.table.select([task.id])
    qtbot.waitUntil(window.actions_["task.pause"].isEnabled, timeout=HEALED)
    window.actions_["task.pause"].trigger()


def _error(window: MainWindow, qtbot: QtBot) -> str:
    """What the error says; it is closed then."""
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None, timeout=HEALED)
    box = window.findChild(QMessageBox, "error")
    said = box.text()
    assert box.detailedText(), "who is asked for help gets to know the cause"
    box.close()
    box.deleteLater()
    return said


def test_redis_stops_and_comes_back(tmp_path: Path, open_window: Open, qtbot: QtBot) -> None:
    with (
        RedisServer() as redis,
        open_farm(tmp_path / "home", {"REDIS_URL": redis.url, "MIN_FREE_DISK_GB": "0"}, workers=0) as farm,
    ):
        task = _submit(farm, tmp_path, "before")
        window = open_window(farm)
        strip = window.feedback.strip
        qtbot.waitUntil(lambda: strip.broker.text().endswith(" ms"), timeout=HEALED)
        redis.kill()
        qtbot.waitUntil(window.parts.broker_banner.isVisible, timeout=HEALED)
        qtbot.waitUntil(lambda: "away since" in strip.broker.text(), timeout=HEALED)
        _pause(window, task, qtbot)  # the database is the truth: it holds, though nobody is told
        qtbot.waitUntil(lambda: _shown(window, task, TaskStatus.PAUSED), timeout=HEALED)
        meanwhile = _submit(farm, tmp_path, "meanwhile")
        qtbot.waitUntil(lambda: _shown(window, meanwhile, TaskStatus.PENDING), timeout=HEALED)
        redis.start()
        qtbot.waitUntil(lambda: not window.parts.broker_banner.isVisible(), timeout=HEALED)
        qtbot.waitUntil(lambda: strip.broker.text().endswith(" ms"), timeout=HEALED)
        window.table.select([task.id])
        qtbot.waitUntil(window.actions_["task.resume"].isEnabled, timeout=HEALED)
        window.actions_["task.resume"].trigger()
        qtbot.waitUntil(lambda: _shown(window, task, TaskStatus.PENDING), timeout=HEALED)
        assert len(window.tasks.rows()) == 2


def test_postgresql_stops_and_comes_back(tmp_path: Path, open_window: Open, qtbot: QtBot, redis_url: str) -> None:
    with Postgres() as server, server.database() as url:
        settings = {"DATABASE_URL": url.replace("+psycopg", ""), "REDIS_URL": redis_url}
        _upgrade(url)
        with open_farm(tmp_path / "home", settings, workers=0) as farm:
            _goes_away_and_comes_back(farm, open_window, qtbot, tmp_path, server.stop, server.start)


@pytest.mark.skipif(sys.platform == "win32", reason="files in use can't be moved")
def test_sqlites_file_is_gone_and_back(
    tmp_path: Path, open_window: Open, qtbot: QtBot, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.5)
    home = tmp_path / "home"
    with open_farm(home, {"REDIS_URL": redis_url}, workers=0) as farm:
        away = tmp_path / "elsewhere"

        def take_away() -> None:
            farm.program.store.close()  # connections that are open would go on with the file that is gone
            away.mkdir()
            for file in home.glob("render-manager.sqlite3*"):
                file.rename(away / file.name)
            (home / "render-manager.sqlite3").mkdir()  # so that no new one is made in its place

        def bring_back() -> None:
            (home / "render-manager.sqlite3").rmdir()
            for file in away.iterdir():
                file.rename(home / file.name)

        _goes_away_and_comes_back(farm, open_window, qtbot, tmp_path, take_away, bring_back)


def _goes_away_and_comes_back(
    farm: Farm,
    open_window: Open,
    qtbot: QtBot,
    folder: Path,
    take_away: Callable[[], object],
    bring_back: Callable[[], object],
) -> None:
    task = _submit(farm, folder, "before")
    window = open_window(farm)
    strip = window.feedback.strip
    qtbot.waitUntil(lambda: strip.store.text().endswith(" ms"), timeout=HEALED)
    window.table.select([task.id])
    qtbot.waitUntil(window.actions_["task.pause"].isEnabled, timeout=HEALED)
    take_away()
    window.actions_["task.pause"].trigger()
    said = _error(window, qtbot)
    assert "database" in said.lower()
    assert "again" in said or "check" in said.lower(), said
    window.live.refresh()
    qtbot.waitUntil(window.parts.store_banner.isVisible, timeout=HEALED)
    qtbot.waitUntil(lambda: "away since" in strip.store.text(), timeout=HEALED)
    assert _shown(window, task, TaskStatus.PENDING), "what is known stays in view"
    bring_back()
    qtbot.waitUntil(lambda: not window.parts.store_banner.isVisible(), timeout=HEALED)
    qtbot.waitUntil(lambda: strip.store.text().endswith(" ms"), timeout=HEALED)
    assert farm.row(task).task.status is TaskStatus.PENDING, "what could not be done was not done by half"
    _pause(window, task, qtbot)
    qtbot.waitUntil(lambda: _shown(window, task, TaskStatus.PAUSED), timeout=HEALED)
    after = _submit(farm, folder, "after")
    qtbot.waitUntil(lambda: _shown(window, after, TaskStatus.PENDING), timeout=HEALED)


def _upgrade(url: str) -> None:
    from render_manager.store.migrate import upgrade

    opened = engine.open_engine(url)
    upgrade(opened)
    opened.dispose()


# -- a worker that dies ----------------------------------------------------------------------------------------------


def test_by_default_a_dead_worker_is_shown_offline_within_15_seconds() -> None:
    beats = load_settings().heartbeat_seconds
    assert MISSED_BEATS * beats + live.WORKERS_EVERY <= 15


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_worker_is_shown_offline(tmp_path: Path, open_window: Open, qtbot: QtBot) -> None:
    with open_farm(tmp_path / "home") as farm:
        window = open_window(farm)
        qtbot.waitUntil(lambda: window.workers.tally() == {WorkerState.IDLE: 1}, timeout=HEALED)
        (worker,) = window.workers.rows()
        os.kill(worker.profile.pid, signal.SIGKILL)
        with qtbot.waitSignal(
            window.live.workers, timeout=15_000, check_params_cb=lambda workers, *_: not workers[0].alive
        ):
            pass
        assert window.workers.tally() == {WorkerState.OFFLINE: 1}
        assert "No worker online" in window.parts.workers.accessibleName()
