"""Maya's batch output: Arnold's columns, and what other renderers say in it.

Arnold does not name the frame it begins; frames are told apart by the order in which they were asked for, and confirmed
by the names of their files. Lines as users posted them; see docs/adding-a-renderer.md for where facts like these come
from.
"""

import os
import re
from collections.abc import Sequence

from render_manager.domain.failures import FailureClass
from workers.renderers.events import Event, FrameDone, FrameProgress, FrameStarted, Problem

_ARNOLD = re.compile(r"^\d+:\d\d:\d\d\s+\d+MB\s*(?P<level>WARNING|ERROR)?\s*\|\s*(?P<text>.*)$")
_PROGRESS = re.compile(
    r"^(\d+)% done|\[PROGRESS\] (\d+) percent|PROGRESS: (\d+)%|R90000\s+(\d+)%|Rendering image…?\.*: (\d+)"
)
_SAVED = re.compile(
    r"writing file [`'\"](?P<arnold>.+)['\"]|^Finished Rendering (?P<maya>.+)\.$|"
    r"Successfully written image file \"(?P<vray>.+)\"|^\s*Saved file '(?P<redshift>.+)'"
)
_NUMBER = re.compile(r"\.(\d+)\.[A-Za-z]+$")
_SEQUENCE = re.compile(r"\[mtoa\] Rendering Frame: (\d+)|^\s*Rendering frame (\d+)\.\.\.")

_FAILED = "Maya failed to render; the frame's log may say why"

#: What a line means, by the first that fits: class, sentence for people (None: the line itself), fatal.
_SIGNS: Sequence[tuple[re.Pattern[str], FailureClass, str | None, bool]] = tuple(
    (re.compile(pattern, re.IGNORECASE), failure, sentence, fatal)
    for pattern, failure, sentence, fatal in (
        (
            r"abort_on_license_fail|License was not obtained|checking out license|could not initialize license|"
            r"\[rlm\] error|\[clm[^]]*\].*error|License error|Could not obtain a license|No license for product|"
            r"Maxon licensing error|\{SEVERE\} License",
            FailureClass.LICENCE,
            "No licence was free for the renderer",
            True,
        ),
        (r"rendering with watermarks", FailureClass.LICENCE, "Without a licence the image has a watermark", True),
        (r"(?:Camera|Render ?layer) (\[?.+?\]?) does not exist", FailureClass.SCENE, None, True),
        (r"Renderer \".+\" is not valid", FailureClass.NODE, None, True),
        (
            r"contains legacy render layers",
            FailureClass.SCENE,
            "The scene mixes legacy render layers with render setup: Maya would render the wrong layer",
            True,
        ),
        (r"Invalid image file|unspecified OIIO error", FailureClass.ASSET, None, True),
        (r"\[ass\] can't (open|read in)|\[alembic\] invalid archive", FailureClass.ASSET, None, True),
        (r"can't create file|No space left on device", FailureClass.STORAGE, None, True),
        (
            r"Out of (GPU|video) memory|less than 128MB of free VRAM|illegal memory access",
            FailureClass.GPU_MEMORY,
            None,
            True,
        ),
        (r"bad_alloc|out of memory", FailureClass.MEMORY, "The host's memory is used up", True),
        (r"MAYA_APP_DIR", FailureClass.NODE, "Maya can't write its preferences folder (MAYA_APP_DIR)", True),
        (r"encountered a fatal error|Fatal Error|signal caught", FailureClass.CRASH, "Maya crashed", True),
        (r"newer version of Maya|file version is newer", FailureClass.NODE, None, True),
        (
            r"No devices found\. Aborting",
            FailureClass.NODE,
            "The renderer found no graphics card that it can use",
            True,
        ),
        (
            r"Frame (rendering )?aborted|render terminating early|Rendering was internally aborted",
            FailureClass.UNKNOWN,
            _FAILED,
            True,
        ),
        (r"failed to render|Failed batch render|\(kFailure\)", FailureClass.UNKNOWN, _FAILED, True),
        (r"^// Error: |^Error: |^RuntimeError: ", FailureClass.UNKNOWN, None, False),
    )
)


def plain(line: str) -> str:
    """The line without Arnold's columns."""
    arnold = _ARNOLD.match(line.strip())
    return arnold["text"].strip() if arnold else line.strip()


def frame_in(text: str) -> int | None:
    """The frame that a sequence comes to."""
    match = _SEQUENCE.search(text)
    return int(match[1] or match[2]) if match else None


def fraction_in(text: str) -> float | None:
    """How much of a frame is rendered."""
    match = _PROGRESS.search(text)
    return min(int(next(group for group in match.groups() if group)) / 100, 1.0) if match else None


def file_in(text: str) -> str | None:
    """The path of a file that is written."""
    match = _SAVED.search(text)
    return next(group for group in match.groups() if group) if match else None


def problem_in(text: str, line: str) -> Problem | None:
    """What a plain line tells of something that goes wrong."""
    for pattern, failure, sentence, fatal in _SIGNS:
        if pattern.search(text):
            return Problem(f"{sentence or text.removeprefix('Error: ').rstrip('.')}.", fatal, failure, line.strip())
    return None


class MayaOutput:
    """Fits RangeParser.

    Where each frame is rendered several times, by layers or cameras, it is done when it is known to be rendered no
    more: when the next one begins after its cameras, else at the end.

    Args:
        frames: in the order in which Maya renders them.
        layers: how many render layers were asked for.
        folders: where files lie if the scene renders through one camera; empty: it does. Each of several cameras has
            a folder of its own below.
    """

    def __init__(self, frames: Sequence[int], layers: int = 1, folders: Sequence[str] = ()) -> None:
        self._frames = list(frames)
        self._layers = layers
        self._folders = {_folder(name) for name in folders}
        self._several = layers > 1
        self._rendered: list[int] = []  # the frame of each of Arnold's renders that ended
        self._frame: int | None = None
        self._files: dict[int, list[str]] = {}
        self._told: set[int] = set()  # done
        self._completed = False
        self._fatal = False
        self._said_anything = False

    def __call__(self, line: str) -> list[Event]:
        text = plain(line)
        if not line.strip():
            return []
        self._said_anything = True
        if _ARNOLD.match(line.strip()):
            if text.startswith("log started"):
                return self._begin(self._expected())
            if text == "Arnold shutdown":
                return self._ended_render()
        if text.startswith("Scene ") and text.endswith("completed."):
            self._completed = True
            return []
        if (frame := frame_in(text)) is not None:
            return self._begin(frame)
        if self._frame is not None and (fraction := fraction_in(text)) is not None:
            return [FrameProgress(self._frame, fraction)]
        if path := file_in(text):
            return self._saved(path)
        problem = problem_in(text, line)
        self._fatal |= problem is not None and problem.fatal
        return [problem] if problem else []

    def ended(self, exit_code: int) -> list[Event]:
        if self._completed and exit_code == 0:
            if self._several:
                return [self._tell(frame) for frame in self._frames if frame in self._files and frame not in self._told]
            return self._done()
        if self._fatal:
            return []
        if not self._said_anything:
            failure = FailureClass.NODE
            reason = f"Maya ended with exit code {exit_code} and said nothing: it could not start on this host."
        else:
            failure = FailureClass.CRASH if exit_code < 0 or exit_code > 255 else FailureClass.UNKNOWN
            reason = f"Maya ended with exit code {exit_code} and did not say that the scene was completed."
        return [Problem(reason, fatal=True, failure=failure)]

    def _expected(self) -> int:
        """The frame of the render that begins: Arnold does not say it, but so far they came in some order."""
        done, count = self._rendered, len(self._frames)
        if not self._several or not done:
            return self._frames[len(done) % count]
        cameras = next((place for place, frame in enumerate(done) if frame != done[0]), len(done))
        if cameras == len(done):
            return done[0]  # perhaps another camera; if it is the next frame, its file will tell
        return self._frames[len(done) // cameras % count]

    def _begin(self, frame: int) -> list[Event]:
        if frame == self._frame:
            return []
        events = self._done() if not self._several else self._left_behind()
        self._frame = frame
        return [*events, FrameStarted(frame)]

    def _left_behind(self) -> list[Event]:
        """The current frame is done if its cameras came one after the other."""
        frame, first = self._frame, self._rendered[:2]
        cameras_first = self._layers == 1 and len(first) == 2 and first[0] == first[1]
        if frame is None or frame in self._told or not cameras_first:
            return []
        return [self._tell(frame)]

    def _saved(self, path: str) -> list[Event]:
        events: list[Event] = []
        number = _NUMBER.search(path)
        frame = int(number[1]) if number else self._frame
        if frame is None:
            return []
        self._several |= bool(self._folders) and _folder(os.path.dirname(path.replace("\\", "/"))) not in self._folders
        if frame != self._frame and frame in self._frames:
            events = self._begin(frame)
        self._files.setdefault(frame, []).append(path)
        return events

    def _ended_render(self) -> list[Event]:
        if self._frame is None:
            return []
        self._rendered.append(self._frame)
        return [] if self._several else self._done()

    def _done(self) -> list[Event]:
        """The frame that was begun last is through."""
        frame, self._frame = self._frame, None
        if frame is None or self._several or frame in self._told:
            return []
        return [self._tell(frame)]

    def _tell(self, frame: int) -> FrameDone:
        self._told.add(frame)
        files = tuple(self._files.get(frame, ()))
        return FrameDone(frame, files[0] if files else "", files=files)


def _folder(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").casefold()
