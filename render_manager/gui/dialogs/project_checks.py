"""Looking at what is about to be submitted, off the Qt thread: can it be, is it there, how large is it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from render_manager.domain.entities import RenderSpec
from render_manager.domain.errors import ObjectStoreError, RenderManagerError
from render_manager.gui.background import Background
from render_manager.gui.models.projects import Project, ProjectsModel
from render_manager.gui.sentences import say
from render_manager.services.submit import Found, Submission

#: Milliseconds after the last change before rows are looked at: somebody may be typing.
_PAUSE = 120
#: Paths looked at by one job in the background; between two of them others have their turn.
_AT_ONCE = 8
#: Stand-ins for what the form's own fields complain about: a row is not to repeat it.
_ANY_FRAMES, _ANYBODY = "1", "somebody"


@dataclass(frozen=True)
class _Verdict:
    wrong: str = ""
    count: int | None = None
    title: str = ""


class ProjectChecks(QObject):
    """Keeps the rows' problems and sizes up to date.

    Signals: judged: every row is known to be good or not.
    """

    judged = Signal()

    def __init__(self, submission: Submission, background: Background, model: ProjectsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._submission = submission
        self._background = background
        self._model = model
        self._turn = 0  #: answers to earlier questions are late
        self.pending = True  #: what is said of the rows is of before the last change
        self._looking = False
        self._shared_frames_good = True
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._check)
        model.edited.connect(self.look)

    def trust_frames(self, good: bool) -> None:
        """Whether the form's own frames can be read."""
        if good != self._shared_frames_good:
            self._shared_frames_good = good
            self.look()

    def look(self) -> None:
        """Look at all rows once nobody types any more."""
        self.pending = True
        self._turn += 1
        self._pause.start()

    def look_again(self) -> None:
        """What was not there may be by now."""
        lost = [row for row in self._model.rows if row.missing or row.away]
        for row in lost:
            self._model.tell(row, missing="", away="")
        if lost:
            self.look()

    def _check(self) -> None:
        asked = [(row, self._checked(row)) for row in self._model.rows]
        turn = self._turn
        self._background.run(
            lambda: [self._verdict(spec) for _, spec in asked],
            done=lambda verdicts: self._take(turn, [row for row, _ in asked], verdicts),
            owner=self,
        )

    def _checked(self, row: Project) -> RenderSpec:
        spec = self._model.spec(row)
        frames = spec.frames if row.frames is not None or self._shared_frames_good else _ANY_FRAMES
        return replace(spec, unionid=_ANYBODY, frames=frames)

    def _verdict(self, spec: RenderSpec) -> _Verdict:
        """Runs in a thread."""
        try:
            checked = self._submission.check(spec)
            return _Verdict("", len(checked.frames), checked.name)
        except RenderManagerError as error:
            return _Verdict(say(str(error)))

    def _take(self, turn: int, rows: Sequence[Project], verdicts: Sequence[_Verdict]) -> None:
        if turn != self._turn:
            return
        self.pending = False
        for row, verdict in zip(rows, verdicts, strict=True):
            if (row.wrong, row.count, row.title) != (verdict.wrong, verdict.count, verdict.title):
                self._model.tell(row, wrong=verdict.wrong, count=verdict.count, title=verdict.title)
        self.judged.emit()
        self._find()

    # -- what is there -------------------------------------------------------------------------------------------

    def _find(self) -> None:
        """Look for what nobody looked for yet, a few at a time."""
        unknown = [
            row for row in self._model.rows if not (row.found or row.missing or row.away or row.wrong or row.doing)
        ]
        if self._looking or not unknown:
            return
        self._looking = True
        asked = [(row, row.path) for row in unknown[:_AT_ONCE]]
        self._background.run(
            lambda: [self._found(path) for _, path in asked], done=partial(self._take_found, asked), owner=self
        )

    def _found(self, path: str) -> Found | RenderManagerError | OSError:
        """Runs in a thread."""
        try:
            return self._submission.find(path)
        except (RenderManagerError, OSError) as error:
            return error

    def _take_found(
        self, asked: Sequence[tuple[Project, str]], answers: Sequence[Found | RenderManagerError | OSError]
    ) -> None:
        self._looking = False
        for (row, path), answer in zip(asked, answers, strict=True):
            if row.path != path:
                continue
            match answer:
                case Found():
                    self._model.tell(row, found=answer)
                    if answer.engine and row.guessed is None:
                        row.guessed = answer.engine
                        self._model.edited.emit()
                case ObjectStoreError() | OSError():
                    self._model.tell(row, away=say(str(answer)))  # it may be there all the same
                case _:
                    self._model.tell(row, missing=say(str(answer)))
        self.judged.emit()
        self._find()
