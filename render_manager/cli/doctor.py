"""render-manager doctor."""

import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from render_manager.cli.output import console, print_json, say
from render_manager.cli.program import FAILED, explained
from render_manager.doctor.examination import Examiner
from render_manager.doctor.report import TITLES
from render_manager.domain.checkup import Checkup, Finding, FindingState, Group, counts
from render_manager.domain.errors import CheckupStopped, SettingsError
from workers.renderers.registry import RENDERERS

_STYLES = {
    FindingState.OK: "green",
    FindingState.SKIPPED: "bright_black",
    FindingState.NOTE: "cyan",
    FindingState.WARNING: "yellow",
    FindingState.FAILED: "bold red",
}
_ALL = "all"


@explained
def doctor(
    only: Annotated[
        list[Group] | None, typer.Option("--only", help="Look at this group only; may be repeated.")
    ] = None,
    render: Annotated[
        list[str] | None,
        typer.Option(
            "--render", metavar="ENGINE", help="Render a real test frame, too: blender, maya, unreal=PROJECT, or all."
        ),
    ] = None,
    bundle: Annotated[Path | None, typer.Option(help="Write a zip for support, without secrets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at settings, Redis, database, object store, disks, renderers and workers, and say what to put right."""
    frames = list(_frames(render or []))
    examiner, printer = Examiner(), _Printer()
    told = (lambda finding: None) if as_json else printer.tell
    with _until_interrupted() as stopped:
        findings = list(examiner.examine(told, only or (), stopped).findings)
        for engine, project in frames:
            finding = examiner.trial_frame(engine, project, stopped)
            told(finding)
            findings.append(finding)
    checkup = Checkup(findings)
    if as_json:
        print_json(checkup.to_json())
    else:
        _summary(checkup)
    if bundle is not None:
        examiner.bundle(bundle, checkup)
        if not as_json:
            say(f"Bundle for support: {bundle}")
    if checkup.failed:
        raise typer.Exit(FAILED)


@contextmanager
def _until_interrupted() -> Generator[Event]:
    """An event that Ctrl+C sets, so that a renderer ends in good order; the second time it interrupts as ever.

    Raises:
        KeyboardInterrupt: the check-up was stopped by it.
    """
    stopped = Event()

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stopped.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    except CheckupStopped:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _frames(asked: list[str]) -> Iterator[tuple[str, Path | None]]:
    """Engines of which a frame is to be rendered, each with the project that was named for it."""
    for text in asked:
        engine, separator, project = text.partition("=")
        if engine == _ALL and not separator:
            yield from ((name, None) for name in RENDERERS)
        elif engine in RENDERERS and (project or not separator):
            yield engine, Path(project).absolute() if project else None
        else:
            raise SettingsError(f"--render {text!r}: use {', '.join(RENDERERS)}, one of them with =PROJECT, or all.")


class _Printer:
    """Prints findings as they come, each group under its title."""

    def __init__(self) -> None:
        self._group: Group | None = None

    def tell(self, finding: Finding) -> None:
        if finding.group is not self._group:
            if self._group is not None:
                say("")
            self._group = finding.group
            console.print(Text(TITLES[finding.group], style="bold"))
        line = Table.grid(padding=(0, 1), expand=False)
        line.add_column(width=8)
        line.add_column(width=24, overflow="fold")
        line.add_column(overflow="fold")
        line.add_row(Text(finding.state, style=_STYLES[finding.state]), Text(finding.title), Text(finding.found))
        if finding.advice:
            line.add_row("", "", Text(f"→ {finding.advice}", style="bold" if finding.state.is_problem else ""))
        console.print(line)


def _summary(checkup: Checkup) -> None:
    found = counts(checkup.findings)
    say("")
    if checkup.failed or found[FindingState.WARNING]:
        say(f"{found[FindingState.FAILED]} failed, {found[FindingState.WARNING]} warnings.")
    else:
        say("All is well.")
