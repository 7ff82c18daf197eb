"""Whether a worker can run a task at all, and why not. The claim asks the database the same (store/matching.py)."""

from render_manager.domain.entities import RenderTask, WorkerProfile
from render_manager.domain.priority import band_of


def can_serve(task: RenderTask, worker: WorkerProfile) -> bool:
    """Whether the worker listens to the task's queue, has its engine, and all that it requires."""
    return band_of(task.priority) in worker.bands and task.render_engine in worker.engines and not unmet(task, worker)


def unmet(task: RenderTask, worker: WorkerProfile) -> list[str]:
    """What the task requires and a worker with its engine lacks, in words."""
    version = worker.engines[task.render_engine]
    return task.requires.unmet(version=version, tags=worker.tags, memory=worker.memory)
