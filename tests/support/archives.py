"""Making the archives that tests submit."""

import gzip
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path


def zipped(target: Path, files: Mapping[str, Path | bytes]) -> Path:
    """A zip with these members."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return target


def gzipped(source: Path, folder: Path) -> Path:
    """The file as NAME.gz in ``folder``."""
    target = folder / f"{source.name}.gz"
    with source.open("rb") as plain, gzip.open(target, "wb") as packed:
        shutil.copyfileobj(plain, packed)
    return target
