"""The tasks of a farm that is being disturbed, and what was asked of them: frames asked for once must come once."""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import TypeVar

from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import StoreUnavailable, UsageError
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FINAL, RUNNABLE, TaskStatus
from tests.support.chaos.moves import Frame
from tests.support.farm import Farm

Result = TypeVar("Result")

#: Enough of a Blender file for all that looks at one before Blender does.
SCENE = b"BLENDER-v402" + bytes(64)
ANSWER_WITHIN = 90.0


def surely(ask: Callable[[], Result]) -> Result:
    """Ask again until the database is there."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while True:
        try:
            return ask()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Work:
    """Tasks, and how often each frame was asked for again.

    Args:
        tasks: how many there are at first; never more than twice as many.
        frames: how many each has.
    """

    def __init__(self, farm: Farm, rng: random.Random, tasks: int, frames: int) -> None:
        self._farm = farm
        self._rng = rng
        self._most = 2 * tasks
        self._frames = frames
        self.control = farm.services.control
        self.asked: Counter[Frame] = Counter()
        scene = farm.program.settings.render_manager_home / "shot.blend"
        scene.write_bytes(SCENE)
        farm.program.objects.upload(scene, scene.name)
        for _ in range(tasks):
            self.submit()

    def submit(self) -> None:
        priority = self._rng.randint(0, 10)
        surely(lambda: self._farm.submit("shot.blend", f"1-{self._frames}", priority=priority))

    def all(self) -> list[RenderTask]:
        return [row.task for row in surely(self._farm.services.queries.tasks)]

    def any(self, fits: Callable[[RenderTask], object]) -> RenderTask | None:
        found = [task for task in self.all() if fits(task)]
        return self._rng.choice(found) if found else None

    def some_frames(self) -> FrameRange:
        first = self._rng.randint(1, self._frames)
        return FrameRange.of(range(first, min(first + self._rng.randint(1, 10), self._frames + 1)))

    def render_again(self, task: RenderTask, numbers: Collection[int]) -> None:
        """Frames by name, completed ones included. A try whose answer was lost may have counted."""
        frames = [(task.id, number) for number in numbers]

        def ask() -> None:
            self.asked.update(frames)
            try:
                self.control.retry(task.id, str(FrameRange.of(numbers)))
            except UsageError:
                self.asked.subtract(frames)
                raise

        surely(ask)

    def top_up(self) -> None:
        """See that there is always something to disturb."""
        tasks = self.all()
        if sum(task.counts.pending for task in tasks if task.status in RUNNABLE) >= self._frames:
            return
        settled = [task for task in tasks if task.status in FINAL]
        if settled and (len(tasks) >= self._most or self._rng.random() < 0.5):
            self.render_again(self._rng.choice(settled), range(1, self._frames + 1))
        elif len(tasks) < self._most:
            self.submit()

    def go_on(self) -> None:
        """End every pause."""
        for task in self.all():
            if task.status is TaskStatus.PAUSED:
                try:
                    surely(lambda task=task: self.control.resume(task.id))
                except UsageError:
                    continue  # its last frame ended meanwhile

    def settled(self) -> bool:
        return all(task.status in FINAL for task in self.all())

    def mend(self) -> None:
        """Ask for all that failed or was cancelled."""
        for task in self.all():
            if task.counts.failed or task.counts.cancelled:
                surely(lambda task=task: self.control.retry(task.id))
