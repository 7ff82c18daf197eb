"""`completed` means that the image is there, new, whole and of the right size."""

import os
from pathlib import Path
from types import SimpleNamespace

import OpenImageIO
import pytest

from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from workers import images
from workers.images import check_image, contact_sheet

IMAGES = Path(__file__).parent.parent / "images"


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("name", ["good_64.png", "good_single_64.exr", "good_multilayer_64.exr"])
def test_good_images_pass(name: str) -> None:
    check_image(IMAGES / name, not_before=0, size=(64, 64))


@pytest.fixture(params=[images.PIECE, 1], ids=["whole", "in pieces"])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images are read as a whole, as small ones are, or piece by piece."""
    monkeypatch.setattr(images, "PIECE", request.param)


@pytest.mark.parametrize("tile", [0, 16])
def test_a_large_image_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tile: int) -> None:
    monkeypatch.setattr(images, "PIECE", 64 * 4 * 2 * 70)  # bytes of 70 rows
    spec = OpenImageIO.ImageSpec(64, 200, 4, "half")
    spec.tile_width = spec.tile_height = tile
    spec.y = spec.full_y = 10  # where its window begins is no matter
    image = OpenImageIO.ImageBuf(spec)
    OpenImageIO.ImageBufAlgo.fill(image, (0, 0, 0, 1))
    OpenImageIO.ImageBufAlgo.fill(image, (1, 0, 0, 1), roi=OpenImageIO.ROI(0, 64, 209, 210))
    path = tmp_path / "large.exr"
    out = OpenImageIO.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(image.get_pixels(OpenImageIO.HALF))
    out.close()
    read = OpenImageIO.ImageInput.open(str(path))
    heights = [piece.shape[0] for piece in images._pieces(read, 0)]
    assert sum(heights) == 200
    assert max(heights) == 64
    assert not check_image(path, not_before=0, size=(64, 200)), "its last row is not black"
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(RenderFailed, match="cut short or damaged"):
        check_image(path, not_before=0)


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cut_4096B.exr", "cut short or damaged"),
        ("diskfull_4096B.exr", "cut short or damaged|can't be read"),
        ("zero.png", "empty"),
        ("nothing.png", "wrote no file"),
    ],
)
def test_bad_images_are_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(RenderFailed, match=reason):
        check_image(IMAGES / name, not_before=0)


@pytest.mark.parametrize("name", ["cut_4096B.exr", "zero.png", "nothing.png"])
def test_a_full_disk_is_named_as_the_cause(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images.shutil, "disk_usage", lambda folder: SimpleNamespace(free=4096))
    with pytest.raises(RenderFailed, match=r"^The disk of .* is full \(4\.0 KB left\)") as caught:
        check_image(IMAGES / name, not_before=0)
    assert caught.value.failure is FailureClass.STORAGE


@pytest.mark.usefixtures("piece")
def test_a_cut_png_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes((IMAGES / "good_64.png").read_bytes()[:-600])
    with pytest.raises(RenderFailed, match="cut short or damaged"):
        check_image(cut, not_before=0)


def test_text_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("no image")
    with pytest.raises(RenderFailed, match="can't be read as an image"):
        check_image(tmp_path / "x.png", not_before=0)


def test_an_older_file_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "old.png"
    path.write_bytes((IMAGES / "good_64.png").read_bytes())
    os.utime(path, (1000, 1000))
    with pytest.raises(RenderFailed, match="older than this attempt"):
        check_image(path, not_before=2000)


def test_the_wrong_size_is_named() -> None:
    with pytest.raises(RenderFailed, match="64×64 pixels instead of 128×64"):
        check_image(IMAGES / "good_64.png", not_before=0, size=(128, 64))


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(("colour", "black"), [((0, 0, 0, 1), True), ((0, 0, 0.02, 1), False)])
@pytest.mark.parametrize("name", ["x.png", "x.exr"])
def test_whether_it_is_black_all_over_is_said(
    tmp_path: Path, name: str, colour: tuple[float, ...], black: bool
) -> None:
    image = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(8, 8, 4, "half"))
    OpenImageIO.ImageBufAlgo.fill(image, (0, 0, 0, 1))
    OpenImageIO.ImageBufAlgo.fill(image, colour, roi=OpenImageIO.ROI(6, 8, 6, 8))
    image.write(str(tmp_path / name))
    assert check_image(tmp_path / name, not_before=0) is black


def test_a_contact_sheet_holds_every_image(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    contact_sheet([IMAGES / "good_64.png", IMAGES / "good_single_64.exr"] * 3, sheet, cell_width=64, gap=4)
    image = OpenImageIO.ImageBuf(str(sheet))
    assert (image.spec().width, image.spec().height) == (3 * 68 + 4, 2 * 68 + 4)
    # Every cell shows something other than the background.
    background = image.getpixel(1, 1)
    for column in range(3):
        for row in range(2):
            assert image.getpixel(4 + column * 68 + 32, 4 + row * 68 + 32)[:3] != background[:3]
