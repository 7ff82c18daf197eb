"""Pictures of the window in the states it lives in, for people to look at.

    QT_QPA_PLATFORM=offscreen python -m tests.screenshots FOLDER [NAME …]

A temporary database is filled through the real services; no worker, broker or object store is needed.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from render_manager.gui.background import new_event_loop
from render_manager.gui.language import Language, LanguageChoice
from tests.screenshots.registry import Scene, scenes
from tests.screenshots.taking import take

_SCALE = "QT_SCALE_FACTOR"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Take pictures of the window.")
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenes to take; default: all")
    parser.add_argument("--list", action="store_true", help="list the scenes, take none")
    options = parser.parse_args()
    known = scenes()
    if options.list:
        sys.stdout.write("\n".join(known) + "\n")
        return
    if options.folder is None:
        parser.error("say which FOLDER the pictures go to")
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"there is no scene {unknown[0]!r}; --list lists them")
    options.folder.mkdir(parents=True, exist_ok=True)
    _take(options.folder, {name: known[name] for name in options.names or known})


def _take(folder: Path, wanted: dict[str, Scene]) -> None:
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = new_event_loop(app)
    language = Language(app, LanguageChoice.ENGLISH)
    for name, scene in wanted.items():
        if scene.scale != 1 and _SCALE not in os.environ:
            # The scale of a screen is settled when the program starts.
            command = [sys.executable, "-m", "tests.screenshots", str(folder), name]
            subprocess.run(command, env={**os.environ, _SCALE: f"{scene.scale:g}"}, check=True)
        else:
            loop.run_until_complete(take(scene, folder / f"{name}.png", app, language))
    loop.close()


if __name__ == "__main__":
    main()
