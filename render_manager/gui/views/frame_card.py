"""What is known of the frame under the pointer, beside it: its image, who rendered it, how long, and why it waits or
failed."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.frame_waits import FrameWaits
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark, monospace
from render_manager.gui.views.details import Fields
from render_manager.gui.views.thumbnails import Thumbnails, has_image

#: Milliseconds that the pointer rests on a frame before its card is shown; and on the next one, while one is.
REST, NEXT = 450, 120
_WIDTH, _IMAGE = 300, QSize(274, 172)
#: Of a log's line only so much: it may be a whole stack in one.
_EVIDENCE = 300


class FrameCard(QFrame):
    """A window of its own, so that it may reach over the edge of the program's; it never takes the keyboard."""

    def __init__(
        self,
        model: FrameModel,
        thumbnails: Thumbnails,
        took: Callable[[RenderFrame], float | None],
        host_of: Callable[[str], str | None],
        waits: FrameWaits,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self.setObjectName("frame_card")
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedWidth(_WIDTH)
        self._model = model
        self._thumbnails = thumbnails
        self._took = took
        self._host_of = host_of
        self._waits = waits
        self._position: int | None = None
        self._beside = QRect()
        self._image = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._mark = QLabel()
        self._title = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._title.setObjectName("frame_card_title")
        self._title.setProperty("role", "title")
        self._fields = Fields()
        self._why = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._why.setObjectName("frame_card_why")
        self._cause = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._cause.setObjectName("frame_card_cause")
        self._cause.setProperty("role", "error")
        self._evidence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._evidence.setObjectName("frame_card_evidence")
        self._evidence.setFont(monospace())
        head = QHBoxLayout()
        head.setSpacing(7)
        head.addWidget(self._mark)
        head.addWidget(self._title, 1)
        self._whole = layout = QVBoxLayout(self)
        layout.setContentsMargins(13, 12, 13, 12)
        layout.setSpacing(7)
        layout.addLayout(head)
        layout.addWidget(self._image)
        layout.addWidget(self._why)
        layout.addWidget(self._cause)
        layout.addWidget(self._evidence)
        layout.addWidget(self._fields)
        # What takes its time is counted on while it is looked at.
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._fill)
        model.dataChanged.connect(self._changed)
        model.modelReset.connect(self.leave)
        thumbnails.ready.connect(lambda _: self._changed())
        waits.told.connect(self._fill)

    def show_at(self, position: int, beside: QRect) -> None:
        """Show a frame's card beside a place on the screen."""
        self._position, self._beside = position, beside
        frame = self._model.frame(position)
        self._thumbnails.want("card", [frame], round(_IMAGE.width() * self.devicePixelRatioF()))
        self._fill()
        self.show()
        self._tick.start()

    def leave(self) -> None:
        self._position = None
        self._tick.stop()
        self.hide()

    def _changed(self) -> None:
        if self._position is not None:
            self.show_at(self._position, self._beside)

    def _fill(self) -> None:
        if self._position is None or self._position >= len(self._model.numbers):
            return
        frame = self._model.frame(self._position)
        style = FRAME_STYLES[frame.status]
        self._mark.setPixmap(
            icons.pixmap(style.mark, 13, style.colour(is_dark(self.palette())), self.devicePixelRatioF())
        )
        self._title.setText(self.tr("Frame {0} · {1}").format(frame.frame_number, style.text))
        self._show_image(frame)
        for label, said in (
            (self._why, say(self._waits.of(frame))),
            (self._cause, say(frame.error_message)),
            (self._evidence, (frame.evidence or "")[:_EVIDENCE]),
        ):
            label.setText(said or "")
            label.setVisible(bool(said))
        self._fields.show_all(self._lines(frame))
        self._whole.activate()
        self.setFixedHeight(self._whole.totalHeightForWidth(_WIDTH))
        self._place()

    def _lines(self, frame: RenderFrame) -> list[tuple[str, str]]:
        rendering = frame.status is FrameStatus.RENDERING
        took = text.precise_duration(self._took(frame))
        host = self._host_of(frame.worker) if frame.worker else None
        who = frame.worker or ""
        if host and host != frame.worker:
            who = self.tr("{0} on {1}").format(frame.worker, host)
        return [
            (self.tr("Kind"), text.failure(frame.failure)),
            (self.tr("Progress"), self.tr("{0} %").format(int(100 * frame.progress)) if rendering else ""),
            (self.tr("Running for") if rendering else self.tr("Took"), took),
            (self.tr("Worker"), who),
            (self.tr("Attempt"), str(frame.attempt) if frame.attempt else ""),
            (self.tr("Started"), text.clock(frame.started_at) if frame.started_at else ""),
        ]

    def _show_image(self, frame: RenderFrame) -> None:
        image = self._thumbnails.image(frame)
        self._image.setVisible(has_image(frame))
        if image is not None and not image.isNull():
            ratio = self.devicePixelRatioF()
            size = QSize(round(_IMAGE.width() * ratio), round(_IMAGE.height() * ratio))
            scaled = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            scaled.setDevicePixelRatio(ratio)
            self._image.setPixmap(QPixmap.fromImage(scaled))
            self._image.setFixedHeight(round(scaled.height() / ratio))
        elif has_image(frame):
            self._image.setFixedHeight(60)
            self._image.setText((self._thumbnails.failure(frame) and self.tr("No image here")) or self.tr("Reading…"))

    def _place(self) -> None:
        """At the right below the frame; where the screen ends, at its other side."""
        screen = self.screen().availableGeometry()
        x, y = self._beside.right() + 10, self._beside.bottom() + 6
        if x + self.width() > screen.right():
            x = max(self._beside.left() - 10 - self.width(), screen.left())
        if y + self.height() > screen.bottom():
            y = max(self._beside.top() - 6 - self.height(), screen.top())
        self.move(x, y)


class FrameView(Protocol):
    """A view whose frames have cards."""

    def viewport(self) -> QWidget: ...

    def installEventFilter(self, _watcher: QObject, /) -> None: ...

    def position_at(self, point: QPoint) -> int | None: ...

    def place_of(self, position: int) -> QRect: ...


class Hover(QObject):
    """Shows the card where the pointer rests over a view's frames, and takes it away when the view is left.

    Args:
        rests: the pointer alone brings the card, too; where a view says much by itself only a key does.
    """

    def __init__(self, view: FrameView, card: FrameCard, *, rests: bool = True) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._card = card
        self._rests = rests
        self._over: int | None = None
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(lambda: self._over is None or self.show_card(self._over))
        for part in (view.viewport(), view):
            part.installEventFilter(self)

    def show_card(self, position: int) -> None:
        place = self._view.place_of(position)
        self._card.show_at(position, QRect(self._view.viewport().mapToGlobal(place.topLeft()), place.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent) and self._rests:
                over = None if event.buttons() else self._view.position_at(event.position().toPoint())
                if over != self._over:
                    self._over = over
                    if over is None:
                        self.leave()
                    else:
                        self._rest.start(NEXT if self._card.isVisible() else REST)
            case (
                QEvent.Type.Leave
                | QEvent.Type.Wheel
                | QEvent.Type.MouseButtonPress
                | QEvent.Type.Hide
                | QEvent.Type.FocusOut
                | QEvent.Type.WindowDeactivate
            ):
                self.leave()
            case QEvent.Type.KeyPress if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self.leave()
            case QEvent.Type.ToolTip if self._rests:
                return True  # the card says it
            case _:
                pass
        return False

    def leave(self) -> None:
        self._over = None
        self._rest.stop()
        self._card.leave()
