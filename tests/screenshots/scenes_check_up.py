"""The check-up: all well, with problems, at work; and where the window can't open."""

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QWidget

from render_manager.config import Settings, load_settings
from render_manager.doctor.examination import Examiner
from render_manager.domain.checkup import Checkup, Finding, Group
from render_manager.domain.errors import CheckupStopped, StoreUnavailable
from render_manager.gui.dialogs.check_up import CheckUpDialog
from render_manager.gui.dialogs.start_failure import StartFailureDialog
from render_manager.gui.main_window import MainWindow
from render_manager.services.ports import Doctor
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.registry import CHINESE, DARK, LIGHT, scene
from tests.screenshots.taking import until


def _embedded(farm: Farm) -> Callable[[], Settings]:
    return lambda: load_settings(render_manager_home=farm.folder / "home")


def _ill(farm: Farm) -> Callable[[], Settings]:
    """Nobody listens where Redis and the database are said to be."""
    return lambda: load_settings(
        render_manager_home=farm.folder / "home",
        redis_host="127.0.0.1",
        redis_port=9,
        database_url="postgresql+psycopg://farm:secret@127.0.0.1:9/farm",
        maya_executable=Path("/opt/autodesk/maya2024/bin/Render"),
    )


async def _opened(farm: Farm, window: MainWindow, doctor: Doctor) -> CheckUpDialog:
    window.services = replace(window.services, doctor=doctor)
    window.actions_["help.check_up"].trigger()
    dialog = window.check_up_commands.dialog
    assert dialog is not None
    return dialog


async def _examined(farm: Farm, window: MainWindow, doctor: Doctor) -> CheckUpDialog:
    dialog = await _opened(farm, window, doctor)
    await until(lambda: not dialog.page.examination.running)
    return dialog


@scene("check-up-light", LIGHT)
@scene("check-up-dark", DARK)
async def well(farm: Farm, window: MainWindow) -> QWidget:
    dialog = await _examined(farm, window, Examiner(_embedded(farm)))
    dialog.findChild(QAbstractButton, "head_redis").setChecked(True)
    return dialog


@scene("check-up-problems", LIGHT)
@scene("check-up-problems-dark", DARK)
@scene("check-up-zh", LIGHT, language=CHINESE)
async def problems(farm: Farm, window: MainWindow) -> QWidget:
    return await _examined(farm, window, Examiner(_ill(farm)))


@scene("check-up-problems-only", DARK)
async def problems_only(farm: Farm, window: MainWindow) -> QWidget:
    dialog = await _examined(farm, window, Examiner(_ill(farm)))
    dialog.page.problems_only.setChecked(True)
    return dialog


class _Slow(Examiner):
    """Goes no further than the object store until it is let."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        super().__init__(load)
        self.go_on = threading.Event()

    def examine(
        self,
        on_finding: Callable[[Finding], None] = lambda finding: None,
        groups: Collection[Group] = (),
        stopped: threading.Event | None = None,
    ) -> Checkup:
        def wait(finding: Finding) -> None:
            if finding.group is Group.OBJECT_STORE:
                self.go_on.wait(10)
            on_finding(finding)

        return super().examine(wait, groups, stopped)


@scene("check-up-examining", DARK)
async def examining(farm: Farm, window: MainWindow) -> QWidget:
    doctor = _Slow(_ill(farm))
    dialog = await _opened(farm, window, doctor)
    await until(lambda: any(finding.group is Group.DATABASE for finding in dialog.page.examination.checkup.findings))
    return dialog


class _Rendering(Examiner):
    """Whose test frame ends when it is stopped."""

    def trial_frame(self, engine: str, project: Path | None = None, stopped: threading.Event | None = None) -> Finding:
        assert stopped is not None
        stopped.wait(10)
        raise CheckupStopped


@scene("check-up-rendering", LIGHT)
@scene("check-up-rendering-dark", DARK)
@scene("check-up-rendering-zh", LIGHT, language=CHINESE)
async def rendering(farm: Farm, window: MainWindow) -> QWidget:
    dialog = await _examined(farm, window, _Rendering(_embedded(farm)))
    dialog.page.bar.render_button.setFocus()
    dialog.page.bar.render_button.menu().actions()[0].trigger()
    return dialog


@scene("check-up-banner", LIGHT)
async def banner(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    farm.bus.take_away()
    await until(window.parts.broker_banner.isVisible)
    return window


@scene("start-failure", LIGHT)
@scene("start-failure-dark", DARK)
@scene("start-failure-zh", DARK, language=CHINESE)
async def start_failure(farm: Farm, window: MainWindow) -> QWidget:
    error = StoreUnavailable("The database has no tables yet: run `render-manager db upgrade` once.")
    dialog = StartFailureDialog(error, Examiner(_ill(farm)), window.background, window)
    dialog.show()
    dialog.page.examine()
    await until(lambda: not dialog.page.examination.running)
    return dialog
