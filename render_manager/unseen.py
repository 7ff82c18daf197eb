"""Where nobody sees what is written: a window of Windows has no console, and `sys.stdout` is None there."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TextIO

from platformdirs import user_data_path

from render_manager.config import load_settings
from render_manager.domain.errors import RenderManagerError
from render_manager.settings.fields import APP_NAME

#: Bytes after which the log is begun anew; the one before is kept.
MAX_LOG = 1_000_000

_log_file: Path | None = None


def ensure_streams() -> None:
    """Write to a log what would be written to nobody, and show in a box why the program ends."""
    global _log_file
    if sys.stdout is not None and sys.stderr is not None:
        return
    _log_file = _home() / "logs" / "window.log"
    stream = _opened(_log_file)
    sys.stdout, sys.stderr = sys.stdout or stream, sys.stderr or stream
    sys.excepthook = _crashed


def tell(error: RenderManagerError) -> None:
    """Say to the user why the program ends."""
    sys.stderr.write(f"render-manager: {error}\n")
    if _log_file is not None:
        _show(error, _log_file)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.__excepthook__(kind, error, trace)
    if isinstance(error, Exception) and _log_file is not None:
        _show(error, _log_file)


def _show(error: Exception, log_file: Path) -> None:
    try:
        from render_manager.gui.problem import show_problem
    except ImportError as missing:  # the window's own libraries are what is missing
        sys.stderr.write(f"render-manager: {missing}\n")
        if sys.platform == "win32":
            import ctypes

            ctypes.windll.user32.MessageBoxW(None, f"{error}\n\n{log_file}", "Render Manager", 0x10)
        return
    show_problem(error, log_file)


def _home() -> Path:
    try:
        return load_settings().render_manager_home
    except RenderManagerError:  # told when the program is opened
        return Path(os.environ.get("RENDER_MANAGER_HOME") or user_data_path(APP_NAME, appauthor=False))


def _opened(log_file: Path) -> TextIO:
    options = {"encoding": "utf-8", "errors": "replace", "buffering": 1}
    try:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        if log_file.exists() and log_file.stat().st_size > MAX_LOG:
            _keep(log_file)
        return log_file.open("a", **options)
    except OSError:  # said when the program is opened
        return open(os.devnull, "w", **options)


def _keep(log_file: Path) -> None:
    try:
        log_file.replace(log_file.with_name("window.old.log"))
    except OSError:  # another window has it open, and Windows does not let go of it: this one goes on in it
        return
