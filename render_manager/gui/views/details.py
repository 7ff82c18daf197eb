"""All that is known of the selected task, and the image of the selected frame."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.priority import band_of
from render_manager.domain.requirements import REQUIRES
from render_manager.domain.states import TaskStatus
from render_manager.gui import task_words, text
from render_manager.gui.background import Background
from render_manager.gui.frame_waits import TRUE_FOR, FrameWaits
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES, TASK_STYLES
from render_manager.gui.views.preview import Preview
from render_manager.gui.views.word_label import WordLabel
from render_manager.services.queries import Queries, TaskRow
from render_manager.services.results import Results


class DetailsPane(QScrollArea):
    def __init__(
        self,
        engine_labels: Mapping[str, str],
        results: Results,
        queries: Queries,
        background: Background,
        copy_id: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("details")
        self.setAccessibleName(self.tr("Details of the selected task"))
        self.setWidgetResizable(True)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, if unseen: parts whose height follows from their width would let a bar that comes and goes come
        # and go for ever, within one call of Qt.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda _, largest: bar.setEnabled(largest > 0))
        bar.setEnabled(False)
        self._labels = engine_labels
        self.preview = Preview(results, background)
        self._title = WordLabel()
        self._title.setProperty("role", "title")
        self._id = _label("muted")
        self._copy = QToolButton()
        self._copy.setDefaultAction(copy_id)
        self._copy.setProperty("flat", True)
        self._note = _label("")
        self._note.setObjectName("details_note")
        self._fields = Fields()
        self._frame_title = _label("section")
        self._frame_fields = Fields()
        self._frame: RenderFrame | None = None
        self._waits = FrameWaits(queries, background, self)
        self._waits.told.connect(self._fill_frame)
        again = QTimer(self, interval=round(1000 * TRUE_FOR))
        again.timeout.connect(lambda: self.isVisible() and self._fill_frame())
        again.start()
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(14, 12, 12, 12)
        layout.setSpacing(6)
        layout.addWidget(self._title)
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self._id)
        line.addWidget(self._copy)
        line.addStretch(1)
        layout.addLayout(line)
        layout.addWidget(self._note)
        layout.addWidget(self._fields)
        layout.addSpacing(8)
        layout.addWidget(self._frame_title)
        layout.addWidget(self.preview)
        layout.addWidget(self._frame_fields)
        layout.addStretch(1)
        self.setWidget(body)
        self.show_tasks([], 0)
        self.show_frame(None)

    # -- tasks ---------------------------------------------------------------------------------------------------

    def show_tasks(self, rows: Sequence[TaskRow], count: int) -> None:
        """Args: count: how many are selected; ``rows`` are those of them that were read."""
        one = rows[0] if len(rows) == count == 1 else None
        self._copy.setVisible(one is not None)
        self._id.setVisible(one is not None)
        self._note.setVisible(bool(one and one.note))
        if one is None:
            self._title.say(
                self.tr("{0} tasks selected").format(text.number(count)) if count > 1 else self.tr("No task selected")
            )
            self._fields.show_all(self._sum(rows) if rows and len(rows) == count else [])
            return
        self._title.say(one.task.name)
        self._id.setText(one.task.id)
        self._note.setText(say(one.note))
        _set_role(self._note, "error" if one.task.error_message or one.task.status is TaskStatus.FAILED else "muted")
        self._fields.show_all(self._of(one))

    def _sum(self, rows: Sequence[TaskRow]) -> list[tuple[str, str]]:
        counts = [row.task.counts for row in rows]
        return [
            (self.tr("Frames"), text.number(sum(count.total for count in counts))),
            (self.tr("Done"), text.number(sum(count.done for count in counts))),
            (self.tr("Rendering"), text.number(sum(count.rendering for count in counts))),
            (self.tr("Failed"), text.number(sum(count.failed for count in counts))),
            (self.tr("Waiting"), text.number(sum(count.pending for count in counts))),
        ]

    def _of(self, row: TaskRow) -> list[tuple[str, str]]:
        task = row.task
        archive = {None: self.tr("Detected"), True: self.tr("Yes"), False: self.tr("No")}[task.is_compressed]
        done = [other for other in row.after if other not in row.awaits]
        info = task.task_info.items()
        options = "\n".join(f"{name} = {value}" for name, value in info if name != REQUIRES)
        return [
            (self.tr("Status"), TASK_STYLES[task.status].text),
            (self.tr("Waiting"), say(row.waiting) if row.waiting != row.note else ""),
            (self.tr("User"), task.unionid),
            (self.tr("Engine"), self._labels.get(task.render_engine, task.render_engine)),
            (self.tr("Priority"), f"{task.priority} · {band_of(task.priority)}"),
            (self.tr("Frames"), self.tr("{0} ({1} in all)").format(task.frames, text.number(task.total_frames))),
            (self.tr("Order"), task_words.order(task.frame_order)),
            (self.tr("Waits for"), "\n".join(map(task_words.other_task, row.awaits))),
            (self.tr("After"), "\n".join(map(task_words.other_task, done))),
            (self.tr("Attempts"), self.tr("{0} per frame").format(task.max_attempts)),
            (self.tr("Workers"), self.tr("{0} at most").format(task.max_workers) if task.max_workers else ""),
            (self.tr("Requires"), task_words.requirements(task.requires)),
            (self.tr("Source"), task.oss_file_path),
            (self.tr("Archive"), archive),
            (self.tr("Project file"), task.project_file or ""),
            (self.tr("Options"), options),
            (self.tr("Submitted"), text.moment(task.submitted_at)),
            (self.tr("Started"), text.moment(task.started_at)),
            (self.tr("Finished"), text.moment(task.finished_at)),
            (self.tr("Took"), text.precise_duration(row.elapsed)),
            (self.tr("Workspace"), task.workspace_dir or ""),
        ]

    # -- frame ---------------------------------------------------------------------------------------------------

    def show_frame(self, frame: RenderFrame | None) -> None:
        self._frame = frame
        self._frame_title.setVisible(frame is not None)
        self.preview.show_frame(frame)
        self._fill_frame()

    def _fill_frame(self) -> None:
        frame = self._frame
        if frame is None:
            self._frame_fields.show_all([])
            return
        self._frame_title.setText(self.tr("Frame {0}").format(frame.frame_number))
        took = None
        if frame.started_at is not None and frame.finished_at is not None:
            took = frame.finished_at - frame.started_at
        self._frame_fields.show_all(
            [
                (self.tr("Status"), FRAME_STYLES[frame.status].text),
                (self.tr("Waiting"), say(self._waits.of(frame))),
                (self.tr("Error"), say(frame.error_message)),
                (self.tr("Kind"), text.failure(frame.failure)),
                (self.tr("Log line"), frame.evidence or ""),
                (self.tr("Attempt"), str(frame.attempt) if frame.attempt else ""),
                (self.tr("Worker"), frame.worker or ""),
                (self.tr("Took"), text.precise_duration(took)),
                (self.tr("Image"), frame.output_path or ""),
                (self.tr("Uploaded to"), frame.uploaded_key or ""),
            ]
        )


class Fields(QWidget):
    """Names and values; a value that is empty is left out."""

    def __init__(self) -> None:
        super().__init__()
        # A form layout does not always give lines that become more or fewer the room they need.
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, WordLabel]] = []

    def show_all(self, fields: Sequence[tuple[str, str]]) -> None:
        shown = [(name, value) for name, value in fields if value]
        while len(self._rows) < len(shown):
            name, value = QLabel(), WordLabel()
            name.setProperty("role", "muted")
            self._grid.addWidget(name, len(self._rows), 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, len(self._rows), 1)
            self._rows.append((name, value))
        for row, (name, value) in enumerate(self._rows):
            name.setVisible(row < len(shown))
            value.setVisible(row < len(shown))
            if row < len(shown):
                name.setText(shown[row][0])
                value.say(shown[row][1])
        self.setVisible(bool(shown))


def _label(role: str) -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setMinimumWidth(10)  # long paths wrap instead of widening the pane
    return label


def _set_role(label: QLabel, role: str) -> None:
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().polish(label)
