#!/usr/bin/env python3
"""Behaves like Blender with our scripts, without rendering: for tests and benchmarks of the farm around it.

It takes Blender's arguments, speaks the protocol of our scripts (resources/drivers/blender_driver.py for a session,
blender_range.py for a chunk of frames) and writes a small image for each frame. Named by BLENDER_EXECUTABLE. What it
does is steered by the environment, by names that a worker passes on:

    BLENDER_STANDIN_SECONDS   how long a frame takes; default 0
    BLENDER_STANDIN_JOURNAL   a folder: each process appends `start|end task frame pid time` lines to a file there
    BLENDER_STANDIN_COMMAND   a program to start and wait for in each frame, such as /bin/true
    BLENDER_STANDIN_FAIL      frames that fail, by a comma-separated list of numbers
    BLENDER_STANDIN_CRASH     frames that end the process with a signal, as a crash does
    BLENDER_STANDIN_TELL      anything: each frame prints the whole environment, and a failed one fails with it

Times are of the system's monotonic clock, the same for all processes of a machine. Standard library only.
"""

import _json  # the C part of json: that takes twice as long to import as all the rest to start
import os
import signal
import struct
import sys
import time
import zlib

MARK = "@@RM "
VERSION = os.environ.get("BLENDER_STANDIN_VERSION", "4.2.0")
SECONDS = float(os.environ.get("BLENDER_STANDIN_SECONDS", "0"))
JOURNAL = os.environ.get("BLENDER_STANDIN_JOURNAL")
COMMAND = os.environ.get("BLENDER_STANDIN_COMMAND")
TELL = os.environ.get("BLENDER_STANDIN_TELL")
SIZE = (16, 9)


def numbers(name: str) -> set[int]:
    return {int(part) for part in os.environ.get(name, "").split(",") if part}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size: tuple[int, int]) -> bytes:
    """A grey image."""
    width, height = size
    rows = (b"\0" + b"\x80\x80\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


IMAGE = png(SIZE)


class Reading:
    """What json.JSONDecoder tells its C part."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float

    def __init__(self) -> None:
        self.memo: dict[str, str] = {}


READ = _json.make_scanner(Reading())  # type: ignore[arg-type] - typeshed knows its use in json.decoder only


def in_json(value: object) -> str:
    if isinstance(value, str):
        return _json.encode_basestring_ascii(value)
    return str(list(value)) if isinstance(value, (list, tuple)) else str(value)


def say(event: str, **values: object) -> None:
    fields = [f'"{name}": {in_json(value)}' for name, value in {**values, "event": event}.items()]
    sys.stdout.write(f"{MARK}{{{', '.join(fields)}}}\n")
    sys.stdout.flush()


def run(command: str) -> None:
    import subprocess  # takes as long to import as all the rest together

    subprocess.run([command], check=True)


class Journal:
    """What happened, on disk at once: nothing of it is lost when this process is killed."""

    def __init__(self) -> None:
        self._file = None
        if JOURNAL:
            path = os.path.join(JOURNAL, f"{os.getpid()}-{time.monotonic_ns()}.log")
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, event: str, task: str, frame: int) -> None:
        if self._file is not None:
            os.write(self._file, f"{event} {task} {frame} {os.getpid()} {time.monotonic():.6f}\n".encode())


class Standin:
    def __init__(self) -> None:
        self._journal = Journal()
        self._fail, self._crash = numbers("BLENDER_STANDIN_FAIL"), numbers("BLENDER_STANDIN_CRASH")
        # The working folder is {root}/{unionid}/{task_id}/tmp.
        self._task = os.path.basename(os.path.dirname(os.getcwd()))

    def session(self) -> int:
        """Does what it is asked to, line by line."""
        say("ready", version=VERSION)
        for line in sys.stdin:
            request, _ = READ(line, 0)
            if request["command"] == "open":
                say("opened", missing=[])
            elif path := self._render(request["frame"], request["output"]):
                say("rendered", frame=request["frame"], path=path, size=SIZE)
            else:
                say("failed", message=self._why())
        return 0

    def chunk(self) -> int:
        """Renders what its command line names."""
        request, _ = READ(sys.argv[-1], 0)
        named = sys.argv[sys.argv.index("-f") + 1] if "-f" in sys.argv else ""
        say("opened", missing=[], size=SIZE)
        for frame in [*request["frames"], *(int(part) for part in named.split(",") if part)]:
            if not self._render(frame, request["output"]):
                say("failed", message=self._why())
                return 64
            print("Time: 00:00.01 (Saving: 00:00.00)", flush=True)
        return 0

    def _render(self, frame: int, output: str) -> str | None:
        """The image's path; None if the frame is one that fails."""
        self._journal.write("start", self._task, frame)
        print(f"Fra:{frame} Mem:1.00M | Rendering 1 / 1 samples", flush=True)
        if COMMAND:
            run(COMMAND)
        if SECONDS:
            time.sleep(SECONDS)
        if frame in self._crash:
            os.kill(os.getpid(), signal.SIGKILL)
        if TELL:
            print("\n".join(f"{name}={value}" for name, value in os.environ.items()), flush=True)
        if frame in self._fail:
            return None
        path = output.replace("####", f"{frame:0{5 if frame < 0 else 4}d}") + ".png"
        with open(path, "wb") as file:
            file.write(IMAGE)
        print(f"Saved: '{path}'", flush=True)
        self._journal.write("end", self._task, frame)
        return path

    def _why(self) -> str:
        return str(dict(os.environ)) if TELL else "the stand-in was told to fail"


def main() -> int:
    if "--version" in sys.argv:
        print(f"Blender {VERSION}")
        return 0
    standin = Standin()
    if "--" in sys.argv:
        return standin.chunk()
    return standin.session()


if __name__ == "__main__":
    sys.exit(main())
