"""One thing done to several tasks or workers: one that refuses does not keep the others from it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from render_manager.domain.errors import RenderManagerError, StoreUnavailable
from render_manager.gui.dialogs.messages import show_error

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


def each(work: Callable[[str], object], keys: Sequence[str]) -> list[str]:
    """The sentences of those that refused. Runs in a thread."""
    refusals: list[str] = []
    for key in keys:
        try:
            work(key)
        except StoreUnavailable:
            raise
        except RenderManagerError as error:
            refusals.append(str(error))
    return refusals


def report(window: "MainWindow", refusals: Sequence[str], said: str, many: str) -> None:
    """Say that it was done; or why not, below the sentence ``many`` where several refused."""
    if not refusals:
        window.say(said)
    elif len(refusals) == 1:
        show_error(window, refusals[0])
    else:
        show_error(window, many, "\n".join(refusals))
