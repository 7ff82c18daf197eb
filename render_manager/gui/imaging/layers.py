"""The layers (AOVs) of an image, made out of the names of its channels."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Channels that together are a picture; anything else without a layer's name, such as Z, is a layer of its own.
_COLOURS = ("R", "G", "B", "A", "Y", "I")
#: How renderers call the picture itself, if it is in a layer with a name.
_BEAUTY = ("combined", "rgba", "rgb", "beauty", "finalimage")


@dataclass(frozen=True)
class Layer:
    """Channels that are looked at together.

    ``places`` are their positions among the channels of ``part``, one of the images that one file may hold.
    """

    name: str  #: empty: the picture itself
    part: int
    channels: tuple[str, ...]  #: short names: R, not diffuse.R
    places: tuple[int, ...]

    @property
    def key(self) -> tuple[int, str]:
        return self.part, self.name

    @property
    def colours(self) -> tuple[int, int, int] | None:
        """Where among the layer's channels red, green and blue are; X, Y and Z or U and V are shown as such, too."""
        names = [channel.upper() for channel in self.channels]
        for wanted in (("R", "G", "B"), ("RED", "GREEN", "BLUE"), ("X", "Y", "Z")):
            if all(name in names for name in wanted):
                return names.index(wanted[0]), names.index(wanted[1]), names.index(wanted[2])
        return None

    @property
    def alpha(self) -> int | None:
        """Where among the layer's channels alpha is."""
        names = [channel.upper() for channel in self.channels]
        return next((names.index(name) for name in ("A", "ALPHA") if name in names), None)


def layers_of(part: int, part_name: str, names: Sequence[str]) -> list[Layer]:
    """The layers of one part of a file, in the order of its channels."""
    found: dict[str, list[tuple[str, int]]] = {}
    for place, whole in enumerate(names):
        layer, _, channel = whole.rpartition(".")
        if not layer:
            layer = "" if channel.upper() in _COLOURS or len(names) <= 4 else channel
        found.setdefault(layer, []).append((channel, place))
    return [
        Layer(_named(part_name, layer), part, tuple(name for name, _ in ours), tuple(place for _, place in ours))
        for layer, ours in found.items()
    ]


def _named(part: str, layer: str) -> str:
    """Parts and the layers in them often have one name."""
    if not part or layer.startswith(part):
        return layer
    return f"{part}.{layer}" if layer else part


def main_layer(layers: Sequence[Layer]) -> Layer:
    """The picture itself: what is looked at first."""
    unnamed = [layer for layer in layers if not layer.name]
    beauty = [layer for layer in layers if layer.name.rpartition(".")[2].lower() in _BEAUTY]
    coloured = [layer for layer in layers if layer.colours]
    return (unnamed or beauty or coloured or list(layers))[0]
