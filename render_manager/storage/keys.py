"""Which object keys both stores accept."""

from render_manager.domain.errors import ObjectPathError


def check_key(key: str) -> str:
    """The key itself if it names an object and stays below any folder it is joined to.

    Raises:
        ObjectPathError: it is empty, begins or ends with a slash, climbs or holds a backslash or control character.
    """
    parts = key.split("/")
    if "" in (parts[0], parts[-1]) or ".." in parts or "\\" in key or any(ord(char) < 32 for char in key):
        raise ObjectPathError(
            f"{key!r} is no object key: write folders and a name with slashes between, without '..', a backslash or "
            "a slash at either end."
        )
    return key


def check_folder(folder: str) -> str:
    """The folder itself: "" for the topmost, else a prefix that ends with its slash.

    Raises:
        ObjectPathError: it is no folder that may be looked into.
    """
    if folder:
        if not folder.endswith("/"):
            raise ObjectPathError(f"{folder!r} is no folder: end it with a slash.")
        check_key(folder[:-1])
    return folder
