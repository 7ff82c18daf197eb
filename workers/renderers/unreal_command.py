"""What every start of Unreal's editor is told, and how Windows is told."""

import re
from collections.abc import Sequence
from subprocess import list2cmdline

from render_manager.domain.errors import ProjectFileError

#: It takes switches it does not know without a word: a misspelt one shows in no message.
QUIET = (
    *("-unattended", "-nosplash", "-NoLoadingScreen", "-NoScreenMessages", "-nopause", "-NoSound"),
    *("-notexturestreaming", "-RenderOffscreen"),
    *("-windowed", "-ForceRes", "-resx=1280", "-resy=720"),  # of the window; images have their own size
    # Its log is read from its file: through the output, which -stdout asks for, it comes in bursts of kilobytes, and
    # with both each line would come twice. What a crash says before or after the log still comes by the output.
    "-UTF8Output",
)
_PLAIN = re.compile(r"[\w./\\:+-]*")


def checked(command: Sequence[str]) -> list[str]:
    """The command, of which each part can be written on a command line of Unreal's.

    Raises:
        ProjectFileError: one can't.
    """
    if bad := [part for part in command if '"' in part]:
        raise ProjectFileError(f"Unreal Engine can't be given {bad[0]!r}: it holds a quotation mark.")
    return list(command)


def windows_line(command: Sequence[str]) -> str:
    """One line of it for Windows. The engine looks into that line for ``-Key="va lue"``; with the quotation mark
    before the dash, where others want it, the value would end at its first space. Elsewhere the engine gets parts and
    puts the quotation marks itself."""
    return " ".join(map(_quoted, command))


def _quoted(part: str) -> str:
    name, equals, value = part.partition("=")
    if not part.startswith("-") or not equals:
        return list2cmdline([part])
    if _PLAIN.fullmatch(value):
        return part
    return f'{name}="{value.rstrip(chr(92))}"'  # a backslash before the quotation mark would take its meaning
