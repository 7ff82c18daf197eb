"""A Windows job object: its processes, and all that they start, end when the last handle of the job is closed, so also
when this process is killed.

Structures and numbers are those of the Windows API (winnt.h, jobapi2.h). Importable anywhere, so that they can be
checked; used on Windows only.
"""

import ctypes
import sys
from ctypes import wintypes
from typing import Any

#: How a process is started that is to be taken into a job: in a group of its own, and not running yet.
START_FLAGS = 0x00000200 | 0x00000004 if sys.platform == "win32" else 0
_EXTENDED_LIMIT_INFORMATION = 9
_KILL_ON_JOB_CLOSE = 0x00002000


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class _IoCounters(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in (
            "ReadOperationCount",
            "WriteOperationCount",
            "OtherOperationCount",
            "ReadTransferCount",
            "WriteTransferCount",
            "OtherTransferCount",
        )
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", _IoCounters),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class Job:
    """
    Raises:
        OSError: Windows refuses.
    """

    def __init__(self) -> None:
        self._kernel = _library("kernel32")
        self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
        self._handle = self._kernel.CreateJobObjectW(None, None)
        if not self._handle:
            raise _refused()
        limits = ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
        set_information = self._kernel.SetInformationJobObject
        set_information.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
        size = ctypes.sizeof(limits)
        if not set_information(self._handle, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size):
            raise _refused()

    def take(self, process: int) -> None:
        """Put a process that was started suspended into the job, and let it run.

        Args:
            process: its handle.
        """
        assign = self._kernel.AssignProcessToJobObject
        assign.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        if not assign(self._handle, process):
            raise _refused()
        resume = _library("ntdll").NtResumeProcess
        resume.argtypes = (wintypes.HANDLE,)
        resume(process)

    def kill(self) -> None:
        """End all its processes."""
        terminate = self._kernel.TerminateJobObject
        terminate.argtypes = (wintypes.HANDLE, wintypes.UINT)
        terminate(self._handle, 1)

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle:
            close = self._kernel.CloseHandle
            close.argtypes = (wintypes.HANDLE,)
            close(handle)


def _library(name: str) -> Any:
    if sys.platform != "win32":
        raise OSError("There are no job objects on this system.")
    return ctypes.WinDLL(name, use_last_error=True)


def _refused() -> OSError:
    if sys.platform != "win32":
        return OSError("There are no job objects on this system.")
    return ctypes.WinError(ctypes.get_last_error())
