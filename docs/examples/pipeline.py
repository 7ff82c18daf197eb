"""A step of a pipeline: submit what a shot needs, wait, give failed frames one more chance, get the images.

    python pipeline.py scene.blend out 1-24

It uses the package, so it runs in any Python 3.11 or later in which render-manager is installed.
"""

import sys
from pathlib import Path

from render_manager import connect
from render_manager.api import Farm, RenderManagerError, Task, TaskStatus


def render(farm: Farm, scene: Path, frames: str, folder: Path) -> Task:
    """First the frames that show soonest whether the shot is right, then all; the images are in the folder.

    Raises:
        RenderManagerError: it can't be submitted or did not get done; the message says why.
    """
    task = farm.submit(scene, frames=frames, priority=8, order="spread", options={"samples": 8})
    task.wait(timeout=3600, each=lambda now: print(f"\r{now.counts.done}/{now.counts.total} {now.note}", end=""))
    if task.status is TaskStatus.FAILED:
        farm.retry(task).wait(timeout=3600)
    if task.status is not TaskStatus.COMPLETED:
        failed = task.frames(status="failed")
        raise RenderManagerError(f"Task {task.id} is {task.status}: {failed[0].error_message if failed else task.note}")
    farm.download(task, folder)
    farm.clean_up(task, keep="renders")
    return task


def main() -> int:
    scene, folder, frames = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    try:
        with connect(serve=True) as farm:
            task = render(farm, scene, frames, folder)
    except RenderManagerError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nTask {task.id}: {task.counts.completed} frames in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
