"""The command opens no window, as the database has no tables: it says so in one, tries again when asked to, or ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade

#: The command, with a user in its process who presses a button as soon as it can be seen, and closes the window.
USER = """
import subprocess, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from render_manager.cli.main import main

app = QApplication([])
presses, seen = sys.argv.pop(), []

def look():
    for widget in app.topLevelWidgets():
        if not widget.isVisible():
            continue
        if widget.objectName() == "start_failure" and widget.page.groups:
            print("said:", widget.findChild(QLabel, "start_failure_why").text(), flush=True)
            if presses == "try_again":
                subprocess.run([sys.executable, "-m", "render_manager", "db", "upgrade"], check=True)
            widget.findChild(QPushButton, presses).click()
        elif widget.objectName() == "main_window" and not seen:
            seen.append(widget)
            print("the window is there", flush=True)
            QTimer.singleShot(1000, widget.close)

timer = QTimer()
timer.timeout.connect(look)
timer.start(100)
main()
"""


@pytest.fixture
def farm(tmp_path: Path, redis_url: str) -> dict[str, str]:
    """The environment of a farm whose database has no tables yet."""
    return {
        **os.environ,
        "REDIS_URL": redis_url,
        "DATABASE_URL": f"sqlite:///{(tmp_path / 'farm.db').as_posix()}",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


def _run(environment: dict[str, str], *presses: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", USER, "gui", "--no-worker", *presses],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_quit(farm: dict[str, str]) -> None:
    done = _run(farm, "quit")
    assert done.returncode == 1, done.stderr
    assert "render-manager db upgrade" in done.stdout
    assert "the window is there" not in done.stdout


def test_try_again_opens_the_window_once_it_was_put_right(farm: dict[str, str]) -> None:
    done = _run(farm, "try_again")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("said:") == 1
    assert "the window is there" in done.stdout


def test_settings_that_are_wrong_are_said(farm: dict[str, str]) -> None:
    done = _run({**farm, "HEARTBEAT_SECONDS": "often"}, "quit")
    assert done.returncode == 1, done.stderr
    assert "HEARTBEAT_SECONDS" in done.stdout


def test_without_a_display_it_is_said_on_the_console(farm: dict[str, str], tmp_path: Path) -> None:
    upgrade(open_engine(farm["DATABASE_URL"]))
    blind = {
        name: value for name, value in farm.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "-m", "render_manager", "gui"], env=blind, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "no display" in done.stderr
