"""What the stand-in asks of the operating system: names of processes, folders, and ways to die."""

import os
import signal
import time

from tests.support.standins.maya import behaviours

#: No process stays for ever, should whoever started it forget to end it.
_FOR_EVER = 3600
#: The same for the dialog, which belongs to no group of processes that a test is sure to end.
_DIALOG = 120


def name_process(name: str) -> None:
    """Show this process under another name, where the system lets it."""
    try:
        with open("/proc/self/comm", "w", encoding="ascii") as file:
            file.write(name)
    except OSError:
        pass  # not Linux


def open_dialog() -> None:
    """The window that asks whether to send a report: nobody answers it, and it holds our output open."""
    if os.name != "nt" and os.fork() == 0:
        name_process("cer_dialog")
        time.sleep(_DIALOG)
        os._exit(0)


def write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def temporary_folder() -> str:
    return os.environ.get("TMPDIR") or os.environ.get("TMP") or os.environ.get("TEMP") or "/tmp"


def is_writable(folder: str) -> bool:
    trial = os.path.join(folder, f"standin-{os.getpid()}")
    try:
        write(trial, b"")
        os.unlink(trial)
    except OSError:
        return False
    return True


def hang() -> None:
    time.sleep(_FOR_EVER)


def die_of_bad_memory() -> None:
    """As a program that reads what is not its own."""
    if os.name == "nt":
        os._exit(behaviours.ACCESS_VIOLATION - (1 << 32))
    import resource  # here, since Windows has none

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), signal.SIGSEGV)
    hang()  # until the signal has come


def die_of_full_memory() -> None:
    """As a program that the system ends to have its memory."""
    if os.name == "nt":
        os._exit(behaviours.ACCESS_VIOLATION - (1 << 32))
    os.kill(os.getpid(), signal.SIGKILL)
    hang()
