"""Names of image files: what the tokens of an output setting stand for."""

import re
import time
from collections.abc import Mapping
from pathlib import Path

from tests.support.standins.unreal.content import Project, Sequence, Shot


def expanded(text: str, values: Mapping[str, str]) -> str:
    """The text with its tokens replaced; one that nobody knows stays."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def padded(frame: int, digits: int) -> str:
    """A frame number; a negative one has its sign before all digits."""
    return f"{'-' if frame < 0 else ''}{abs(frame):0{digits}d}"


class Naming:
    """Where the images of one job go.

    Args:
        folder, form: directory and file name, as the output setting has them.
        digits: of frame numbers.
        version: of the output setting.
    """

    def __init__(
        self, project: Project, sequence: Sequence, level: str, folder: str, form: str, digits: int, version: int
    ) -> None:
        now = time.localtime()
        self._sequence, self._folder, self._form, self._digits = sequence, folder, form, digits
        self._values = {
            "project_dir": str(project.folder),
            "sequence_name": sequence.name,
            "job_name": sequence.name,
            "level_name": level.rpartition("/")[2],
            "version": f"v{version:03d}",
            "date": time.strftime("%Y.%m.%d", now),
            "time": time.strftime("%H.%M.%S", now),
        }

    def path(self, shot: Shot, frame: int, extension: str, render_pass: str, *, several: bool) -> Path:
        """The file of a pass; where ``several`` go to files of their own, the pass is put into names that lack it."""
        number = {
            "frame_number": frame,
            "frame_number_rel": frame - self._sequence.start,
            "frame_number_shot": frame,
            "frame_number_shot_rel": frame - shot.start,
        }
        values = {
            **self._values,
            **{name: padded(value, self._digits) for name, value in number.items()},
            "shot_name": shot.name,
            "camera_name": shot.camera,
            "render_pass": render_pass,
            "ext": extension,
        }
        form = self._form
        if several and "{render_pass}" not in form:
            form += ".{render_pass}"
        return Path(expanded(self._folder, values), f"{expanded(form, values)}.{extension}")
