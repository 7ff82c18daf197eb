"""What other systems take for the same work.

We measured them ourselves, each alone on a machine of 2 cores: Debian 12, Python 3.11.7, Blender 3.4.1, Redis 7.0.15,
one slot or worker; medians. The Blender work is 20 frames of 64 × 64, Cycles with 4 samples, as in our row
`blender_overhead_20_frames`, where bare Blender took 1.39 s. A no-op frame is `/bin/true`.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Peer:
    HEADINGS: ClassVar = (
        "System",
        "added to a no-op frame, ms",
        "20 Blender frames, × `blender -a`",
        "submit to first start, s",
        "idle, % of a core",
    )

    system: str
    overhead: float | None = None
    blender: float | None = None
    start: float | None = None
    idle: float | None = None


PEERS = (
    Peer("the limit: `subprocess.run` for each frame", overhead=0.0, blender=12.0),
    Peer("the limit: one Blender kept open, frames over a pipe", blender=0.8),
    Peer("Afanasy 3.4.1, a task for each frame", overhead=2100.0, blender=35.0, start=0.79, idle=0.15),
    Peer("Afanasy 3.4.1, one task of 20 frames", blender=2.4),
    Peer("OpenCue RQD 1.37 under a dispatcher that never waits", overhead=13.2, blender=13.0, idle=0.13),
    Peer("OpenJD CLI 0.8", overhead=5.0, blender=15.0, start=0.5),
    Peer("Deadline Cloud's Blender adaptor 0.6.9, sticky", overhead=1510.0, blender=26.0, start=3.7),
    Peer("Celery 5.7, solo", overhead=1.85, start=0.0030, idle=0.35),
    Peer("Celery 5.7, prefork", overhead=1.45, start=0.0046, idle=0.50),
    Peer("Celery, solo, `acks_late` and results", overhead=2.99, blender=14.0, start=0.0038, idle=0.50),
    Peer("RQ, simple worker", overhead=5.2, start=0.0034, idle=0.25),
    Peer("RQ, forking worker", overhead=20.3, start=0.015, idle=0.25),
    Peer("Huey, threads", overhead=0.50, start=0.0014, idle=0.55),
    Peer("Dramatiq", overhead=2.85, start=0.066, idle=0.50),
)
