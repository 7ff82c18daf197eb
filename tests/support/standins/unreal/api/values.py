"""Values with fields."""

from typing import Any, ClassVar

from tests.support.standins.unreal.api.objects import Struct


class DirectoryPath(Struct):
    fields: ClassVar[dict[str, Any]] = {"path": ""}


class IntPoint(Struct):
    fields: ClassVar[dict[str, Any]] = {"x": 0, "y": 0}


class SoftObjectPath(Struct):
    """A path to an asset, loaded or not."""

    fields: ClassVar[dict[str, Any]] = {"asset_path_name": ""}
    asset_path_name: str

    def __str__(self) -> str:
        return self.asset_path_name


class MoviePipelineRenderPassOutputData(Struct):
    fields: ClassVar[dict[str, Any]] = {"file_paths": []}


class MoviePipelineShotOutputData(Struct):
    fields: ClassVar[dict[str, Any]] = {"render_pass_data": None}


class MoviePipelineOutputData(Struct):
    fields: ClassVar[dict[str, Any]] = {"success": False, "shot_data": []}
    shot_data: list[MoviePipelineShotOutputData]
