"""The movie pipeline: renders one job of a queue, shot by shot, and goes wrong as it is told to."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.standins.unreal import wording
from tests.support.standins.unreal.content import Sequence, Shot, package
from tests.support.standins.unreal.disk import Writer
from tests.support.standins.unreal.images import image
from tests.support.standins.unreal.naming import Naming

if TYPE_CHECKING:
    from tests.support.standins.unreal.engine import Engine

LOG = "LogMovieRenderPipeline"
#: Ticks in a second, by which the log counts ranges.
TICKS = 24000
#: Seconds between two frames of the engine, of which an image takes many.
TICK = 0.01
SCRIPT_ERRORS = 30


class Render:
    """One job while it is rendered.

    Attributes:
        success: as the engine says, which need not be true.
        files: by shot and pass.
        index, total, fraction: the image that is being rendered, how many there are, and how much is done.
    """

    def __init__(self, engine: "Engine", job: Any) -> None:
        self._engine, self._job, self._log = engine, job, engine.log
        self.success = True
        self.files: dict[str, dict[str, list[Path]]] = {}
        self.index, self.total, self.fraction = -1, 0, 0.0

    def run(self) -> Iterator[None]:
        """Render all, one tick of the engine after the other."""
        path = str(self._job.sequence)
        sequence: Sequence | None = self._engine.project.asset("sequences", path)
        if sequence is None or self._engine.mode == "missing_sequence":
            self._log(LOG, wording.SEQUENCE_MISSING.format(name=package(path)), "Error")
            self.success = False
            self._engine.missing()
            return
        began = time.monotonic()
        self._images = _Images(self._engine, self._job, sequence)
        shots = self._shots(sequence)
        self.total = sum(len(frames) for _, frames in shots)
        frames = [frame for _, part in shots for frame in part]
        self._bad = self._engine.steering.frame
        if self._bad is None and frames:
            self._bad = frames[len(frames) // 2]
        self._tell_ranges(sequence)
        if self._engine.mode == "script_errors":
            for number in range(SCRIPT_ERRORS):
                self._log("LogPython", f"NameError: name 'rig_{number}' is not defined", "Error")
        if self._engine.mode == "short":
            shots = shots[:1] if len(shots) > 1 else [(shot, part[: len(part) // 2]) for shot, part in shots]
        for number, (shot, part) in enumerate(shots, 1):
            cut = f"Camera Cut [{number}/{len(shots)}]"
            self._log(LOG, f"[{self._engine.frame}] Initializing {cut} in [{shot.name}] {shot.camera}.")
            self._log(LOG, self._images.described)
            self._log(LOG, 'Applying CVar "sg.ShadowQuality" PreviousValue: 1.000000 NewValue: 1.000000')
            for frame in part:
                yield from self._frame(shot, frame)
                if not self.success:
                    return
            self._log(LOG, f"[{self._engine.frame}] Finished processing {cut}.")
        self._log(LOG, "Finished rendering last shot. Moving to Finalize to finish writing items to disk.")
        self._images.finish()
        took = (time.monotonic() - began) * self._engine.steering.speed
        self._log(LOG, f"Movie Pipeline completed. Duration: {wording.duration(took)}")

    def _shots(self, sequence: Sequence) -> list[tuple[Shot, list[int]]]:
        """The frames to render, by shot; the end of a range is not rendered."""
        output = self._images.output
        start, end = sequence.start, sequence.end
        if output.use_custom_playback_range:
            start, end = output.custom_start_frame, output.custom_end_frame
        asked = range(start, end, output.output_frame_step)
        shots = sequence.shots or (Shot(sequence.name, start, end),)
        found = [(shot, [frame for frame in asked if shot.start <= frame < shot.end]) for shot in shots]
        return [(shot, frames) for shot, frames in found if frames]

    def _tell_ranges(self, sequence: Sequence) -> None:
        per_frame = round(TICKS / sequence.fps)
        for shot in sequence.shots or (Shot(sequence.name, sequence.start, sequence.end),):
            told = f"[{shot.start * per_frame},{shot.end * per_frame})"
            for _ in range(2):
                self._log(LOG, f"Registering range: {told} (InnerName: {shot.camera} OuterName: {shot.name}")

    def _frame(self, shot: Shot, frame: int) -> Iterator[None]:
        self.index += 1
        began = time.monotonic()
        seconds = self._engine.steering.seconds / self._engine.steering.speed
        while True:
            passed = time.monotonic() - began
            self._engine.frame += 1
            self.fraction = (self.index + min(passed / max(seconds, 0.001), 1.0)) / self.total
            yield
            if passed >= seconds:
                break
            time.sleep(min(TICK, seconds))
        wrong = self._engine.mode if frame == self._bad else ""
        if wrong == "hang_render":
            self._engine.hang()
        elif wrong == "exit0_fail":
            self.success = False
        elif wrong in wording.CRASHES:
            self._images.finish()
            if wrong == "crash3":
                self._images.cut_short(shot, frame)
            self._engine.crash(wording.CRASHES[wrong])
        else:
            for name, path in self._images.write(shot, frame, empty=wrong == "lie_zero"):
                self.files.setdefault(shot.name, {}).setdefault(name, []).append(path)


class _Images:
    """What is written of a frame, as the configuration says."""

    def __init__(self, engine: "Engine", job: Any, sequence: Sequence) -> None:
        from tests.support.standins.unreal.api import settings  # which has to do with jobs, and so with renders

        config, steering = job.get_configuration(), engine.steering
        self.output = output = config.find_settings_by_class(settings.MoviePipelineOutputSetting)[0]
        found = config.find_settings_by_class(settings.MoviePipelineRenderPass) if config._inner["initialized"] else []
        # A pass of an abstract class renders nothing. Whatever fails before its end leaves nothing at all.
        self._passes = [one.pass_name for one in found if not one.abstract]
        writers = config.find_settings_by_class(settings.MoviePipelineImageSequenceOutputBase)
        self._extensions = [one.extension for one in writers if not one.abstract]
        # Without a device there are no images.
        self._none = engine.mode == "exit0_fail" or engine.line.has("NullRHI")
        self._black = engine.mode == "black"
        self._size = output.output_resolution.x, output.output_resolution.y
        self._naming = Naming(
            engine.project,
            sequence,
            package(str(job.map)),
            output.output_directory.path,
            output.file_name_format,
            output.zero_pad_frame_numbers,
            output.version_number,
        )
        self._writer = Writer(steering.lag / steering.speed, steering.disk if engine.mode == "slow_nas" else None)

    @property
    def described(self) -> str:
        width, height = self._size
        return (
            f"Shot has {len(self._passes)} Passes. Total resolution: ({width}x{height}) "
            f"Individual tile resolution: ({width}x{height}). Tile count: (1x1)"
        )

    def write(self, shot: Shot, frame: int, *, empty: bool) -> list[tuple[str, Path]]:
        """Order all files of a frame; their passes and paths."""
        written: list[tuple[str, Path]] = []
        for name, path, data in self._files(shot, frame):
            self._writer.write(path, b"" if empty else data)
            written.append((name, path))
        return written

    def cut_short(self, shot: Shot, frame: int) -> None:
        """What a crash leaves of a frame."""
        for _, path, data in self._files(shot, frame):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data[: len(data) // 2])

    def finish(self) -> None:
        self._writer.finish()

    def _files(self, shot: Shot, frame: int) -> Iterator[tuple[str, Path, bytes]]:
        if self._none or not self._passes:
            return
        for extension in self._extensions:
            # All passes are layers of one EXR; other formats have a file for each.
            names = self._passes[:1] if extension == "exr" else self._passes
            layers = self._passes[1:] if extension == "exr" else ()
            for name in names:
                path = self._naming.path(shot, frame, extension, name, several=len(names) > 1)
                yield name, path, image(extension, self._size, frame, black=self._black, layers=layers)
