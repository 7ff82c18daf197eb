"""How far colours are apart for people: contrast by WCAG, difference by CIELAB, also for eyes that see fewer colours.

The simulation of such eyes is Machado, Oliveira and Fernandes' of 2009, at its full strength.
"""

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

_SIGHT: dict[str, Matrix] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
}
_XYZ: Matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE = (0.95047, 1.0, 1.08883)


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    low, high = sorted(_times(_XYZ, _linear(colour))[1] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def difference(one: str, other: str, sight: str) -> float:
    """0: the same; some 2: just to be told apart side by side; 100: black and white."""
    a, b = (_lab(_times(_SIGHT[sight], _linear(colour))) for colour in (one, other))
    return sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5


def _linear(colour: str) -> Vector:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))

    def part(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return part(red), part(green), part(blue)


def _times(matrix: Matrix, colour: Vector) -> Vector:
    red, green, blue = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return red, green, blue


def _lab(colour: Vector) -> Vector:
    within = tuple(min(max(part, 0.0), 1.0) for part in colour)
    x, y, z = (
        value / white
        for value, white in zip(_times(_XYZ, within), _WHITE, strict=True)  # type: ignore[arg-type]
    )

    def part(value: float) -> float:
        return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116

    return 116 * part(y) - 16, 500 * (part(x) - part(y)), 200 * (part(y) - part(z))
