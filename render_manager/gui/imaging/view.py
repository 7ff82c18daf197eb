"""What of a layer can be looked at."""

from enum import StrEnum


class View(StrEnum):
    COLOUR = "colour"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    ALPHA = "alpha"
    LUMA = "luma"
