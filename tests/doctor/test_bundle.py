"""The bundle: what support asks for first, and no secret, wherever one was."""

import json
import zipfile
from pathlib import Path

import pytest

from render_manager.doctor.secrets import Secrets
from tests.doctor.conftest import PATIENT, Practice, migrated
from tests.support.servers import Postgres, free_port
from tests.support.standin_farm import open_standin_farm

REDIS, BROKER, DATABASE = "R3dis-planted", "Br0ker%40planted", "Pg-planted-passw"
KEY, SECRET, TOKEN = "LTAI-planted-id", "0ss-planted/secret", "Sts-planted-token"
MISSPELT, OTHERS, OLD = "M1sspelt-planted", "0thers-planted", "0ld-planted"
PLANTED = (REDIS, "Br0ker@planted", BROKER, DATABASE, KEY, SECRET, TOKEN, MISSPELT, OTHERS, OLD)


def test_it_has_what_one_asks_for_and_no_secret(practice: Practice, postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as url:
        address = migrated(url).replace("//test@", f"//test:{DATABASE}@")
        practice.env_file.write_text(
            f"DATABASE_URL={address}\nREDIS_URL=redis://:{REDIS}@127.0.0.1:{free_port()}/0\n"
            f"OSS_ENDPOINT=http://127.0.0.1:{free_port()}\nOSS_BUCKET_NAME=films\nOSS_ACCESS_KEY_ID={KEY}\n"
            f"OSS_ACCESS_KEY_SECRET={SECRET}\nOSS_ACCESS_KEY_SECRT={MISSPELT}\n"
        )
        practice.environment |= {
            "BROKER_URL": f"amqp://guest:{BROKER}@127.0.0.1:{free_port()}//",
            "OSS_SECURITY_TOKEN": TOKEN,
            "OTHER_PROGRAM_PASSWORD": OTHERS,
        }
        logs = practice.home / "logs"
        logs.mkdir(parents=True)
        said = [
            f"Cannot connect to redis://:{REDIS}@queue:6379/0",
            f"an earlier address: postgresql://render:{OLD}@db/farm?password={OLD}",
            f"GET /x?OSSAccessKeyId={OLD}&Signature={OLD}&security-token={OLD}",
            f"'secret': '{OLD}', token: {OLD}, {KEY} {SECRET} {TOKEN} {OTHERS} {MISSPELT}",
            "the worker left",
        ]
        (logs / "host-local-1.log").write_text("x" * 200_000 + "\n" + "\n".join(said) + "\n")
        with_history(url, f"the project at https://films/x?Signature={OLD} was refused")
        done = practice.run("--bundle", str(tmp_path / "bundle.zip"))
    assert done.returncode == 1
    assert "redis" in done.stdout
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    texts["the command"] = done.stdout + done.stderr
    told = {(name, secret) for name, text in texts.items() for secret in PLANTED if secret in text}
    assert told == set()
    report = json.loads(texts["report.json"])
    failed = {finding["id"] for finding in report["findings"] if finding["state"] == "failed"}
    assert failed == {"redis.reachable", "redis.broker", "object-store.reachable"}
    assert "failed   redis.reachable: No Redis can be reached" in texts["report.txt"]
    assert "OSS_BUCKET_NAME = films" in texts["settings.txt"]
    assert "REDIS_URL = (secret)" in texts["settings.txt"]
    assert "celery " in texts["versions.txt"].lower()
    assert texts["logs/host-local-1.log"].endswith("the worker left\n")
    assert len(texts["logs/host-local-1.log"]) <= 65_536
    (entry,) = json.loads(texts["record.json"])
    assert entry["why"] == "the project at https://films/x?Signature=*** was refused"


def with_history(url: str, why: str) -> None:
    from render_manager.domain.audit import Action, AuditEntry
    from render_manager.store.engine import open_engine
    from render_manager.store.repository import SqlTaskStore

    store = SqlTaskStore(open_engine(url))
    with store.transaction() as tx:
        tx.record([AuditEntry("li@desk", Action.CANCEL, why=why)])
    store.close()


def test_it_is_made_where_nothing_can_be_opened(practice: Practice, tmp_path: Path) -> None:
    done = practice.run("--bundle", str(tmp_path / "bundle.zip"), "--only", "settings", OSS_BUCKET_NAME="films")
    assert done.returncode == 1
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert "OSS is configured in part" in bundle.read("settings.txt").decode()
        assert "record.json" not in bundle.namelist()
    done = practice.run("--bundle", str(tmp_path / "nowhere" / "bundle.zip"), "--only", "settings")
    assert done.returncode == 1
    assert "can't be written: No such file or directory" in done.stderr


def test_a_farms_own_logs_and_record_are_in_it(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "farm").mkdir()
    with open_standin_farm(tmp_path / "farm", PATIENT) as farm:
        farm.start("--name", "w")
        farm.render(farm.key, "1-2")
        practice.environment = farm.environment
        assert practice.run("--bundle", str(tmp_path / "bundle.zip")).returncode == 0
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert "logs/redis.log" in bundle.namelist()
        actions = {entry["action"] for entry in json.loads(bundle.read("record.json"))}
    assert {"submit", "claim", "complete", "join"} <= actions


def test_the_folder_one_is_in_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWD", "/srv/render-farm")
    monkeypatch.setenv("MYSQL_PWD", "open sesame")
    assert Secrets.of_everywhere().hide("/srv/render-farm/ws: open sesame") == "/srv/render-farm/ws: ***"


def test_hiding() -> None:
    secrets = Secrets(["abcd-secret", "abcd", "x"])
    assert secrets.hide("x abcd-secret abcd") == "x *** ***"
    assert secrets.hide("redis://:pw@h:1/0 amqp://u:p@h") == "redis://***@h:1/0 amqp://***@h"
    assert secrets.hide("https://h/a@b") == "https://h/a@b"
    assert (
        secrets.hide("Set REDIS_URL = redis://:password@host:6379/0") == "Set REDIS_URL = redis://:password@host:6379/0"
    )
    assert secrets.hide("Redis asks for a password (NOAUTH).") == "Redis asks for a password (NOAUTH)."
