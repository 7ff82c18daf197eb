"""Stopping a check-up and a test frame: soon, and nothing is left that was started for them."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from render_manager.config import load_settings
from render_manager.doctor.examination import Examiner
from render_manager.domain.checkup import Finding, Group
from render_manager.domain.errors import CheckupStopped
from tests.doctor.conftest import Practice
from tests.doctor.test_renderers import STANDIN
from tests.support.processes import command_line
from tests.support.standins.maya_scene import install

#: Seconds, with room for a machine that is busy with other tests.
SOON = 8.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a test can't send Ctrl+C to one process there")


@contextmanager
def started(practice: Practice, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command, which is at it while this lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "render_manager", "doctor", *arguments],
        env={**practice.environment, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as doctor:
        try:
            yield doctor
        finally:
            doctor.kill()


def family(pid: int, wanted: Callable[[str], bool]) -> list[psutil.Process]:
    """All that it has started, once one of them has such a command line."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = psutil.Process(pid).children(recursive=True)
        if any(wanted(command_line(one)) for one in found):
            return found
        time.sleep(0.05)
    raise AssertionError("it was never started")


def interrupted(doctor: subprocess.Popen[str]) -> str:
    """What it says in the end, which comes soon."""
    asked = time.monotonic()
    doctor.send_signal(signal.SIGINT)
    said, errors = doctor.communicate(timeout=30)
    assert time.monotonic() - asked < SOON
    assert errors == ""
    assert doctor.returncode == 130
    return said


def gone(processes: list[psutil.Process]) -> bool:
    """Or dead and waited for by nobody, as where there is no init."""
    alive = psutil.wait_procs(processes, timeout=0.5)[1]
    return all(one.status() == psutil.STATUS_ZOMBIE for one in alive)


def busy(folder: Path) -> dict[str, str]:
    """A renderer that takes its time, and has a program of its own do it, which does not mind being asked to end."""
    stubborn = folder / "stubborn"
    stubborn.write_text("#!/bin/sh\ntrap '' TERM INT\nwhile :; do sleep 1; done\n")
    stubborn.chmod(0o755)
    return {"BLENDER_EXECUTABLE": str(STANDIN), "BLENDER_STANDIN_COMMAND": str(stubborn)}


def test_ctrl_c_ends_a_test_frame_with_all_that_the_renderer_started(practice: Practice, tmp_path: Path) -> None:
    arguments = ("--only", "renderers", "--render", "blender")
    with started(practice, *arguments, **busy(tmp_path)) as doctor:
        processes = family(doctor.pid, lambda line: "stubborn" in line)
        said = interrupted(doctor)
    assert gone(processes)
    assert "Test frame" not in said


def test_ctrl_c_ends_a_chunk_of_a_test_frame(practice: Practice, tmp_path: Path) -> None:
    render = install(tmp_path)
    environment = {"MAYA_EXECUTABLE": str(render), "MAYA_STANDIN_SECONDS": "60"}
    with started(practice, "--only", "renderers", "--render", "maya", **environment) as doctor:
        processes = family(doctor.pid, lambda line: str(render) in line and "doctor.ma" in line)
        interrupted(doctor)
    assert gone(processes)


def test_ctrl_c_ends_a_program_that_does_not_tell_its_version(practice: Practice, tmp_path: Path) -> None:
    silent = tmp_path / "blender"
    silent.write_text("#!/bin/sh\ntrap '' TERM INT\nwhile :; do sleep 1; done\n")
    silent.chmod(0o755)
    for arguments in ((), ("--only", "machine", "--render", "blender")):
        with started(practice, *arguments, BLENDER_EXECUTABLE=str(silent)) as doctor:
            processes = family(doctor.pid, lambda line: str(silent) in line)
            interrupted(doctor)
        assert gone(processes)


@pytest.fixture
def silent() -> Iterator[str]:
    """Where a server takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_ctrl_c_does_not_wait_for_a_server_that_hangs(practice: Practice, silent: str) -> None:
    settings = {"DATABASE_URL": f"postgresql://test@{silent}/farm", "REDIS_URL": f"redis://{silent}/0"}
    with started(practice, "--only", "settings", "--only", "database", "--only", "farm", **settings) as doctor:
        assert doctor.stdout is not None
        assert doctor.stdout.readline() == "Settings\n"  # it is at it
        said = interrupted(doctor)
    assert "Database" not in said


def test_it_is_stopped_between_two_findings(silent: str) -> None:
    settings = load_settings(database_url=f"postgresql://test@{silent}/farm")
    stopped, told = threading.Event(), list[Finding]()
    threading.Timer(0.5, stopped.set).start()
    began = time.monotonic()
    with pytest.raises(CheckupStopped):
        Examiner(lambda: settings).examine(told.append, [Group.DATABASE], stopped)
    assert time.monotonic() - began < 1.5
    assert told == []


def test_what_was_stopped_before_it_began_begins_not_at_all(blender: Path) -> None:
    before = psutil.Process().children()
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(CheckupStopped):
        Examiner().examine(stopped=stopped)
    with pytest.raises(CheckupStopped):
        Examiner().trial_frame("blender", stopped=stopped)
    assert psutil.Process().children() == before
