"""Running a renderer: start it, talk to it line by line, and end it with everything it started."""

import locale
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from render_manager.children import FROZEN
from workers import guard
from workers.windows_job import START_FLAGS, Job

log = logging.getLogger(__name__)

#: Seconds between asking a renderer to end and killing it.
GRACE = 1.0
#: Seconds to wait for output after the process ended: a grandchild may hold the pipe open for ever.
DRAIN = 1.0
#: Seconds to go on reading output after the process ended: a grandchild may write for ever.
BACKLOG = 10.0

#: Seconds between two looks into a file that a renderer writes.
FOLLOW_EVERY = 0.1

#: What a renderer may see of our environment. Everything else, credentials first, stays here.
# fmt: off
_PASSED_NAMES = frozenset({
    "PATH", "PATHEXT", "HOME", "USER", "USERNAME", "LOGNAME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "LANG",
    "LANGUAGE", "TZ", "SHELL", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "SYSTEMDRIVE", "WINDIR", "COMSPEC", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)",
    "PROGRAMW6432", "COMMONPROGRAMFILES", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "OS", "OCIO",
    "LM_LICENSE_FILE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
})
# fmt: on
_PASSED_PREFIXES = (
    "LC_",
    "XDG_",
    "BLENDER_",
    "CYCLES_",
    "MAYA_",
    "ARNOLD_",
    "MTOA_",
    "UE_",
    "UE-",
    "ADSK",
    "CUDA_",
    "NVIDIA_",
)
_PASSED_SUFFIXES = ("_LICENSE", "_LICENSE_FILE")


def renderer_environment(
    extra: Mapping[str, str] | None = None, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment for a renderer: an allow-list of ours (or of ``base``), and ``extra``."""
    environment = {
        name: value
        for name, value in (os.environ if base is None else base).items()
        if name.upper() in _PASSED_NAMES
        or name.upper().startswith(_PASSED_PREFIXES)
        or name.upper().endswith(_PASSED_SUFFIXES)
    }
    return {**environment, **(extra or {})}


def decode(raw: bytes) -> str:
    """A line of a program's output: UTF-8, else the system's encoding (Chinese Windows: GBK), else what can be read."""
    for encoding in ("utf-8", locale.getpreferredencoding(False)):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


#: What becomes the renderer: it makes sure that whoever asked for it is still there, since when it dies with it.
_IF_PARENT_LIVES = '[ "$PPID" = "$0" ] || exit 1; exec "$@"'


def _dying_with_us(command: Sequence[str], *, family: bool) -> list[str]:
    """The command so that the system kills it when the thread that starts it is gone, where the system can.

    A ``preexec_fn`` would do the same, but forces a plain fork of this large process with its threads.

    Args:
        family: it starts processes of its own, which must go with it.
    """
    program, setpriv = shutil.which(command[0]), shutil.which("setpriv")  # of util-linux, which every Linux has
    if sys.platform == "linux" and family and program:
        run = [guard.OPTION] if FROZEN else ["-IS", guard.__file__]
        return [sys.executable, *run, str(os.getpid()), program, *command[1:]]
    if sys.platform != "linux" or setpriv is None or program is None:
        return list(command)
    until = [setpriv, "--pdeathsig", "KILL", "sh", "-c", _IF_PARENT_LIVES, str(os.getpid())]
    return [*until, program, *command[1:]]


class RenderProcess:
    """A renderer process with its whole tree, its output merged and read by lines, its input our control channel.

    Args:
        command: program and arguments, never a shell line.
        control: its input is our control channel; else it has none.
        follow: files whose lines are output, too, as far as they are written while it runs.
        windows_line: makes one line of the command on Windows.

    Raises:
        OSError: the program can't be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        control: bool = True,
        follow: Sequence[Path] = (),
        windows_line: Callable[[Sequence[str]], str] = subprocess.list2cmdline,
    ) -> None:
        guarded = _dying_with_us(command, family=not control)
        self._process = subprocess.Popen(
            windows_line(guarded) if sys.platform == "win32" else guarded,
            stdin=subprocess.PIPE if control else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(environment),
            start_new_session=True,
            creationflags=START_FLAGS,
        )
        self._job = self._in_job()
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopping = threading.Lock()
        self._ended_at: float | None = None
        assert self._process.stdout
        # What is not read to its end yet; the last one to get there says so.
        self._reading = 1 + len(follow)
        self._counting = threading.Lock()
        self._start_reader(self._read, self._process.stdout)
        for path in follow:
            self._start_reader(self._follow, path)

    def _in_job(self) -> Job | None:
        if sys.platform != "win32":
            return None
        try:
            job = Job()
            job.take(int(self._process._handle))
        except OSError:
            self._process.kill()  # it is suspended, and nobody would ever wake it
            raise
        return job

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: ended by that signal."""
        return self._process.poll()

    def send(self, line: str) -> None:
        """Write one line to the renderer's standard input.

        Raises:
            OSError: it has gone.
        """
        assert self._process.stdin
        try:
            self._process.stdin.write(line.encode("utf-8") + b"\n")
            self._process.stdin.flush()
        except ValueError:  # ``stop`` has closed it meanwhile
            raise BrokenPipeError from None

    def read_line(self, timeout: float) -> str | None:
        """The next line of output, without its end; None if none came within ``timeout`` seconds.

        Raises:
            EOFError: the process has ended and all its output was given.
        """
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            if self._ended_for() < DRAIN:
                return None
            raise EOFError from None
        if line is None or self._ended_for() > BACKLOG:
            raise EOFError
        return line

    def _ended_for(self) -> float:
        """Seconds since the end of the process was noticed; 0 while it runs."""
        if self._process.poll() is None:
            return 0.0
        self._ended_at = self._ended_at or time.monotonic()
        return time.monotonic() - self._ended_at

    def close(self, timeout: float) -> int:
        """Close its input, which asks it to end by itself, and wait; end the tree in any case. The exit code."""
        self._close_input()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            log.warning("The renderer %d did not end by itself within %.0f s", self.pid, timeout)
        return self.stop()

    def stop(self, grace: float = GRACE) -> int:
        """Ask the whole tree to end, wait ``grace`` seconds, kill what is left; any thread may. The exit code."""
        with self._stopping:
            family = _family(self.pid)
            self._signal(family, "SIGTERM")
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                log.info("The renderer %d did not end when asked; killing it", self.pid)
            self._signal(family, "SIGKILL")
            if self._job:
                self._job.kill()
            code = self._process.wait()
            self._close_input()
            if self._job:
                self._job.close()
            return code

    def _close_input(self) -> None:
        try:
            if self._process.stdin:
                self._process.stdin.close()
        except OSError:
            log.debug("The renderer closed its input first", exc_info=True)

    def _signal(self, family: list[psutil.Process], name: str) -> None:
        if sys.platform != "win32":
            try:
                os.killpg(self.pid, getattr(signal, name))
            except (ProcessLookupError, PermissionError):
                log.debug("No process is left in the group of renderer %d", self.pid)
        for member in family:  # those that left the group, and all of them on Windows
            try:
                member.terminate() if name == "SIGTERM" else member.kill()
            except psutil.Error:  # gone, or not ours to touch
                continue

    def _read(self, output: IO[bytes]) -> None:
        # Lines are put together here: a renderer may write one line in several pieces.
        with output:
            for raw in output:
                self._lines.put(decode(raw.rstrip(b"\r\n")))
        self._read_to_end()

    def _follow(self, path: Path) -> None:
        file: IO[bytes] | None = None
        part = b""
        while True:
            ended = self._process.poll() is not None  # asked first: what is written until then is read below
            try:
                file = file or path.open("rb")
                part += file.read()
            except FileNotFoundError:
                log.debug("%s is not written yet", path)
            except OSError as error:
                log.warning("%s can't be read: %s", path, error.strerror or error)
            *lines, part = part.split(b"\n")
            for raw in lines:
                self._lines.put(decode(raw.rstrip(b"\r")))
            if ended:
                break
            time.sleep(FOLLOW_EVERY)
        if part:
            self._lines.put(decode(part))
        if file:
            file.close()
        self._read_to_end()

    def _read_to_end(self) -> None:
        with self._counting:
            self._reading -= 1
            if not self._reading:
                self._lines.put(None)

    def _start_reader(self, read: Callable[[Any], None], source: object) -> None:
        threading.Thread(target=read, args=(source,), name="renderer-output", daemon=True).start()


def end_tree(pid: int) -> None:
    """Kill a process and all that it started."""
    for member in _family(pid):
        with suppress(psutil.Error):  # gone, or not ours to touch
            member.kill()


def _family(pid: int) -> list[psutil.Process]:
    try:
        return [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    except psutil.Error:
        return []
