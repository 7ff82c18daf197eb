"""Celery's prefork pool: the lanes are in its child processes, the heartbeat stays in the parent.

A child has connections of its own: those of the parent must not be used on both sides of a fork.
"""

import logging
import os
import time
from typing import Any

import billiard.pool
from celery import signals

from render_manager.bootstrap import Program
from render_manager.config import Settings
from render_manager.domain.audit import worker_as_actor
from workers.lanes import Lanes
from workers.periodic import Periodic
from workers.runtime import WorkerRuntime

log = logging.getLogger(__name__)

ORPHANED = 1  #: exit code of a child whose parent was killed
UNOPENED = 2  #: exit code of a child that could not open the database
#: Seconds until the pool may make the next one in its place.
_AGAIN_AFTER = 1.0
_PARENT_WATCH_EVERY = 0.5
_HAND_BACK = 5.0
#: Looks, a tenth of a second apart, whether the parent took the result of what a child did last. One that was told to
#: leave in that moment takes none any more, and billiard would look for half a minute; ours are in the database.
_RESULT_LOOKS = 10


def serve_in_children(runtime: WorkerRuntime, settings: Settings) -> None:
    """Let each child of the pool that is made from now on have a lane of its own."""
    parent = os.getpid()
    billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = _RESULT_LOOKS

    def begin(**_: Any) -> None:
        program = _opened(settings)
        program.services.lifecycle.actor = worker_as_actor(runtime.profile.name)
        lanes = runtime.move_in(program.services, program.store, program.objects)
        watch = Periodic("parent watch", lambda: _leave_with_parent(parent, runtime, lanes), _PARENT_WATCH_EVERY)
        watch.start()

        def end(**_: Any) -> None:
            watch.stop()
            runtime.move_out()
            program.close()

        signals.worker_process_shutdown.connect(end, weak=False)

    signals.worker_process_init.connect(begin, weak=False)


def _opened(settings: Settings) -> Program:
    """Or the end of this process, in whose place the pool makes another one: Celery only notes what is raised here, and
    would go on with a child that takes tickets and renders nothing."""
    try:
        return Program(settings, serve=True)
    except Exception as error:
        log.warning("This process of the pool can't work yet: %s", error)
        time.sleep(_AGAIN_AFTER)
        os._exit(UNOPENED)


def _leave_with_parent(parent: int, runtime: WorkerRuntime, lanes: Lanes) -> None:
    """A killed parent takes nobody along by itself, and its children would wait for work for ever."""
    if os.getppid() == parent:
        return
    log.warning("The worker's main process is gone: leaving")
    runtime.stopping.set()
    lanes.abort_all()
    deadline = time.monotonic() + _HAND_BACK
    while lanes.busy() and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(ORPHANED)
