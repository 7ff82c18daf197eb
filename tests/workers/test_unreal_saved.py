"""What is known of a render by saved settings: its log, and what it leaves in the project."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from workers.renderers.base import RenderJob
from workers.renderers.events import Event, FrameDone, FrameStarted, Problem
from workers.renderers.unreal_saved import SavedOutput

LOG = "[2025.11.19-21.54.15:929][240]LogMovieRenderPipeline: "
BEGUN = f"{LOG}[123] Initializing Camera Cut [1/12] in [Outer] Inner."
FINISHED = f"{LOG}MoviePipelineLinearExecutorBase finished 1 jobs in +00:00:34.638."


class Render:
    """A process in a project, and what it writes."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.renders = folder / "renders"
        self.project.mkdir()
        self.renders.mkdir()
        self.job = RenderJob(self.project / "Film.uproject", self.project, self.renders, folder / "tmp", {})

    def start(self, frames: Sequence[int]) -> None:
        self._parse = SavedOutput(self.job, frames)

    def write(self, *names: str, folder: str = "Saved/MovieRenders") -> None:
        for name in names:
            path = self.project / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"image")

    def say(self, *lines: str) -> list[Event]:
        return [event for line in lines for event in self._parse(line)]

    def end(self, code: int = 0) -> list[Event]:
        return self._parse.ended(code)

    def left(self) -> list[str]:
        return sorted(path.relative_to(self.renders).as_posix() for path in self.renders.rglob("*") if path.is_file())


@pytest.fixture
def render(tmp_path: Path) -> Render:
    return Render(tmp_path)


def test_frames_begin_with_the_first_shot_and_are_done_at_the_end(render: Render) -> None:
    render.start([1, 2])
    begun = render.say(f"{LOG}About to load target map /Game/Maps/Main", BEGUN, BEGUN)
    assert begun == [FrameStarted(2), FrameStarted(1)]
    render.write("Shot.0001.png", "Shot.0002.png", "Shot.0003.png")
    assert render.say(FINISHED) == []
    files = [str(render.renders / f"Shot.000{frame}.png") for frame in (1, 2)]
    done = [FrameDone(frame, file, files=(file,)) for frame, file in zip((1, 2), files, strict=True)]
    assert render.end() == done
    assert render.left() == ["Shot.0001.png", "Shot.0002.png"]  # nobody asked for the third


@pytest.mark.parametrize("code", [0, 3, 0xC0000005, -11])
def test_the_exit_code_says_nothing(render: Render, code: int) -> None:
    render.start([1])
    render.write("Shot.0001.png")
    render.say(BEGUN, FINISHED)
    assert [type(event) for event in render.end(code)] == [FrameDone]


def test_images_of_an_earlier_attempt_do_not_count(render: Render) -> None:
    render.write("Shot.0001.png", "Shot.0002.png")
    render.start([1, 2])
    path = render.project / "Saved" / "MovieRenders" / "Shot.0002.png"
    os.utime(path, ns=(1, 1))  # it was written anew
    render.say(BEGUN, FINISHED)
    done, problem = render.end()
    assert isinstance(done, FrameDone)
    assert done.frame == 2
    assert isinstance(problem, Problem)
    assert "rendered the frames 2 to 2 and not this one" in problem.message
    assert (problem.fatal, problem.failure) == (True, FailureClass.SCENE)


def test_images_are_found_wherever_they_are_but_not_among_the_content(render: Render) -> None:
    render.start([7])
    render.write("Content/Textures/Tile.0007.png", folder=".")
    render.write("out/a/Shot_0007.exr", "Shot.0007.Unlit.png", "-0007.jpeg", "Shot.png", folder="Renders")
    render.write("b/Shot.0007.png")
    render.say(BEGUN, FINISHED)
    (done,) = render.end()
    assert isinstance(done, FrameDone)
    found = ["Renders/Shot.0007.Unlit.png", "Renders/out/a/Shot_0007.exr", "b/Shot.0007.png"]
    assert sorted(Path(file).relative_to(render.renders).as_posix() for file in done.files) == found
    assert render.left() == found


def test_no_image_at_all_says_how_to_save_the_settings(render: Render) -> None:
    render.start([1])
    render.say(BEGUN, FINISHED)
    (problem,) = render.end()
    assert isinstance(problem, Problem)
    assert "left no image in the project's Saved/MovieRenders" in problem.message


def test_without_its_last_word_the_reason_is_what_the_log_said(render: Render) -> None:
    render.start([1])
    render.write("Shot.0001.png")
    line = f"{LOG}Error: Failed to load config /Game/Presets/Final"
    render.say(BEGUN, line)
    (problem,) = render.end()
    assert isinstance(problem, Problem)
    assert (problem.fatal, problem.failure, problem.evidence) == (True, FailureClass.SCENE, line)
    assert render.left() == []


def test_without_any_word_the_exit_code_tells_more(render: Render) -> None:
    render.start([1])
    (problem,) = render.end(-9)
    assert isinstance(problem, Problem)
    assert not problem.fatal


def test_scripts_that_fail_again_and_again_spoil_it(render: Render) -> None:
    render.start([1])
    render.write("Shot.0001.png")
    render.say(BEGUN, *[f"LogPython: Error: number {number}" for number in range(25)], FINISHED)
    (problem,) = render.end()
    assert isinstance(problem, Problem)
    assert problem.failure is FailureClass.NODE
