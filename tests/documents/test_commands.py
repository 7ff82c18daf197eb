"""Every command of every document is run for real, on the farm that the documents make, or is declared here.

Commands that can't be run on any machine (a service manager's, another system's, one that installs into the checkout)
are checked against what they name. Editions in other languages have the same commands (test_editions.py).
"""

import os
import re
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.documents.farm import NODE, DocumentedFarm
from tests.documents.making import GUIDE, ON_POSTGRES, documented_farm
from tests.documents.test_install import INSTALLS
from tests.documents.usage import is_run, problem, program_of, run_problem, system_packages
from tests.support.documents import SHELL, WINDOWS, Command, document, documents
from tests.support.farm import wait_until

#: A task's id in the documents stands for a task in the state that suits the command; by default it is completed.
TASK = "3kx"
STATES: dict[str, Callable[[DocumentedFarm], str]] = {
    "cancel": DocumentedFarm.waiting,
    "pause": DocumentedFarm.waiting,
    "priority": DocumentedFarm.waiting,
    "skip": DocumentedFarm.waiting,
    "resume": DocumentedFarm.paused,
    "release": DocumentedFarm.held,
    "choose": DocumentedFarm.choosing,
    f"render-manager retry {TASK}": DocumentedFarm.failed,
}
#: Commands that end with another code than 0 here, as their document says they may.
ENDS_WITH = {"render-manager cleanup --free 200GB": 1}  # no host here has so much to give
#: Programs of the system's that are run as they are.
RUN = {"pg_dump"}
#: Programs that can't be run here; see `_checked`.
CHECKED = {"schtasks", "reg"}

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="the documents' shell is bash"),
    pytest.mark.xdist_group("documents"),
]

#: Each once, where it stands first: a command means the same in every document.
ENGLISH = {
    command.text: command
    for file in reversed(documents())
    if ".zh_CN." not in file.name
    for command in reversed(file.commands())
}


@pytest.fixture(scope="session")
def documented(tmp_path_factory: pytest.TempPathFactory, blender: Path) -> Iterator[DocumentedFarm]:
    home = tmp_path_factory.mktemp("documents") / "home"
    home.mkdir()
    with documented_farm(home) as farm:
        yield farm


@pytest.fixture
def quiet(documented: DocumentedFarm) -> Iterator[DocumentedFarm]:
    """Nobody's earlier command keeps node07 busy."""
    documented.ready_node()
    yield documented
    documented.cancel_all()


@pytest.mark.parametrize("command", [*reversed(ENGLISH.values())], ids=lambda command: command.id)
def test_a_documents_command_works(command: Command, request: pytest.FixtureRequest) -> None:
    text = command.text
    program = program_of(shlex.split(text)[0])
    if text in ON_POSTGRES or text in INSTALLS:
        return  # the farm was made by it; test_install.py runs it
    if program is None and shlex.split(text)[0] not in RUN:
        assert (wrong := _checked(command)) is None, f"{command.id}: {wrong}"
        return
    farm: DocumentedFarm = request.getfixturevalue("quiet")
    folder = farm.folder(command.document)
    text = _here(text, farm)
    if program == "render-worker" and "--drain" not in text:
        _worker_comes_and_goes(farm, text, folder)
    elif text == "render-manager":
        _window_opens_and_closes(farm, text, folder)
    elif text.split()[:2] == ["render-manager", "up"]:
        _stays_up_alone(farm, text, folder)
    else:
        done = farm.run(text, folder)
        expected = next((code for start, code in ENDS_WITH.items() if text.startswith(start)), 0)
        assert done.returncode == expected, f"{text}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", [command for file in documents() for command in file.commands(WINDOWS)], ids=lambda command: command.id
)
def test_a_command_of_windows_names_what_exists(command: Command) -> None:
    ours = re.findall(r'[\w:\\-]*render-(?:manager|worker)(?:\.exe)?(?= |"|$)[^"]*', command.text)
    for text in ours:
        assert (wrong := problem(text.split())) is None, f"{command.id}: {wrong}"
    assert ours or is_run(command.text) or command.text in INSTALLS or _checked(command) is None, command.id


def test_blocks_that_are_not_commands_say_what_they_are() -> None:
    known = SHELL | WINDOWS | {"text", "python", "ini", "env", "conf", "json", "xml"}
    blocks = [(f"{file.name}:{block.line}", block.language) for file in documents() for block in file.blocks]
    assert not [block for block in blocks if block[1] not in known]


def _here(text: str, farm: DocumentedFarm) -> str:
    """The command as it is typed on this farm: the program's path left out, the task's id a real one."""
    first, *rest = text.split(" ", 1)
    text = " ".join([program_of(first) or first, *rest])
    if TASK not in text:
        return text
    suits = STATES.get(text) or STATES.get(text.split()[1], DocumentedFarm.completed)
    return text.replace(TASK, suits(farm)[:6])


def _checked(command: Command) -> str | None:
    """What is wrong with a command that can't be run here; None if what it names exists."""
    text, words = command.text, command.text.removeprefix("sudo ").split()
    if is_run(text):
        return run_problem(text)
    if words[0] in ("apt-get", "brew", "winget"):
        named = {word for word in words[1:] if not word.startswith("-") and word != "install"}
        unknown = named - system_packages()
        return f"run.py does not know of {', '.join(sorted(unknown))}" if unknown else None
    if words[0] in ("systemctl", "journalctl"):
        units = re.findall(r"/etc/systemd/system/([\w-]+)\.service", document(GUIDE).text)
        return None if any(unit in words for unit in units) or "daemon-reload" in words else "no such unit is shown"
    if words[0] in CHECKED:
        return None
    return "this document's command is neither run nor declared"


def _worker_comes_and_goes(farm: DocumentedFarm, text: str, folder: Path) -> None:
    before = farm.online()
    with farm.start(text, folder) as process:
        try:
            assert process.stderr is not None
            said = next((line for line in process.stderr if " ready" in line), "it ended")
            assert "ready" in said, said
            assert farm.online() - before
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, out + err
    assert "Traceback" not in err


def _window_opens_and_closes(farm: DocumentedFarm, text: str, folder: Path) -> None:
    before = farm.listeners()
    with farm.start(text, folder) as process:
        try:
            wait_until(lambda: farm.listeners() > before or process.poll() is not None)
            assert process.poll() is None, process.communicate()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, out + err
    assert "Traceback" not in err


def _stays_up_alone(farm: DocumentedFarm, text: str, folder: Path) -> None:
    """Embedded services are those of somebody without settings."""
    empty = folder / "empty.env"
    empty.touch()
    alone = {"RENDER_MANAGER_ENV_FILE": str(empty), "RENDER_MANAGER_HOME": str(folder / "alone")}
    with farm.start(text, folder, **alone) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("Ready"):
                    break
            assert said[-1:] == [line for line in said if line.startswith("Ready")], said
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")


def test_the_farms_worker_renders_what_the_documents_submit(quiet: DocumentedFarm) -> None:
    task = quiet.completed()
    assert {frame.worker for frame in quiet.services.queries.frames(task)} == {NODE}
    wait_until(lambda: all(frame.uploaded_key for frame in quiet.services.queries.frames(task)))
