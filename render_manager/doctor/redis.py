"""Redis, which carries tickets and notices, and the broker where that is another one."""

from collections.abc import Iterator

from render_manager.config import Settings
from render_manager.doctor.findings import failed, milliseconds, note, ok, skipped, warning
from render_manager.domain.checkup import Finding
from render_manager.domain.errors import BrokerUnavailable, LocalFarmError
from render_manager.messaging.embedded_redis import EmbeddedRedis, find_server
from render_manager.messaging.redis_probe import RedisFacts, RedisRefused, Refusal, look_at_redis, queue_lengths

_REACHABLE, _VERSION, _LATENCY = "redis.reachable", "redis.version", "redis.latency"
_EVICTION, _PERSISTENCE, _WRITABLE = "redis.eviction-policy", "redis.persistence", "redis.writable"
_QUEUES, _BROKER = "redis.queues", "redis.broker"
_TITLES = {
    _VERSION: "Version",
    _LATENCY: "Latency",
    _EVICTION: "Eviction",
    _PERSISTENCE: "Persistence",
    _WRITABLE: "Writable",
}
OLDEST = 6
#: Seconds; a heartbeat, a ticket or a notice each take a round trip or two.
SLOW = 0.05


def look(settings: Settings) -> Iterator[Finding]:
    url = settings.effective_redis_url
    if url is None:
        url = EmbeddedRedis(settings.render_manager_home / "redis").url()
        if url is None:
            yield _to_be_started()
    if url is not None:
        yield from _server(settings, url)
    broker = settings.broker_url.get_secret_value() if settings.broker_url else url
    if broker is not None:
        yield _queues(broker, is_other=settings.broker_url is not None)


def _to_be_started() -> Finding:
    try:
        program = find_server()
    except LocalFarmError as error:
        return failed(_REACHABLE, "Reachable", "The program has no Redis to run.", str(error))
    return ok(_REACHABLE, "Reachable", f"The program's own Redis is not running; it is started when needed: {program}.")


def _server(settings: Settings, url: str) -> Iterator[Finding]:
    try:
        facts = look_at_redis(url)
    except RedisRefused as error:
        yield _refused(settings, error)
        for id, title in _TITLES.items():
            yield skipped(id, title, "Redis")
        return
    whose = "The program's own Redis answers." if settings.embedded_redis else "It answers."
    yield ok(_REACHABLE, "Reachable", whose, facts.latency)
    yield _version(facts)
    slow = facts.latency > SLOW
    said = f"{milliseconds(facts.latency)} for a question and its answer."
    yield (
        warning(_LATENCY, _TITLES[_LATENCY], said, "Put Redis nearer, or see what slows the network.", facts.latency)
        if slow
        else ok(_LATENCY, _TITLES[_LATENCY], said, facts.latency)
    )
    yield _eviction(facts)
    yield _persistence(facts)
    yield _writable(facts)


def _refused(settings: Settings, error: RedisRefused) -> Finding:
    where = "REDIS_URL" if settings.redis_url else f"REDIS_HOST = {settings.redis_host}:{settings.redis_port}"
    match error.refusal:
        case Refusal.PASSWORD:
            return failed(
                _REACHABLE,
                "Reachable",
                f"Redis refuses the password, or asks for one ({error}).",
                "Set REDIS_URL = redis://:password@host:6379/0 with the password that requirepass in redis.conf has; "
                "write @ in it as %40, / as %2F, # as %23.",
            )
        case Refusal.COMMAND:
            return warning(
                _REACHABLE,
                "Reachable",
                f"Redis answers, but does not let this user ask how it is ({error}).",
                "Let the user of REDIS_URL run PING and INFO (ACL SETUSER).",
            )
        case Refusal.AWAY:
            return failed(
                _REACHABLE,
                "Reachable",
                f"No Redis can be reached at {where} ({error}).",
                "Start it (systemctl start redis-server), let it listen to other hosts (bind in redis.conf), or "
                "correct REDIS_HOST and REDIS_PORT, or REDIS_URL.",
            )


def _version(facts: RedisFacts) -> Finding:
    major = facts.version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST:
        advice = f"Update Redis to version {OLDEST} or later."
        return warning(_VERSION, _TITLES[_VERSION], f"Redis {facts.version} is old.", advice)
    return ok(_VERSION, _TITLES[_VERSION], f"Redis {facts.version}")


def _eviction(facts: RedisFacts) -> Finding:
    if facts.eviction_policy == "noeviction":
        return ok(_EVICTION, _TITLES[_EVICTION], "noeviction: no ticket is thrown away.")
    when = "when its memory is full" if facts.memory_limit else "as soon as it has a memory limit that is reached"
    return failed(
        _EVICTION,
        _TITLES[_EVICTION],
        f"maxmemory-policy is {facts.eviction_policy}: Redis throws tickets away {when}.",
        "Run CONFIG SET maxmemory-policy noeviction, and write maxmemory-policy noeviction into redis.conf.",
    )


def _persistence(facts: RedisFacts) -> Finding:
    if facts.keeps_log:
        return ok(_PERSISTENCE, _TITLES[_PERSISTENCE], "appendonly yes: tickets outlive a restart of Redis.")
    return note(
        _PERSISTENCE,
        _TITLES[_PERSISTENCE],
        "appendonly no: a restart of Redis loses tickets. No harm is done: the database has the tasks, and idle "
        "workers find them.",
    )


def _writable(facts: RedisFacts) -> Finding:
    if not facts.replica:
        return ok(_WRITABLE, _TITLES[_WRITABLE], "It takes writes.")
    return failed(
        _WRITABLE, _TITLES[_WRITABLE], "This Redis is a replica and takes no writes.", "Name the primary in its place."
    )


def _queues(broker_url: str, *, is_other: bool) -> Finding:
    id, title = (_BROKER, "Broker") if is_other else (_QUEUES, "Queues")
    try:
        lengths = queue_lengths(broker_url)
    except BrokerUnavailable as error:
        if not is_other:
            return skipped(id, title, "Redis")
        advice = "Start the broker, or correct BROKER_URL; without it, tickets go over Redis."
        return failed(id, title, str(error), advice)
    return ok(id, title, "Tickets: " + ", ".join(f"{band} {count}" for band, count in lengths.items()))
