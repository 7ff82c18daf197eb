"""Reads what decides why tasks and frames wait: for a whole list of tasks with a handful of questions."""

from collections.abc import Iterable, Mapping, Sequence

from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderTask, WorkspaceState
from render_manager.domain.errors import FrameNotFound
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.services.store_port import TaskStore
from render_manager.services.waiting.frames import held, waiting
from render_manager.services.waiting.standing import Farm, Queues, Standing, eyes
from render_manager.services.waiting.tasks import Outlook, Wording, without_workers

#: Tasks ahead of one are counted so far.
MOST_AHEAD = 1000
#: Workers whose queues are looked at, for all tasks of a list together.
MOST_EYES = 4


class Waiting:
    """Every method raises StoreUnavailable when the database is away.

    Args:
        alive_within: seconds without a heartbeat after which a worker counts as offline.
        fair: the farm's rule for what comes first.
    """

    def __init__(self, store: TaskStore, engines: Mapping[str, Engine], *, alive_within: float, fair: bool) -> None:
        self._store = store
        self._engines = engines
        self._alive_within = alive_within
        self._fair = fair

    def outlooks(
        self, tasks: Sequence[RenderTask], after: Mapping[str, Sequence[RenderTask]], now: float
    ) -> dict[str, Outlook]:
        """Why frames of each task wait. ``after``: by task, what it must come after."""
        found = {task.id: without_workers(task, after.get(task.id, ())) for task in tasks}
        open_ = [task for task in tasks if found[task.id] is None]
        told = {task_id: outlook for task_id, outlook in found.items() if outlook is not None}
        return told | self._among_workers(open_, now) if open_ else told

    def _among_workers(self, tasks: Sequence[RenderTask], now: float) -> dict[str, Outlook]:
        ids = [task.id for task in tasks]
        farm = Farm(self._store.workers(self._alive_within))
        avoided = self._store.avoided_hosts(ids)
        ready = self._ready(ids) if any(worker.load.disk_low for worker in farm.online) else {}
        standings = {task.id: farm.standing(task, avoided.get(task.id, ()), ready.get(task.id, ())) for task in tasks}
        queues = self._queues(standings.values())
        found: dict[str, Outlook] = {}
        for task in tasks:
            standing, engine = standings[task.id], self._engines.get(task.render_engine)
            found[task.id] = Wording(
                task,
                standing,
                queues.ahead(task, standing),
                label=engine.label if engine else task.render_engine,
                avoided=avoided.get(task.id, {}),
                limit=MOST_AHEAD,
                now=now,
            ).outlook()
        return found

    def _ready(self, task_ids: Sequence[str]) -> dict[str, set[str]]:
        """The hosts that have each task's project."""
        hosts: dict[str, set[str]] = {}
        for workspace in self._store.workspaces(task_ids=task_ids, states=[WorkspaceState.READY]):
            hosts.setdefault(workspace.task_id, set()).add(workspace.host)
        return hosts

    def _queues(self, standings: Iterable[Standing]) -> Queues:
        seen = {
            worker.profile.name: self._store.next_tasks(worker.profile, MOST_AHEAD, fair=self._fair)
            for worker in eyes(standings, MOST_EYES)
        }
        return Queues(seen, MOST_AHEAD)

    def frame(self, task_id: str, number: int) -> str:
        """Why a frame is not being rendered; empty if it is, or is to be rendered no more. Raises TaskNotFound,
        FrameNotFound."""
        task, now = self._store.task(task_id), self._store.now()
        frames = self._store.frames(task.id, numbers=FrameRange.of([number]))
        if not frames:
            raise FrameNotFound(f"Task {task.id} has no frame {number}.")
        match (frame := frames[0]).status:
            case FrameStatus.PENDING:
                task_waits = self.outlooks([task], self._store.dependencies([task.id]), now)[task.id].sentence
                return waiting(task_waits, self._store.frames_before(task.id, number), tried=frame.attempts_used > 0)
            case FrameStatus.RENDERING:
                workers = {worker.profile.name: worker for worker in self._store.workers(self._alive_within)}
                return held(frame, task, workers.get(frame.worker or ""), now)
            case _:
                return ""
