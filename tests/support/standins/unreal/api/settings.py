"""The settings of a render: configurations, outputs, passes and the rest."""

import copy
from typing import Any, ClassVar

from tests.support.standins.unreal.api.objects import Object
from tests.support.standins.unreal.api.values import DirectoryPath, IntPoint


class MoviePipelineSetting(Object):
    """One part of a configuration."""

    abstract = True


class MoviePipelineOutputSetting(MoviePipelineSetting):
    properties: ClassVar[dict[str, Any]] = {
        "output_directory": DirectoryPath("{project_dir}/Saved/MovieRenders/"),
        "file_name_format": "{sequence_name}.{frame_number}",
        "output_resolution": IntPoint(1920, 1080),
        "override_existing_output": True,
        "output_frame_step": 1,
        "use_custom_playback_range": False,
        "custom_start_frame": 0,
        "custom_end_frame": 0,
        "version_number": 1,
        "zero_pad_frame_numbers": 4,
    }


class MoviePipelineRenderPass(MoviePipelineSetting):
    abstract = True
    pass_name: ClassVar[str] = ""


class MoviePipelineImagePassBase(MoviePipelineRenderPass):
    abstract = True


class MoviePipelineDeferredPassBase(MoviePipelineImagePassBase):
    pass_name = "FinalImage"


class MoviePipelineDeferredPass_Unlit(MoviePipelineDeferredPassBase):  # noqa: N801 - the engine's name
    pass_name = "Unlit"


class MoviePipelineDeferredPass_PathTracer(MoviePipelineDeferredPassBase):  # noqa: N801 - the engine's name
    pass_name = "PathTracer"


class MoviePipelineOutputBase(MoviePipelineSetting):
    abstract = True


class MoviePipelineVideoOutputBase(MoviePipelineOutputBase):
    abstract = True


class MoviePipelineAppleProResOutput(MoviePipelineVideoOutputBase):
    pass


class MoviePipelineImageSequenceOutputBase(MoviePipelineOutputBase):
    abstract = True
    extension: ClassVar[str] = ""


class MoviePipelineImageSequenceOutput_PNG(MoviePipelineImageSequenceOutputBase):  # noqa: N801 - the engine's name
    extension = "png"


class MoviePipelineImageSequenceOutput_JPG(MoviePipelineImageSequenceOutputBase):  # noqa: N801 - the engine's name
    extension = "jpeg"


class MoviePipelineImageSequenceOutput_BMP(MoviePipelineImageSequenceOutputBase):  # noqa: N801 - the engine's name
    extension = "bmp"


class MoviePipelineImageSequenceOutput_EXR(MoviePipelineImageSequenceOutputBase):  # noqa: N801 - the engine's name
    extension = "exr"


class MoviePipelineAntiAliasingSetting(MoviePipelineSetting):
    properties: ClassVar[dict[str, Any]] = {"render_warm_up_count": 32, "engine_warm_up_count": 0}


class MoviePipelinePrimaryConfig(Object):
    """The configuration of a job or a preset; it has an output setting from the start."""

    def made(self) -> None:
        #: Whether the passes are set up; without that those that a script added render nothing.
        self._inner = {"settings": [MoviePipelineOutputSetting(self)], "initialized": False}

    def find_settings_by_class(self, setting_class: type) -> list[Any]:
        return [one for one in self._inner["settings"] if isinstance(one, setting_class)]

    def find_or_add_setting_by_class(self, setting_class: type) -> Any:
        found = self.find_settings_by_class(setting_class)
        if not found:
            # One of an abstract class is made all the same; it only does nothing.
            found = [setting_class(self)]
            self._inner["settings"] += found
        return found[0]

    def get_user_settings(self) -> list[Any]:
        return list(self._inner["settings"])

    def remove_setting(self, setting: MoviePipelineSetting) -> None:
        self._inner["settings"].remove(setting)

    def initialize_transient_settings(self) -> None:
        self._inner["initialized"] = True

    def copy_from(self, config: "MoviePipelinePrimaryConfig") -> None:
        self._inner["settings"] = []
        for setting in config.get_user_settings():
            twin = type(setting)(self)
            twin._values = {name: copy.copy(value) for name, value in setting._values.items()}
            self._inner["settings"].append(twin)


#: What ``formats`` of a listed preset means.
FORMATS: dict[str, type] = {
    "png": MoviePipelineImageSequenceOutput_PNG,
    "jpg": MoviePipelineImageSequenceOutput_JPG,
    "bmp": MoviePipelineImageSequenceOutput_BMP,
    "exr": MoviePipelineImageSequenceOutput_EXR,
    "mov": MoviePipelineAppleProResOutput,
}
PASSES: dict[str, type] = {
    "FinalImage": MoviePipelineDeferredPassBase,
    "Unlit": MoviePipelineDeferredPass_Unlit,
    "PathTracer": MoviePipelineDeferredPass_PathTracer,
}


def listed_config(fields: dict[str, Any]) -> MoviePipelinePrimaryConfig:
    """The configuration that a content listing describes."""
    config = MoviePipelinePrimaryConfig()
    given = dict(fields)
    for image_format in given.pop("formats", ["png"]):
        config.find_or_add_setting_by_class(FORMATS[image_format])
    for name in given.pop("passes", ["FinalImage"]):
        config._inner["settings"].append(PASSES[name](config))
    smoothing = config.find_or_add_setting_by_class(MoviePipelineAntiAliasingSetting)
    for name, value in given.pop("anti_aliasing", {}).items():
        setattr(smoothing, name, value)
    output = config.find_or_add_setting_by_class(MoviePipelineOutputSetting)
    made = {"output_directory": DirectoryPath, "output_resolution": lambda size: IntPoint(*size)}
    for name, value in given.items():
        setattr(output, name, made.get(name, lambda it: it)(value))
    return config
