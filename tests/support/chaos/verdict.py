"""What must hold of all that happened: the database's moves set against the renderers' own journals.

``completed`` is what the database accepted. A renderer may well finish a frame whose worker is killed before it can
say so: that frame is rightly rendered again, and its second image is the first that counts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from render_manager.domain.states import FRAME_MOVES, FrameStatus
from tests.support.chaos.crew import Member, Span
from tests.support.chaos.moves import Frame, Held, Move
from tests.support.chaos.renderers import Stint

#: Seconds by which a clock may be coarser than another: SQLite's counts in milliseconds.
GRAIN = 0.01
#: Seconds in which a renderer has ended whose claim or worker is gone: two are promised, the rest is a busy machine's.
GRACE = 3.0
#: What a frame may fail of here. Anything else is a fault of ours.
FAILURES = ("was killed by signal 9", "The worker was lost while rendering")


def wrong_moves(moves: Mapping[Frame, Sequence[Move]], asked: Mapping[Frame, int]) -> list[str]:
    """Of the database alone: only moves there are, a new attempt with each claim, completed once for each asking."""
    found = []
    for frame, made in moves.items():
        completed = [move for move in made if move.target is FrameStatus.COMPLETED]
        if len(completed) > 1 + asked.get(frame, 0):
            found.append(f"{frame} was completed {len(completed)} times and asked for {1 + asked.get(frame, 0)} times")
        before = 0
        for move in made:
            expected = before + (move.target is FrameStatus.RENDERING)
            if move.target not in FRAME_MOVES[move.source] or move.attempt != expected:
                found.append(f"{frame} made a move that there is not: {move} after attempt {before}")
            before = move.attempt
            ended = move.source is FrameStatus.RENDERING or move.target is FrameStatus.FAILED
            if ended and move.error and not any(reason in move.error for reason in FAILURES):
                found.append(f"{frame} failed for no reason of this test: {move.error}")
    return found


class Verdict:
    """The claims and what renderers and workers did, on one clock.

    Args:
        clock: what is added to the monotonic clock to get the database's.
        stints: what each worker's renderers did.
        away: when the database was.
        lease: of a claim, in seconds.
    """

    def __init__(
        self,
        claims: Mapping[Frame, Sequence[Held]],
        stints: Sequence[tuple[Member, Stint]],
        away: Collection[Span],
        *,
        clock: float,
        lease: float,
    ) -> None:
        self._claims = claims
        self._stints = stints
        self._away = away
        self._clock = clock
        self._lease = lease
        self.late = 0  #: renderers that outlived their claims, as some may

    def problems(self, members: Sequence[Member]) -> list[str]:
        named: dict[str, list[Member]] = defaultdict(list)
        for member in members:
            named[member.name].append(member)
        of_claim: dict[Held, list[Stint]] = defaultdict(list)
        found = []
        for member, stint in self._stints:
            claim = self._claim_of(member, stint)
            if claim is None:
                found.append(f"without a claim: {stint}, worker {member.name}")
                continue
            of_claim[claim].append(stint)
            self.late += stint.end > self._end(claim) + GRAIN
            found += self._outlived(member, stint, claim)
        for claim in [claim for claims in self._claims.values() for claim in claims]:
            found += self._wrongly_completed(claim, of_claim[claim])
            found += self._wrongly_lapsed(claim, named[claim.worker])
        return found

    def _begin(self, claim: Held) -> float:
        return claim.begin - self._clock

    def _end(self, claim: Held) -> float:
        return claim.end - self._clock

    def _claim_of(self, member: Member, stint: Stint) -> Held | None:
        """The claim that the renderer was at this frame for: its worker's last one before."""
        own = [
            claim
            for claim in self._claims.get(stint.frame, ())
            if claim.worker == member.name and member.life.begin <= self._begin(claim) <= stint.begin + GRAIN
        ]
        begun = [claim for claim in own if self._begin(claim) <= stint.begin] or own
        return begun[-1] if begun else None

    def _excuses(self, member: Member, begin: float, end: float) -> list[Span]:
        """When the worker could not know that a claim was gone."""
        return [span for span in [*member.troubles, *self._away] if span.meets(begin, end)]

    def _outlived(self, member: Member, stint: Stint, claim: Held) -> list[str]:
        """A renderer ends with its worker and with its claim, so that no two are ever at the same frame: it may go on
        only while its worker is frozen or the database away, which is what leases are for, and for the moment that its
        end takes."""
        if stint.end > member.life.end + GRACE:
            return [f"outlived its worker: {stint}, {member.name} gone at {member.life.end:.2f}"]
        excuses = self._excuses(member, self._begin(claim), stint.end)
        until = max([self._end(claim), *(span.end for span in excuses)])
        if claim.completed and not excuses and stint.end > self._end(claim) + GRAIN:
            return [f"still at it when the frame was completed: {stint}, {claim}"]
        return [f"outlived its claim: {stint}, {claim}, gone at {until:.2f}"] if stint.end > until + GRACE else []

    def _wrongly_completed(self, claim: Held, stints: Sequence[Stint]) -> list[str]:
        """The database believes only the worker that holds the claim, and that one rendered the frame once for it."""
        done = [stint for stint in stints if stint.done]
        if len(stints) > 1:
            return [f"rendered {len(stints)} times for one claim: {claim}"]
        if claim.completed and not (
            done and self._begin(claim) - GRAIN <= done[0].begin and done[0].end <= self._end(claim) + GRAIN
        ):
            return [f"completed although its worker's renderer did not do it: {claim}, {[*map(str, stints)]}"]
        return []

    def _wrongly_lapsed(self, claim: Held, members: Sequence[Member]) -> list[str]:
        """A lease ends only of a worker that was gone or frozen, or while the database was away."""
        if not claim.lapsed:
            return []
        begin, end = self._end(claim) - self._lease - GRACE, self._end(claim)
        for member in members:
            lived = member.life.begin <= self._begin(claim) and member.life.end >= end
            if lived and not self._excuses(member, begin, end):
                return [f"lost its lease although nothing had happened: {claim}"]
        return []
