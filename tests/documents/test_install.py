"""The README's ways to install, done as written in a copy of the checkout.

What the project needs is lent by this environment, so that nothing but the tool that builds it comes from an index.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.documents import ROOT, document
from tests.support.servers import missing

DESK = ["python3 -m venv .venv", ".venv/bin/pip install '.[gui]'"]
HOST = ["python3 -m venv /opt/render-manager", "/opt/render-manager/bin/pip install '.[worker]'"]
WINDOWS = [
    *("py -m venv .venv", r".venv\Scripts\pip install .[gui]"),
    *(r"py -m venv C:\render-manager", r"C:\render-manager\Scripts\pip install .[worker]"),
]
#: Commands that this module runs, or that say the same on Windows.
INSTALLS = {*DESK, *HOST, *WINDOWS}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are those of Linux and macOS")


@pytest.mark.parametrize(
    ("commands", "starts"),
    [
        (DESK, [".venv/bin/render-manager", ".venv/bin/render-worker"]),
        (HOST, ["/opt/render-manager/bin/render-worker"]),
    ],
    ids=["desk", "host"],
)
def test_the_program_installs_as_the_readme_says(tmp_path: Path, commands: list[str], starts: list[str]) -> None:
    shown = [command.text for command in document("README.md").commands()]
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("render_manager", "workers", "resources"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    make, install = commands
    assert {make, install} <= set(shown)
    _run(make, checkout, tmp_path)
    (packages,) = tmp_path.glob("**/lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    _run(install, checkout, tmp_path)
    for program in starts:
        helped = _run(f"{program} --help", checkout, tmp_path)
        assert "sage:" in helped
    environment = next(iter(tmp_path.glob("**/pyvenv.cfg"))).parent
    shows = "import render_manager; from render_manager.resource_files import resources; print(resources())"
    where = _run(f"{environment}/bin/python -I -c '{shows}'", checkout, tmp_path).strip()
    assert Path(where).is_relative_to(packages)
    assert (Path(where) / "sample_project" / "sample_project.zip").is_file()


def _run(text: str, folder: Path, root: Path) -> str:
    """What the command says; /opt is in the test's folder."""
    text = re.sub(r"(?<!\S)/opt/", f"{root}/opt/", text)
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).resolve().parent), environment["PATH"]])
    done = subprocess.run(
        ["bash", "-c", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=150
    )
    if done.returncode and "hatchling" in done.stderr and "No matching distribution" in done.stderr:
        missing("An index with hatchling")
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout
