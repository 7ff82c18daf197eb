"""Why images can't be had from here, and what would help."""

import socket
from collections.abc import Callable, Sequence

from render_manager.domain.entities import RenderFrame, RenderTask, WorkspaceState
from render_manager.domain.frame_range import FrameRange
from render_manager.services.store_port import TaskStore

#: Sentences about frames that can be had from nowhere.
Explain = Callable[[Sequence[RenderFrame]], list[str]]


def why_nowhere(store: TaskStore, task: RenderTask, frames: Sequence[RenderFrame]) -> list[str]:
    """A sentence for each host that has, or had, some of these images to itself."""
    hosts = {worker.profile.name: worker.profile.host for worker in store.workers(0.0)}
    workspaces = store.workspaces(task_ids=[task.id])
    removed = {workspace.host for workspace in workspaces if workspace.state is WorkspaceState.REMOVED}
    lone = workspaces[0].host if len(workspaces) == 1 else None  # a worker's row may be gone
    by_place: dict[tuple[str | None, str | None], list[RenderFrame]] = {}
    for frame in frames:
        place = (hosts.get(frame.worker or "") or lone, frame.worker)
        by_place.setdefault(place, []).append(frame)
    return [_sentence(host, worker, found, host in removed) for (host, worker), found in by_place.items()]


def _sentence(host: str | None, worker: str | None, frames: Sequence[RenderFrame], removed: bool) -> str:
    numbers = FrameRange.of([frame.frame_number for frame in frames])
    what = f"Frame{'s' if len(frames) > 1 else ''} {numbers}: not in the object store"
    by = f" (worker {worker})" if worker else ""
    first = frames[0].output_path or "the image"
    if removed:
        return f"{what}, and a clean-up of host {host}{by} removed what it rendered: retry to render it again."
    if host == socket.gethostname():
        return f"{what}, and {first} of this host{by} is not there any more: retry to render it again."
    where = f"on host {host}{by}" if host else f"on the host that rendered it{by}"
    return (
        f"{what}, only {where}, and {first} can't be read from here. UPLOAD_RENDERS=true on the hosts, or a "
        "WORKSPACE_ROOT_DIR that this computer shares with them, makes images available here."
    )
