"""Looking at processes that may end meanwhile."""

import psutil


def command_line(process: psutil.Process) -> str:
    """Empty if it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def gone(process: psutil.Process) -> bool:
    """Whether it has ended, be it that nobody has asked for its exit code yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
