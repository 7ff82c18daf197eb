"""Picking what goes for the disk space that is needed, whatever there is."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.entities import Workspace, WorkspaceState
from render_manager.domain.states import FrameCounts, TaskStatus
from render_manager.services.cleanup_plan import CleanupItem, by_host, pick, shortfall
from tests.workers.test_workspace import make_task

STATUSES = [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.RUNNING]


@st.composite
def items(draw: st.DrawFn) -> list[CleanupItem]:
    made = []
    for _ in range(draw(st.integers(0, 8))):
        status = draw(st.sampled_from(STATUSES))
        rendering = 1 if status is TaskStatus.RUNNING else 0
        finished = None if rendering else draw(st.integers(0, 5))
        task = make_task("k", status=status, finished_at=finished, counts=FrameCounts(rendering=rendering))
        hosts = draw(st.sets(st.sampled_from("abc"), min_size=1))
        sizes = [(host, draw(st.integers(0, 50))) for host in sorted(hosts)]
        made.append(
            CleanupItem(task, [Workspace(task.id, host, "/w", size, WorkspaceState.READY) for host, size in sizes])
        )
    return made


@given(items(), st.integers(1, 120))
def test_each_host_gains_enough_or_all_it_has_and_not_one_workspace_too_many(
    offered: list[CleanupItem], free: int
) -> None:
    picked = pick(offered, free)
    assert not any(item.busy for item in picked)
    there = Counter({host: share.size for host, share in by_host([item for item in offered if not item.busy]).items()})
    gained = Counter({host: share.size for host, share in by_host(picked).items()})
    for host in "abc":
        assert gained[host] >= min(free, there[host])
        of_host = [one.size for item in picked for one in item.workspaces if one.host == host]
        assert sum(of_host[:-1]) < free, "without the last one it would not be enough"
    lacking = {host: free - gained[host] for host in "abc" if gained[host] < free}
    assert shortfall(picked, free, "abc") == lacking


@given(items(), st.integers(1, 120))
def test_nothing_goes_before_what_is_completed_or_ended_earlier(offered: list[CleanupItem], free: int) -> None:
    rank = {item.task.id: (item.task.status is not TaskStatus.COMPLETED, item.task.finished_at) for item in offered}
    picked = {(item.task.id, one.host) for item in pick(offered, free) for one in item.workspaces}
    for item in offered:
        for one in item.workspaces:
            if item.busy or not one.size or (item.task.id, one.host) in picked:
                continue
            gone = [task_id for task_id, host in picked if host == one.host]
            assert all(rank[task_id] <= rank[item.task.id] for task_id in gone)
