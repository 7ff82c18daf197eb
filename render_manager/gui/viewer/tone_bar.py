"""What of the image is looked at, and how bright: layer, channel, exposure, gamma, size."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from render_manager.gui import text
from render_manager.gui.declarations.viewer import CHANNELS
from render_manager.gui.imaging.reading import Picture
from render_manager.gui.imaging.tone import Tone
from render_manager.gui.viewer.actions import ViewerActions


class ToneSlider(QWidget):
    """Signals:
    changed: another value.
    """

    changed = Signal()

    def __init__(self, name: str, least: float, most: float, step: float, neutral: float, signed: bool) -> None:
        super().__init__()
        self._step, self._signed = step, signed
        self._neutral = round(neutral / step)
        self._slider = _Slider(Qt.Orientation.Horizontal)
        self._slider.setRange(round(least / step), round(most / step))
        self._slider.setValue(self._neutral)
        self._slider.setAccessibleName(name)
        self._slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._slider.setMinimumWidth(70)
        self._slider.setMaximumWidth(150)
        self._slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._slider.reset = self.reset
        self._slider.valueChanged.connect(self._moved)
        title = QLabel(name)
        title.setProperty("role", "muted")
        self._shown = QLabel()
        self._shown.setFixedWidth(self.fontMetrics().horizontalAdvance("+00.00") + 4)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (title, self._slider, self._shown):
            layout.addWidget(part)
        self._moved()

    @property
    def value(self) -> float:
        return self._slider.value() * self._step

    def set_value(self, value: float) -> None:
        self._slider.setValue(round(value / self._step))

    def step(self, steps: int) -> None:
        self._slider.setValue(self._slider.value() + steps)

    def reset(self) -> None:
        self._slider.setValue(self._neutral)

    def _moved(self) -> None:
        sign = "+" if self._signed and self._slider.value() > 0 else ""
        self._shown.setText(f"{sign}{self.locale().toString(self.value, 'f', 2)}")
        self.changed.emit()


class _Slider(QSlider):
    reset: Callable[[], object]

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()


class ToneBar(QFrame):
    """Signals:
    toned: another Tone.
    layer_chosen: the place of a layer among the picture's.
    """

    toned = Signal(object)
    layer_chosen = Signal(int)

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.layers = QComboBox()
        self.layers.setObjectName("viewer_layers")
        self.layers.setAccessibleName(self.tr("Layer"))
        self.layers.setToolTip(self.tr("The layer (AOV) of the image; Page Up and Page Down choose another"))
        self.layers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.layers.setMaximumWidth(220)
        self.layers.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.layers.activated.connect(self.layer_chosen)
        self.exposure = ToneSlider(self.tr("Exposure"), -10, 10, 0.25, 0, True)
        self.exposure.setToolTip(self.tr("In stops; keys {0} and {1}, a double click resets").format("[", "]"))
        self.gamma = ToneSlider(self.tr("Gamma"), 0.2, 4, 0.05, 1, False)
        self.gamma.setToolTip(self.tr("Keys {0} and {1}, a double click resets").format("{", "}"))
        for slider in (self.exposure, self.gamma):
            slider.changed.connect(lambda: self.toned.emit(self.tone))
        self._zoom = QLabel()
        self._zoom.setObjectName("viewer_zoom")
        self._zoom.setProperty("role", "muted")
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._zoom.setFixedWidth(self.fontMetrics().horizontalAdvance("6,400 %") + 4)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 8, 4)
        layout.setSpacing(3)
        layout.addWidget(self.layers)
        layout.addSpacing(8)
        actions.buttons(CHANNELS, layout)
        layout.addSpacing(12)
        layout.addWidget(self.exposure, 1)
        layout.addSpacing(6)
        layout.addWidget(self.gamma, 1)
        actions.buttons(("viewer.neutral",), layout)
        layout.addStretch(1)
        layout.addWidget(self._zoom)
        actions.buttons(("viewer.fit", "viewer.actual"), layout)
        self.layers.setEnabled(False)

    @property
    def tone(self) -> Tone:
        return Tone(self.exposure.value, self.gamma.value)

    def reset(self) -> None:
        self.exposure.reset()
        self.gamma.reset()

    def show_layers(self, picture: Picture) -> None:
        names = [layer.name or self.tr("Image") for layer in picture.layers]
        with QSignalBlocker(self.layers):
            if names != [self.layers.itemText(row) for row in range(self.layers.count())]:
                self.layers.clear()
                self.layers.addItems(names)
            self.layers.setCurrentIndex(picture.layers.index(picture.layer))
        self.layers.setEnabled(len(names) > 1)

    def step_layer(self, steps: int) -> None:
        if self.layers.count() > 1:
            place = (self.layers.currentIndex() + steps) % self.layers.count()
            self.layers.setCurrentIndex(place)
            self.layer_chosen.emit(place)

    def show_zoom(self, zoom: float) -> None:
        self._zoom.setText(self.tr("{0} %").format(text.number(round(100 * zoom))))
