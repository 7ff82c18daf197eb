"""Writing: one transaction, in four parts that each fit in one sitting."""

from sqlalchemy import Connection

from render_manager.store.audit_writes import AuditWrites
from render_manager.store.frame_writes import FrameWrites
from render_manager.store.task_writes import TaskWrites
from render_manager.store.worker_writes import WorkerWrites


class SqlTransaction(TaskWrites, FrameWrites, WorkerWrites, AuditWrites):
    """Fits the StoreTransaction port; see there for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
