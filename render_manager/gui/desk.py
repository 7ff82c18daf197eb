"""Keeps one window open; makes it anew where it is to speak another language, as if it had been the same."""

import asyncio
import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

from render_manager.gui.carry import Carried
from render_manager.gui.language import Language
from render_manager.gui.main_window import MainWindow

#: Seconds that the old window stays in view at most while the new one reads what it shows.
_READ_WITHIN = 4.0
#: Seconds after which the new window's search knows what was put into its field.
_TYPED = 0.2
#: Seconds between two looks at whether something has come about.
_LOOK = 0.05


class Desk(QObject):
    """Signals: closed: the window was closed by its user, and all it ran has ended.

    Args:
        make: makes a window, in the language spoken at that moment.
    """

    closed = Signal()

    def __init__(self, make: Callable[[], MainWindow], language: Language) -> None:
        super().__init__()
        self._make = make
        self._language = language
        self._wanted: str | None = None  #: the language asked for last, while the window is made anew
        self.window = self._new_window()

    def open(self) -> None:
        self.window.show()
        self.window.start()

    def _new_window(self) -> MainWindow:
        window = self._make()
        window.closed.connect(self.closed)
        window.language_chosen.connect(self._language_chosen)
        return window

    def _language_chosen(self, choice: str) -> None:
        busy = self._wanted is not None
        self._wanted = choice
        if not busy:
            self._job = asyncio.get_event_loop().create_task(self._change_language())

    async def _change_language(self) -> None:
        try:
            await self._forms_closed()
            while self._wanted is not None and not self.window.leaving.begun:
                choice, self._wanted = self._wanted, None
                before = self._language.spoken
                self._language.choose(choice)
                if self._language.spoken != before:
                    await self._replace()
        finally:
            self._wanted = None

    async def _forms_closed(self) -> None:
        """A form may be half filled in, or at an upload: it is not closed under its user's hands."""
        if self._form_open():
            self.window.say(self.tr("The language changes as soon as the open forms are closed."))
            while self._form_open() and not self.window.leaving.begun:
                await asyncio.sleep(_LOOK)

    def _form_open(self) -> bool:
        return any(form.isVisible() for form in self.window.findChildren(QDialog))

    async def _replace(self) -> None:
        """The new window is shown once it has something to show, above the old one, which then goes."""
        old = self.window
        old.parts.save(old.state)
        carried = Carried(old)
        new = self._new_window()
        carried.fill_in(new)
        await asyncio.sleep(_TYPED)
        new.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_READ_WITHIN):
                while not carried.select(new):
                    await asyncio.sleep(_LOOK)
        if old.leaving.begun:  # its user closed it meanwhile
            await new.leaving.give_way()
            return
        self.window = new
        new.show()
        carried.scroll(new)
        await old.leaving.give_way()
