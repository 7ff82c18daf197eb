"""All services in one hand, as bootstrap wires them and the window and the command line receive them."""

from dataclasses import dataclass

from render_manager.services.browse import Browsing
from render_manager.services.cleanup import Cleanup
from render_manager.services.control import TaskControl
from render_manager.services.following import Following
from render_manager.services.give_back import GiveBack
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.logs import Logs
from render_manager.services.ports import ChangeBus, Doctor, LocalWorkers
from render_manager.services.queries import Queries
from render_manager.services.results import Results
from render_manager.services.submit import Submission
from render_manager.services.upload import Uploading
from render_manager.services.vitals import Vitals
from render_manager.services.workers import Workers


@dataclass(frozen=True)
class Services:
    submission: Submission
    control: TaskControl
    cleanup: Cleanup
    results: Results
    give_back: GiveBack
    uploading: Uploading
    browsing: Browsing
    queries: Queries
    vitals: Vitals
    logs: Logs
    workers: Workers
    lifecycle: Lifecycle
    bus: ChangeBus
    local_workers: LocalWorkers
    doctor: Doctor
    following: Following
