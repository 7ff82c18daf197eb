"""What programs that this one starts need to be told, above all by a frozen one (PyInstaller, see build.spec)."""

import os
import subprocess
import sys
from pathlib import Path

#: Whether this program was frozen: there is no Python then, and the libraries are our own.
FROZEN = bool(getattr(sys, "frozen", False))
#: For Popen: a program for consoles that a window starts opens none.
NO_CONSOLE = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0

#: What PyInstaller's boot loader and its hook for Qt point at the bundle (its manual: Launching External Programs).
_POINTED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
_INTERNAL = "_PYI_"


def free_children() -> None:
    """Let what a frozen program starts from now on, be it by Qt, find the system's libraries rather than the bundle's.

    Called once, first of all. This process has read these by now: the loader at its start, Qt from its own qt.conf.
    Our own programs set them again for themselves.
    """
    if not FROZEN:
        return
    bundle = Path(sys._MEIPASS)  # pyright: ignore[reportAttributeAccessIssue]
    for name in _POINTED:
        before = os.environ.pop(f"{name}_ORIG", None)
        os.environ.pop(name, None)
        if before:
            os.environ[name] = before
    for name in [name for name in os.environ if name.startswith(_INTERNAL)]:
        del os.environ[name]
    if sys.platform == "win32":
        import ctypes

        parts = os.environ.get("PATH", "").split(os.pathsep)
        os.environ["PATH"] = os.pathsep.join(part for part in parts if part and not Path(part).is_relative_to(bundle))
        os.add_dll_directory(str(bundle))  # for modules still to be imported; this one is not handed on
        ctypes.windll.kernel32.SetDllDirectoryW(None)


def beside(name: str) -> Path:
    """Another program of the frozen folder."""
    return Path(sys.executable).with_name(name + (".exe" if os.name == "nt" else ""))
