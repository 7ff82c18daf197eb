"""What a submission may say to an engine."""

import pytest

from render_manager.domain.engines import Engine, EngineOption, find_engine, guess_engine
from render_manager.domain.errors import InvalidTask, UnknownEngine

BLENDER = Engine(
    "blender",
    "Blender",
    (".blend",),
    "BLENDER_EXECUTABLE",
    (
        EngineOption("scene", "name of the scene"),
        EngineOption("format", "image format", choices=("PNG", "JPEG")),
        EngineOption("samples", "samples per pixel", int, minimum=1, maximum=4096),
        EngineOption("shutter", "shutter time", float, minimum=0.0),
        EngineOption("threshold", "noise threshold", float),
        EngineOption("denoise", "denoise", bool),
    ),
)
MAYA = Engine("maya", "Maya", (".ma", ".mb"), "MAYA_EXECUTABLE")
ENGINES = {"blender": BLENDER, "maya": MAYA}


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("scene", "Shot 1", "Shot 1"),
        ("scene", "场景", "场景"),
        ("scene", 7, "7"),
        ("format", "PNG", "PNG"),
        ("samples", "64", 64),
        ("samples", 64.0, 64),
        ("shutter", "0.5", 0.5),
        ("shutter", 1, 1.0),
        ("denoise", "yes", True),
        ("denoise", " True ", True),
        ("denoise", False, False),
        ("denoise", 0, False),
    ],
)
def test_values_come_out_in_their_type(name: str, given: object, read: object) -> None:
    options = BLENDER.read_options({name: given})
    assert options == {name: read}
    assert type(options[name]) is type(read)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("samples", "many", "is not a whole number"),
        ("samples", 1.5, "is not a whole number"),
        ("samples", True, "is not a whole number"),
        ("samples", None, "is not a whole number"),
        ("samples", 0, "out of range: 1 to 4096"),
        ("samples", "5000", "out of range: 1 to 4096"),
        ("shutter", -1, "out of range: 0 to any"),
        ("threshold", "nan", "is not a number"),
        ("threshold", "inf", "is not a number"),
        ("denoise", "perhaps", "is not true or false"),
        ("format", "GIF", "is not one of: PNG, JPEG"),
        ("scene", "--python-expr", "begin with a dash"),
        ("scene", "-", "begin with a dash"),
        ("scene", "a\nb", "control characters"),
        ("scene", {"a": 1}, "is not text"),
        ("scene", ["a"], "is not text"),
        ("colour", "red", "'colour' is not known to Blender; it understands: scene, format"),
    ],
)
def test_values_that_do_not_fit_are_refused(name: str, given: object, said: str) -> None:
    with pytest.raises(InvalidTask, match=said):
        BLENDER.read_options({name: given})


def test_an_engine_without_options_takes_none() -> None:
    assert MAYA.read_options({}) == {}
    with pytest.raises(InvalidTask, match="it understands: nothing"):
        MAYA.read_options({"scene": "x"})


def test_engines_are_found_whatever_their_case() -> None:
    assert find_engine(ENGINES, " Blender ") is BLENDER
    with pytest.raises(UnknownEngine, match="'houdini' is not known; use one of: blender, maya"):
        find_engine(ENGINES, "houdini")


@pytest.mark.parametrize(
    ("path", "engine"),
    [
        ("oss://b/shot.blend", "blender"),
        ("SHOT.BLEND ", "blender"),
        ("shot.blend.gz", "blender"),
        ("a/b.ma", "maya"),
        ("a/b.mb", "maya"),
    ],
)
def test_a_project_file_tells_its_engine(path: str, engine: str) -> None:
    assert guess_engine(ENGINES, path) == engine


def test_an_archive_tells_its_engine_only_where_there_is_one() -> None:
    with pytest.raises(UnknownEngine, match=r"'shot\.zip' does not tell the engine"):
        guess_engine(ENGINES, "shot.zip")
    assert guess_engine({"maya": MAYA}, "shot.zip") == "maya"


def test_what_is_undivided_is_for_one_worker_if_it_is_set() -> None:
    engine = Engine(
        "x", "X", (".x",), "X", (EngineOption("whole", "at once", bool, undivided=True), EngineOption("a", ""))
    )
    assert engine.undivided({"whole": True, "a": "b"})
    assert not engine.undivided({"whole": False, "a": "b"})
    assert not engine.undivided({})
