"""The program from its first line to its exit code."""

import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tests.support.standins.unreal import current, wording
from tests.support.standins.unreal.children import Children
from tests.support.standins.unreal.command_line import CommandLine
from tests.support.standins.unreal.console import Console
from tests.support.standins.unreal.content import Project, read_project
from tests.support.standins.unreal.steering import Steering

if TYPE_CHECKING:
    from tests.support.standins.unreal.api.queue import MoviePipeline


class Quit(Exception):
    """The program ends, with this exit code."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code


def main(arguments: Sequence[str]) -> int:
    """Run with these arguments, as the environment steers it. The exit code."""
    engine = Engine(arguments, os.environ)
    current.start(engine)
    try:
        engine.run()
    except Quit as end:
        engine.end()
        return end.code
    return 0


class Engine:
    """
    Attributes:
        mode: how it fails this time; empty: it does not.
        frame: counts what the engine itself calls frames; an image takes many.
        pipelines: those that a script has started.
        stepped: the executor has let the engine make a step.
    """

    project: Project

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.line = CommandLine(arguments)
        self.steering = Steering.of(environment)
        self.version = _version(self.steering.program)
        self.mode = ""
        self.pipelines: list[MoviePipeline] = []
        self.stepped = self.executor_finished = False
        self._children = Children(self.steering.child_seconds)
        self._console: Console | None = None

    # -- what goes on ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Start, render as the command line asks for it, and shut down.

        Raises:
            Quit: it ends early.
        """
        from tests.support.standins.unreal import routes

        self._open_project()
        self.nap(self.steering.startup)
        self._children.start()
        self._compile_shaders()
        routes.load_scripts(self)
        render = routes.asked_for(self.line)
        if render is None or not self.line.has("game"):
            self.hang()  # the editor's window waits for somebody
        render(self)
        if self.mode == "hang_after_completed":
            self.hang()
        self.nap(self.steering.teardown)
        if self.mode == "teardown_crash":
            self.crash(wording.CRASH, wording.TEARDOWN_CODE)
        self.end()

    def _open_project(self) -> None:
        path = Path(self.line.positional[0] if self.line.positional else "")
        try:
            self.project = read_project(path)
        except (OSError, ValueError):
            self._refuse(wording.NO_PROJECT.format(path=path))
        project, self.mode = self.project, self.steering.mode_for(path)
        self._console = self._open_console()
        self.log("LogInit", f"Engine Version: {self.version}-35576357+++UE5")
        if project.association[:1].isdigit() and _newer(project.association, self.version):
            told = wording.OTHER_VERSION.format(path=path, project=project.association, engine=self.version)
            self._ask(told)
        if project.lacks_binaries or self.mode == "modules_missing":
            self._ask(wording.MODULES_MISSING.format(names=", ".join(project.modules or ("Film",))))
        self._console.started = True

    def _open_console(self) -> Console:
        named, line = self.line.value("abslog"), self.line
        every = line.has("stdout") and line.has("FullStdOutLogOutput")
        stdout = "all" if every else "display" if line.has("stdout") or line.has("log") else "none"
        file = Path(named) if named else self.project.folder / "Saved" / "Logs" / f"{self.project.name}.log"
        return Console(file, explicit=bool(named), stdout=stdout, by_line=self.steering.stdout == "line")

    def _compile_shaders(self) -> None:
        """At a project's first start with a cache folder only."""
        named = self.line.value("LocalDataCachePath") or os.environ.get("UE-LocalDataCachePath")  # noqa: SIM112 - its name
        cache = Path(named) if named else self.project.folder / "Saved" / "DerivedDataCache"
        done = cache / f"{self.project.name}.compiled"
        if done.exists():
            return
        for left in (1764, 882, 120, 3):
            self.log("LogShaderCompilers", f"{left} shaders left", "Display")
            self.nap(self.steering.shaders / 4)
        done.parent.mkdir(parents=True, exist_ok=True)
        done.touch()

    def load_map(self, name: str) -> str:
        """The path of a map once it is loaded.

        Raises:
            Quit: it is not there.
        """
        self.log("LogMovieRenderPipeline", f"About to load target map {name}")
        if self.mode == "hang_loading":
            self.hang()
        found = self.project.map_named(name)
        if found is None or self.mode == "missing_map":
            self.log("LogLoad", wording.MAP_MISSING.format(name=name), "Error")
            self.missing()
            raise Quit
        self.log("LogLoad", f"LoadMap: {found}")
        return found

    # -- how it ends -------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Shut down in good order."""
        self._children.end()
        if self._console:
            self.log("LogExit", "Exiting.")
            self._console.flush()

    def crash(self, text: str, code: int = wording.CRASH_CODE) -> NoReturn:
        """The crash handler has the last word; nobody else is asked."""
        self.log("LogWindows", text, "Error")
        self.log("LogExit", "Executing StaticShutdownAfterError")
        self._children.report_crash()
        if self._console:
            self._console.flush()
        os._exit(code)

    def hang(self) -> NoReturn:
        """Sit there for ever, deaf to those who ask it to end."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(60)

    def missing(self) -> None:
        """What is to be rendered is not there: some versions end, others sit there."""
        if self.steering.missing == "idle":
            self.hang()

    def _ask(self, text: str) -> NoReturn:
        """A window asks what to do; with -unattended nobody is asked."""
        self.log("LogInit", text, "Error")
        if not self.line.has("unattended"):
            self.hang()
        raise Quit(wording.REFUSED_CODE)

    def _refuse(self, text: str) -> NoReturn:
        os.write(2, f"{text}\n".encode())
        raise Quit(wording.REFUSED_CODE)

    # -- what everybody needs ----------------------------------------------------------------------------------

    def log(self, category: str, text: str, verbosity: str = "") -> None:
        if self._console:
            self._console(category, text, verbosity)

    @property
    def frame(self) -> int:
        return self._console.frame if self._console else 0

    @frame.setter
    def frame(self, number: int) -> None:
        if self._console:
            self._console.frame = number

    def nap(self, seconds: float) -> None:
        time.sleep(seconds / self.steering.speed)


def _version(program: Path | None) -> str:
    """Of the installation that the program stands in."""
    for folder in program.parents if program else ():
        file = folder / "Build" / "Build.version"
        if file.is_file():
            content: Any = json.loads(file.read_text("utf-8"))
            return ".".join(str(content[f"{part}Version"]) for part in ("Major", "Minor", "Patch"))
    return "5.4.4"


def _newer(one: str, other: str) -> bool:
    numbers = [tuple(map(int, version.split(".")[:2])) for version in (one, other)]
    return numbers[0] > numbers[1]
