"""How many frames a second a whole farm can claim and complete on one PostgreSQL."""

from statistics import median

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FrameStatus
from tests.benchmarks.crew import PROCESSES, THREADS, WORKERS, Address, Crew, Done, crew, deadlocks, make_rows
from tests.benchmarks.farms import KEY, farm_on
from tests.benchmarks.rows import Bar, Row, paired
from tests.store.samples import rows_counted
from tests.support.farm import Farm
from workers.session_work import MOST_TOGETHER

ROUNDS, SECONDS = 3, 6.0
FRAMES = 1000 * WORKERS  #: more than anybody gets done in the time
BAR = Bar(500.0, least=True)  # frames/s


def bench_claim_throughput() -> list[Row]:
    """64 workers without renderers through the lifecycle, all at once, for some seconds: on one task; on 64 tasks in
    the order of their submission, so that all flock to the first ones; on 64 tasks of one worker each. As lanes do
    with frames that take no time, several are reported and claimed in a transaction; for information, one by one."""
    with farm_on("postgresql", workers=0) as farm:
        assert farm.program.redis_url
        address = Address(farm.program.settings.effective_database_url, farm.program.redis_url)
        make_rows(address)
        with crew(address) as members:
            _work(farm, members, 1, 1)  # imports, first connections, plans
            rows = [
                _row(farm, members, "one_task", 1),
                _row(farm, members, "64_tasks", WORKERS),
                _row(farm, members, "64_tasks_apart", WORKERS, max_workers=1),
                _row(farm, members, "one_by_one", WORKERS, together=1, max_workers=1),
            ]
        assert deadlocks(address) == 0
    return rows


def _row(farm: Farm, members: Crew, name: str, tasks: int, together: int = MOST_TOGETHER, **fields: object) -> Row:
    rates: list[tuple[float, float]] = []
    cpu: list[float] = []
    for _ in range(ROUNDS):
        ours = _work(farm, members, tasks, together, **fields)
        bare = members.update(ours.count, one_row=tasks == 1)
        rates.append((ours.rate, bare.rate))
        cpu.append(1000 * ours.cpu_seconds / ours.count)
    detail = (
        f"{tasks} task(s), up to {together} frame(s) a transaction, {PROCESSES} processes × {THREADS} threads, "
        f"{SECONDS:.0f} s each, PostgreSQL, Redis notices; no refusal, no deadlock, counters equal rows; workers' CPU "
        f"time {median(cpu):.2f} ms a frame; the baseline is as many commits of a bare single-row UPDATE "
        f"({'all of one row' if tasks == 1 else 'a row each'}) by the same threads"
    )
    bar = BAR if together > 1 else None
    return paired(f"claim_throughput_{name}", "frames/s", rates, "bare UPDATE commits", bar, detail)


def _work(farm: Farm, members: Crew, tasks: int, together: int, **fields: object) -> Done:
    made = [farm.submit(KEY, f"1-{FRAMES // tasks}", unionid=f"user{number}", **fields) for number in range(tasks)]
    done = members.claim(SECONDS, together)
    assert done.refused == 0, f"The database refused {done.refused} times"
    assert done.count == sum(_completed(farm, task) for task in made)
    return done


def _completed(farm: Farm, task: RenderTask) -> int:
    """How many frames are; what is left is taken off the table."""
    store = farm.program.store
    counts = store.task(task.id).counts
    assert counts == rows_counted(store, task.id)
    assert {frame.attempt for frame in store.frames(task.id) if frame.status is FrameStatus.COMPLETED} <= {1}
    assert counts.rendering == counts.failed == 0
    if counts.pending:
        farm.services.control.cancel(task.id)
    return counts.completed
