"""Running the window: application, event loop, window, and the way out."""

import asyncio
import signal
from functools import partial
from pathlib import Path

from render_manager.gui.background import never_pause
from render_manager.gui.desk import Desk
from render_manager.gui.language import LanguageChoice
from render_manager.gui.main_window import MainWindow
from render_manager.gui.start import started
from render_manager.gui.theme import ThemeChoice
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
    with started(theme, language) as start:
        never_pause()
        make = partial(
            MainWindow,
            services,
            start.theme,
            title=title,
            default_user=default_user,
            select_task=select_task,
            state=start.state,
        )
        desk = Desk(make, start.language)
        before = signal.signal(signal.SIGINT, lambda *_: desk.window.quit_unasked())
        try:
            start.loop.run_until_complete(_until_closed(desk, screenshot))
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
