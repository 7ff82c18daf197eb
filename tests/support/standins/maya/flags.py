"""The flags of Maya's ``Render`` and the reading of its command line, which forgives nothing.

A flag that the real program does not have must fail a test, so what is not in these tables is refused.
"""

#: By name without the dash: the kinds of the values that follow, each in a token of its own.
COMMON = {
    # fmt: off
    "r": "text",
    "proj": "text",
    "rd": "text",
    "im": "text",
    "of": "format",
    "fnc": "scheme",
    "pad": "integer",
    "s": "number",
    "e": "number",
    "b": "number",
    "skipExistingFrames": "switch",
    "rfs": "number",
    "rfb": "number",
    "cam": "text",
    "rl": "text",
    "rp": "text",
    "sel": "text",
    "x": "integer",
    "y": "integer",
    "percentRes": "number",
    "ard": "number",
    "reg": "integer integer integer integer",
    "preRender": "text",
    "postRender": "text",
    "preLayer": "text",
    "postLayer": "text",
    "preFrame": "text",
    "postFrame": "text",
    "rst": "text",
    "rsp": "text",
    "rsa": "text",
    "ehl": "switch",
    "log": "text",
    "help": "",
    "test": "",
    "verb": "",
    "keepMel": "",
    "listRenderers": "",
    # fmt: on
}
#: Known only after ``-r arnold``.
ARNOLD = {
    # fmt: off
    "seq": "text",
    "rt": "integer",
    "ai:as": "integer",
    "ai:hs": "integer",
    "ai:gs": "integer",
    "ai:rs": "integer",
    "ai:td": "integer",
    "ai:threads": "integer",
    "ai:device": "integer",
    "ai:gpu": "text",
    "ai:manGpuSel": "switch",
    "ai:lve": "integer",
    "ai:lfn": "text",
    "ai:ltc": "switch",
    "ai:ltf": "switch",
    "ai:lmw": "integer",
    "ai:aerr": "switch",
    "ai:alf": "switch",
    "ai:slc": "switch",
    # fmt: on
}
SWITCH = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
FORMATS = ("exr", "png", "jpeg", "tif", "deepexr", "maya")
SCHEMES = range(1, 8)


class UsageError(Exception):
    """The command line is wrong; nothing is rendered."""


class CommandLine:
    """What was asked for: flags by name with their values as they were written, and the scene, if one is named."""

    def __init__(self, flags: dict[str, str], scene: str | None) -> None:
        self.flags = flags
        self.scene = scene

    def text(self, name: str, default: str) -> str:
        return self.flags.get(name, default)

    def number(self, name: str, default: float) -> float:
        return float(self.flags.get(name, default))

    def integer(self, name: str, default: int) -> int:
        return int(self.flags.get(name, default))

    def switch(self, name: str, default: bool) -> bool:
        return SWITCH[self.flags[name].lower()] if name in self.flags else default


def read(arguments: list[str]) -> CommandLine:
    """Read the command line.

    Raises:
        UsageError: a flag is unknown here, has no value or a wrong one, or something follows the scene.
    """
    known = {**COMMON, **ARNOLD}
    flags: dict[str, str] = {}
    rest = list(arguments)
    scene = None
    while rest:
        token = rest.pop(0)
        if not token.startswith("-"):
            if rest:
                raise UsageError(f"{token}: the scene must come last")
            scene = token
            continue
        name = token[1:]
        if name not in known:
            raise UsageError(f"{token}: unknown flag")
        values = [_value(token, kind, rest, known) for kind in known[name].split()]
        flags[name] = " ".join(values)
    for name in flags:
        if name in ARNOLD and flags.get("r") != "arnold":
            raise UsageError(f"-{name}: unknown flag of this renderer")
    return CommandLine(flags, scene)


def _value(token: str, kind: str, rest: list[str], known: dict[str, str]) -> str:
    # A negative number is a value; the name of another flag is what follows when a value was forgotten.
    if not rest or (rest[0].startswith("-") and rest[0][1:] in known):
        raise UsageError(f"{token}: needs a value")
    value = rest.pop(0)
    if not _fits(kind, value):
        raise UsageError(f"{token}: wrong value {value}")
    return value


def _fits(kind: str, value: str) -> bool:
    try:
        if kind == "integer":
            int(value)
        elif kind == "number":
            float(value)
        elif kind == "scheme":
            return int(value) in SCHEMES
    except ValueError:
        return False
    if kind == "switch":
        return value.lower() in SWITCH
    return kind != "format" or value in FORMATS


def sequence(text: str) -> list[int]:
    """The frames of a ``-seq`` list: numbers, ``a..b`` and ``a..b:step``, separated by spaces or semicolons.

    Raises:
        UsageError: it is no such list.
    """
    frames: list[int] = []
    for item in text.replace(";", " ").split():
        span, colon, step = item.partition(":")
        first, dots, last = span.partition("..")
        try:
            if colon and not dots:
                raise ValueError
            frames += range(int(first), int(last if dots else first) + 1, int(step) if colon else 1)
        except ValueError:
            raise UsageError(f"-seq: wrong item {item}") from None
    return frames
