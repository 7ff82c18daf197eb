"""Names that producers and workers agree on."""

RENDER_TASK = "render_manager.render_task"  #: args: task id
CLEAN_UP = "render_manager.clean_up"  #: no args; sent to a host's queue
#: What a local worker is told by its standard input that is to go on when whoever started it ends.
STAY = b"stay\n"


def worker_queue(worker: str) -> str:
    """The queue that only this worker consumes."""
    return f"worker.{worker}"


def host_queue(host: str) -> str:
    """The queue that the workers of this host consume: clean-ups."""
    return f"host.{host}"
