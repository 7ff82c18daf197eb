"""Where icons, drivers, translations and the sample project lie: beside the code, in a wheel or in a frozen build."""

import sys
from functools import cache
from pathlib import Path


@cache
def resources() -> Path:
    """The resources folder."""
    package = Path(__file__).parent
    frozen = Path(getattr(sys, "_MEIPASS", package.parent)) / "resources"
    return frozen if frozen.is_dir() else package / "_resources"
