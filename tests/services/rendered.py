"""Frames that were rendered on a host: images and logs on a disk, rows in the database."""

from collections.abc import Mapping
from pathlib import Path

from render_manager.domain.entities import RenderFrame, RenderTask, Workspace, WorkspaceState
from render_manager.services.result_files import keep_list
from tests.services.conftest import House
from tests.store.samples import worker


class Host:
    """One host's folder of workspaces."""

    def __init__(self, house: House, root: Path, name: str = "h1") -> None:
        self.house = house
        self.root = root
        self.name = name
        self.profile = worker(f"{name}-w", name)
        house.online(self.profile)

    def workspace(self, task: RenderTask) -> Path:
        return self.root / task.unionid / task.id

    def render(self, task: RenderTask, content: str = "image", more: Mapping[str, str] = {}) -> RenderFrame:
        """The task's next frame, with ``more`` files beside its image."""
        claim = self.house.claim(self.profile)
        folder = self.workspace(task)
        renders, logs = folder / "Sys_Default_Renders", folder / "logs"
        image = renders / f"f_{claim.frame_number:04d}.png"
        log = logs / f"frame_{claim.frame_number:04d}.{claim.attempt}.log"
        files = [image, *(renders / name.format(claim.frame_number) for name in more)]
        for file, text in zip(files, [content, *more.values()], strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text} {claim.frame_number}")
        logs.mkdir(exist_ok=True)
        log.write_text("Fra:1")
        keep_list(str(log), [str(file) for file in files])
        self.house.lifecycle.workspace_ready(Workspace(task.id, self.name, str(folder), 100, WorkspaceState.READY))
        assert self.house.lifecycle.frame_started(claim, str(log))
        assert self.house.completed(claim, str(image))
        return self.frame(task, claim.frame_number)

    def frame(self, task: RenderTask, number: int) -> RenderFrame:
        return self.house.queries.frame(task.id, number)

    def send(self, task: RenderTask, number: int) -> bool:
        return self.house.give_back.send(task, self.frame(task, number), self.name)
