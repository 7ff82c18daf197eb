"""Tickets over RabbitMQ, notices over Redis: the broker is only a matter of its URL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.states import TaskStatus
from render_manager.messaging.tickets import CeleryTickets
from tests.support.farm import wait_until
from tests.support.rabbitmq import RabbitMq
from tests.support.servers import free_port
from tests.support.standin_farm import open_standin_farm


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMq]:
    with RabbitMq() as server:
        yield server


def test_a_farm_on_rabbitmq_renders_cancels_and_cleans_up(tmp_path: Path, broker: RabbitMq) -> None:
    with open_standin_farm(tmp_path, {"BROKER_URL": broker.url}, seconds=0.05) as farm:
        farm.start("--name", "w1")
        farm.start("--name", "w2")
        wait_until(lambda: "ready" in farm.log(0) and "ready" in farm.log(1))
        task = farm.submit(farm.key, "1-200")  # enough of them for the second worker, too, whenever it comes
        assert farm.settled(task).task.status is TaskStatus.COMPLETED
        assert f"[{task.celery_task_id}] received" in farm.log(0) + farm.log(1), "it came by its ticket"
        assert {frame.worker for frame in farm.services.queries.frames(task.id)} == {"w1", "w2"}
        assert set(farm.renderings().values()) == {1}

        other = farm.submit(farm.key, "1-500", priority=9)
        wait_until(lambda: farm.row(other).task.counts.completed)
        farm.services.control.cancel(other.id)
        wait_until(lambda: not any(one.rendering for one in farm.services.queries.workers()))

        asked = farm.services.cleanup.request(farm.services.cleanup.plan(task_ids=[task.id]))
        wait_until(lambda: not Path(asked[0].path).exists())


def test_a_rabbitmq_that_is_away_is_explained_without_its_password() -> None:
    tickets = CeleryTickets(f"amqp://guest:hunter2@127.0.0.1:{free_port()}//")
    with pytest.raises(BrokerUnavailable, match="The broker can't be reached") as caught:
        tickets.ring("t1", 5, "ticket")
    assert "hunter2" not in str(caught.value)
    tickets.close()
