"""Where the window can't open: why, what is wrong, and another try."""

import asyncio
import signal

from PySide6.QtWidgets import QDialog

from render_manager.gui import icons
from render_manager.gui.background import Background
from render_manager.gui.check_up_commands import THREADS
from render_manager.gui.dialogs.start_failure import StartFailureDialog
from render_manager.gui.start import started
from render_manager.services.ports import Doctor


def ask_to_try_again(error: Exception, doctor: Doctor, *, title: str) -> bool:
    """Show the error and what the doctor finds, until the user has decided.

    Args:
        doctor: one that needs no program, as there is none.
    """
    with started() as start:
        return start.loop.run_until_complete(_asked(error, doctor, title))


async def _asked(error: Exception, doctor: Doctor, title: str) -> bool:
    background = Background(threads=THREADS)
    dialog = StartFailureDialog(error, doctor, background)
    dialog.setWindowTitle(title)
    dialog.setWindowIcon(icons.app_icon())
    decided = asyncio.get_running_loop().create_future()
    dialog.finished.connect(decided.set_result)
    before = signal.signal(signal.SIGINT, lambda *_: dialog.reject())
    try:
        dialog.show()
        dialog.page.examine()
        return await decided == QDialog.DialogCode.Accepted
    finally:
        signal.signal(signal.SIGINT, before)
        await background.close()
        dialog.deleteLater()
