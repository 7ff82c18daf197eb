"""A priority from 0 to 10, by slider or by number, with the queue it means."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from render_manager.domain.priority import DEFAULT, HIGHEST, LOWEST, band_of
from render_manager.gui.dialogs.number_box import NumberBox


class PriorityField(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.spin = NumberBox("priority", self.tr("Priority"), LOWEST, HIGHEST)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(LOWEST, HIGHEST)
        self._slider.setPageStep(1)
        self._slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self._slider.setAccessibleName(self.tr("Priority"))
        self._queue = QLabel()
        self._queue.setObjectName("queue")
        self._queue.setProperty("role", "muted")
        self._queue.setMinimumWidth(self._queue.fontMetrics().horizontalAdvance("high_priority") + 8)
        self._slider.valueChanged.connect(self.spin.setValue)
        self.spin.valueChanged.connect(self._slider.setValue)
        self.spin.valueChanged.connect(lambda value: self._queue.setText(str(band_of(value))))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self.spin)
        layout.addWidget(self._queue)
        self.spin.setValue(DEFAULT)

    def value(self) -> int:
        return self.spin.value()
