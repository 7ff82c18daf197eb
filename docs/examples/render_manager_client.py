"""Submits to Render Manager from inside another program: Maya, Blender, Unreal, or anything with Python 3.7 or later.

It runs the program `render-manager`, so that it needs nothing but the standard library, and the Python that it runs in
may be any. The examples beside it use it; put it where that program's Python finds modules.
"""

import json
import locale
import os
import shutil
import subprocess
import threading
from concurrent.futures import Future

#: What programs set for their own Python and libraries, and what would break ours.
_NOT_OURS = ("PYTHON", "LD_LIBRARY_PATH", "DYLD_", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH")


class NotSubmitted(Exception):
    """The message says why, in a sentence for the user."""


def find_program(configured=""):
    """The program's path: as configured, else the environment's RENDER_MANAGER, else on the PATH.

    Raises:
        NotSubmitted: it is not there.
    """
    named = configured or os.environ.get("RENDER_MANAGER") or "render-manager"
    found = shutil.which(os.path.expanduser(named))
    if found is None:
        raise NotSubmitted(
            f"Render Manager was not found ({named}): set the environment variable RENDER_MANAGER to its program "
            "render-manager."
        )
    return found


def submit(path, *options, program=""):
    """Submit a local file or folder, or an OSS path, and wait until that is done; the task as `submit --json` tells it.

    Args:
        options: as on the command line: "--frames=1-24", "--priority=8", "--set=samples=64".
        program: where `render-manager` is; see find_program.

    Raises:
        NotSubmitted: with what Render Manager says, or why it could not be started.
    """
    command = [find_program(program), "submit", *options, "--json", "--", str(path)]
    try:
        done = subprocess.run(
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except OSError as error:
        raise NotSubmitted(f"{command[0]} can't be started: {error.strerror or error}.") from error
    if done.returncode:
        said = _text(done.stderr).strip() or f"exit code {done.returncode}"
        raise NotSubmitted(said[len("render-manager: ") :] if said.startswith("render-manager: ") else said)
    return json.loads(_text(done.stdout))[0]


def in_background(work, *arguments, **named):
    """Call it in a thread, so that the program's window goes on; a Future of what it gives.

    The thread ends with the program that it runs in. Nothing of that program may be touched by ``work``.
    """
    future = Future()

    def run():
        try:
            future.set_result(work(*arguments, **named))
        except Exception as error:  # told by the future, whatever it is
            future.set_exception(error)

    threading.Thread(target=run, name="Render Manager", daemon=True).start()
    return future


def outcome(future):
    """A sentence about a Future of ``submit`` that is done, and whether it was submitted."""
    error = future.exception()
    if error is not None:
        return str(error), False
    task = future.result()
    return "Submitted {name} as task {id}: {total_frames} frame(s).".format(**task), True


def _environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    kept["PYTHONUTF8"] = "1"
    return kept


def _text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:  # a Windows program that was built to speak the system's encoding
        return data.decode(locale.getpreferredencoding(False), "replace")
