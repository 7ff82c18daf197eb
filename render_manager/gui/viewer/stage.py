"""What is on the canvas for the frame that is looked at: its image, or why there is none."""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.imaging.cache import BoundedCache
from render_manager.gui.imaging.errors import ImageIncomplete
from render_manager.gui.imaging.layers import main_layer
from render_manager.gui.imaging.reading import Picture
from render_manager.gui.sentences import say
from render_manager.gui.viewer import slate
from render_manager.gui.viewer.canvas import Canvas
from render_manager.gui.viewer.developing import Developer
from render_manager.gui.viewer.loading import ImageKey, LayerKey, Loader, ReadAhead

#: Bytes of pictures just looked at: a step back costs nothing.
KEPT_BYTES = 384 * 2**20
#: Milliseconds the last image stays while the next is read, so that stepping does not flicker; and until an image
#: that was not whole is looked at again.
PATIENCE, AGAIN = 150, 2000


class Stage(QObject):
    """Signals:
    pictured: the Picture whose values can be told; None: there is none.
    fetching: bytes fetched from the object store and in all (0: not known yet); None, None: it is over.
    """

    pictured = Signal(object)
    fetching = Signal(object, object)

    def __init__(
        self,
        canvas: Canvas,
        loader: Loader,
        developer: Developer,
        ahead: ReadAhead,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        super().__init__(canvas)
        self.layer: LayerKey | None = None  #: None: the picture itself
        self.frame: RenderFrame | None = None
        self._canvas = canvas
        self._loader = loader
        self._developer = developer
        self._ahead = ahead
        self._pictures: BoundedCache[ImageKey, Picture] = BoundedCache(kept_bytes, lambda picture: picture.bytes)
        self._picture: Picture | None = None  #: that is shown at full size
        self._key: ImageKey | None = None  #: of the image that is shown or on its way
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._say_reading)
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        self._again.timeout.connect(self.look_again)
        loader.loaded.connect(self._loaded)
        loader.failed.connect(self._failed)
        loader.progressed.connect(self.fetching)
        developer.developed.connect(self._developed)

    # -- what is wanted ------------------------------------------------------------------------------------------

    def show(self, frame: RenderFrame | None) -> None:
        """Show this frame's image as it is, as soon as it is read."""
        if frame == self.frame and self._picture is not None:
            return
        self.frame = frame
        key = self._look_at(frame)
        if frame is None or key is None or (key == self._loader.wanted):
            return
        if picture := self._pictures.get(key):
            self._loader.stop()
            self._take(picture)
            return
        self._set_picture(None)
        if proxy := self._ahead.cache.get(key):
            self._developer.show(proxy)
        else:
            self._patience.start()
        self._loader.want(frame, key)

    def play(self, frame: RenderFrame) -> bool:
        """Show what there is of it at once; whether there is anything."""
        self.frame = frame
        self._loader.stop()
        key = self._look_at(frame)
        if key is None:
            return True
        self._set_picture(None)
        if picture := self._ahead.cache.get(key):
            self._developer.show(picture)
        elif problem := self._ahead.problems.get(key):
            self._show_problem(frame, problem)
        else:
            return False
        return True

    def look_again(self) -> None:
        """Read the image anew, whatever is known of it."""
        frame, self.frame = self.frame, None
        if self._key is not None:
            self._pictures.drop(self._key)
        self._ahead.forget_problems()
        self._loader.stop()
        self._set_picture(None)
        self.show(frame)

    def choose_layer(self, layer: LayerKey | None) -> None:
        if layer != self.layer:
            self.layer = layer
            frame, self.frame = self.frame, None
            self.show(frame)

    def cancel(self) -> None:
        """Fetch no more of it."""
        if self._loader.wanted is not None and self.frame is not None:
            self.leave()
            sentence = self.tr("The image was not fetched.")
            self._show_slate(slate.unreadable(self.frame, sentence, self.tr("Stopped"), self.tr("F5 fetches it.")))

    def leave(self) -> None:
        """Nobody looks any more."""
        self._loader.stop()
        self._patience.stop()
        self._again.stop()
        self.fetching.emit(None, None)

    # -- what becomes of it --------------------------------------------------------------------------------------

    def _look_at(self, frame: RenderFrame | None) -> ImageKey | None:
        """The key of the frame's image; None: it has none, and that is what is shown."""
        self._again.stop()
        key = ImageKey.of(frame, self.layer) if frame else None
        if key != self._key:
            self._patience.stop()
            self.fetching.emit(None, None)
        self._key = key
        if key is not None:
            return key
        self._loader.stop()
        if frame is None:
            words = self.tr("Choose a frame of a task in the main window.")
            self._show_slate(slate.Slate(self.tr("No frame"), "image", "#96969a", words))
        elif frame.status is FrameStatus.COMPLETED:
            self._show_slate(slate.unreadable(frame, self.tr("The renderer told no image."), self.tr("No image")))
        else:
            self._show_slate(slate.of_frame(frame))
        return None

    def _loaded(self, key: ImageKey, picture: Picture) -> None:
        self._pictures.put(key, picture)
        if key == self._key:
            self._take(picture)

    def _take(self, picture: Picture) -> None:
        self._patience.stop()
        self.fetching.emit(None, None)
        self._set_picture(picture)
        self._developer.show(picture)

    def _failed(self, key: ImageKey, error: Exception) -> None:
        if key == self._key and self.frame is not None:
            self._patience.stop()
            self.fetching.emit(None, None)
            self._show_problem(self.frame, error)
            if isinstance(error, ImageIncomplete):
                self._again.start()

    def _show_problem(self, frame: RenderFrame, error: Exception) -> None:
        incomplete = isinstance(error, ImageIncomplete)
        word = self.tr("Not whole") if incomplete else self.tr("Can't be shown")
        hint = self.tr("It is read again every other second.") if incomplete else self.tr("F5 tries again.")
        self._show_slate(slate.unreadable(frame, say(str(error)), word, hint))

    def _say_reading(self) -> None:
        if self.frame is not None and self._picture is None:
            self._show_slate(slate.reading(self.frame, self.tr("Reading…")))

    def _show_slate(self, shown: slate.Slate) -> None:
        self._set_picture(None)
        self._developer.show(None)
        self._canvas.show_slate(shown)

    def _set_picture(self, picture: Picture | None) -> None:
        if picture is not self._picture:
            self._picture = picture
            self.pictured.emit(picture)

    def _developed(self, image: QImage, picture: Picture) -> None:
        self._patience.stop()
        self._canvas.show_image(image, picture.data, picture.display)

    @staticmethod
    def key_of(picture: Picture, place: int) -> LayerKey | None:
        """What ``choose_layer`` takes for one of the picture's layers."""
        chosen = picture.layers[place]
        return None if chosen is main_layer(picture.layers) else chosen.key
