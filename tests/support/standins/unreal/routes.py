"""What the command line asks to be rendered: the three ways there are."""

import importlib
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.standins.unreal import capture, wording
from tests.support.standins.unreal.api import module, objects
from tests.support.standins.unreal.api.queue import MoviePipelineExecutorBase, MoviePipelineExecutorJob
from tests.support.standins.unreal.api.settings import listed_config
from tests.support.standins.unreal.api.values import SoftObjectPath
from tests.support.standins.unreal.command_line import CommandLine
from tests.support.standins.unreal.pipeline import LOG, Render

if TYPE_CHECKING:
    from tests.support.standins.unreal.engine import Engine

_PYTHON_HOST = ".MoviePipelinePythonHostExecutor"
_PLUGINS = frozenset({"PythonScriptPlugin", "MovieRenderPipeline"})


def asked_for(line: CommandLine) -> Callable[["Engine"], None] | None:
    """How to render; None: the editor is meant."""
    if line.value("MoviePipelineLocalExecutorClass").endswith(_PYTHON_HOST):
        return by_script
    if line.has("MoviePipelineConfig"):
        return as_saved
    return capture.render if line.has("MovieSceneCaptureType") else None


# -- by a Python host executor -----------------------------------------------------------------------------------


def load_scripts(engine: "Engine") -> None:
    """Run every ``init_unreal.py`` of UE_PYTHONPATH and the project; what one raises goes to the log."""
    if _PLUGINS - _plugins(engine) or engine.line.has("DisablePython"):
        return
    module.install()
    places = [Path(place) for place in os.environ.get("UE_PYTHONPATH", "").split(os.pathsep) if place]
    places.append(engine.project.folder / "Content" / "Python")
    sys.path[:0] = map(str, places)
    for place in places:
        if not (place / "init_unreal.py").is_file():
            continue
        try:
            sys.modules.pop("init_unreal", None)
            importlib.import_module("init_unreal")
        except Exception:
            engine.log("LogPython", traceback.format_exc().rstrip(), "Error")


def _plugins(engine: "Engine") -> frozenset[str]:
    return engine.project.plugins | frozenset(engine.line.value("EnablePlugins").split(","))


def by_script(engine: "Engine") -> None:
    """Let a script's executor build a queue, and render what it starts."""
    _began(engine)
    engine.load_map(_level(engine))
    executor = _executor(engine)
    if executor is None:
        engine.log(LOG, wording.NO_CLASS, "Error")
        return
    began = time.monotonic()
    objects.call(executor, "execute_delayed", None)
    for pipeline in engine.pipelines:
        for _ in pipeline.run():
            objects.call(executor, "on_begin_frame")
            while not engine.stepped:
                time.sleep(0.01)  # an override that does not call its base holds the engine up for ever
            engine.stepped = False
            if engine.executor_finished:
                break
    while not engine.executor_finished:
        objects.call(executor, "on_begin_frame")
        time.sleep(0.01)
    _finished(engine, len(engine.pipelines), began)


def _executor(engine: "Engine") -> Any:
    """The object of the class that the command line names, if a script has made it."""
    made: Any = objects.MADE.get(engine.line.value("ExecutorPythonClass").rpartition(".")[2])
    return made() if made is not None and issubclass(made, MoviePipelineExecutorBase) else None


# -- a saved configuration or queue --------------------------------------------------------------------------------


def as_saved(engine: "Engine") -> None:
    """Render a sequence by a configuration, or all of a queue: always the whole range that is saved."""
    _began(engine)
    named = engine.line.value("MoviePipelineConfig")
    level = engine.load_map(_level(engine))
    jobs: list[dict[str, Any]] | None = engine.project.asset("queues", named)
    if jobs is None:
        jobs = [{"sequence": engine.line.value("LevelSequence"), "map": level, "preset": named}]
    began = time.monotonic()
    engine.log(LOG, f"MoviePipelineLinearExecutorBase starting {len(jobs)} jobs.")
    for fields in jobs:
        preset = engine.project.asset("presets", fields["preset"])
        if preset is None:
            engine.log(LOG, wording.CONFIG_MISSING.format(name=fields["preset"]), "Error")
            return engine.missing()
        job = MoviePipelineExecutorJob()
        job.sequence, job.map = SoftObjectPath(fields["sequence"]), SoftObjectPath(engine.load_map(fields["map"]))
        job.set_configuration(listed_config(preset))
        job.get_configuration().initialize_transient_settings()
        render = Render(engine, job)
        for _ in render.run():
            pass
        _tell_files(engine, render)
    _finished(engine, len(jobs), began)
    return None


def _tell_files(engine: "Engine", render: Render) -> None:
    """Files are spoken of only where somebody asked for it."""
    if "logmovierenderpipelineio verbose" not in engine.line.value("LogCmds").lower():
        return
    for passes in render.files.values():
        for paths in passes.values():
            for path in paths:
                engine.log("LogMovieRenderPipelineIO", wording.FILE_WRITTEN.format(path=path), "Verbose")


# -- both ----------------------------------------------------------------------------------------------------------


def _began(engine: "Engine") -> None:
    engine.log(
        LOG,
        "Detected that the user intends to render a movie. Waiting until engine loop init is complete to ensure all "
        "dependent modules are loaded.",
    )
    engine.log(
        LOG, "Successfully detected and loaded required movie arguments. Rendering will begin once the map is loaded."
    )
    if engine.line.value("MoviePipelineLocalExecutorClass"):
        engine.log(LOG, "MoviePipelineLinearExecutorBase starting 1 jobs.")


def _level(engine: "Engine") -> str:
    """The map of the command line, else the project's first one."""
    words = engine.line.positional[1:]
    return (words[0] if words else next(iter(engine.project.maps), "")).partition("?")[0]


def _finished(engine: "Engine", jobs: int, began: float) -> None:
    took = wording.duration((time.monotonic() - began) * engine.steering.speed)
    engine.log(LOG, f"MoviePipelineLinearExecutorBase finished {jobs} jobs in {took}.")
