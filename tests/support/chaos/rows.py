"""What must hold of the database's rows: some of it at every moment, all of it once the farm has come to rest."""

from pathlib import Path

from sqlalchemy import Engine, text

from render_manager.domain.errors import RenderFailed
from render_manager.domain.states import FINAL, FrameCounts, FrameStatus, roll_up
from render_manager.store.engine import explained
from tests.support.chaos.work import Work, surely
from tests.support.farm import Farm
from workers.images import check_image

#: One statement, so that both sides are of the same moment.
_WRONG_COUNTERS = "SELECT id FROM render_tasks AS task WHERE {}".format(
    " OR ".join(
        f"{status}_frames <> (SELECT count(*) FROM render_frames WHERE task_id = task.id AND status = '{status}')"
        for status in FrameStatus
    )
)
_WRONG_LEASES = """
    SELECT task_id, frame_number, status, lease_until FROM render_frames
    WHERE (status = 'rendering') <> (lease_until IS NOT NULL)
"""


def wrong_rows(engine: Engine) -> list[str]:
    """What is never so, not even while everything breaks. Raises StoreUnavailable."""
    with explained(engine), engine.connect() as connection:
        connection = connection.execution_options(read_only=True)
        counters = connection.execute(text(_WRONG_COUNTERS)).scalars().all()
        leases = connection.execute(text(_WRONG_LEASES)).all()
    return [f"the counters of task {task_id} are not those of its frames" for task_id in counters] + [
        f"a frame has a lease and is not rendering, or the other way round: {tuple(row)}" for row in leases
    ]


def unsettled_rows(farm: Farm, work: Work) -> list[str]:
    """What is not so of a farm at rest: every task and frame is in a final state, and what is completed can be seen."""
    found = []
    for task in work.all():
        frames = surely(lambda task=task: farm.services.queries.frames(task.id))
        counts = FrameCounts(*(sum(frame.status is status for frame in frames) for status in FrameStatus))
        if task.status not in FINAL or counts.pending or counts.rendering:
            found.append(f"task {task.id} is {task.status} with {counts}")
        if task.counts != counts or roll_up(task.status, counts) is not task.status:
            found.append(f"task {task.id} is {task.status} and counts {task.counts}, but its frames say {counts}")
        found += [
            f"frame {frame.frame_number} of task {task.id} is {frame.status} and leased"
            for frame in frames
            if frame.lease_until is not None
        ]
        for frame in frames:
            if frame.status is FrameStatus.COMPLETED:
                try:
                    check_image(Path(str(frame.output_path)), not_before=0.0)
                except RenderFailed as error:
                    found.append(f"frame {frame.frame_number} of task {task.id} is completed, but: {error}")
    return found
