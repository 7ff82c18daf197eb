"""Every move of every frame, written down by the database itself.

A trigger sees what was committed, whoever did it and whatever became of the process afterwards: what a test hears by
notices, or sees by looking now and then, has gaps just when things go wrong.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Engine, text

from render_manager.domain.states import FrameStatus

Frame = tuple[str, int]  #: task and frame number

_COLUMNS = """
    task_id VARCHAR(10) NOT NULL, frame_number INTEGER NOT NULL, attempt INTEGER NOT NULL, worker VARCHAR(128),
    source VARCHAR(16) NOT NULL, target VARCHAR(16) NOT NULL, lease_until DOUBLE PRECISION, error_message TEXT,
    at DOUBLE PRECISION NOT NULL
"""
_INSERT = """
    INSERT INTO chaos_moves (task_id, frame_number, attempt, worker, source, target, lease_until, error_message, at)
    VALUES (new.task_id, new.frame_number, new.attempt, new.worker, old.status, new.status, old.lease_until,
            new.error_message, {now});
"""
_MOVED = "old.status <> new.status OR old.attempt <> new.attempt"
_SET_UP = {
    "sqlite": [
        f"CREATE TABLE chaos_moves (id INTEGER PRIMARY KEY, {_COLUMNS})",
        f"CREATE TRIGGER chaos_moves AFTER UPDATE ON render_frames WHEN {_MOVED} BEGIN "
        + _INSERT.format(now="(julianday('now') - 2440587.5) * 86400.0")
        + "END",
    ],
    "postgresql": [
        f"CREATE TABLE chaos_moves (id BIGSERIAL PRIMARY KEY, {_COLUMNS})",
        "CREATE FUNCTION chaos_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        + _INSERT.format(now="EXTRACT(EPOCH FROM clock_timestamp())")
        + "RETURN NULL; END $$",
        f"CREATE TRIGGER chaos_moves AFTER UPDATE ON render_frames FOR EACH ROW WHEN ({_MOVED}) "
        "EXECUTE FUNCTION chaos_move()",
    ],
}


@dataclass(frozen=True)
class Move:
    frame: Frame
    attempt: int
    worker: str | None
    source: FrameStatus
    target: FrameStatus
    lease_until: float | None  #: before the move
    error: str | None
    at: float  #: seconds since 1970, the database's clock


@dataclass(frozen=True)
class Held:
    """A claim as the database had it: from when until when, and what ended it."""

    frame: Frame
    attempt: int
    worker: str
    begin: float
    end: float
    last: Move

    @property
    def completed(self) -> bool:
        return self.last.target is FrameStatus.COMPLETED

    @property
    def lapsed(self) -> bool:
        """Whether it ended because its lease did."""
        return self.last.lease_until is not None and self.last.lease_until < self.last.at

    def __str__(self) -> str:
        return f"{self.frame} attempt {self.attempt} of {self.worker}"


def write_moves_down(engine: Engine) -> None:
    """From now on."""
    with engine.begin() as connection:
        for statement in _SET_UP[engine.dialect.name]:
            connection.exec_driver_sql(statement)


def moves(engine: Engine) -> dict[Frame, list[Move]]:
    """What was written down, by frame, in order."""
    found: dict[Frame, list[Move]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(text("SELECT * FROM chaos_moves ORDER BY id")):
            frame = (row.task_id, row.frame_number)
            source, target = FrameStatus(row.source), FrameStatus(row.target)
            found[frame].append(
                Move(frame, row.attempt, row.worker, source, target, row.lease_until, row.error_message, row.at)
            )
    return found


def claims_of(moves: Mapping[Frame, Sequence[Move]]) -> dict[Frame, list[Held]]:
    """The claims that have ended, by frame, in order."""
    found: dict[Frame, list[Held]] = defaultdict(list)
    for frame, made in moves.items():
        for first, last in pairwise(made):
            if first.target is FrameStatus.RENDERING:
                found[frame].append(Held(frame, first.attempt, str(first.worker), first.at, last.at, last))
    return found
