"""Why an attempt failed, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FailureClass(StrEnum):
    SCENE = "scene"  #: the project itself: no camera, damaged, an unknown layer
    ASSET = "asset"  #: a texture or library is missing
    NODE = "node"  #: this host's installation: renderer, plug-in, version
    STORAGE = "storage"  #: a disk is full or can't be written
    OBJECT_STORE = "object_store"  #: it refused, or can't be reached
    LICENCE = "licence"
    MEMORY = "memory"
    GPU_MEMORY = "gpu_memory"
    CRASH = "crash"
    HANG = "hang"
    OUTPUT = "output"  #: success was reported, but the image is not what it should be
    UNKNOWN = "unknown"


#: When so many attempts at a task failed in a row on a host, whatever the reasons, the host is avoided for the task
#: while another one can do it.
AVOIDED_AFTER = 3


@dataclass(frozen=True)
class Policy:
    """What is done about a failed attempt.

    Attributes:
        retried: another attempt may do better.
        elsewhere: it should be on another host, where one can do it.
        counted: it uses up one of the frame's attempts.
        wait: seconds in which the host takes no frame of the task.
    """

    retried: bool = True
    elsewhere: bool = False
    counted: bool = True
    wait: float = 0.0


POLICIES: Mapping[FailureClass, Policy] = {
    FailureClass.SCENE: Policy(retried=False),
    FailureClass.ASSET: Policy(retried=False),
    FailureClass.NODE: Policy(elsewhere=True),
    FailureClass.STORAGE: Policy(elsewhere=True),
    FailureClass.OBJECT_STORE: Policy(counted=False, wait=60.0),
    FailureClass.LICENCE: Policy(counted=False, wait=60.0),
    FailureClass.MEMORY: Policy(elsewhere=True),
    FailureClass.GPU_MEMORY: Policy(elsewhere=True),
    FailureClass.CRASH: Policy(elsewhere=True),
    FailureClass.HANG: Policy(elsewhere=True),
    FailureClass.OUTPUT: Policy(),
    FailureClass.UNKNOWN: Policy(),
}
