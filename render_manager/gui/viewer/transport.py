"""Below the image: which frame it is, how to get to another, and what is under the pointer."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QIntValidator, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSpinBox, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.gui import icons
from render_manager.gui.declarations.viewer import AT_FRAME, TRANSPORT
from render_manager.gui.imaging.reading import Picture
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark, monospace
from render_manager.gui.viewer.actions import ViewerActions
from render_manager.gui.viewer.playback import USUAL_RATE


class Transport(QFrame):
    """Signals:
    jumped: to this frame number.
    rate_chosen: so many frames a second.
    """

    jumped = Signal(int)
    rate_chosen = Signal(int)

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self.number = QLineEdit()
        self.number.setObjectName("viewer_number")
        self.number.setAccessibleName(self.tr("Frame number"))
        self.number.setToolTip(self.tr("The frame that is shown; type another one (Ctrl+G)"))
        self.number.setValidator(QIntValidator(self.number))
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(self.fontMetrics().horizontalAdvance("0000000") + 18)
        self.number.returnPressed.connect(self._jump)
        self.rate = QSpinBox()
        self.rate.setObjectName("viewer_rate")
        self.rate.setAccessibleName(self.tr("Frames a second"))
        self.rate.setToolTip(self.tr("Frames a second; what is late is left out"))
        self.rate.setRange(1, 120)
        self.rate.setValue(USUAL_RATE)
        self.rate.setSuffix(self.tr(" fps"))
        self.rate.setKeyboardTracking(False)
        self.rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.rate.setFixedWidth(self.fontMetrics().horizontalAdvance("120 fps") + 44)
        self.rate.valueChanged.connect(self.rate_chosen)
        self.state = FrameState()
        self.played = QLabel()
        self.played.setObjectName("viewer_played")
        self.played.setProperty("role", "muted")
        self.readout = Readout()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 2, 8, 6)
        layout.setSpacing(3)
        actions.buttons(TRANSPORT, layout)
        layout.addSpacing(4)
        layout.addWidget(self.rate)
        layout.addSpacing(10)
        layout.addWidget(self.number)
        layout.addSpacing(6)
        layout.addWidget(self.state)
        layout.addWidget(self.played)
        layout.addWidget(self.readout, 1)
        layout.addSpacing(8)
        actions.buttons(AT_FRAME, layout)

    def show_frame(self, frame: RenderFrame | None) -> None:
        if not self.number.hasFocus() or not self.number.isModified():
            self.number.setText(str(frame.frame_number) if frame else "")
        self.state.show_frame(frame)

    def jump(self) -> None:
        self.number.setFocus()
        self.number.selectAll()

    def _jump(self) -> None:
        self.number.setModified(False)
        self.jumped.emit(int(self.number.text()))


class FrameState(QWidget):
    """Mark and word of the frame's state."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("viewer_state")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._frame: RenderFrame | None = None
        widest = max(self.fontMetrics().horizontalAdvance(style.text) for style in FRAME_STYLES.values())
        self.setFixedWidth(widest + 24)

    def show_frame(self, frame: RenderFrame | None) -> None:
        self._frame = frame
        self.setAccessibleName(FRAME_STYLES[frame.status].text if frame else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._frame is None:
            return
        style, painter = FRAME_STYLES[self._frame.status], QPainter(self)
        colour = style.colour(is_dark(self.palette()))
        mark = icons.pixmap(style.mark, 13, colour, self.devicePixelRatioF())
        painter.drawPixmap(0, (self.height() - 13) // 2, mark)
        painter.setPen(colour)
        painter.drawText(self.rect().adjusted(19, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, style.text)
        painter.end()


class Readout(QLabel):
    """The values under the pointer, as they are in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("viewer_readout")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setFont(monospace())
        self._picture: Picture | None = None
        self._pixel: QPoint | None = None

    def show_picture(self, picture: Picture | None) -> None:
        self._picture = picture
        self._say()

    def show_pixel(self, pixel: QPoint | None) -> None:
        self._pixel = pixel
        self._say()

    def _say(self) -> None:
        picture, pixel = self._picture, self._pixel
        if picture is None:
            self.setText("")
        elif pixel is None:
            size = picture.size
            self.setText(f"{size.width()} × {size.height()}  {_kind(picture)}")
        elif (values := picture.values(pixel.x(), pixel.y())) is None:
            self.setText(f"{pixel.x()}, {pixel.y()}")
        else:
            named = zip(picture.layer.channels, values, strict=True)
            told = "  ".join(f"{name} {value:.5g}" for name, value in named)
            self.setText(f"{pixel.x()}, {pixel.y()}  {told}")


def _kind(picture: Picture) -> str:
    words = {"uint8": "8 bit", "uint16": "16 bit", "uint32": "32 bit", "float16": "16 bit float"}
    return words.get(picture.pixels.dtype.name, "32 bit float")
