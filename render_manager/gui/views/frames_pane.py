"""The frames of the selected task: bar, grid or list, the field to go to one, the card of the one under the pointer."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import FrameRangeError
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.gui import text
from render_manager.gui.action_set import ActionSet
from render_manager.gui.actions import GRID_BAR
from render_manager.gui.background import Background
from render_manager.gui.frame_sorter import FrameSorter
from render_manager.gui.frame_waits import FrameWaits
from render_manager.gui.models.frame_numbers import CODES, STATUSES, positions_of
from render_manager.gui.models.frame_table import FrameTableModel
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.sentences import say
from render_manager.gui.views.frame_card import FrameCard, Hover
from render_manager.gui.views.frame_grid import FrameGrid
from render_manager.gui.views.frame_jump import FrameJump
from render_manager.gui.views.frame_list import FrameList
from render_manager.gui.views.frame_selection import FrameSelection
from render_manager.gui.views.grid_layout import LEVELS
from render_manager.gui.views.legend import Legend
from render_manager.gui.views.thumbnails import Thumbnails
from render_manager.gui.window_state import WindowState
from render_manager.services.queries import Queries


class FramesPane(QWidget):
    """Signals:
    activated: a frame was double-clicked or Return pressed on it; its position.
    menu_asked: a context menu is wanted at this global point.
    listed: the frames are shown as a list now, or as a grid again.
    """

    activated = Signal(int)
    menu_asked = Signal(QPoint)
    listed = Signal()

    def __init__(
        self,
        model: FrameModel,
        thumbnails: Thumbnails,
        queries: Queries,
        background: Background,
        actions: ActionSet,
        host_of: Callable[[str], str | None],
    ) -> None:
        super().__init__()
        self.setObjectName("frames_pane")
        self._model = model
        self._ahead = 0.0  #: seconds that the database's clock is ahead of this computer's
        thumbnails.setParent(self)
        self.selection = FrameSelection()
        self.selection.setParent(self)
        self.grid = FrameGrid(model, self.selection, thumbnails)
        self.table = FrameTableModel(model, self.took)
        self.table.setParent(self)
        self.list = FrameList(self.table, self.selection)
        self.legend = Legend(model)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.list)
        self.slider = self._slider()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar(actions))
        layout.addWidget(self._stack, 1)
        self.jump = FrameJump(self._select_text, self._stack)
        waits = FrameWaits(queries, background, self)
        self.card = FrameCard(model, thumbnails, self.took, host_of, waits, self)
        self._hovers = {self.grid: Hover(self.grid, self.card), self.list: Hover(self.list, self.card, rests=False)}
        self._sorter = FrameSorter(self.list, self.table, queries, background)
        self._connect()

    def _connect(self) -> None:
        self.grid.activated.connect(self.activated)
        self.list.activated_at.connect(self.activated)
        self.grid.menu_asked.connect(self.menu_asked)
        self.list.menu_asked.connect(self.menu_asked)
        self.grid.number_typed.connect(self.go_to_typed)
        self.list.number_typed.connect(self.go_to_typed)
        self.grid.zoomed.connect(self._zoomed)
        self.legend.chosen.connect(self.select_state)
        self.selection.current_changed.connect(self._card_follows)

    def _bar(self, actions: ActionSet) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 4, 6, 4)
        bar.setSpacing(2)
        title = QLabel(self.tr("Frames"))
        title.setProperty("role", "title")
        bar.addWidget(title)
        bar.addSpacing(4)
        bar.addWidget(self.legend, 1)
        for command_id in GRID_BAR:
            if command_id == "view.zoom_in":
                bar.addWidget(self.slider)
            if command_id:
                button = QToolButton()
                button.setDefaultAction(actions[command_id])
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
                button.setProperty("flat", True)
                bar.addWidget(button)
            else:
                bar.addSpacing(6)
        return bar

    def _slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName("grid_zoom")
        slider.setAccessibleName(self.tr("Size of the frames"))
        slider.setRange(0, LEVELS - 1)
        slider.setPageStep(1)
        slider.setFixedWidth(56)  # at 1280x720 the legend needs the rest
        slider.setToolTip(self.tr("Size of the frames, from a point to the rendered image (Ctrl+wheel)"))
        slider.valueChanged.connect(self._slid)
        return slider

    # -- asking --------------------------------------------------------------------------------------------------

    @property
    def view(self) -> FrameGrid | FrameList:
        """The one that is shown."""
        return self.list if self.is_list else self.grid

    @property
    def is_list(self) -> bool:
        return self._stack.currentWidget() is self.list

    def selected_states(self) -> frozenset[FrameStatus]:
        """That occur among the selected frames."""
        states, chosen = np.frombuffer(self._model.states, np.uint8), self.selection.mask
        return frozenset(STATUSES[code] for code in CODES.values() if bool(((states == code) & chosen).any()))

    def selected(self, states: frozenset[FrameStatus] | set[FrameStatus] | None = None) -> NDArray[np.intp]:
        """The positions of the selected frames, or of those of them in these states."""
        chosen = self.selection.mask
        if states is not None:
            wanted = [CODES[status] for status in states]
            chosen = chosen & np.isin(np.frombuffer(self._model.states, np.uint8), wanted)
        return np.flatnonzero(chosen)

    def took(self, frame: RenderFrame) -> float | None:
        """Seconds that its renderer was, or is, at it."""
        if frame.started_at is None:
            return None
        if frame.status is FrameStatus.RENDERING:
            return max(time.time() + self._ahead - frame.started_at, 0.0)
        return None if frame.finished_at is None else frame.finished_at - frame.started_at

    def learn_clock(self, now: float) -> None:
        """What the database's clock says now."""
        self._ahead = now - time.time()

    # -- doing ---------------------------------------------------------------------------------------------------

    def go_to(self, position: int) -> None:
        """Select one frame and bring it into view."""
        self.selection.only(position)
        self.view.ensure_visible(position)

    def go_to_next(self, status: FrameStatus, *, back: bool = False) -> bool:
        """Select the next frame in that state; False: there is none."""
        current = self.selection.current
        if back:
            position = self._model.previous_in(status, 0 if current is None else current)
        else:
            position = self._model.next_in(status, -1 if current is None else current)
        if position is not None:
            self.go_to(position)
        return position is not None

    def select_state(self, status: FrameStatus) -> None:
        """Select every frame in that state."""
        self._select(self._model.in_state(status))
        self.view.setFocus()

    def _select(self, mask: NDArray[np.bool_]) -> None:
        self.selection.those(mask)
        if self.selection.current is not None:
            self.view.ensure_visible(self.selection.current)

    def go_to_typed(self, typed: str = "") -> None:
        """Open the field that takes the number of a frame, or a range."""
        self.card.leave()
        self.jump.open(typed, self.view)

    def _select_text(self, typed: str) -> str | None:
        try:
            wanted = FrameRange.parse(typed)
        except FrameRangeError as error:
            return say(str(error))
        numbers = self._model.numbers
        found = np.zeros(len(numbers), np.bool_)
        for run in wanted.runs:
            found[positions_of(numbers, run)] = True
        if not found.any():
            return self.tr("The task has no frame {0}. It has {1} frames from {2} to {3}.").format(
                wanted, text.number(len(numbers)), numbers[0], numbers[-1]
            )
        self._select(found)
        return None

    def show_list(self, shown: bool) -> None:
        """As a list, or as a grid."""
        had_focus = self.view.hasFocus()
        self.card.leave()
        self._stack.setCurrentWidget(self.list if shown else self.grid)
        self.slider.setEnabled(not shown)
        if self.selection.current is not None:
            self.view.ensure_visible(self.selection.current)
        if had_focus:
            self.view.setFocus()
        if shown:
            self._sorter.outdated()
        self.listed.emit()

    # -- zoom ----------------------------------------------------------------------------------------------------

    def zoom(self, steps: int) -> None:
        """Larger or smaller; 0: as large as shows all."""
        if self.is_list:
            self.show_list(False)
        self.grid.zoom(steps)

    def _slid(self, level: int) -> None:
        if level != self.grid.layout_.level:
            self.grid.set_level(level)

    def _zoomed(self) -> None:
        self.card.leave()
        self.slider.setValue(self.grid.layout_.level)

    def restore(self, state: WindowState) -> None:
        level = state.value("grid_level")
        self.grid.set_level(int(level) if level.isdigit() else None)
        self.show_list(state.value("frame_list") == "yes")

    def save(self, state: WindowState) -> None:
        state.save_value("grid_level", "" if self.grid.level is None else str(self.grid.level))
        state.save_value("frame_list", "yes" if self.is_list else "")

    # -- card ----------------------------------------------------------------------------------------------------

    def show_card(self) -> None:
        """Of the frame with the focus; or hide it again."""
        current = self.selection.current
        if self.card.isVisible() or current is None:
            self.card.leave()
        else:
            self.view.ensure_visible(current)
            self._hovers[self.view].show_card(current)

    def _card_follows(self, current: int | None) -> None:
        if self.card.isVisible():
            if current is None:
                self.card.leave()
            else:
                self.view.ensure_visible(current)
                self._hovers[self.view].show_card(current)

    # -- the rest ------------------------------------------------------------------------------------------------

    def retint(self) -> None:
        self.legend.retint()

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 120)  # wide enough for its bar
