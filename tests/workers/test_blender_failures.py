"""What Blender says goes wrong, literally, and of which kind that is."""

import pytest

from render_manager.domain.failures import FailureClass
from workers.renderers.blender_output import BlenderOutput
from workers.renderers.events import FrameDone, Problem

C = FailureClass
RENDERED = '@@RM {"event": "rendered", "frame": 7, "path": "/o/f_0007.png"}'


@pytest.mark.parametrize(
    ("line", "message", "failure"),
    [
        ("Error: Cannot render, no camera", "Cannot render, no camera", C.SCENE),
        ("00:00.891  reports          | ERROR Cannot render, no camera", "Cannot render, no camera", C.SCENE),
        (
            "Error: Failed to read blend file '/p/a.blend': Missing DNA block",
            "Failed to read blend file '/p/a.blend': Missing DNA block",
            C.SCENE,
        ),
        (
            "Error: File format is not supported in file '/p/a.blend'",
            "File format is not supported in file '/p/a.blend'",
            C.SCENE,
        ),
        (
            "Error: Cannot read file '/p/a.blend': No such file or directory",
            "Cannot read file '/p/a.blend': No such file or directory",
            C.SCENE,
        ),
        (
            "Error: Failed to read blend file '/p/a.blend', not a blend file",
            "Failed to read blend file '/p/a.blend', not a blend file",
            C.NODE,
        ),
        ("Error: engine not found 'NOPE'", "engine not found 'NOPE'", C.NODE),
        ("Error: Build without OpenImageDenoiser", "Build without OpenImageDenoiser", C.NODE),
        (
            "Error: Render error (Invalid argument) cannot save: '/o/f_0001.png'",
            "Render error (Invalid argument) cannot save: '/o/f_0001.png'",
            C.STORAGE,
        ),
        ("Error: Error writing tile to file", "Error writing tile to file", C.STORAGE),
        (
            "imb_savepng: Cannot open file for writing: '/o/f_0001.png'",
            "imb_savepng: Cannot open file for writing: '/o/f_0001.png'",
            C.STORAGE,
        ),
        (
            "OpenEXR-writePixels: ERROR: Failed to write pixel data to image file. No space left on device.",
            "Failed to write pixel data to image file. No space left on device.",
            C.STORAGE,
        ),
        (
            "00:00.500  image.openexr    | ERROR IMB_exr_write_channels: Failed to write pixel data",
            "IMB_exr_write_channels: Failed to write pixel data",
            C.STORAGE,
        ),
        (
            "00:00.400  cycles           | ERROR CUDA error: Out of memory in cuMemAlloc(...)",
            "CUDA error: Out of memory in cuMemAlloc(...)",
            C.GPU_MEMORY,
        ),
        ("CUDA error: Out of memory in cuMemAlloc", "Out of memory in cuMemAlloc", C.GPU_MEMORY),
        ("System is out of GPU memory", "Out of memory: System is out of GPU memory", C.GPU_MEMORY),
        (
            "Calloc returns null: len=9 in x, total 10",
            "Out of memory: Calloc returns null: len=9 in x, total 10",
            C.MEMORY,
        ),
        (
            "Warning: Unable to open '/p/lib.blend': No such file or directory",
            "Unable to open '/p/lib.blend': No such file or directory",
            C.ASSET,
        ),
        ("Info: Cannot find lib '/p/lib.blend'", "Cannot find lib '/p/lib.blend'", C.ASSET),
        (
            "Info: LIB: Object: 'Cube' missing from '/p/lib.blend', parent '<direct>'",
            "LIB: Object: 'Cube' missing from '/p/lib.blend', parent '<direct>'",
            C.ASSET,
        ),
        (
            "Warning: 1 libraries and 1 linked data-blocks are missing (including 0 ObjectData), please check",
            "1 libraries and 1 linked data-blocks are missing (including 0 ObjectData), please check",
            C.ASSET,
        ),
        (
            "00:00.100  reports          | WARNING Unable to open '/p/lib.blend': No such file or directory",
            "Unable to open '/p/lib.blend': No such file or directory",
            C.ASSET,
        ),
        ("00:00.100  reports          | ERROR engine not found 'NOPE'", "engine not found 'NOPE'", C.NODE),
        (
            "00:00.687  render           | ERROR Render error (No space left on device) cannot save: '/o/f_0001.png'",
            "Render error (No space left on device) cannot save: '/o/f_0001.png'",
            C.STORAGE,
        ),
        ("Error: Python: Traceback (most recent call last):", "Python: Traceback (most recent call last):", C.UNKNOWN),
    ],
)
def test_a_line_tells_of_a_problem_and_its_kind(line: str, message: str, failure: FailureClass) -> None:
    shown = line.partition("| ")[2] or line
    assert BlenderOutput()(line) == [Problem(message, False, failure, shown)]


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        ("OpenEXR-writePixels: ERROR: Failed to write pixel data. No space left on device.", C.STORAGE),
        ("System is out of GPU memory", C.GPU_MEMORY),
    ],
)
def test_a_frame_is_not_done_if_it_could_not_be_made_or_written_whole(line: str, failure: FailureClass) -> None:
    """Blender says "Saved" all the same."""
    parse = BlenderOutput()
    parse(line)
    parse("Saved: '/o/f_0007.png'")
    (problem,) = parse(RENDERED)
    assert isinstance(problem, Problem)
    assert (problem.fatal, problem.failure, problem.evidence) == (True, failure, line)
    assert parse(RENDERED) == [FrameDone(7, "/o/f_0007.png")], "that was the frame before"


def test_a_warning_does_not_fail_a_frame() -> None:
    parse = BlenderOutput()
    parse("Info: Cannot find lib '/p/lib.blend'")
    assert parse(RENDERED) == [FrameDone(7, "/o/f_0007.png")]


def test_the_line_before_the_drivers_word_is_its_evidence() -> None:
    parse = BlenderOutput()
    line = "Error: Render error (No space left on device) cannot save: '/o/f_0007.png'"
    parse(line)
    (problem,) = parse('@@RM {"event": "failed", "message": "the operator gave up", "class": null}')
    assert problem == Problem("the operator gave up", True, C.STORAGE, line)
