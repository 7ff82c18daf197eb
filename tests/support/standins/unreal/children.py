"""The processes that the program starts beside itself, which outlive it if only it is killed."""

import os
import signal
import subprocess
import sys
import time

COMPILER, TRACE, CRASH_REPORTER = "ShaderCompileWorker", "UnrealTraceServer", "CrashReportClient"


class Children:
    """Starts children, each of which lives ``seconds``, and ends those that end with the program."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._compilers: list[int] = []

    def start(self) -> None:
        """Two shader compilers without our handles, and the trace server, which keeps the output pipe open."""
        self._compilers = [_detached(COMPILER, self._seconds, keep_handles=False) for _ in range(2)]
        _detached(TRACE, self._seconds, keep_handles=True)

    def report_crash(self) -> None:
        """The reporter that waits for somebody to press a button."""
        _detached(CRASH_REPORTER, self._seconds, keep_handles=True)

    def end(self) -> None:
        """What a good end of the program ends; the trace server stays by design."""
        for pid in self._compilers:
            try:
                os.kill(pid, signal.SIGTERM)
                os.waitpid(pid, 0)
            except OSError:  # somebody else was faster
                continue


def _detached(name: str, seconds: float, *, keep_handles: bool) -> int:
    """A process that sleeps. Its id."""
    if sys.platform == "win32":
        command = [sys.executable, "-S", "-c", f"import time; time.sleep({seconds})", name]
        return subprocess.Popen(command, close_fds=not keep_handles, stdin=subprocess.DEVNULL).pid
    # A fork costs a millisecond, a fresh interpreter twenty; many tests start this program.
    if pid := os.fork():
        return pid
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if keep_handles:
            os.setsid()
        else:
            nothing = os.open(os.devnull, os.O_RDWR)
            for handle in range(3):
                os.dup2(nothing, handle)
        os.closerange(3, 64)
        if os.path.exists("/proc/self/comm"):
            with open("/proc/self/comm", "w") as comm:
                comm.write(name[:15])
        time.sleep(seconds)
    finally:
        os._exit(0)
