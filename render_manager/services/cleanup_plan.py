"""What a clean-up would remove: the workspaces chosen, picked until enough is gained, summed per host."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.domain.states import TaskStatus


@dataclass(frozen=True)
class CleanupItem:
    """What cleaning one task would remove."""

    task: RenderTask
    workspaces: Sequence[Workspace]

    @property
    def size(self) -> int:
        """Bytes, as last measured."""
        return sum(workspace.size for workspace in self.workspaces)

    @property
    def busy(self) -> bool:
        return is_busy(self.task)


@dataclass(frozen=True)
class HostShare:
    """What of a clean-up falls to one host."""

    workspaces: int = 0
    size: int = 0


def is_busy(task: RenderTask) -> bool:
    """Whether a worker is at it: frames render, or the lane is between two of them."""
    return task.counts.rendering > 0 or task.status in (TaskStatus.PREPARING, TaskStatus.RUNNING)


def is_left(workspace: Workspace, keep: Keep) -> bool:
    """Whether there is something of it to remove that an earlier clean-up did not."""
    if workspace.state is WorkspaceState.REMOVED:
        return keep is Keep.NOTHING and workspace.size > 0  # its renders were kept
    cleaned = workspace.state is WorkspaceState.READY and workspace.keep is Keep.PROJECT
    return not (cleaned and keep is Keep.PROJECT)


def pick(items: Sequence[CleanupItem], free: int) -> list[CleanupItem]:
    """Of each host as many workspaces as it takes to gain ``free`` bytes there, completed tasks before others and
    then those that ended first; all it has where that is less."""
    gained: Counter[str] = Counter()
    picked: list[CleanupItem] = []
    for item in sorted(items, key=_goes_first):
        wanted = [one for one in item.workspaces if one.size and gained[one.host] < free]
        if wanted and not item.busy:
            gained.update({one.host: one.size for one in wanted})
            picked.append(replace(item, workspaces=wanted))
    return picked


def _goes_first(item: CleanupItem) -> tuple[bool, float]:
    ended = item.task.finished_at
    return item.task.status is not TaskStatus.COMPLETED, float("inf") if ended is None else ended


def by_host(items: Sequence[CleanupItem]) -> dict[str, HostShare]:
    """What falls to each host, by its name."""
    shares: dict[str, HostShare] = {}
    for workspace in (one for item in items for one in item.workspaces):
        share = shares.get(workspace.host, HostShare())
        shares[workspace.host] = HostShare(share.workspaces + 1, share.size + workspace.size)
    return dict(sorted(shares.items()))


def shortfall(items: Sequence[CleanupItem], free: int, hosts: Collection[str] = ()) -> Mapping[str, int]:
    """How many bytes of ``free`` each host would still lack after this clean-up; only hosts that would lack any.

    ``hosts``: those that were to gain it; none named: all that have anything to remove.
    """
    shares = by_host(items)
    lacking = {host: free - shares.get(host, HostShare()).size for host in sorted(hosts or shares)}
    return {host: size for host, size in lacking.items() if size > 0}
