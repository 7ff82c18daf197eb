"""Images as they are read for the window."""

from pathlib import Path

import numpy
import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage

from render_manager.gui.imaging.errors import ImageIncomplete, ImageMissing, NotAnImage, NotWanted
from render_manager.gui.imaging.reading import read_picture, read_thumbnail
from tests.support.pictures import ramp, write, write_layers, write_parts

IMAGES = Path(__file__).parent.parent / "images"


def test_an_exr_has_its_values_and_layers(tmp_path: Path) -> None:
    beauty, diffuse, depth = ramp(), ramp(channels=3) * 4, ramp(channels=1) * 1000
    path = write_layers(tmp_path / "a.exr", {"": beauty, "diffuse": diffuse, "depth": depth})
    picture = read_picture(path)
    assert [layer.name for layer in picture.layers] == ["", "depth", "diffuse"]
    assert picture.layer.channels == ("R", "G", "B", "A")
    assert picture.linear
    assert picture.pixels.dtype == numpy.float16
    assert picture.size == QSize(64, 36)
    assert picture.values(5, 7) == tuple(beauty[7, 5])
    second = read_picture(path, (0, "diffuse"))
    assert second.values(63, 35) == tuple(diffuse[35, 63])
    third = read_picture(path, (0, "depth"))
    assert (third.layer.channels, third.values(1, 2)) == (("Z",), (numpy.float16(depth[2, 1, 0]),))
    assert read_picture(path, (0, "not there")).layer.name == ""


def test_the_layers_of_blender_and_of_a_depth_without_a_name(tmp_path: Path) -> None:
    blender = read_picture(IMAGES / "good_multilayer_64.exr")
    assert [layer.name for layer in blender.layers] == ["Second.Combined", "ViewLayer.Combined"]
    assert blender.layer.colours == (0, 1, 2)
    assert blender.layer.alpha == 3
    flat = write(tmp_path / "z.exr", ramp(channels=5), ("R", "G", "B", "A", "Z"), "half")
    assert [layer.name for layer in read_picture(flat).layers] == ["", "Z"]


def test_the_parts_of_one_file_are_layers(tmp_path: Path) -> None:
    beauty, albedo = ramp(channels=4), ramp(channels=3)[::-1]
    path = write_parts(tmp_path / "parts.exr", {"rgba": beauty, "albedo": albedo})
    picture = read_picture(path)
    assert [layer.key for layer in picture.layers] == [(0, "rgba"), (1, "albedo")]
    assert picture.layer.name == "rgba"
    assert read_picture(path, (1, "albedo")).values(3, 4) == tuple(albedo[4, 3])


def test_floats_of_32_bits_and_whole_numbers_stay_what_they_are(tmp_path: Path) -> None:
    values = numpy.full((4, 4, 1), 123456.789, numpy.float32)
    assert read_picture(write(tmp_path / "f.exr", values, ("Z",))).values(0, 0) == (float(values[0, 0, 0]),)
    ids = numpy.full((4, 4, 1), 4_000_000_001, numpy.uint32)
    assert read_picture(write(tmp_path / "id.exr", ids, ("id",))).values(3, 3) == (4_000_000_001.0,)


@pytest.mark.parametrize(
    ("suffix", "dtype"), [("png", "uint16"), ("png", "uint8"), ("tif", "uint8"), ("tif", "uint16")]
)
def test_images_made_for_a_screen(tmp_path: Path, suffix: str, dtype: str) -> None:
    largest = numpy.iinfo(dtype).max
    values = (ramp(channels=3) * largest).astype(dtype)
    picture = read_picture(write(tmp_path / f"灯笼.{suffix}", values))
    assert not picture.linear
    assert picture.pixels.dtype == dtype
    assert picture.values(9, 9) == tuple(int(value) / largest for value in values[9, 9])


def test_the_data_window_may_be_elsewhere_than_the_display_window(tmp_path: Path) -> None:
    values = ramp(20, 10, 3)
    path = write(
        tmp_path / "crop.exr", values, kind="half", x=30, y=20, full_x=10, full_y=10, full_width=100, full_height=50
    )
    picture = read_picture(path)
    assert (picture.data, picture.display) == (QRect(30, 20, 20, 10), QRect(10, 10, 100, 50))
    assert picture.values(20, 10) == tuple(values[0, 0])
    assert picture.values(19, 10) is None
    assert picture.values(39, 19) == tuple(values[9, 19])
    image = read_thumbnail(path, 200)
    assert image.size() == QSize(100, 50)
    assert image.pixelColor(5, 5) == QColor(0, 0, 0)
    assert image.pixelColor(39, 19) != QColor(0, 0, 0)


@pytest.mark.parametrize("suffix", ["exr", "png"])
def test_what_is_still_being_written_is_told_from_what_is_none(tmp_path: Path, suffix: str) -> None:
    values = numpy.random.default_rng(1).random((300, 400, 3), dtype=numpy.float32)
    path = write(tmp_path / f"a.{suffix}", values, kind="half" if suffix == "exr" else "uint8")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ImageIncomplete, match=f"image a.{suffix} is not whole"):
        read_picture(path)
    with pytest.raises(ImageIncomplete):
        read_thumbnail(path, 100)
    path.write_bytes(b"")
    with pytest.raises(ImageIncomplete):
        read_picture(path)
    path.write_text("certainly not an image")
    with pytest.raises(NotAnImage, match="can't be read as an image"):
        read_picture(path)
    path.unlink()
    with pytest.raises(ImageMissing, match="No such file"):
        read_picture(path)


def test_a_read_that_nobody_wants_any_more_ends_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", ramp(16, 2000), kind="half")
    calls = 0

    def wanted() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise NotWanted("gone")

    with pytest.raises(NotWanted):
        read_picture(path, wanted=wanted)
    assert calls == 4


@pytest.mark.parametrize("tiles", [False, True])
def test_a_small_one_is_made_of_pixels_all_over_the_large_one(tmp_path: Path, tiles: bool) -> None:
    values = ramp(1000, 600, 3)
    more = {"tile_width": 64, "tile_height": 64} if tiles else {}
    path = write(tmp_path / "a.exr", values, kind="half", **more)
    picture = read_picture(path, largest=130)
    assert picture.pixels.shape == (75, 125, 3)
    assert numpy.array_equal(picture.pixels, values[4::8, 4::8].astype(numpy.float16))
    assert picture.size == QSize(1000, 600)


def test_a_thumbnail_of_an_exr_is_what_a_screen_shows(tmp_path: Path) -> None:
    values = numpy.full((90, 160, 4), 0.18, numpy.float32)
    values[..., 3] = 1
    values[:, 80:, 1] = 20.0
    values[:, :20] = 0  # transparent
    image = read_thumbnail(write(tmp_path / "a.exr", values, kind="half"), 80)
    assert image.size() == QSize(80, 45)
    assert image.pixelColor(30, 20) == QColor(118, 118, 118), "18 % grey in sRGB"
    assert image.pixelColor(60, 20) == QColor(118, 255, 118)
    assert image.pixelColor(2, 20) == QColor(58, 58, 58), "transparent over grey"


def test_a_thumbnail_of_a_png_has_its_colours(tmp_path: Path) -> None:
    picture = QImage(60, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("#336699"))
    picture.save(str(tmp_path / "a.png"))
    picture.convertToFormat(QImage.Format.Format_Grayscale8).save(str(tmp_path / "grey.png"))
    assert read_thumbnail(tmp_path / "a.png", 640).pixelColor(5, 5) == QColor("#336699")
    grey = read_thumbnail(tmp_path / "grey.png", 640).pixelColor(5, 5)
    assert grey.red() == grey.green() == grey.blue() > 0
    picture.save(str(tmp_path / "a.jpg"), quality=100)
    assert abs(read_thumbnail(tmp_path / "a.jpg", 640).pixelColor(5, 5).blue() - 0x99) < 4
