"""The older movie scene capture: a range, a folder and a format on the command line."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.standins.unreal import wording
from tests.support.standins.unreal.content import Sequence
from tests.support.standins.unreal.disk import Writer
from tests.support.standins.unreal.images import image
from tests.support.standins.unreal.naming import expanded, padded

if TYPE_CHECKING:
    from tests.support.standins.unreal.engine import Engine

LOG = "LogMovieSceneCapture"
_EXTENSIONS = {"PNG": "png", "JPG": "jpeg", "BMP": "bmp", "EXR": "exr"}


def render(engine: "Engine") -> None:
    """Render the frames from -MovieStartFrame to -MovieEndFrame into -MovieFolder."""
    line, steering = engine.line, engine.steering
    level = engine.load_map(line.positional[1].partition("?")[0] if line.positional[1:] else engine.project.maps[0])
    if not line.has("noloadingscreen"):
        engine.hang()  # the screen covers what should be rendered
    name = line.value("LevelSequence")
    sequence: Sequence | None = engine.project.asset("sequences", name)
    if sequence is None or engine.mode == "missing_sequence":
        engine.log(LOG, wording.SEQUENCE_MISSING.format(name=name), "Error")
        return engine.missing()
    first, last = line.number("MovieStartFrame", sequence.start), line.number("MovieEndFrame", sequence.end - 1)
    end = last + (steering.movie_end == "inclusive")
    size = line.number("resx", 1280), line.number("resy", 720)
    extension = _EXTENSIONS.get(line.value("MovieFormat").upper(), "png")
    folder = Path(line.value("MovieFolder") or engine.project.folder / "Saved" / "Screenshots")
    form = line.value("MovieName") or "{sequence}.{frame}"
    values = {
        "sequence": sequence.name,
        "world": level.rpartition("/")[2],
        "width": str(size[0]),
        "height": str(size[1]),
    }
    writer = Writer(steering.lag / steering.speed, None)
    engine.log(LOG, f"Capturing {sequence.path}")
    for frame in range(first, end):
        engine.nap(steering.seconds)
        path = folder / f"{expanded(form, {**values, 'frame': padded(frame, 4)})}.{extension}"
        writer.write(path, image(extension, size, frame, black=engine.mode == "black"))
    began = time.monotonic()
    writer.finish()
    engine.log(LOG, f"Capture finished; waited {time.monotonic() - began:.2f} s for the last files")
    return None
