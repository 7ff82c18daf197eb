"""What documents refer to exists: links, anchors, pictures, settings, commands, options, checks, names of the code."""

import ast
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from render_manager.config import Settings
from render_manager.domain.engines import Engine
from tests.documents import usage
from tests.documents.code_names import exists
from tests.support.documents import ROOT, Document, document, documents
from workers.renderers.registry import RENDERERS

#: Names in capitals that are of the environment, of other programs, or placeholders.
OTHER_NAMES = {"CUDA_VISIBLE_DEVICES", "RENDER_MANAGER_ENV_FILE", "ARNOLD_EXECUTABLE", "QT_QPA_PLATFORM"}
#: Documents that are walked name by name: they speak of the code.
ON_CODE = ["docs/architecture.md", "docs/adding-a-renderer.md"]
#: Documents in which a name in capitals may be one of the code's.
FOR_DEVELOPERS = [*ON_CODE, "docs/translating.md", "docs/building.md", "docs/benchmarks.md", "docs/python-api.md"]
TROUBLES = ["docs/troubleshooting.md", "docs/troubleshooting.zh_CN.md"]
_GROUPS = r"(?:settings|redis|database|object-store|workspace|renderers|machine|farm)"

every_document = pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)


@every_document
def test_links_and_pictures_lead_somewhere(file: Document) -> None:
    broken = []
    for picture, target in file.links:
        if re.match(r"https?://", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        found = (file.path.parent / path).resolve() if path else file.path
        if not found.exists() or (anchor and anchor not in Document(found).anchors):
            broken.append(target)
        elif picture and found.read_bytes()[:4] != b"\x89PNG":
            broken.append(f"{target} is no picture")
    assert not broken


@every_document
def test_settings_exist(file: Document) -> None:
    known = {name.upper() for name in Settings.model_fields} | OTHER_NAMES
    used = {word for _, span in file.spans for word in re.findall(r"(?<![\w<-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", span)}
    unknown = used - known
    if file.name in FOR_DEVELOPERS:
        unknown = {name for name in unknown if not exists(name)}
    assert not unknown


@every_document
def test_commands_and_options_in_the_text_exist(file: Document) -> None:
    wrong = [
        f"{file.name}:{line}: {span}: {problem}"
        for line, span in file.spans
        if usage.program_of(span.split()[0]) and " " in span
        if (problem := usage.problem(span.split())) is not None
    ]
    options = usage.all_options() | _foreign_options(file)
    wrong += [
        f"{file.name}:{line}: there is no {span}"
        for line, span in file.spans
        if (match := re.match(r"(--[a-z][\w-]*)", span)) and match[1] not in options
    ]
    wrong += [
        f"{file.name}:{line}: {problem}"
        for line, span in file.spans
        if usage.is_run(span) and (problem := usage.run_problem(span)) is not None
    ]
    assert not wrong


@every_document
def test_task_options_exist(file: Document) -> None:
    known = {option.name for renderer in RENDERERS.values() for option in _engine(renderer).options}
    used = {match[1] for _, span in file.spans for match in re.finditer(r"--set (\w+)=", span)}
    used |= {match[1] for command in file.commands() for match in re.finditer(r"--set (\w+)=", command.text)}
    assert not used - known


@pytest.mark.parametrize("name", ON_CODE)
def test_names_of_the_code_exist(name: str) -> None:
    wrong = [f"{name}:{line}: {span}" for line, span in document(name).spans if not exists(span)]
    assert not wrong


@pytest.mark.parametrize("name", TROUBLES)
def test_the_doctors_checks_are_all_explained(name: str) -> None:
    checks = _checks()
    spans = {span for _, span in document(name).spans}
    named = {span for span in spans if re.fullmatch(_GROUPS + r"\.[a-z][a-z.-]*", span)}
    assert named - checks == set(), "there is no such check"
    assert checks - named == set(), "these are not explained"


def test_qts_libraries_are_those_that_run_py_installs() -> None:
    for name in TROUBLES:
        (command,) = (one.text for one in document(name).commands() if "libxcb" in one.text)
        assert {word for word in command.split() if word.startswith("lib")} == usage.qt_libraries()


def test_the_worker_unit_is_whole() -> None:
    unit = document("docs/deploying-a-farm.md").block("ini")
    sections = dict(re.findall(r"^\[(\w+)\]\n((?:[^\[\n].*\n|\n)+)", unit, re.MULTILINE))
    assert list(sections) == ["Unit", "Service", "Install"]
    service = dict(line.split("=", 1) for line in sections["Service"].splitlines() if "=" in line and line[0] != "#")
    assert usage.problem(service["ExecStart"].split()) is None
    assert service["KillMode"] == "mixed"
    assert service["Environment"].startswith("RENDER_MANAGER_ENV_FILE=")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = document("docs/deploying-a-farm.md").block("ini")
    file = tmp_path / "render-worker.service"
    file.write_text(unit.replace("/opt/render-manager/bin/render-worker", "/bin/true").replace("User=render\n", ""))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True)
    about_it = [line for line in done.stderr.splitlines() if file.name in line]
    assert about_it == []


def _engine(renderer: object) -> Engine:
    return renderer.engine  # type: ignore[attr-defined]


def _foreign_options(file: Document) -> set[str]:
    """Options that the document's own blocks use with other programs."""
    blocks = " ".join(block.text for block in file.blocks)
    return set(re.findall(r"--[a-z][\w-]*", blocks)) | {"--force-reinstall"}


def _checks() -> set[str]:
    """The ids that the doctor's sources name; one is made for each engine and each queue."""
    found: set[str] = set()
    for path in (ROOT / "render_manager" / "doctor").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(_GROUPS + r"\.[a-z-]+", node.value) else set()
    found = {check for check in found if not check.endswith((".txt", ".conf"))}
    found |= {f"renderers.{name}" for name in RENDERERS} | {"renderers.blender.test-frame", "renderers.maya.test-frame"}
    return found | {f"farm.queue.{band}" for band in ("high-priority", "default", "low-priority")}
