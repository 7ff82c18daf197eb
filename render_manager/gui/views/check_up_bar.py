"""Below the check-up: test frames, copying its report, the file for support."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDir
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy

from render_manager.domain.checkup import Checkup, Finding, FindingState, Group
from render_manager.gui import check_up_words
from render_manager.gui.background import Background
from render_manager.gui.dialogs.messages import ask, explain
from render_manager.gui.examination import Examination
from render_manager.gui.state_style import FINDING_STYLES
from render_manager.services.ports import Doctor

#: No project comes with the program for these; the files that may be chosen.
_NEEDS_PROJECT = {"unreal": "*.uproject"}
_FILE_NAME = "render-manager-check-up.zip"


class CheckUpBar(QFrame):
    def __init__(self, examination: Examination, doctor: Doctor, background: Background) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self._examination = examination
        self._doctor = doctor
        self._background = background
        self._saving = False
        self.render_button = self._button("render_trial_frame", self.tr("Render a test frame"))
        self._menu = QMenu(self.render_button)
        self.render_button.setMenu(self._menu)
        self.stop_button = self._button("stop_trial_frame", self.tr("Stop the test frame"))
        self.stop_button.clicked.connect(self._stop)
        self.copy_button = self._button("copy_report", self.tr("Copy report"))
        self.copy_button.clicked.connect(self.copy_report)
        self.save_button = self._button("save_bundle", self.tr("Save for support…"))
        self.save_button.clicked.connect(self._explain_bundle)
        self._says = QLabel()
        self._says.setObjectName("check_up_says")
        self._says.setProperty("role", "muted")
        self._says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(12, 8, 12, 10)
        self._line.setSpacing(8)
        for button in (self.render_button, self.stop_button, self.copy_button, self.save_button):
            self._line.addWidget(button)
        self._line.addWidget(self._says, 1)
        examination.began.connect(self._says.clear)
        examination.rendered.connect(self._rendered)
        examination.trial_stopped.connect(lambda: self.say(self.tr("The test frame was stopped.")))
        examination.changed.connect(self._show_state)
        self._show_state()

    def add_button(self, button: QPushButton) -> None:
        """At the end of the line."""
        self._line.addWidget(button)

    @staticmethod
    def _button(name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    def say(self, words: str) -> None:
        self._says.setText(words)
        self._says.setToolTip(words)

    def _show_state(self) -> None:
        examination = self._examination
        checkup = examination.checkup
        whole = not examination.running and bool(checkup.findings)
        self.copy_button.setEnabled(whole)
        self.save_button.setEnabled(whole and not self._saving)
        buttons = (self.render_button, self.stop_button)
        self._show_one(*(buttons if examination.rendering is None else buttons[::-1]))
        self._fill(_installed(checkup))

    # -- test frames ---------------------------------------------------------------------------------------------

    def _fill(self, installed: dict[str, Finding]) -> None:
        self._menu.clear()
        for engine, finding in installed.items():
            asks = engine in _NEEDS_PROJECT
            label = check_up_words.title(finding)
            action = QAction(self.tr("{0}…").format(label) if asks else label, self._menu)
            action.setObjectName(f"trial_frame.{engine}")
            action.triggered.connect(partial(self._render, engine, label))
            self._menu.addAction(action)
        self.render_button.setEnabled(bool(installed))
        self.render_button.setToolTip("" if installed else self.tr("No renderer is installed on this computer."))

    def _show_one(self, shown: QPushButton, hidden: QPushButton) -> None:
        """One stands in the other's place, and has its focus."""
        shown.show()
        if hidden.hasFocus():
            shown.setFocus()
        hidden.hide()

    def _render(self, engine: str, label: str) -> None:
        files = _NEEDS_PROJECT.get(engine)
        if files is None:
            self._start(engine, label, None)
            return
        dialog = QFileDialog(self, self.tr("Project of which frame 1 is rendered"))
        dialog.setObjectName("trial_frame_project")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"{label} ({files})")
        dialog.fileSelected.connect(lambda path: self._start(engine, label, Path(path)))
        dialog.open()

    def _start(self, engine: str, label: str, project: Path | None) -> None:
        self.say(self.tr("Rendering a test frame with {0}; this may take minutes…").format(label))
        self._examination.render_trial_frame(engine, project)

    def _stop(self) -> None:
        self.say(self.tr("Stopping…"))
        self._examination.stop_trial_frame()

    def _rendered(self, finding: Finding) -> None:
        self.say(f"{check_up_words.title(finding)}: {FINDING_STYLES[finding.state].text}")

    # -- report --------------------------------------------------------------------------------------------------

    def copy_report(self) -> None:
        examination = self._examination
        QGuiApplication.clipboard().setText(check_up_words.report(examination.checkup, examination.ended_at))
        self.say(self.tr("The report was copied."))

    def _explain_bundle(self) -> None:
        ask(
            self.window(),
            title=self.tr("Save for support"),
            question=self.tr("A zip file is written for whoever helps you."),
            numbers=self.tr(
                "It holds this report, the settings, the versions of all packages, the last lines of the logs and the "
                "last entries of the record. Passwords and keys are left out. Names of hosts, users, tasks and folders "
                "are in it."
            ),
            yes=self.tr("Choose a file…"),
            no=self.tr("Cancel"),
            then=self._ask_file,
            danger=False,
        )

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Save for support"))
        dialog.setObjectName("bundle_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setNameFilter("*.zip")
        dialog.setDirectory(QDir.homePath())
        dialog.selectFile(_FILE_NAME)
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.open()

    def save(self, path: Path) -> None:
        self._saving = True
        self._show_state()
        self.say(self.tr("Saving {0}…").format(path.name))
        checkup = self._examination.checkup
        self._background.run(
            lambda: self._doctor.bundle(path, checkup),
            done=lambda _: self._saved(self.tr("Saved: {0}").format(path)),
            failed=lambda error: self._saved(explain(error)[0]),
            owner=self,
        )

    def _saved(self, words: str) -> None:
        self._saving = False
        self._show_state()
        self.say(words)


def _installed(checkup: Checkup) -> dict[str, Finding]:
    """The renderers that were found, by the names of their engines."""
    found = {finding.id.partition(".")[2]: finding for finding in checkup.findings if finding.group is Group.RENDERERS}
    return {name: finding for name, finding in found.items() if finding.state is FindingState.OK and "." not in name}
