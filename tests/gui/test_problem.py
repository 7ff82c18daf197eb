"""Started without a console, as windows of Windows are: what would be printed is in a log, what went wrong in a box."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from render_manager import __version__
from render_manager.unseen import MAX_LOG

#: Prints the text of the box that comes up, and closes it.
WITNESS = """
import os, runpy, sys
told = os.dup(1)
sys.stdout = sys.stderr = None
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
def look():
    box = app.activeModalWidget()
    if box is not None:
        os.write(told, f"{box.text()}|{box.informativeText()}".encode())
        box.close()
timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
"""
PROGRAM = "runpy.run_module('render_manager', run_name='__main__')"


def start(home: Path, code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITNESS + code, *arguments],
        env={**os.environ, "RENDER_MANAGER_HOME": str(home), "XDG_CONFIG_HOME": str(home), "LANG": "C", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def log_of(home: Path) -> str:
    return (home / "logs" / "window.log").read_text(encoding="utf-8")


def test_what_a_command_prints_is_in_the_log(tmp_path: Path) -> None:
    assert start(tmp_path, PROGRAM, "--version").returncode == 0
    assert start(tmp_path, PROGRAM, "tasks").returncode == 0
    assert log_of(tmp_path).startswith(f"render-manager {__version__}\nNo tasks.")


@pytest.mark.parametrize(
    ("name", "value", "code", "said"),
    [
        ("REDIS_PORT", "abc", 2, "REDIS_PORT = 'abc' is not valid"),
        ("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/farm", 1, "The database"),
    ],
)
def test_a_command_that_fails_says_why_in_a_box(tmp_path: Path, name: str, value: str, code: int, said: str) -> None:
    done = start(tmp_path, PROGRAM, "tasks", REDIS_HOST="127.0.0.1", **{name: value})
    assert done.returncode == code
    assert done.stdout.startswith(said)
    assert "secret" not in done.stdout
    assert done.stdout.endswith(str(tmp_path / "logs" / "window.log"))
    assert f"render-manager: {said}" in log_of(tmp_path)


def test_an_error_of_the_program_itself_is_shown_and_its_trace_is_in_the_log(tmp_path: Path) -> None:
    crash = "from render_manager.unseen import ensure_streams\nensure_streams()\nraise RuntimeError('boom')"
    done = start(tmp_path, crash)
    assert done.returncode == 1
    assert done.stdout.startswith("Something went wrong inside Render Manager")
    assert "RuntimeError: boom" in log_of(tmp_path)


def test_a_long_log_is_begun_anew_and_one_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "window.log"
    log.parent.mkdir()
    log.write_text("x" * (MAX_LOG + 1))
    assert start(tmp_path, PROGRAM, "--version").returncode == 0
    assert log_of(tmp_path) == f"render-manager {__version__}\n"
    assert log.with_name("window.old.log").stat().st_size == MAX_LOG + 1


def test_a_home_that_cannot_be_written_stops_no_command(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.touch()
    assert start(home, PROGRAM, "--version").returncode == 0
