"""The report as plain text."""

from collections.abc import Iterator

from render_manager.domain.checkup import Checkup, Group

TITLES = {
    Group.SETTINGS: "Settings",
    Group.REDIS: "Redis",
    Group.DATABASE: "Database",
    Group.OBJECT_STORE: "Object store",
    Group.WORKSPACE: "Workspaces",
    Group.RENDERERS: "Renderers",
    Group.MACHINE: "This machine",
    Group.FARM: "The farm",
}


def as_text(checkup: Checkup) -> str:
    return "\n".join(_lines(checkup)) + "\n"


def _lines(checkup: Checkup) -> Iterator[str]:
    for group, findings in checkup.by_group().items():
        yield TITLES[group]
        for finding in findings:
            yield f"  {finding.state:<8} {finding.id}: {finding.found}"
            if finding.advice:
                yield f"           → {finding.advice}"
        yield ""
