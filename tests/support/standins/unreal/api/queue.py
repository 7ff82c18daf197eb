"""Queues, their jobs, and who renders them."""

from collections.abc import Iterator
from typing import Any, ClassVar

from tests.support.standins.unreal.api.objects import Delegate, Object
from tests.support.standins.unreal.api.settings import MoviePipelinePrimaryConfig
from tests.support.standins.unreal.api.values import (
    MoviePipelineOutputData,
    MoviePipelineRenderPassOutputData,
    MoviePipelineShotOutputData,
    SoftObjectPath,
)
from tests.support.standins.unreal.current import engine
from tests.support.standins.unreal.pipeline import Render


class World(Object):
    """The map that is loaded."""


class MoviePipelineExecutorJob(Object):
    properties: ClassVar[dict[str, Any]] = {
        "job_name": "",
        "map": SoftObjectPath(),
        "sequence": SoftObjectPath(),
    }

    def made(self) -> None:
        self._inner = MoviePipelinePrimaryConfig()

    def get_configuration(self) -> MoviePipelinePrimaryConfig:
        return self._inner

    def set_configuration(self, preset: MoviePipelinePrimaryConfig) -> None:
        self._inner.copy_from(preset)


class MoviePipelineQueue(Object):
    def made(self) -> None:
        self._inner: list[MoviePipelineExecutorJob] = []

    def allocate_new_job(self, job_type: Any = MoviePipelineExecutorJob) -> MoviePipelineExecutorJob:
        self._inner.append(job_type(self))
        return self._inner[-1]


class MoviePipeline(Object):
    """Renders a job, once it was told which."""

    def made(self) -> None:
        self._inner = {"finished": Delegate(), "render": None}

    @property
    def on_movie_pipeline_work_finished_delegate(self) -> Delegate:
        return self._inner["finished"]

    def initialize(self, job: MoviePipelineExecutorJob) -> None:
        self._inner["render"] = Render(engine(), job)
        engine().pipelines.append(self)

    @property
    def render(self) -> Render:
        return self._inner["render"]

    def run(self) -> Iterator[None]:
        """Render from tick to tick, and tell whoever listens how it went."""
        yield from self.render.run()
        data = MoviePipelineOutputData(success=self.render.success)
        for passes in self.render.files.values():
            told = {name: MoviePipelineRenderPassOutputData(list(map(str, paths))) for name, paths in passes.items()}
            data.shot_data.append(MoviePipelineShotOutputData(told))
        self.on_movie_pipeline_work_finished_delegate.broadcast(data)


class MoviePipelineLibrary:
    @staticmethod
    def get_overall_output_frames(pipeline: MoviePipeline) -> tuple[int, int]:
        return pipeline.render.index, pipeline.render.total

    @staticmethod
    def get_completion_percentage(pipeline: MoviePipeline) -> float:
        return pipeline.render.fraction


class MoviePipelineExecutorBase(Object):
    abstract = True

    def on_executor_finished_impl(self) -> None:
        engine().executor_finished = True


class MoviePipelinePythonHostExecutor(MoviePipelineExecutorBase):
    """What a script derives its executor from."""

    properties: ClassVar[dict[str, Any]] = {"pipeline_queue": None}
    overridable = frozenset({"execute_delayed", "is_rendering", "on_begin_frame"})

    def get_last_loaded_world(self) -> World:
        return World()

    def execute_delayed(self, queue: Any) -> None:
        """Nothing, until it is overridden."""

    def is_rendering(self) -> bool:
        return False

    def on_begin_frame(self) -> None:
        """Without it the engine makes no step."""
        engine().stepped = True
