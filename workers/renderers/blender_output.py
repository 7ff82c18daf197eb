"""Blender's output, line by line: 3.x and 4.x write bare lines, 5.x prefixes each with a time and a category."""

import json
import re

from workers.renderers.events import Event, FileSaved, FrameDone, FrameProgress, Problem, Ready, SceneLoaded

#: Begins the lines that our driver script writes.
DRIVER_PREFIX = "@@RM "

_PREFIX_5 = re.compile(r"^\d+:\d+(?::\d+)?\.\d+\s+[\w.]+\s+\|\s")
_FRAME = re.compile(r"^Fra:\s*(-?\d+)")
_DONE_OF_TOTAL = re.compile(
    r"(?:Sample (\d+)/(\d+)|Rendering (\d+) / (\d+) samples|(?:Rendered|Path Tracing Tile)\s+(\d+)/(\d+))"
)
_SAVED = re.compile(r"^Saved:\s*'?(.+?)'?$")
_ERROR = re.compile(r"^(?:Error:|ERROR\b|CUDA error:|OpenEXR-writePixels: ERROR:)\s*(.*)")
_OUT_OF_MEMORY = re.compile(r"Calloc returns null|out of memory|System is out of GPU memory", re.IGNORECASE)


class BlenderOutput:
    """Call it with each line; it gives the events of that line."""

    def __call__(self, line: str) -> list[Event]:
        before, found, message = line.partition(DRIVER_PREFIX)
        if found:
            return [*self(before), *_driver_event(message)]
        text = _PREFIX_5.sub("", line.strip())
        if match := _FRAME.match(text):
            if progress := _DONE_OF_TOTAL.search(text):
                done, total = (int(number) for number in progress.groups() if number is not None)
                return [FrameProgress(int(match[1]), min(done / total, 1.0) if total else 0.0)]
            return []
        if match := _SAVED.match(text):
            return [FileSaved(match[1])]
        if match := _ERROR.match(text):
            return [Problem(match[1].strip() or text, fatal=False)]
        if _OUT_OF_MEMORY.search(text):
            return [Problem(f"Out of memory: {text}", fatal=False)]
        return []


def _driver_event(message: str) -> list[Event]:
    """The event of one of our driver's lines; none if it is cut or was printed by a scene that imitates it."""
    try:
        said = json.loads(message)
        match said.get("event"):
            case "ready":
                return [Ready(str(said["version"]))]
            case "opened":
                return [SceneLoaded(tuple(map(str, said["missing"])))]
            case "rendered":
                size = said.get("size")
                pixels = (int(size[0]), int(size[1])) if size else None
                return [FrameDone(int(said["frame"]), str(said["path"]), pixels)]
            case "failed":
                return [Problem(str(said["message"]), fatal=True)]
            case _:
                return []
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return []
