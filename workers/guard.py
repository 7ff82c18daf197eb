"""Stands between a worker and a renderer that starts processes of its own, on Linux: when the worker dies, even by
SIGKILL, so does everything that the renderer started; and what it leaves behind at its end ends with it.

    python -IS guard.py WORKER_PID PROGRAM [ARGUMENT...]
    render-worker --guard WORKER_PID PROGRAM [ARGUMENT...]      where the program is frozen and there is no Python

Ends as the program ends. Run by its path, so standard library only, and little of that: it starts with each renderer.
"""

import ctypes
import os
import signal
import sys

OPTION = "--guard"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
FAILED_TO_START = 127


def main() -> int:
    worker, program = int(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None)
    signal.signal(signal.SIGTERM, _end_all)
    # What the program leaves behind becomes a child of this process, whatever group it made for itself.
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != worker:
        return 1
    try:
        child = os.posix_spawn(program[0], program, os.environ, setsigdef=[signal.SIGTERM, signal.SIGPIPE])
    except OSError as error:
        sys.stdout.write(f"{program[0]} does not start: {error.strerror}\n")
        return FAILED_TO_START
    while True:
        pid, status = os.wait()
        if pid == child:
            break
    _end_rest()
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _end_all(number: int, frame: object) -> None:
    """The worker has died, and its renderer goes with it; or it asks, of the whole group, and waits for the answer."""
    if os.getppid() != int(sys.argv[1]):
        _end_rest()
        os.kill(0, signal.SIGKILL)  # the whole group, this process included


def _end_rest() -> None:
    """Kill all children; theirs become ours, so it ends when none are left."""
    while pids := _children():
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so the number is still theirs
        for pid in pids:
            os.waitpid(pid, 0)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:  # a kernel without it: what stays in the group is ended by whoever reads the output
        return []


if __name__ == "__main__":
    sys.exit(main())
