"""On what kind of disk a path lies."""

from pathlib import Path

import psutil

#: Kinds of file systems that other machines serve.
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "9p"}
    | {"ceph", "lustre", "beegfs", "gpfs", "fuse.sshfs", "fuse.glusterfs"}
)


def network_share(path: Path) -> str | None:
    """What kind of share the path is on; None: a disk of this machine, or nobody can say."""
    text = str(path)
    if text.startswith("\\\\"):
        return "UNC"
    above = [mount for mount in psutil.disk_partitions(all=True) if _is_below(path, mount.mountpoint)]
    if not above:
        return None
    nearest = max(above, key=lambda mount: len(mount.mountpoint))
    if "remote" in nearest.opts.split(","):  # Windows: a drive letter of a share
        return "remote"
    return nearest.fstype if nearest.fstype.lower() in _NETWORK else None


def nearest_folder(path: Path) -> Path:
    """The path itself, or the nearest folder above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def _is_below(path: Path, mountpoint: str) -> bool:
    return path.is_relative_to(Path(mountpoint))
