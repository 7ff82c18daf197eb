"""Real image files of all kinds for tests, written by OpenImageIO."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import OpenImageIO

Values = numpy.ndarray[Any, Any]


def write(
    path: Path,
    values: Values,
    channels: Sequence[str] = ("R", "G", "B", "A"),
    kind: str | None = None,
    **attributes: object,
) -> Path:
    """An image with these values, height × width × channels, in the format that the name's end tells."""
    spec = OpenImageIO.ImageSpec(
        values.shape[1],
        values.shape[0],
        values.shape[2],
        kind or {"float32": "float", "uint32": "uint"}.get(values.dtype.name, values.dtype.name),
    )
    spec.channelnames = tuple(channels[: values.shape[2]])
    for name in ("x", "y", "full_x", "full_y", "full_width", "full_height"):
        if name in attributes:
            setattr(spec, name, attributes.pop(name))
    for name, value in attributes.items():
        spec.attribute(name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    output: Any = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(numpy.ascontiguousarray(values)), output.geterror()
    assert output.close(), output.geterror()
    return path


def write_layers(path: Path, layers: Mapping[str, Values], kind: str = "half") -> Path:
    """One EXR with channels called ``layer.R`` and so on; the layer without a name is the picture itself."""
    names = {1: ("Z",), 2: ("U", "V"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}
    channels = [
        f"{layer}.{name}" if layer else name for layer, values in layers.items() for name in names[values.shape[2]]
    ]
    return write(path, numpy.concatenate(list(layers.values()), axis=2).astype(numpy.float32), channels, kind)


def write_parts(path: Path, parts: Mapping[str, Values]) -> Path:
    """One EXR of several parts."""
    specs = []
    for name, values in parts.items():
        spec = OpenImageIO.ImageSpec(values.shape[1], values.shape[0], values.shape[2], "half")
        spec.attribute("oiio:subimagename", name)
        specs.append(spec)
    output: Any = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), tuple(specs)), output.geterror()
    for place, values in enumerate(parts.values()):
        if place:
            assert output.open(str(path), specs[place], "AppendSubimage"), output.geterror()
        assert output.write_image(values.astype(numpy.float32)), output.geterror()
    assert output.close(), output.geterror()
    return path


def ramp(width: int = 64, height: int = 36, channels: int = 4) -> Values:
    """Values that differ from pixel to pixel and channel to channel, 0 to 1, as half can hold them exactly."""
    rows, columns, places = numpy.meshgrid(
        numpy.arange(height), numpy.arange(width), numpy.arange(channels), indexing="ij"
    )
    return ((rows * 7 + columns * 3 + places * 11) % 128 / 128).astype(numpy.float32)
