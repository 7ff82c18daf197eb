"""What is to be rendered, and what is said of it. Nothing in here needs the engine. Python 3.7 and later.

What is said goes to a file, one JSON object a line after a mark: the engine's own log has no word on single frames and
comes through a pipe in bursts.

    started  {version}            the executor runs
    loaded   {}                   the map is there, rendering begins
    frame    {frame}              an output frame begins
    progress {frame, fraction}    0-1 of it
    written  {frame, files}       its files are there, and those of the next one have begun to come
    error    {message, failure?}  why it can't go on; failure is a class of the render manager's
    result   {success, files}     files by frame number, as the engine names them; the last word
"""

import json
import os
import re
import threading
import time

MARK = "@@RM "
#: Seconds between two words on the progress of a frame, and between two looks at its files.
EVERY = 0.5
#: Digits of frame numbers in file names, as the output setting is told.
DIGITS = 4
EXTENSIONS = {"PNG": "png", "EXR": "exr", "JPG": "jpeg"}

# With spaces in it the value is in quotes, or the whole argument is, as the system has it.
_SWITCH = re.compile(r'"-RmJob=([^"]+)"|-RmJob="([^"]+)"|-RmJob=(\S+)', re.IGNORECASE)
# Behind the number there may be the name of a render pass.
_FRAME = re.compile(r"\.(-?\d{%d,})(?=\D)" % DIGITS)


def file_named_by(command_line):
    """The path of the job; None if the command line names none."""
    match = _SWITCH.search(command_line)
    return next((group for group in match.groups() if group), None) if match else None


class Job:
    """One chunk of frames."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            values = json.load(file)
        self.sequence = values["sequence"]  # "/Game/Cine/Shot.Shot"
        self.map = values["map"]
        self.preset = values.get("preset")
        self.folder = values["folder"]
        self.report = values["report"]
        self.first, self.last, self.step = values["first"], values["last"], values["step"]
        self.format = values.get("format")
        self.width, self.height = values.get("width"), values.get("height")
        self.warm_up = values.get("warm_up")
        self.least_warm_up = values["least_warm_up"]
        self.grace = values["grace"]

    @property
    def frames(self):
        return range(self.first, self.last + 1, self.step)

    @property
    def end(self):
        """The frame at which the engine stops without rendering it."""
        return self.last + 1

    def file_of(self, frame, extension):
        """Where the only file of a frame goes."""
        name = self.sequence.rpartition(".")[2]
        number = "%s%0*d" % ("-" if frame < 0 else "", DIGITS, abs(frame))
        return os.path.join(self.folder, "%s.%s.%s" % (name, number, extension))


class Report:
    """The file that is read while it is written: each line is on disk at once."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8")

    def say(self, event, **values):
        try:
            self._file.write("%s%s\n" % (MARK, json.dumps(dict(values, event=event))))
            self._file.flush()
        except (OSError, ValueError):
            pass  # without a result the render counts as failed


class Progress:
    """Tells what is new, from tick to tick.

    Args:
        say: told of it.
        extension: of the files, if each frame has one only; None: what is written is known at the end.
    """

    def __init__(self, job, say, extension, clock=time.monotonic):
        self._frames = job.frames
        self._say = say
        self._clock = clock
        self._place = -1  # of the current frame
        self._told = -1.0  # of it, 0-1
        self._spoke = 0.0  # of progress
        self._looked = 0.0  # for files
        self._files = [job.file_of(frame, extension) for frame in job.frames] if extension else []
        self._before = [_state(path) for path in self._files]  # an earlier attempt may have left files
        self._written = 0  # frames that were told of

    def tick(self, index, total, overall):
        """
        Args:
            index: of the output frame that is being rendered, from 0.
            total: output frames.
            overall: how much of the whole is done, 0-1.
        """
        if total <= 0 or index < 0:
            return
        place = min(index, len(self._frames) - 1)
        now = self._clock()
        while self._place < place:
            self._place += 1
            self._told = -1.0
            self._spoke = now
            self._say("frame", frame=self._frames[self._place])
        if now - self._spoke >= EVERY:
            self._spoke = now
            fraction = round(min(max(overall * total - self._place, 0.0), 1.0), 3)
            if fraction > self._told:  # silence is a sign that it hangs
                self._told = fraction
                self._say("progress", frame=self._frames[self._place], fraction=fraction)
        if now - self._looked >= EVERY:
            self._looked = now
            self._look()

    def _look(self):
        """Tell of frames that are written. A file that is there may be half of one; as files are written one after
        the other it is whole when the next one is there."""
        while self._written < min(self._place, len(self._files) - 1):
            here = self._written
            if not self._is_new(here) or not self._is_new(here + 1):
                return
            self._say("written", frame=self._frames[here], files=[self._files[here]])
            self._written += 1

    def _is_new(self, place):
        state = _state(self._files[place])
        return state is not None and state != self._before[place]


def _state(path):
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if status.st_size else None


def by_frame(paths, frames):
    """Files by the number in their names, as JSON has them; files of other frames are left out."""
    found = {}
    for path in paths:
        match = _FRAME.search(os.path.basename(path))
        if match and int(match.group(1)) in frames:
            found.setdefault(str(int(match.group(1))), []).append(os.path.abspath(path))
    return found


def end_later(seconds):
    """End the process if it has not ended by itself by then: the engine's end has been seen to hang."""

    def end():
        time.sleep(seconds)
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
