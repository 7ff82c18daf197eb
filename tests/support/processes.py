"""Looking at processes that may end meanwhile."""

import psutil


def command_line(process: psutil.Process) -> str:
    """Empty if it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
