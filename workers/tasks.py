"""The Celery tasks. A ticket only says that there is work: the database says what."""

from celery import Celery

from render_manager.messaging.names import CLEAN_UP, RENDER_TASK
from workers.runtime import WorkerRuntime


def register(app: Celery, runtime: WorkerRuntime) -> None:
    """Make the app answer tickets with this worker."""

    @app.task(name=RENDER_TASK)
    def render_task(task_id: str) -> None:  # pyright: ignore[reportUnusedFunction] - Celery keeps it
        runtime.serve(task_id)

    @app.task(name=CLEAN_UP)
    def clean_up() -> None:  # pyright: ignore[reportUnusedFunction]
        runtime.clean_up()
