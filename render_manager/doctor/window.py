"""Whether a window can be opened here, told without Qt: the display, and the libraries that Qt needs for it."""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from render_manager.doctor.findings import note, ok, warning
from render_manager.domain.checkup import Finding

_WINDOW, _TITLE = "machine.window", "Window"
#: What Qt's own packages don't bring, by Debian's names.
_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


def platform() -> str | None:
    """The plugin by which Qt would show windows: ``xcb``, ``wayland``, or what QT_QPA_PLATFORM says; None: there is
    no display. Other systems than Linux always have one."""
    if named := os.environ.get("QT_QPA_PLATFORM"):
        return named.partition(";")[0].partition(":")[0]
    if not sys.platform.startswith("linux"):
        return sys.platform
    if os.environ.get("DISPLAY"):
        return "xcb"
    return "wayland" if os.environ.get("WAYLAND_DISPLAY") else None


def look_at_window() -> Finding:
    found = importlib.util.find_spec("PySide6")
    if found is None:
        return note(
            _WINDOW,
            _TITLE,
            "The window is not installed: PySide6 is missing. Workers and commands need none.",
            "For a desk run pip install '.[gui]' in the checkout.",
        )
    plugin = platform()
    if plugin is None:
        return note(
            _WINDOW,
            _TITLE,
            "There is no display: no window can be opened in this session. Workers and commands need none.",
            "For the window log in at a desk: neither DISPLAY nor WAYLAND_DISPLAY is set.",
        )
    if not sys.platform.startswith("linux"):
        return ok(_WINDOW, _TITLE, "A window can be opened.")
    return _look_at_plugin(plugin, [Path(place) for place in found.submodule_search_locations or ()])


def _look_at_plugin(plugin: str, places: list[Path]) -> Finding:
    # PySide6 of a distribution keeps its plugins elsewhere, and its packages bring what they need.
    for folder in (place / "Qt" / "plugins" / "platforms" for place in places):
        problems = [_problem_of(file) for file in sorted(folder.glob(f"libq{plugin}*.so"))]
        if folder.is_dir() and not problems:
            return warning(
                _WINDOW,
                _TITLE,
                f"QT_QPA_PLATFORM = {os.environ.get('QT_QPA_PLATFORM')}: Qt has no such plugin, so no window opens.",
                "Take QT_QPA_PLATFORM out of the environment.",
            )
        if problems and all(problems):
            other = "wayland" if plugin == "xcb" else "xcb"
            needed = {library: package for library, package in _PACKAGES.items() if other not in library}
            missing = " ".join(package for library, package in needed.items() if _problem_of(library))
            return warning(
                _WINDOW,
                _TITLE,
                f"No window can be opened: Qt's plugin {plugin} can't be loaded ({problems[0]}).",
                f"On Debian and Ubuntu: `sudo apt-get install -y --no-install-recommends {missing}`."
                if missing
                else "Install the package that has the library which it names.",
            )
    if plugin == "xcb" and not _display_answers():
        return warning(
            _WINDOW,
            _TITLE,
            f"No window can be opened: the display {os.environ.get('DISPLAY', '')} does not answer.",
            "Set DISPLAY, and XAUTHORITY, as they are in the session at the screen, or log in there.",
        )
    return ok(_WINDOW, _TITLE, f"A window can be opened, by Qt's plugin {plugin}.")


def _problem_of(library: str | Path) -> str | None:
    """Why a library can't be loaded."""
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return str(error)
    return None


def _display_answers() -> bool:
    """Whether the X server that DISPLAY names lets this user in."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
