"""The object store as people walk through it: folders, and the objects in them, a page at a time."""

from dataclasses import dataclass

from render_manager.domain.entities import ObjectInfo

#: Objects and folders of a page; the most that OSS gives at once.
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class ObjectPage:
    """What is directly in one folder, in order of keys, or as much of it as one page holds."""

    folders: tuple[str, ...]  #: prefixes, each with its slash at the end
    objects: tuple[ObjectInfo, ...]
    following: str = ""  #: asks for the next page; empty: this was the last


def folder_of(key: str) -> str:
    """The folder that an object or a folder is in: ``a/b/`` of ``a/b/c.zip`` and of ``a/b/c/``."""
    return key.rstrip("/").rpartition("/")[0] + "/" if "/" in key.rstrip("/") else ""
