"""Why one frame is not rendered, put into words: what its task waits for, and its own place among the task's frames."""

from render_manager.domain.entities import RenderFrame, RenderTask, WorkerStatus


def waiting(task_waits: str, before: int, *, tried: bool) -> str:
    """Of a frame that nobody has.

    Args:
        task_waits: why the frames of its task wait.
        before: how many of them are handed out before this one.
        tried: an attempt at it failed or was lost.
    """
    return f"{task_waits} {_place(before, tried=tried)}".strip()


def _place(before: int, *, tried: bool) -> str:
    if not before:
        return "It is the next frame of its task."
    last = " It was tried before, and such frames come last." if tried else ""
    if before == 1:
        return "1 frame of its task comes before it." + last
    return f"{before} frames of its task come before it." + last


def held(frame: RenderFrame, task: RenderTask, worker: WorkerStatus | None, now: float) -> str:
    """Of a frame that a worker has; empty while that one renders it. ``worker``: None if it is not known any more."""
    if worker is None or not worker.alive:
        return f"{_silence(frame, worker, now)}; {_what_follows(frame, task, now)}."
    if frame.started_at is not None:
        return ""
    if task.activity:
        return f"Worker {frame.worker} prepares its project: {task.activity}"
    return f"Worker {frame.worker} has it and is about to begin."


def _silence(frame: RenderFrame, worker: WorkerStatus | None, now: float) -> str:
    if worker is None:
        return f"Its worker {frame.worker} is gone"
    return f"Its worker {frame.worker} was last heard of {max(round(now - worker.last_seen_at), 1)} s ago"


def _what_follows(frame: RenderFrame, task: RenderTask, now: float) -> str:
    seconds = round((frame.lease_until or now) - now)
    if frame.attempts_used >= task.max_attempts:
        if seconds > 0:
            return f"the frame fails in {seconds} s, as it may not be tried again"
        return "the frame fails now, as it may not be tried again"
    return f"the frame goes to another one in {seconds} s" if seconds > 0 else "the frame goes to another one now"
