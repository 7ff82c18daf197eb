"""Running the window: application, event loop, window, and the way out."""

import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from render_manager.gui.background import never_pause, new_event_loop
from render_manager.gui.desk import Desk
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Density, Theme, ThemeChoice
from render_manager.gui.window_state import WindowState
from render_manager.services.services import Services

#: Seconds after everything was read before a picture is taken: layouts settle, images are decoded.
_SETTLE = 1.5


def run_window(
    services: Services,
    *,
    title: str,
    default_user: str,
    select_task: str | None = None,
    theme: str = ThemeChoice.SYSTEM,
    language: str = LanguageChoice.SYSTEM,
    screenshot: Path | None = None,
) -> int:
    """Show the window until it is closed; the process' exit code.

    Args:
        select_task: id (or its beginning) of the task to select at first.
        theme: ``system``, ``light`` or ``dark``; ``system`` gives way to what was chosen in the window before.
        language: ``system``, ``en`` or ``zh_CN``; ``system`` gives way likewise.
        screenshot: save a picture of the window here once it is filled, and end.
    """
    QCoreApplication.setApplicationName("Render Manager")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)  # the event loop ends when the window's jobs have ended
    state = WindowState()
    chosen = state.value("theme", ThemeChoice.SYSTEM) if theme == ThemeChoice.SYSTEM else theme
    look = Theme(app, chosen, state.value("density", Density.COMFORTABLE))
    spoken = state.value("language", LanguageChoice.SYSTEM) if language == LanguageChoice.SYSTEM else language
    loop = new_event_loop(app)
    never_pause()
    make = partial(
        MainWindow, services, look, title=title, default_user=default_user, select_task=select_task, state=state
    )
    desk = Desk(make, Language(app, spoken))
    before = signal.signal(signal.SIGINT, lambda *_: desk.window.quit_unasked())
    try:
        with loop:
            loop.run_until_complete(_until_closed(desk, screenshot))
    finally:
        signal.signal(signal.SIGINT, before)
    return 0


async def _until_closed(desk: Desk, screenshot: Path | None) -> None:
    closed = asyncio.get_running_loop().create_future()
    desk.closed.connect(lambda: closed.done() or closed.set_result(None))
    if screenshot is not None:
        window = desk.window
        window.live.loaded.connect(lambda: window.background.start(_picture(window, screenshot)))
    desk.open()
    await closed


async def _picture(window: MainWindow, path: Path) -> None:
    await asyncio.sleep(_SETTLE)
    image = window.grab().toImage()
    await window.background.call(lambda: image.save(str(path)))
    window.quit_unasked()
