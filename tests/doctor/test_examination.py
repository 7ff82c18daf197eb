"""The examination as a whole: all well, nothing hangs, told as it comes; the table, JSON and exit codes."""

import json
import re
import socket
import time
from collections.abc import Iterator

import pytest

from render_manager.config import Settings, load_settings
from render_manager.doctor import examination
from render_manager.doctor.examination import Examiner
from render_manager.domain.checkup import Checkup, Finding, FindingState, Group
from tests.doctor.conftest import PATIENT, Practice, migrated
from tests.support.oss_server import OssServer
from tests.support.servers import Postgres, RedisServer
from tests.support.standin_farm import open_standin_farm


def test_a_farm_that_is_well(
    practice: Practice,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: Postgres,
    redis_server: RedisServer,
    oss_server: OssServer,
    oss_settings: dict[str, str],
) -> None:
    with postgres.database() as url:
        settings = {"DATABASE_URL": migrated(url), "REDIS_URL": redis_server.url, **oss_settings, **PATIENT}
        with open_standin_farm(tmp_path_factory.mktemp("farm"), settings) as farm:
            farm.start("--name", "w")
            report = practice.examine(**farm.environment)
            assert report.code == 0
            assert report.states("failed") | report.states("warning") | report.states("skipped") == set()
            report.found("farm.workers", "ok", "w on ")
            assert {id.partition(".")[0] for id in report.findings} == set(Group)
            done = practice.run(**farm.environment)
            assert done.returncode == 0
            assert done.stdout.endswith("All is well.\n")
            assert redis_server.password not in done.stdout


def test_advice_stands_below_its_finding_and_the_code_tells(practice: Practice) -> None:
    done = practice.run(MAYA_EXECUTABLE="/nowhere/Render")
    assert done.returncode == 1
    assert re.search(r"failed +Maya +MAYA_EXECUTABLE = /nowhere/Render.*\n +→ Correct MAYA_EXECUTABLE", done.stdout)
    assert "1 failed, 0 warnings." in done.stdout
    assert re.findall(r"^(\w[\w ]+)$", done.stdout, re.MULTILINE)[:3] == ["Settings", "Redis", "Database"]


def test_a_group_by_itself(practice: Practice) -> None:
    done = practice.run("--json", "--only", "machine", "--only", "redis")
    assert {finding["group"] for finding in json.loads(done.stdout)["findings"]} == {"machine", "redis"}
    assert practice.run("--only", "weather").returncode == 2


@pytest.fixture
def silent() -> Iterator[int]:
    """A server that takes connections and says nothing; its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_server_that_hangs_does_not_hang_the_doctor(silent: int) -> None:
    settings = load_settings(database_url=f"postgresql://test@127.0.0.1:{silent}/farm")
    began = time.monotonic()
    checkup = Examiner(lambda: settings, limit=2.0).examine(groups=[Group.DATABASE, Group.WORKSPACE])
    assert time.monotonic() - began < 4
    hung, *others = checkup.findings
    assert (hung.id, hung.state) == ("database.examined", FindingState.FAILED)
    assert "in time" in hung.found
    assert others
    assert {finding.state for finding in others} == {FindingState.OK}


def test_a_fault_of_one_group_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(settings: Settings) -> Iterator[Finding]:
        yield Finding("machine.crc", "Checksums", FindingState.OK, "well")
        raise ZeroDivisionError("by zero")

    monkeypatch.setitem(examination._PARTS, Group.MACHINE, examination._Part(look, "This machine"))
    told: list[Finding] = []
    checkup = Examiner().examine(told.append, [Group.MACHINE, Group.WORKSPACE])
    assert told == list(checkup.findings)
    assert [finding.id for finding in told[-2:]] == ["machine.crc", "machine.examined"]
    assert "ZeroDivisionError: by zero" in told[-1].found
    assert "--bundle" in told[-1].advice
    assert checkup.failed
    assert len(checkup.by_group()[Group.WORKSPACE]) > 3


def test_who_is_told_may_end_it() -> None:
    def enough(finding: Finding) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Examiner().examine(enough, [Group.SETTINGS])


def test_a_report() -> None:
    findings = [
        Finding("farm.workers", "Workers", FindingState.NOTE, "none"),
        Finding("redis.reachable", "Reachable", FindingState.SKIPPED, "", seconds=0.5),
    ]
    checkup = Checkup(findings)
    assert checkup.worst is FindingState.NOTE
    assert not checkup.failed
    assert list(checkup.by_group()) == [Group.REDIS, Group.FARM]
    assert json.loads(json.dumps(checkup.to_json()))["findings"][1] == {
        "id": "redis.reachable",
        "group": "redis",
        "title": "Reachable",
        "state": "skipped",
        "found": "",
        "advice": "",
        "seconds": 0.5,
    }
    assert Checkup([]).worst is FindingState.OK
