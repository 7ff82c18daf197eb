"""What is written in a log: bytes of whatever encoding a renderer speaks, as the lines a person reads."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: Characters between two stops of the tabulator.
TAB = 8


def decode(data: bytes) -> str:
    """UTF-8, and GB18030 for lines that are none: renderers on Chinese Windows write the system's own encoding."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(_decode_line(line) for line in data.split(b"\n"))


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", "replace")


def clean(text: str) -> str:
    """Without colours and cursor moves meant for terminals; the number of lines stays."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").rstrip("\r").replace("\r", " ")
    return _CONTROLS.sub("\ufffd", text)


def lines_of(data: bytes) -> list[str]:
    """The lines as they are shown; what follows the last line break is one, too, if it is anything."""
    lines = clean(decode(data)).split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.expandtabs(TAB) if "\t" in line else line for line in lines]
