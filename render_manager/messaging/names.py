"""Names that producers and workers agree on."""

from render_manager.domain.entities import WorkerProfile

RENDER_TASK = "render_manager.render_task"  #: args: task id
CLEAN_UP = "render_manager.clean_up"  #: no args; sent to a host's queue
#: What a local worker is told by its standard input that is to go on when whoever started it ends.
STAY = b"stay\n"
READ_LOG = "render_manager_read_log"  #: asked of one worker through the remote control


def node_name(worker: WorkerProfile) -> str:
    """The worker's name for Celery's remote control."""
    return f"{worker.name}@{worker.host}"


def worker_queue(worker: str) -> str:
    """The queue that only this worker consumes."""
    return f"worker.{worker}"


def host_queue(host: str) -> str:
    """The queue that the workers of this host consume: clean-ups."""
    return f"host.{host}"
