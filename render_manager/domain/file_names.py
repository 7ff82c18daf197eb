"""Names that a file or folder can't have on every system."""

import re

_RESERVED = re.compile(r"con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]", re.IGNORECASE)


def is_reserved(name: str) -> bool:
    """Whether Windows keeps the name for a device, whatever follows a dot."""
    return _RESERVED.fullmatch(name.split(".")[0].rstrip(" ")) is not None
