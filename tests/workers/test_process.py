"""Real processes: their lines, their end, and the end of everything they started."""

import ctypes
import locale
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.farm import wait_until
from workers.process import RenderProcess, decode, renderer_environment
from workers.windows_job import ExtendedLimits

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and sessions of POSIX")


class Running:
    """Starts Python programs as renderers and ends what a failed test leaves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.started: list[RenderProcess] = []

    def __call__(self, program: str) -> RenderProcess:
        command = [sys.executable, "-u", "-c", "import os, signal, subprocess, sys, time\n" + program]
        process = RenderProcess(command, cwd=self._folder, environment=renderer_environment())
        self.started.append(process)
        return process


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    for process in running.started:
        process.close(0)


def line_of(process: RenderProcess, timeout: float = 20.0) -> str:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if (line := process.read_line(0.1)) is not None:
            return line
    pytest.fail("The process wrote no line")


def rest_of(process: RenderProcess) -> list[str]:
    lines = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            line = process.read_line(0.05)
        except EOFError:
            return lines
        if line is not None:
            lines.append(line)
    pytest.fail("The output does not end")


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


SLEEP = "[sys.executable, '-c', 'import time; time.sleep(100)']"


def test_lines_are_put_together_from_pieces(start: Running) -> None:
    process = start(
        "for piece in ('one', ' line\\nsec', 'ond\\r\\n', '\\n', 'no end'):\n"
        "    sys.stdout.write(piece); sys.stdout.flush(); time.sleep(0.02)\n"
        "print('error', file=sys.stderr)"
    )
    assert rest_of(process) == ["one line", "second", "", "no enderror"]
    wait_until(lambda: process.exit_code == 0, 10)  # the end of the output can come a moment before


def test_what_is_sent_arrives_and_a_closed_input_ends_it(start: Running) -> None:
    process = start("for line in sys.stdin: print('got', line.strip().upper())")
    process.send("镜头 a")
    assert line_of(process) == "got 镜头 A"
    assert process.exit_code is None
    assert process.close(10) == 0
    assert rest_of(process) == []


def test_nothing_within_the_time_is_none(start: Running) -> None:
    process = start("time.sleep(100)")
    began = time.monotonic()
    assert process.read_line(0.05) is None
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(("ending", "code"), [("sys.exit(64)", 64), ("os.kill(os.getpid(), 9)", -9), ("pass", 0)])
def test_the_exit_code(start: Running, ending: str, code: int) -> None:
    process = start(ending)
    assert rest_of(process) == []
    wait_until(lambda: process.exit_code == code, 10)
    assert process.stop() == code


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RenderProcess([str(tmp_path / "nothing")], cwd=tmp_path, environment={})


def test_much_output_before_anybody_reads(start: Running) -> None:
    process = start("for n in range(20000): print(n, 'x' * 20)")
    wait_until(lambda: process.exit_code is not None, 20)
    assert len(rest_of(process)) == 20000


def test_asked_to_end_it_ends(start: Running) -> None:
    process = start("print('up'); time.sleep(100)")
    line_of(process)
    began = time.monotonic()
    assert process.stop(grace=10) == -signal.SIGTERM
    assert time.monotonic() - began < 5
    assert process.stop() == -signal.SIGTERM, "stopping twice does no harm"


def test_stopping_ends_the_whole_tree(start: Running) -> None:
    """A program that ignores SIGTERM, its child, and a grandchild in a session of its own."""
    process = start(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen({SLEEP})\n"
        f"other = subprocess.Popen({SLEEP}, start_new_session=True)\n"
        "print(child.pid, other.pid)\n"
        "time.sleep(100)"
    )
    family = [process.pid, *map(int, line_of(process).split())]
    assert not any(map(gone, family))
    began = time.monotonic()
    assert process.stop(grace=0.2) == -signal.SIGKILL
    assert time.monotonic() - began < 5
    wait_until(lambda: all(map(gone, family)), 10)


def test_a_child_that_ignores_being_asked_is_killed(start: Running) -> None:
    stubborn = "import signal,time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(100)"
    process = start(
        f"child = subprocess.Popen([sys.executable, '-c', {stubborn!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid)\n"
        "time.sleep(100)"
    )
    child = int(line_of(process))
    process.stop(grace=0.2)
    wait_until(lambda: gone(child), 10)


def test_one_that_does_not_end_by_itself_is_ended(start: Running) -> None:
    process = start("print('up'); time.sleep(100)")
    line_of(process)
    assert process.close(0.1) == -signal.SIGTERM


def test_children_left_by_a_program_that_ended_are_ended(start: Running) -> None:
    process = start(f"child = subprocess.Popen({SLEEP}); print(child.pid)")
    child = int(line_of(process))
    wait_until(lambda: process.exit_code is not None, 10)
    assert process.stop() == 0
    wait_until(lambda: gone(child), 10)


def test_a_grandchild_that_holds_the_output_open_does_not_hang_reading(start: Running) -> None:
    process = start(f"print(subprocess.Popen({SLEEP}, start_new_session=True).pid)")
    grandchild = int(line_of(process))
    began = time.monotonic()
    assert rest_of(process) == []
    assert time.monotonic() - began < 10
    assert not gone(grandchild)
    os.kill(grandchild, signal.SIGKILL)


def test_sending_to_one_that_has_gone(start: Running) -> None:
    process = start("pass")
    rest_of(process)
    with pytest.raises(OSError):  # noqa: PT011 - broken pipe, by whatever name the system has for it
        process.send("x" * 1_000_000)


@pytest.mark.parametrize(
    ("raw", "preferred", "text"),
    [
        ("镜头".encode(), "gbk", "镜头"),
        ("镜头".encode("gbk"), "gbk", "镜头"),
        ("镜头".encode("gbk"), "utf-8", "\ufffd\ufffdͷ"),
        (b"a\xffb", "ascii", "a\ufffdb"),
        (b"", "gbk", ""),
    ],
)
def test_lines_in_whatever_encoding(monkeypatch: pytest.MonkeyPatch, raw: bytes, preferred: str, text: str) -> None:
    monkeypatch.setattr(locale, "getpreferredencoding", lambda setlocale=True: preferred)
    assert decode(raw) == text


def test_output_that_is_no_text_is_read_all_the_same(start: Running) -> None:
    process = start("sys.stdout.buffer.write(b'a\\xff\\x00b\\nnext\\n')")
    lines = rest_of(process)
    assert len(lines) == 2
    assert lines[0].startswith("a")
    assert lines[1] == "next"


def test_credentials_stay_here() -> None:
    names = (
        *("OSS_ACCESS_KEY_SECRET", "OSS_ACCESS_KEY_ID", "oss_security_token", "REDIS_URL", "REDIS_HOST"),
        *("DATABASE_URL", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "CELERY_BROKER_URL", "RENDER_MANAGER_ENV_FILE"),
        *("PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "HTTPS_PROXY", "SOMETHING_NEW"),
    )
    secret = dict.fromkeys(names, "hunter2")
    passed = {
        "PATH": "/bin",
        "Path": "C:\\",
        "LC_ALL": "C",
        "OCIO": "/ocio",
        "ARNOLD_LICENSE_HOST": "x",
        "A_LICENSE": "y",
    }
    assert renderer_environment({"MINE": "1"}, {**secret, **passed}) == {**passed, "MINE": "1"}


def test_a_renderer_sees_only_what_is_allowed(start: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@h/d")
    process = start("print(dict(os.environ))")
    seen = "".join(rest_of(process))
    assert "PATH" in seen
    assert "hunter2" not in seen


def test_a_file_that_is_followed_is_output_too(tmp_path: Path) -> None:
    side = tmp_path / "side.log"
    program = (
        "import sys, time; print('first', flush=True); file = open(sys.argv[1], 'w'); "
        "file.write('second\\n'); file.flush(); time.sleep(0.5); file.write('third\\nfour'); file.flush()"
    )
    process = RenderProcess(
        [sys.executable, "-c", program, str(side)],
        cwd=tmp_path,
        environment=renderer_environment(),
        control=False,
        follow=[side, tmp_path / "never"],
    )
    assert rest_of(process) == ["first", "second", "third", "four"]
    assert process.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems need other means")
@pytest.mark.parametrize(("ends", "code"), [("sys.exit(210)", 210), ("os.kill(os.getpid(), 11)", -11)])
def test_a_guarded_program_ends_with_its_own_exit_code(tmp_path: Path, ends: str, code: int) -> None:
    program = [sys.executable, "-c", f"import os, sys\n{ends}"]
    process = RenderProcess(program, cwd=tmp_path, environment=renderer_environment(), control=False)
    assert rest_of(process) == []
    assert process.stop() == code


@pytest.mark.skipif(sys.platform != "linux", reason="other systems need other means")
def test_what_a_renderer_started_goes_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    renderer = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    worker = (
        "import sys, time\nfrom pathlib import Path\nfrom workers.process import RenderProcess\n"
        f"command = [sys.executable, '-c', {renderer!r}]\n"
        "process = RenderProcess(command, cwd=Path('.'), environment={}, control=False)\n"
        "print(process.pid, flush=True)\ntime.sleep(60)"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", worker], stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout
        guard = psutil.Process(int(process.stdout.readline()))
        wait_until(lambda: len(guard.children(recursive=True)) == 2)
        family = [guard, *guard.children(recursive=True)]
        process.kill()
        _, left = psutil.wait_procs(family, timeout=2)
        assert left == []


def test_the_limits_of_a_windows_job_are_laid_out_as_windows_has_them() -> None:
    assert ctypes.sizeof(ExtendedLimits) == 144
    assert ExtendedLimits.IoInfo.offset == 64
