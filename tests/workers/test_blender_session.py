"""The driver in the real Blender, asked through a session."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from workers.renderers.base import Installation, Limits, RenderJob
from workers.renderers.blender import Blender
from workers.renderers.events import FrameDone, SceneLoaded
from workers.session import Session

SCENES = Path(__file__).parents[1] / "scenes"
LIMITS = Limits(startup=120.0, frame=120.0)


class Studio:
    """An open Blender and where its images go."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.renders = folder / "renders"
        self.lines: list[str] = []

    def open(self, scene: Path, **options: object) -> SceneLoaded:
        self.renders.mkdir(exist_ok=True)
        self.session.open(RenderJob(scene, scene.parent, self.renders, self.folder, options))
        return self.session.loaded()

    def render(self, frame: int) -> tuple[FrameDone, list[str]]:
        self.session.begin(frame)
        return self.session.finish(self.lines.append, lambda fraction: None)


@pytest.fixture(scope="session")
def installation(blender: Path) -> Installation:
    return Blender().find(blender)


@pytest.fixture
def studio(tmp_path: Path, installation: Installation) -> Iterator[Studio]:
    session = Session(Blender(), installation, LIMITS, tmp_path)
    yield Studio(session, tmp_path)
    session.close()


def refused(ask: Callable[[], object]) -> RenderFailed:
    with pytest.raises(RenderFailed) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize(
    ("scene", "failure", "evidence"),
    [
        ("trunc.blend", FailureClass.SCENE, "Missing DNA block"),
        ("garbage.blend", FailureClass.SCENE, "not supported"),
        ("saved_by_5.blend", FailureClass.NODE, "not a blend file"),
    ],
)
def test_a_file_that_cannot_be_opened_is_blamed_rightly(
    studio: Studio, scene: str, failure: FailureClass, evidence: str
) -> None:
    error = refused(lambda: studio.open(SCENES / scene))
    assert error.failure is failure
    assert evidence in (error.evidence or "")
    assert scene in str(error)


def test_a_scene_without_a_camera_is_the_scenes_fault(studio: Studio) -> None:
    assert refused(lambda: studio.open(SCENES / "nocam_cycles.blend")).failure is FailureClass.SCENE


def test_an_image_that_cannot_be_written_is_the_disks_fault_and_the_session_goes_on(studio: Studio) -> None:
    studio.open(SCENES / "anim_cycles.blend")
    shutil.rmtree(studio.renders)
    studio.renders.touch()
    error = refused(lambda: studio.render(1))
    assert error.failure is FailureClass.STORAGE
    assert "cannot save" in (error.evidence or "")
    studio.renders.unlink()
    studio.renders.mkdir()
    assert Path(studio.render(2)[0].path).is_file()
