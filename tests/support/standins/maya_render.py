#!/usr/bin/env python3
"""Behaves like Render, Maya's batch renderer, without rendering: for tests of the adapter and the farm around it.

It takes Render's flags and no others, says what Render, mayabatch and Arnold say, writes real images of one colour
(red is the frame number, green ten times the number of the layer) and succeeds, lies or fails as it is told by the
environment, by names that a worker passes on:

    MAYA_STANDIN_MODE       what goes wrong: one of MODES in maya/settings.py; default nothing
    MAYA_STANDIN_FRAME      at which frame it goes wrong; default the first
    MAYA_STANDIN_ATTEMPTS   only the first so many starts go wrong, counted in `{scene}.starts`; default all
    MAYA_STANDIN_STATE      the folder of that file, which is then always written; default beside the scene
    MAYA_STANDIN_SPEED      how much faster than a real machine it works; default 100
    MAYA_STANDIN_STARTUP    seconds until the scene is opened; default 5 by that speed
    MAYA_STANDIN_SECONDS    seconds of a frame; default 5 by that speed
    MAYA_STANDIN_WAIT       seconds until licence_wait gives up; default 300 by that speed
    MAYA_STANDIN_VERSION    default what the path says, as in .../maya2025/bin/Render, or 2024
    MAYA_STANDIN_RENDERERS  those installed; default arnold,sw,hw2,file
    MAYA_STANDIN_WINDOWS    1: says it as on a Chinese Windows, with a first line "Starting", CR LF and code page 936
    MAYA_STANDIN_DIALOG     1: a crash leaves its dialog even if MAYA_DISABLE_CER=1 forbids that

Of Maya's own variables it heeds MAYA_APP_DIR, MAYA_UI_LANGUAGE, MAYA_DISABLE_CER and MAYA_CMD_FILE_OUTPUT, and it
refuses PYTHONPATH and PYTHONHOME. Scenes are made by ``maya_scene.make_scene``. Standard library only.
"""

import os
import signal
import sys

# A plain script: it finds its parts wherever it is started from and by whatever link.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))))
#: Where there is no fork: tells the process that was started instead that it is mayabatch.
CHILD = "MAYA_STANDIN_CHILD"


def version() -> int:
    """Of this installation: the four digits that the environment, else its own path, tells."""
    told = os.environ.get("MAYA_STANDIN_VERSION")
    if told:
        return int(told)
    for part in reversed(os.path.abspath(sys.argv[0]).split(os.sep)):
        digits = part.lower().removeprefix("maya").removeprefix("io")
        if part.lower().startswith("maya") and len(digits) == 4 and digits.isdigit():
            return int(digits)
    return 2024


def main() -> int:
    from tests.support.standins.maya import behaviours, flags

    arguments = sys.argv[1:]
    if arguments and arguments[0] in ("-v", "-version"):
        print(behaviours.VERSION_TEXT.format(version=version()))
        return behaviours.OK
    usage = behaviours.USAGE_TEXT.format(
        common=" ".join(f"-{name}" for name in flags.COMMON), arnold=" ".join(f"-{name}" for name in flags.ARNOLD)
    )
    try:
        line = flags.read(arguments)
        flags.sequence(line.text("seq", ""))
        if not line.scene and not {"help", "listRenderers"} & line.flags.keys():
            raise flags.UsageError("no scene was named")
    except flags.UsageError as error:
        print(f"{error}\n{usage}", file=sys.stderr)
        return behaviours.USAGE

    from tests.support.standins.maya.settings import Settings

    settings = Settings()
    if "help" in line.flags:
        print(usage)
        return behaviours.OK
    if "listRenderers" in line.flags:
        print("\n".join(settings.renderers))
        return behaviours.OK
    if line.text("r", "file") not in settings.renderers:
        print(behaviours.RENDERER_TEXT.format(name=line.flags["r"]), file=sys.stderr)
        return behaviours.RENDERER_NOT_VALID
    assert line.scene is not None
    if not os.environ.get(CHILD):
        settings.count_start(line.scene)
        if settings.mode == "no_output_255":
            return behaviours.START_FAILED
        if settings.windows:
            program = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "mayabatch.exe")
            os.write(1, behaviours.STARTING.format(program=program).encode("gbk", "replace") + b"\r\n")
    if settings.mode == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # As any program that is no Python: ends at once, without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if not hasattr(os, "fork"):
        if not os.environ.get(CHILD):
            import subprocess

            mode = {"MAYA_STANDIN_MODE": settings.mode, CHILD: "1"}
            return subprocess.run([sys.executable, *sys.argv], env={**os.environ, **mode}, check=False).returncode
    else:
        child = os.fork()
        if child:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            return code if code >= 0 else behaviours.SIGNALLED - code

    from tests.support.standins.maya.batch import Batch, name_process

    name_process("mayabatch")
    return Batch(line, version(), settings).run()


if __name__ == "__main__":
    sys.exit(main())
