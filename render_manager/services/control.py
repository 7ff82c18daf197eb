"""What a person asks of a task: cancel, pause, resume, another priority, retry, skip, release, which project file."""

from render_manager.domain.audit import Action
from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import FrameNotFound, IllegalMove, InvalidTask
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import check_priority
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus, TaskStatus, roll_up
from render_manager.services.change import TaskChange
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.store_port import TaskStore

#: What a retried frame forgets of its last attempt.
_AFRESH: dict[str, object] = {
    "error_message": None,
    "failure": None,
    "evidence": None,
    "progress": 0.0,
    "worker": None,
    "attempts_used": 0,
    "started_at": None,
    "finished_at": None,
}
_NO_FAULT: dict[str, object] = {"error_message": None, "failure": None, "evidence": None}


class TaskControl:
    """A person's commands. Each takes a full task id and gives the task as it is afterwards.

    Each raises TaskNotFound, IllegalMove (the task's state does not allow it) or StoreUnavailable.
    """

    def __init__(self, store: TaskStore, lifecycle: Lifecycle, max_frames: int) -> None:
        self._store = store
        self._lifecycle = lifecycle
        self._max_frames = max_frames

    def cancel(self, task_id: str) -> RenderTask:
        """Stop for good: waiting frames are cancelled at once, running renderers are stopped within two seconds."""
        with self._lifecycle.change(task_id, Action.CANCEL) as change:
            if change.task.status in FINAL:
                raise IllegalMove(f"Task {task_id} is {change.task.status} already: there is nothing to cancel.")
            change.move(FrameStatus.PENDING, FrameStatus.CANCELLED)
            change.move(FrameStatus.RENDERING, FrameStatus.CANCELLED)
            change.update(status=TaskStatus.CANCELLED)
        return change.task

    def pause(self, task_id: str) -> RenderTask:
        """Hand out no more frames; those being rendered finish."""
        with self._lifecycle.change(task_id, Action.PAUSE) as change:
            if change.task.status is TaskStatus.PAUSED:
                raise IllegalMove(f"Task {task_id} is paused already.")
            if change.task.status not in RUNNABLE:
                raise IllegalMove(f"Task {task_id} is {change.task.status}: only a task with work left can be paused.")
            change.update(status=TaskStatus.PAUSED)
        return change.task

    def resume(self, task_id: str) -> RenderTask:
        with self._lifecycle.change(task_id, Action.RESUME) as change:
            if change.task.status is not TaskStatus.PAUSED:
                raise IllegalMove(f"Task {task_id} is {change.task.status}, not paused.")
            if change.task.project_choices:
                raise IllegalMove(f"Task {task_id} waits for its project file to be chosen: choose it, and it goes on.")
            _reopen(change)
        return change.task

    def choose_project_file(self, task_id: str, file: str) -> RenderTask:
        """Say which of several project files is rendered; the task goes on.

        Raises:
            InvalidTask: it is none of those to choose from.
        """
        with self._lifecycle.change(task_id, Action.CHOOSE, file) as change:
            choices = change.task.project_choices
            if not choices:
                raise IllegalMove(f"Task {task_id} does not wait for a project file to be chosen.")
            if file not in choices:
                raise InvalidTask(f"{file!r} is none of the project files to choose from: {', '.join(choices)}.")
            change.update(project_file=file, project_choices=())
            _reopen(change)
        return change.task

    def set_priority(self, task_id: str, priority: int) -> RenderTask:
        """0 (lowest) to 10 (highest); acts on the next frame handed out.

        Raises:
            InvalidTask: the priority is out of range.
        """
        check_priority(priority)
        with self._lifecycle.change(task_id, Action.PRIORITY) as change:
            change.update(priority=priority)
            change.new_ticket()
        return change.task

    def retry(self, task_id: str, frames: str | None = None) -> RenderTask:
        """Render again: the failed (and, of a cancelled task, the cancelled) frames, or exactly those named.

        A completed frame that is named is rendered again, too.

        Raises:
            FrameRangeError: ``frames`` can't be read.
            FrameNotFound: the task has no such frame.
        """
        with self._lifecycle.change(task_id, Action.RETRY) as change:
            numbers = self._numbers(change, frames)
            sources = [FrameStatus.FAILED, FrameStatus.CANCELLED]
            if numbers is not None:
                sources += [FrameStatus.COMPLETED, FrameStatus.SKIPPED]
            for source in sources:
                change.move(source, FrameStatus.PENDING, numbers=numbers, values=_AFRESH)
            if not change.frames_moved:
                what = f"frames {frames} wait or render already" if frames else "no frame failed"
                raise IllegalMove(f"Task {task_id}: nothing to retry, {what}.")
            change.update(error_message=None, finished_at=None)
            change.tx.forget_avoided_hosts(task_id)  # whatever was wrong there may be mended
            _reopen(change)
        return change.task

    def skip(self, task_id: str, frames: str) -> RenderTask:
        """Leave waiting or failed frames out for good (the field's "eat").

        Raises:
            FrameRangeError: ``frames`` can't be read.
            FrameNotFound: the task has no such frame.
        """
        with self._lifecycle.change(task_id, Action.SKIP) as change:
            numbers = self._numbers(change, frames)
            for source in (FrameStatus.PENDING, FrameStatus.FAILED):
                change.move(source, FrameStatus.SKIPPED, numbers=numbers, values=_NO_FAULT)
            if not change.frames_moved:
                raise IllegalMove(f"Task {task_id}: none of the frames {frames} waits or failed, so none was skipped.")
            if not change.task.counts.failed:
                change.update(error_message=None)
        return change.task

    def release(self, task_id: str) -> RenderTask:
        """Let a task start that waits for others, without them."""
        with self._lifecycle.change(task_id, Action.RELEASE) as change:
            if not change.tx.forget_dependencies(task_id):
                raise IllegalMove(f"Task {task_id} waits for no other task.")
            change.new_ticket()
            change.record(Action.RELEASE, always=True)
        return change.task

    def _numbers(self, change: TaskChange, frames: str | None) -> FrameRange | None:
        if frames is None:
            return None
        numbers = FrameRange.parse(frames, self._max_frames)
        known = FrameRange.parse(change.task.frames, self._max_frames)
        if missing := [number for number in numbers if number not in known]:
            raise FrameNotFound(f"Task {change.task.id} has no frame {missing[0]}; its frames are {known}.")
        return numbers


def _reopen(change: TaskChange) -> None:
    """Let a settled or paused task go on from what its frames say, and ring for it."""
    paused = change.task.status is TaskStatus.PAUSED and change.frames_moved
    if change.tx.withdraw_cleanups(change.task.id):  # it is needed again
        change.update(activity=None)
    if not paused:  # retrying frames of a paused task does not end the pause
        task = change.task
        # Who prepares says what is going on; without that, what renders under a pause has begun.
        begun = task.status is TaskStatus.RUNNING or (task.status is TaskStatus.PAUSED and not task.activity)
        begun = begun or task.counts.completed + task.counts.failed > 0
        change.update(status=roll_up(TaskStatus.RUNNING if begun else TaskStatus.PENDING, task.counts))
        change.new_ticket()
