"""What there is before a window: Qt itself, the look, the language and the event loop."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from render_manager.gui.background import new_event_loop
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.theme import Density, Theme, ThemeChoice
from render_manager.gui.window_state import WindowState


@dataclass(frozen=True)
class Start:
    state: WindowState
    theme: Theme
    language: Language
    loop: asyncio.AbstractEventLoop


@contextmanager
def started(theme: str = ThemeChoice.SYSTEM, language: str = LanguageChoice.SYSTEM) -> Generator[Start]:
    """As the user chose it the last time, unless told otherwise; taken back at the end, as another start may follow."""
    QCoreApplication.setApplicationName("Render Manager")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)  # the event loop ends when the window's jobs have ended
    state = WindowState()
    chosen = state.value("theme", ThemeChoice.SYSTEM) if theme == ThemeChoice.SYSTEM else theme
    spoken = state.value("language", LanguageChoice.SYSTEM) if language == LanguageChoice.SYSTEM else language
    look = Theme(app, chosen, state.value("density", Density.COMFORTABLE))
    speaking = Language(app, spoken)
    try:
        with new_event_loop(app) as loop:
            yield Start(state, look, speaking, loop)
    finally:
        speaking.choose(LanguageChoice.ENGLISH)
        look.deleteLater()
