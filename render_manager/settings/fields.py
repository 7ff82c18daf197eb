"""Every setting there is: its name, value, default, what it does and who needs it.

`.env.example` and `docs/settings.md` are made of this: `python -m tests.settings_docs` after a change.
"""

from dataclasses import dataclass
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from render_manager.domain.entities import Keep
from render_manager.settings.values import (
    BrokerUrl,
    DatabaseUrl,
    Endpoint,
    Folder,
    FolderName,
    Prefix,
    RedisUrl,
    Tags,
    Text,
)

APP_NAME = "render-manager"

#: Who needs a setting.
ALL, EACH, HOSTS, DESKS = "all, alike", "each its own", "hosts", "desks"


@dataclass(frozen=True)
class Group:
    """Settings that belong together; calling it declares one."""

    title: str
    about: str = ""

    def __call__(
        self, what: str, who: str, default: Any = None, *, unit: str = "", secret: bool = False, **how: Any
    ) -> Any:
        extra = {"group": self, "who": who, "unit": unit, "secret": secret}
        start = {} if "default_factory" in how else {"default": default}
        return Field(**start, description=what, repr=not secret, json_schema_extra=extra, **how)


DATABASE = Group("Database")
REDIS = Group("Redis: tickets and notices")
OSS = Group("Alibaba Cloud OSS", "The first four, or none for a folder in RENDER_MANAGER_HOME.")
WORKSPACES = Group("Workspaces", "A task's files on a host: {WORKSPACE_ROOT_DIR}/{user}/{task}/…")
RENDERERS = Group("Renderers", "Full paths of their programs; default: where the system usually has them.")
RESULTS = Group("Results in the object store")
DISKS = Group("Limits of a host's disk")
FARM = Group("The farm")
PROGRAM = Group("This program")


class Fields(BaseSettings):
    """One attribute per setting, in lower case."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: DatabaseUrl | None = DATABASE(
        "sqlite:///path/to/file or postgresql://user:password@host:5432/name; default: a file in RENDER_MANAGER_HOME. "
        "In a password write @ as %40, / as %2F, # as %23 and ? as %3F. A farm runs `render-manager db upgrade` once.",
        ALL,
        unit="address",
        secret=True,
    )

    redis_host: Text | None = REDIS("The host of a farm's Redis; default: none, the program runs its own.", ALL)
    redis_port: int = REDIS("Its port.", ALL, 6379, ge=1, le=65535)
    redis_url: RedisUrl | None = REDIS(
        "Instead of both, where a password or TLS is needed: redis://:password@host:6379/0 or rediss://…",
        ALL,
        unit="address",
        secret=True,
    )
    broker_url: BrokerUrl | None = REDIS(
        "Another broker for the tickets, such as amqp://user:password@host:5672/vhost (RabbitMQ); notices stay on "
        "Redis.",
        ALL,
        unit="address",
        secret=True,
    )

    oss_endpoint: Endpoint | None = OSS(
        "For example https://oss-cn-hangzhou.aliyuncs.com, or its -internal form inside Alibaba Cloud.",
        ALL,
        unit="address",
    )
    oss_access_key_id: Text | None = OSS(
        "The id of an access key that may read and write the bucket.", ALL, secret=True
    )
    oss_access_key_secret: SecretStr | None = OSS("Its secret.", ALL, secret=True)
    oss_bucket_name: Text | None = OSS("The bucket where projects are.", ALL)
    oss_region: Text | None = OSS(
        "The region requests are signed for, such as cn-hangzhou; default: read from OSS_ENDPOINT.", ALL
    )
    oss_security_token: SecretStr | None = OSS("The token of temporary (STS) credentials.", ALL, secret=True)
    oss_is_cname: bool = OSS("true where OSS_ENDPOINT is a domain of your own that stands for the bucket.", ALL, False)

    workspace_root_dir: Folder | None = WORKSPACES(
        "Where a host unpacks projects and renders; default: workspaces in RENDER_MANAGER_HOME.", HOSTS
    )
    source_dir_name: FolderName = WORKSPACES("The folder of what was downloaded.", HOSTS, "source")
    project_dir_name: FolderName = WORKSPACES("The folder of the unpacked project.", HOSTS, "project")
    renders_dir_name: FolderName = WORKSPACES("The folder of the rendered frames.", HOSTS, "Sys_Default_Renders")

    blender_executable: Folder | None = RENDERERS("Blender.", HOSTS)
    maya_executable: Folder | None = RENDERERS(
        "Maya's batch renderer, Render or Render.exe; a session needs mayapy beside it.", HOSTS
    )
    ue_executable: Folder | None = RENDERERS(
        "Unreal's console program, UnrealEditor-Cmd or UnrealEditor-Cmd.exe.", HOSTS
    )

    upload_prefix: Text = RESULTS(
        "Where in the bucket local files go that are submitted: {UPLOAD_PREFIX}/{user}/{id of the file}/",
        DESKS,
        "uploads",
    )
    upload_renders: bool = RESULTS(
        "true: finished frames, with their logs and manifests, go into the object store as they finish, and the logs "
        "of failed attempts.",
        HOSTS,
        False,
    )
    results_prefix: Prefix = RESULTS(
        "Where they go: {RESULTS_PREFIX}/{user}/{task}/renders, logs and manifests", ALL, "results"
    )

    max_unpacked_gb: float = DISKS(
        "The most gigabytes that one archive may unpack to.", HOSTS, 200.0, unit="gigabytes", gt=0
    )
    min_free_disk_gb: float = DISKS(
        "Gigabytes that must stay free on the disk; with less, the host takes only tasks whose project it has already.",
        HOSTS,
        1.0,
        unit="gigabytes",
        ge=0,
    )
    download_cache_gb: float = DISKS(
        "Gigabytes of downloads that a host keeps for tasks with the same project although no workspace has them any "
        "more.",
        HOSTS,
        50.0,
        unit="gigabytes",
        ge=0,
    )
    cleanup_after_days: float | None = DISKS(
        "Workspaces of tasks that ended so many days ago are cleaned up; default: never, nothing is deleted by "
        "itself. Any worker does it for the farm.",
        ALL,
        unit="days",
        gt=0,
    )
    cleanup_keep: Keep = DISKS(
        "What that leaves: nothing, renders (rendered frames and logs) or project (all but what was downloaded).",
        ALL,
        Keep.NOTHING,
    )

    max_frames: int = FARM("The most frames that one task may have.", DESKS, 1_000_000, ge=1, le=10_000_000)
    lease_seconds: float = FARM(
        "Seconds until the frames of a lost worker are handed out again; at least three times HEARTBEAT_SECONDS.",
        ALL,
        60.0,
        unit="seconds",
        ge=1,
    )
    heartbeat_seconds: float = FARM("Seconds between a worker's signs of life.", ALL, 5.0, unit="seconds", gt=0)
    max_attempts: int = FARM(
        "How often a frame is tried, by default, before it counts as failed: when its renderer fails or its worker is "
        "lost.",
        DESKS,
        3,
        ge=1,
        le=100_000,
    )
    fair_shares: bool = FARM(
        "true: within a priority the users with the fewest frames rendering come first; false: whoever submitted "
        "first.",
        ALL,
        False,
    )
    worker_tags: Tags | None = FARM(
        "Words by which tasks can ask for this host's workers, such as gpu,big; its name and system are such words "
        "anyway.",
        HOSTS,
    )
    audit_entries_per_task: int = FARM(
        "The record of who changed what keeps so many entries of a task.", ALL, 5000, ge=10
    )
    audit_days: float = FARM("Days after which it keeps no entry.", ALL, 90.0, unit="days", gt=0)
    default_user: Text | None = FARM(
        "Whose tasks one submits when no user is named; default: the name one is logged in with.", DESKS
    )

    render_manager_home: Folder = PROGRAM(
        "Where it keeps its own files; default: the user's data folder of this system.",
        EACH,
        default_factory=lambda: user_data_path(APP_NAME, appauthor=False),
    )


def extra_of(name: str, what: str) -> Any:
    """What is declared of a setting besides pydantic's own: its group, who, unit or secret."""
    extra = Fields.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return extra[what]


#: Their values appear in no message.
SECRET_NAMES = frozenset(name for name in Fields.model_fields if extra_of(name, "secret"))
