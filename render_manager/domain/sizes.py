"""Sizes as people write them."""

import re
import unicodedata

from render_manager.domain.errors import InvalidTask

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp])(i?)b?", re.IGNORECASE)
_STEPS = "kmgtp"


def parse_size(text: str) -> int:
    """Bytes of "200GB", "1.5 TB", "500M" (powers of 1000) or "200GiB" (of 1024), full-width
    characters as well.

    Raises:
        InvalidTask: it is no size, or none without a unit.
    """
    match = _SIZE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    count = float(match[1]) * (1024 if match[3] else 1000) ** (_STEPS.index(match[2].lower()) + 1) if match else 0.0
    if not count:
        raise InvalidTask(f"{text!r} is no size: write a number and its unit, such as 200GB, 1.5TB or 500MB.")
    return round(count)
