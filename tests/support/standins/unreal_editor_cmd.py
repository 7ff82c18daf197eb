#!/usr/bin/env python3
"""Behaves like UnrealEditor-Cmd as far as a Movie Render Queue job goes, without an engine: for tests.

It takes the program's switches, reads a project and the stub listing of its content (``unreal_project.py`` beside this
file makes both), writes the program's log and real small-sized images, and ends with its exit codes. It renders by a
Python host executor, which it loads against a stub of the module ``unreal``; by a saved configuration or queue; and by
the older movie scene capture. What it does is steered by the environment, by names that a worker passes on:

    UE_STANDIN_MODE      how it fails, one of:
        exit0_fail            the pipeline reports a failure at the frame; exit code 0, no files
        crash3                a crash at the frame, whose file is cut short; exit code 3
        teardown_crash        a crash after all is done
        vram, device_removed  the GPU's fatal errors at the frame; exit code 3
        hang_loading, hang_render, hang_after_completed   silence for ever, there, deaf to SIGTERM
        black                 black images
        missing_map, missing_sequence   as if the content were not there
        modules_missing       as if the project had C++ modules and no binaries
        short                 stops after the first shot (of one shot: half way), and says all is well
        script_errors         30 errors of scripts, and goes on
        slow_nas              files go to the folder UE_STANDIN_DISK instead, for a test that plays the network disk
                              and shows them late (``slow_disk`` in unreal/disk.py)
        lie_zero              an empty file at the frame
    UE_STANDIN_FRAME     the frame number at which it fails; default: the middle one of those to render
    UE_STANDIN_ATTEMPTS  only so many first starts fail; counted in the project's Saved folder
    UE_STANDIN_SPEED     all times but the children's are divided by this; default 1
    UE_STANDIN_STARTUP   seconds to start, default 0.05; _SECONDS for each frame, 0.05; _TEARDOWN to end, 0.05;
    (and others)         _SHADERS to compile shaders at a project's first start with a cache folder, 0.1;
                         _LAG until a file is written after its frame, 0.1; _CHILD_SECONDS that shader compilers,
                         trace server and crash reporter live, 20
    UE_STANDIN_STDOUT    `line`: standard output is not held back in blocks of 8 KB
    UE_STANDIN_MISSING   `idle`: content that is missing leaves it sitting there, not ending with 0
    UE_STANDIN_MOVIE_END `inclusive` (default) or `exclusive`: what -MovieEndFrame means
    UE_STANDIN_PROGRAM   set by an installation's launcher: where it stands, and so which version it is

Left out: warm-up frames (they are set, but cost no time), Movie Graph, several cameras of a shot. Standard library
only. What is a best guess of the real wording and exit codes stands in ``unreal/wording.py``.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve()

if __name__ == "__main__":
    # Found by this file's place, wherever it is started from; scripts of a project must not find our packages.
    sys.path[:] = [entry for entry in sys.path if entry and "site-packages" not in entry]
    sys.path[0] = str(_HERE.parents[3])
    from tests.support.standins.unreal.engine import main

    del sys.path[0]
    sys.exit(main(sys.argv[1:]))
