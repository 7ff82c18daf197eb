"""From a picture to what the screen shows, in a thread. While one is made, only the latest wish waits."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from render_manager.gui.background import Background
from render_manager.gui.imaging.channels import Plate, plate
from render_manager.gui.imaging.reading import Picture
from render_manager.gui.imaging.tone import Tone
from render_manager.gui.imaging.view import View


class Developer(QObject):
    """Signals:
    developed: the QImage and the Picture it was made of.
    """

    developed = Signal(object, object)

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._picture: Picture | None = None
        self._view = View.COLOUR
        self._tone = Tone()
        self._busy = False
        self._again = False
        self._plate: tuple[Picture, View, Plate] | None = None  #: of the last picture; used by one thread at a time

    @property
    def view(self) -> View:
        return self._view

    @property
    def tone(self) -> Tone:
        return self._tone

    def show(self, picture: Picture | None) -> None:
        self._picture = picture
        self._develop()

    def look_at(self, view: View) -> None:
        self._view = view
        self._develop()

    def expose(self, tone: Tone) -> None:
        self._tone = tone
        self._develop()

    def _develop(self) -> None:
        self._again = True
        if self._busy or self._picture is None:
            return
        self._busy, self._again = True, False
        picture, view, tone = self._picture, self._view, self._tone
        self._background.run(
            lambda: self._make(picture, view, tone),
            done=lambda image: self._made(image, picture),
            failed=self._failed,
            owner=self,
        )

    def _make(self, picture: Picture, view: View, tone: Tone) -> QImage:
        """Runs in a thread."""
        if self._plate is None or self._plate[0] is not picture or self._plate[1] is not view:
            self._plate = (picture, view, plate(picture, view))
        return self._plate[2].develop(tone)

    def _made(self, image: QImage, picture: Picture) -> None:
        self._busy = False
        if picture is self._picture:
            self.developed.emit(image, picture)
        if self._again:
            self._develop()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        raise error
