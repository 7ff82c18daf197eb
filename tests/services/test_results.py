"""Rendered frames, copied to where somebody wants them."""

from pathlib import Path

import pytest

from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import FrameRangeError, RenderManagerError
from tests.services.conftest import House


@pytest.fixture
def rendered(house: House, tmp_path: Path) -> RenderTask:
    """Frames 1–3 completed with images, frame 4 failed."""
    task = house.submit("1-4")
    folder = tmp_path / "renders"
    folder.mkdir()
    for number in (1, 2, 3):
        image = folder / f"f_{number:04}.png"
        image.write_bytes(b"image %d" % number)
        house.completed(house.claim(), str(image))
    house.render(task, "f")
    return task


def test_all_completed_frames_are_copied(house: House, rendered: RenderTask, tmp_path: Path) -> None:
    to = tmp_path / "a" / "b"
    told: list[tuple[int, int]] = []
    report = house.results.download(rendered.id[:8], to, progress=lambda *files: told.append(files))
    assert [path.name for path in report.copied] == ["f_0001.png", "f_0002.png", "f_0003.png"]
    assert (to / "f_0002.png").read_bytes() == b"image 2"
    assert (report.unchanged, report.problems, told) == ([], [], [(1, 3), (2, 3), (3, 3)])
    assert len(list(to.iterdir())) == 3


def test_what_is_there_already_is_left_or_kept_or_replaced(house: House, rendered: RenderTask, tmp_path: Path) -> None:
    to = tmp_path / "out"
    house.results.download(rendered.id, to)
    (to / "f_0002.png").write_bytes(b"retouched by hand")
    (to / "f_0003.png").unlink()
    report = house.results.download(rendered.id, to)
    assert [path.name for path in report.unchanged] == ["f_0001.png"]
    assert [path.name for path in report.copied] == ["f_0003.png"]
    assert len(report.problems) == 1
    assert "f_0002.png exists with other content; it was kept" in report.problems[0]
    assert (to / "f_0002.png").read_bytes() == b"retouched by hand"
    report = house.results.download(rendered.id, to, overwrite=True)
    assert [path.name for path in report.copied] == ["f_0002.png"]
    assert (to / "f_0002.png").read_bytes() == b"image 2"


def test_an_image_that_is_gone_is_named_and_the_others_come(house: House, rendered: RenderTask, tmp_path: Path) -> None:
    (tmp_path / "renders" / "f_0002.png").unlink()
    report = house.results.download(rendered.id, tmp_path / "out")
    assert len(report.copied) == 2
    assert len(report.problems) == 1
    assert report.problems[0].startswith("Frame 2: ")
    assert "worker w1" in report.problems[0]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["f_0001.png", "f_0003.png"]


def test_frames_can_be_named(house: House, rendered: RenderTask, tmp_path: Path) -> None:
    report = house.results.download(rendered.id, tmp_path / "out", frames="2-4")
    assert [path.name for path in report.copied] == ["f_0002.png", "f_0003.png"]
    with pytest.raises(RenderManagerError, match="has no completed frame in 4 yet"):
        house.results.download(rendered.id, tmp_path / "out", frames="4")
    with pytest.raises(FrameRangeError):
        house.results.download(rendered.id, tmp_path / "out", frames="x")


def test_a_folder_that_cannot_be_made_is_named(house: House, rendered: RenderTask, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RenderManagerError, match="can't be made"):
        house.results.download(rendered.id, tmp_path / "file")
