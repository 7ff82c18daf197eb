"""What a submission may say to the engines there are."""

import pytest

from render_manager.domain.engines import EngineOption
from render_manager.domain.errors import FrameRangeError, InvalidTask
from render_manager.domain.frame_range import FrameRange
from workers.renderers.registry import RENDERERS

ENGINES = {name: renderer.engine for name, renderer in RENDERERS.items()}
OPTIONS = [(name, option) for name, engine in ENGINES.items() for option in engine.options]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_an_engine_does_not_know_is_refused(engine: str) -> None:
    with pytest.raises(InvalidTask, match="'nope' is not known to"):
        ENGINES[engine].read_options({"nope": 1})


@pytest.mark.parametrize(("engine", "option"), OPTIONS, ids=[f"{name}-{option.name}" for name, option in OPTIONS])
def test_a_value_that_looks_like_a_flag_is_refused(engine: str, option: EngineOption) -> None:
    for value in ("--python-expr", "-rd"):
        with pytest.raises(InvalidTask, match=option.name):
            ENGINES[engine].read_options({option.name: value})


def test_frames_that_blender_has_not_are_refused() -> None:
    blender = ENGINES["blender"]
    blender.check_frames(FrameRange.parse("-1048574,1048574"))
    for frame in (1048575, -1048575):
        with pytest.raises(FrameRangeError, match=f"Blender can't render frame {frame}"):
            blender.check_frames(FrameRange.parse(f"1,{frame}"))
